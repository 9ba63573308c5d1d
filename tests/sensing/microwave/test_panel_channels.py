"""Electronics and channels, on empty rooms of the twin."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.background import Background, learn
from standex.sensing.microwave.panel_channels import CALIBRATE_EVERY, Channels, inspect
from standex.sensing.microwave.sphere_echo import Sphere
from standex.sensing.microwave.sweep import parse_sweep
from standex.twin.panel_faults import N_LOST, PanelFault

S = 10**9
AWAY = ((-5.0, 0.0), (-8.0, 0.0))
SPHERE = Sphere(position_m=np.array([1.3, 0.0, 0.45]), radius_m=0.1)


@pytest.fixture
def sweep_of(walk):
    nobody = walk(AWAY)

    def make(panels, sequence: int = 0, fault: str | None = None):
        if fault is not None:
            panels = replace(panels, faults=(PanelFault(kind=fault, from_s=0.0, to_s=9.0),))
        record = panels.record(nobody, S, sequence)
        return parse_sweep(record, n_panels=None, may_have_gaps=True)

    return make


@pytest.fixture
def small(gate_panels):
    return gate_panels(n_per_panel=8, n_frequencies=64)


def room_of(sweep_of, panels, n: int = 5) -> Background:
    background = None
    for sequence in range(n):
        background = learn(background, sweep_of(panels, sequence).samples)
    assert background is not None
    return background


def test_before_the_room_is_known_gaps_are_filled_and_nothing_is_written_to(sweep_of, small):
    sweep = sweep_of(small)
    sweep.samples[0, 1, 2], sweep.samples[3] = np.nan, np.inf
    given = sweep.samples.copy()
    channels, samples = inspect(Channels(), sweep, None, sphere=None, is_empty=True)
    assert channels.quality is None
    np.testing.assert_array_equal(sweep.samples, given)
    gaps = ~np.isfinite(given)
    assert not samples[gaps].any()
    np.testing.assert_array_equal(samples[~gaps], given[~gaps])
    # Of what is known already, that is put in their place.
    young = room_of(sweep_of, small, 2)
    _, samples = inspect(Channels(), sweep, young, sphere=None, is_empty=True)
    np.testing.assert_array_equal(samples[gaps], young.samples[gaps])


def test_all_is_well(sweep_of, small):
    background = room_of(sweep_of, small)
    sweep = sweep_of(small, 7)
    channels, samples = inspect(Channels(), sweep, background, sphere=None, is_empty=True)
    assert samples is sweep.samples
    assert channels.quality_message == ""
    assert channels.movement_message == ""
    assert not channels.is_moved
    assert channels.coverage_factor == pytest.approx(1.0)
    assert channels.corrected(samples) is samples


def test_nothing_is_known_at_the_start():
    assert Channels().coverage_factor == 1.0
    assert Channels().quality_message == ""


@pytest.mark.parametrize(
    ("fault", "word"), [("lost", "silent"), ("nan", "not finite"), (None, "saturated")]
)
def test_lost_channels_are_told_and_leave_nothing_in_the_image(sweep_of, gate_panels, fault, word):
    panels = gate_panels()
    background = room_of(sweep_of, panels)
    sweep = sweep_of(panels, 7, fault)
    if fault is None:  # the receivers end at one level
        part = sweep.samples.view(np.float32)
        np.clip(part, -0.3 * part.max(), 0.3 * part.max(), out=part)
    channels, samples = inspect(Channels(), sweep, background, sphere=None, is_empty=True)
    lost = channels.quality.lost
    assert lost.any()
    assert word in channels.quality_message
    assert np.isfinite(samples).all()
    np.testing.assert_array_equal(samples[lost], background.samples[lost])
    np.testing.assert_array_equal(samples[~lost], sweep.samples[~lost])
    if fault == "lost":
        quality = channels.quality
        assert len(quality.lost_tx) + len(quality.lost_rx) == N_LOST
        assert channels.coverage_factor < 0.95


def test_a_channel_that_never_gave_anything_is_lost(sweep_of, small):
    """One that is not finite from the first sweep on is not one that is blanked by design."""
    background = None
    for sequence in range(6):
        sweep = sweep_of(small, sequence)
        sweep.samples[2, 3] = np.nan
        channels, samples = inspect(Channels(), sweep, background, sphere=None, is_empty=True)
        background = learn(background, samples)
    assert channels.quality.lost[2, 3]
    assert channels.quality.n_lost == 1
    assert np.isfinite(samples).all()


def test_a_reflector_corrects_the_electronics(sweep_of, gate_panels, ball):
    bad = gate_panels(gain_error_db=0.5, delay_error_s=10e-12, **ball)
    background = room_of(sweep_of, bad)
    channels, _ = inspect(Channels(), sweep_of(bad, 7), background, sphere=SPHERE, is_empty=True)
    assert channels.first is channels.now
    assert channels.now.is_sound
    assert channels.coverage_factor > 0.9
    ideal = gate_panels(noise_amplitude=0.0, **ball).background
    raw, corrected = background.samples, channels.corrected(background.samples)
    k = 2 * np.pi / 299_792_458.0 * bad.sweep.frequency_hz

    def off(samples) -> float:
        """Return what a common gain and delay leave of the ideal room, in one panel."""
        left = np.s_[:16, :16]
        least = np.inf
        for path_m in np.arange(-0.02, 0.02, 2e-4):
            turned = samples[left] * np.exp(1j * k * path_m)
            factor = np.vdot(ideal[left], turned) / np.vdot(ideal[left], ideal[left])
            least = min(least, float(np.linalg.norm(turned / factor - ideal[left])))
        return least / float(np.linalg.norm(ideal[left]))

    assert off(corrected) < 0.5 * off(raw)


def looked(channels, sweep_of, panels, background, n: int, *, is_empty=True):
    """Return the channels after ``n`` sweeps."""
    sweep = sweep_of(panels, 50)
    for _ in range(n):
        channels, _ = inspect(channels, sweep, background, sphere=SPHERE, is_empty=is_empty)
    return channels


@pytest.mark.slow
def test_a_panel_that_moved_by_5_mm_is_noticed_and_nothing_else_is(sweep_of, gate_panels, ball):
    panels = gate_panels(**ball)
    background = room_of(sweep_of, panels)
    still = looked(Channels(), sweep_of, panels, background, CALIBRATE_EVERY + 2)
    assert still.movement is not None
    assert not still.is_moved
    assert still.coverage_factor > 0.9
    pushed = replace(panels, faults=(PanelFault(kind="moved", from_s=0.0, to_s=9.0),))
    moved = looked(still, sweep_of, pushed, background, CALIBRATE_EVERY + 2)
    assert moved.is_moved
    assert "panel 0 has moved by 5.0 mm" in moved.movement_message
    assert moved.coverage_factor < 0.5
    # With people about it is not looked for.
    busy = looked(still, sweep_of, pushed, background, CALIBRATE_EVERY + 2, is_empty=False)
    assert not busy.is_moved


@pytest.mark.slow
def test_a_reflector_that_is_gone_is_told_and_the_old_calibration_kept(sweep_of, gate_panels, ball):
    panels, without = gate_panels(**ball), gate_panels()
    background = room_of(sweep_of, panels)
    good = looked(Channels(), sweep_of, panels, background, 1)
    gone = looked(good, sweep_of, without, background, CALIBRATE_EVERY + 1)
    assert "reflector is not seen" in gone.quality_message
    assert gone.now is good.now
    assert gone.coverage_factor < good.coverage_factor
    back = looked(gone, sweep_of, panels, background, CALIBRATE_EVERY + 1)
    assert back.quality_message == ""
    assert back.coverage_factor == pytest.approx(good.coverage_factor, abs=0.02)


def test_a_reflector_that_never_was_there_leaves_nothing_covered(sweep_of, gate_panels):
    panels = gate_panels()
    background = room_of(sweep_of, panels)
    channels = looked(Channels(), sweep_of, panels, background, 1)
    assert not channels.now.is_sound
    assert "reflector is not seen" in channels.quality_message
    assert channels.coverage_factor == 0
    assert channels.corrected(background.samples) is background.samples
