"""The imaging panels as an instrument: layout, chance, items, hardware and faults."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.site import SensorSpec, Site
from standex.testing.instrument import check_instrument
from standex.twin.faults import Fault
from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_faults import N_LOST, PanelFault
from standex.twin.panels import KIND, ImagingPanels, build

S = 10**9
NEAR_NS = 2 * S
IN = ((2.6, 0.0), (-2.2, 0.0))  # 1.2 m/s towards -x, between the panels; at 0.2 m after 2 s
AWAY = ((-5.0, 0.0), (-8.0, 0.0))
SETTINGS = {
    "n_per_panel": 8, "n_stacked": 1, "n_sides": 2, "half_distance_m": 1.0, "panel_m": 1.0,
    "middle_z_m": 1.2, "pattern_power": 0.5, "n_frequencies": 64, "from_hz": 8e9, "to_hz": 11e9,
    "step_time_s": 0.3e-6, "reach_m": 2.5, "noise_amplitude": 1e-4, "coupling_amplitude": 0.02,
}  # fmt: skip


@pytest.fixture
def spec(metro: Site) -> SensorSpec:
    return replace(
        metro.sensor("mw-south"),
        sensor_id="wall",
        site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0),
        instrument_settings=SETTINGS,
    )


def made(spec: SensorSpec, metro: Site, seed: int = 11, **changed) -> ImagingPanels:
    settings = {**spec.instrument_settings, **changed}
    panels = build(replace(spec, instrument_settings=settings), metro, seed)
    return replace(panels, facet_m=0.012)


@pytest.fixture
def panels(spec: SensorSpec, metro: Site) -> ImagingPanels:
    return made(spec, metro)


def samples_of(panels: ImagingPanels, scene, t_utc_ns: int = NEAR_NS, sequence: int = 0):
    record = panels.record(scene, t_utc_ns, sequence)
    assert record is not None
    return record.arrays["samples"]


def power(x) -> float:
    return float(np.mean(np.abs(x) ** 2))


@pytest.mark.parametrize("n_sides", [1, 2])
def test_a_record_has_the_documented_arrays(spec, metro, walk, n_sides):
    panels = made(spec, metro, n_sides=n_sides, n_stacked=2)
    record = panels.record(walk(AWAY), NEAR_NS, 4)
    assert record is not None
    assert (record.kind, record.sensor_id, record.sequence) == (KIND, "wall", 4)
    n = 16 * n_sides
    layout = {name: (array.dtype.kind, array.shape) for name, array in record.arrays.items()}
    assert layout == {
        "samples": ("c", (n, n, 64)),
        "tx_position_m": ("f", (n, 3)),
        "rx_position_m": ("f", (n, 3)),
        "tx_panel": ("i", (n,)),
        "rx_panel": ("i", (n,)),
        "frequency_hz": ("f", (64,)),
        "t_offset_s": ("f", (n, 64)),
    }
    assert record.arrays["samples"].dtype == np.complex64
    assert set(record.arrays["tx_panel"]) == set(range(n_sides))
    np.testing.assert_allclose(np.diff(record.arrays["t_offset_s"].ravel()), 0.3e-6, rtol=1e-5)


def test_positions_are_in_the_sensor_frame(spec, metro, walk):
    turned = replace(
        spec, site_from_sensor=RigidTransform.from_pose(position_m=(4.0, 3.0, 0.0), yaw_rad=1.0)
    )
    record = made(turned, metro).record(walk(AWAY), NEAR_NS, 0)
    assert record is not None
    at, panel = record.arrays["tx_position_m"], record.arrays["tx_panel"]
    np.testing.assert_allclose(at[:, 1], 1.0 - 2.0 * panel, atol=1e-12)


@pytest.mark.slow
def test_it_is_an_instrument(panels, walk):
    check_instrument(panels, walk(IN), sensor_id="wall", t_utc_ns=NEAR_NS)


@pytest.mark.slow
def test_seed_makes_the_record_and_nothing_else_does(spec, metro, walk):
    one, again, other = (made(spec, metro, seed) for seed in (11, 11, 12))
    np.testing.assert_array_equal(samples_of(one, walk(IN)), samples_of(again, walk(IN)))
    assert np.any(samples_of(other, walk(IN)) != samples_of(one, walk(IN)))
    # The person depends on the scene's seed, not on the hardware's.
    scene = walk(IN)
    np.testing.assert_array_equal(
        one.echo(scene, scene.at(NEAR_NS)), other.echo(scene, scene.at(NEAR_NS))
    )


@pytest.mark.slow
def test_all_pairs_see_who_walks_between(panels, walk):
    scene = walk(IN)
    echo = panels.echo(scene, scene.at(NEAR_NS))
    for p in (0, 1):
        for q in (0, 1):
            block = echo[np.ix_(panels.tx.panel == p, panels.rx.panel == q)]
            assert power(block) > (10 * panels.hardware.noise_amplitude) ** 2


@pytest.mark.slow
def test_the_scale_is_that_of_a_convex_mirror(spec, metro, walk):
    """A trunk reflects as a cylinder of its size does, within the play of its relief."""
    panels = made(spec, metro, n_sides=1, pattern_power=0.0)
    scene = walk(IN)
    echo = panels.echo(scene, scene.at(NEAR_NS + S // 6))
    # Nearest echo of a plane at R is 0.7 / (2 R); of a cylinder with radius a, sqrt(a / (a + R)).
    mirror = 0.7 / (2 * 0.8) * np.sqrt(0.15 / 0.95)
    strongest = np.sqrt(np.mean(np.abs(echo) ** 2, axis=2)).max()
    assert 0.2 * mirror < strongest < 3 * mirror


@pytest.mark.slow
def test_the_echo_lies_where_the_person_is(spec, metro, walk):
    panels = made(spec, metro, n_sides=1, n_frequencies=128, to_hz=14e9)
    scene = walk(IN)
    echo = panels.echo(scene, scene.at(NEAR_NS))
    k = 2 * np.pi / LIGHT_M_PER_S * panels.sweep.frequency_hz
    path_m = np.arange(0.5, 4.0, 0.01)
    profile = np.abs((echo * np.hanning(128)) @ np.exp(1j * np.outer(k, path_m)))
    power_at = (profile**2).sum(axis=(0, 1))
    inside = (path_m > 1.2) & (path_m < 2.9)
    assert power_at[inside].sum() > 0.97 * power_at.sum()


@pytest.mark.slow
def test_an_item_changes_only_what_it_covers(panels, walk, slab):
    clean, carrying = walk(IN), walk(IN, items=(slab(),))
    at_ns = NEAR_NS - S // 2  # 0.8 m before the panels: the front of the torso shows
    echo, with_item = (panels.echo(scene, scene.at(at_ns)) for scene in (clean, carrying))
    difference = with_item - echo
    assert 0.01 < power(difference) / power(echo) < 2
    worn = [panels.dressed(scene, 1) for scene in (clean, carrying)]
    np.testing.assert_array_equal(worn[0].body.position_m, worn[1].body.position_m)
    # All of the difference comes from the paths over the item's facets.
    facets = panels._facets(worn[1], carrying.at(at_ns), 0)
    place = facets.position_m[worn[1].item == 0]
    to = np.linalg.norm(panels.tx.position_m[:, None] - place, axis=-1)
    back = np.linalg.norm(panels.rx.position_m[:, None] - place, axis=-1)
    low = to.min(axis=1)[:, None] + back.min(axis=1)
    high = to.max(axis=1)[:, None] + back.max(axis=1)
    k = 2 * np.pi / LIGHT_M_PER_S * panels.sweep.frequency_hz
    path_m = np.arange(0.5, 4.5, 0.02)
    profile = np.abs((difference * np.hanning(64)) @ np.exp(1j * np.outer(k, path_m))) ** 2
    inside = (path_m > low[..., None] - 0.25) & (path_m < high[..., None] + 0.35)
    assert profile[inside].sum() > 0.98 * profile.sum()


@pytest.mark.slow
def test_who_is_behind_the_panels_or_far_sends_nothing_back(panels, walk):
    for way in (AWAY, ((0.4, 1.5), (-0.4, 1.5)), ((4.0, 0.0), (3.0, 0.0))):
        scene = walk(way)
        assert not panels.echo(scene, scene.at(NEAR_NS)).any()


@pytest.mark.slow
def test_somebody_in_between_shades(panels, walk):
    far = ((0.0, -0.35), (0.0, -0.34))
    alone, behind = walk(far), walk(far, ((0.0, 0.35), (0.0, 0.36)))
    of_left = np.ix_(panels.tx.panel == 0, panels.rx.panel == 0)
    here = panels.dressed(alone, 1)
    free = panels._facets(here, alone.at(NEAR_NS), 0).visible
    shaded = panels._facets(here, behind.at(NEAR_NS), 0).visible
    assert shaded[:, 0].sum() < 0.4 * free[:, 0].sum()
    np.testing.assert_array_equal(shaded[:, 1], free[:, 1])
    assert power(panels.echo(alone, alone.at(NEAR_NS))[of_left]) > 0


def test_perfect_hardware_has_no_gains_and_bad_hardware_the_stated_ones(spec, metro, walk):
    scene = walk(AWAY)
    perfect = made(spec, metro, noise_amplitude=0)
    np.testing.assert_array_equal(samples_of(perfect, scene), perfect.background)
    bad = made(
        spec, metro, noise_amplitude=0, gain_error_db=1.0, delay_error_s=20e-12, n_per_panel=64,
        n_frequencies=16, coupling_amplitude=0.02,
    )  # fmt: skip
    of_tx, of_rx = bad.antenna_gains
    ratio = samples_of(bad, scene) / bad.background
    np.testing.assert_allclose(ratio, of_tx[:, None] * of_rx[None], rtol=1e-3)
    gain_db = 20 * np.log10(np.abs(of_tx[:, 0]))
    assert gain_db.std() == pytest.approx(1.0, rel=0.25)
    turn = np.unwrap(np.angle(of_tx * np.conj(of_tx[:, :1])), axis=1)[:, -1]
    delay_s = -turn / (2 * np.pi * np.ptp(bad.sweep.frequency_hz))
    assert delay_s.std() == pytest.approx(20e-12, rel=0.25)


def test_noise_has_the_stated_size_and_is_new_each_time(spec, metro, walk):
    panels = made(spec, metro, noise_amplitude=0.01)
    scene = walk(AWAY)
    first, second = (samples_of(panels, scene, sequence=n) - panels.background for n in (0, 1))
    assert np.sqrt(power(first)) == pytest.approx(0.01, rel=0.02)
    assert abs(np.vdot(first, second)) < 0.05 * np.vdot(first, first).real


def test_a_reflector_stands_in_the_background(spec, metro):
    with_ball = made(
        spec, metro, reflector_radius_m=0.05, reflector_x_m=0.2, reflector_y_m=-0.1,
        reflector_z_m=1.1,
    )  # fmt: skip
    ball = with_ball.background - made(spec, metro).background
    k = 2 * np.pi / LIGHT_M_PER_S * with_ball.sweep.frequency_hz
    center = np.array([0.2, -0.1, 1.1])
    to = np.linalg.norm(with_ball.tx.position_m - center, axis=1)
    back = np.linalg.norm(with_ball.rx.position_m - center, axis=1)
    left = with_ball.tx.panel == 0
    # From one side the path is that to the middle, less about a radius each way.
    less = np.exp(1j * k * (to[:, None] + back - 0.1)[..., None])
    phase = np.angle(-(ball * less))[np.ix_(left, left)]
    assert np.abs(phase).max() < 2 * np.pi * 11e9 / LIGHT_M_PER_S * 0.03
    size = np.abs(ball)[np.ix_(left, left)]
    expected = 0.025 / (to[:, None] * back)[np.ix_(left, left)]
    pattern = 1.1 / to[:, None] * 1.1 / back
    expected = expected * np.sqrt(pattern)[np.ix_(left, left)]
    np.testing.assert_allclose(size, np.repeat(expected[..., None], 64, axis=2), rtol=0.12)


def at(panels: ImagingPanels, kind) -> ImagingPanels:
    return replace(panels, faults=(PanelFault(kind=kind, from_s=1.0, to_s=3.0),))


def test_dead_nan_and_obscured_as_every_sensor(panels, walk):
    scene = walk(AWAY)
    assert at(panels, "dead").record(scene, NEAR_NS, 0) is None
    assert at(panels, "dead").record(scene, 0, 0) is not None
    old = replace(panels, faults=(Fault(kind="nan", from_s=1.0, to_s=3.0),))
    assert np.isnan(samples_of(old, scene)).sum() == 1
    covered = samples_of(at(panels, "obscured"), scene)
    kept = np.vdot(panels.background, covered) / np.vdot(panels.background, panels.background)
    assert abs(kept) == pytest.approx(0.7, abs=0.01)


def test_a_moved_panel_measures_from_where_it_is_and_says_where_it_was(spec, metro, walk):
    panels = made(spec, metro, n_stacked=2, noise_amplitude=0)
    record = at(panels, "moved").record(walk(AWAY), NEAR_NS, 0)
    assert record is not None
    still = panels.record(walk(AWAY), NEAR_NS, 0)
    assert still is not None
    np.testing.assert_array_equal(record.arrays["tx_position_m"], still.arrays["tx_position_m"])
    change = np.abs(record.arrays["samples"] - still.arrays["samples"]).max(axis=2)
    assert change[:8, 8:].max() > 0
    assert not change[8:, 8:].any()  # the other panels are where they were


def test_lost_antennas_are_silent_and_saturated_channels_flat(spec, metro, walk):
    panels = made(spec, metro, n_per_panel=64, n_frequencies=8, n_sides=1, noise_amplitude=1e-9)
    scene = walk(AWAY)
    lost = np.abs(samples_of(at(panels, "lost"), scene)).max(axis=2) < 1e-7
    assert lost.all(axis=0).sum() + lost.all(axis=1).sum() == N_LOST
    flat = samples_of(at(panels, "saturated"), scene)
    changed = (np.abs(flat - samples_of(panels, scene)) > 1e-7).any(axis=2)
    assert changed.mean() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"n_sides": 3}, "n_sides"),
        ({"n_per_panel": 7}, "n_per_panel"),
        ({"noise_amplitude": "loud"}, "noise_amplitude"),
        ({"reflector_radius": 0.05}, "unknown reflector_radius"),
        ({"to_hz": 7e9}, "from_hz"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(spec, metro, changed, match):
    with pytest.raises(SiteError, match=match):
        made(spec, metro, **changed)


def test_a_missing_setting_is_named(spec, metro):
    short = {k: v for k, v in SETTINGS.items() if k != "reach_m"}
    with pytest.raises(SiteError, match="reach_m"):
        build(replace(spec, instrument_settings=short), metro, 1)


def switched(spec, metro, **switches):
    settings = {**spec.instrument_settings, **switches}
    return replace(build(replace(spec, instrument_settings=settings), metro, 11), facet_m=0.012)


@pytest.mark.slow
def test_people_stand_in_the_way_of_the_wave_from_side_to_side(spec, metro, walk):
    panels = switched(spec, metro, transmission=True)
    scene = walk(IN)
    now = scene.at(2 * S + S // 6)  # between the panels
    shade = panels.shade(scene, now, tx=panels.tx, rx=panels.rx)
    across = panels.tx.panel[:, None] != panels.rx.panel[None]
    kept = 1 + shade[across] / panels.background[across]
    assert np.sqrt(np.mean(np.abs(kept) ** 2, axis=1)).min() < 0.3
    assert not shade[~across].any()
    # A metre before the panels they stand in nobody's way, and nothing else has changed.
    early = walk(IN).at(S)
    assert not panels.shade(scene, early, tx=panels.tx, rx=panels.rx).any()
    usual = made(spec, metro)
    np.testing.assert_array_equal(usual.echo(scene, early), panels.echo(scene, early))
    assert power(samples_of(panels, walk(IN)) - samples_of(panels, walk(AWAY))) > 0


@pytest.mark.slow
def test_stereo_adds_places_and_changes_nothing_else(spec, metro, walk):
    scene = walk(IN)
    plain = made(spec, metro).record(scene, NEAR_NS, 3)
    seen = switched(spec, metro, stereo=True).record(scene, NEAR_NS, 3)
    again = switched(spec, metro, stereo=True).record(scene, NEAR_NS, 3)
    assert plain is not None
    assert seen is not None
    assert again is not None
    for name, value in plain.arrays.items():
        np.testing.assert_array_equal(seen.arrays[name], value)
    extra = set(seen.arrays) - set(plain.arrays)
    assert extra == {"optical_points_m", "optical_sigma_m"}
    points, sigma = seen.arrays["optical_points_m"], seen.arrays["optical_sigma_m"]
    assert points.ndim == 2
    assert sigma.shape == points.shape[:1]
    assert len(points) > 100
    place = scene.at(NEAR_NS).position_site_m[0]
    assert np.median(np.hypot(*(points[:, :2] - place).T)) < 0.3
    np.testing.assert_array_equal(points, again.arrays["optical_points_m"])
    nobody = switched(spec, metro, stereo=True).record(walk(AWAY), NEAR_NS, 3)
    assert nobody is not None
    assert nobody.arrays["optical_points_m"].shape == (0, 3)


@pytest.mark.parametrize("name", ["stereo", "transmission"])
@pytest.mark.parametrize("value", [1, 0.0, "yes"])
def test_switches_are_true_or_false(spec, metro, name, value):
    with pytest.raises(SiteError, match=name):
        switched(spec, metro, **{name: value})
