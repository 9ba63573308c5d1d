"""Upright mirrors: what their echoes are is known in closed form."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.body_spectra import body_spectra
from standex.sensing.microwave.reconstruction import Box, column_pairs
from standex.sensing.microwave.sweep import LIGHT_M_PER_S, Sweep

PLACE = np.array([2.2, 0.0])
HEIGHT_M = np.arange(0.83, 1.4701, 0.04)


@pytest.fixture
def pillars() -> Sweep:
    """Return a sweep without samples: one column each way, 6 transmitters to 6 receivers."""
    n_f = 64
    spread, dense = np.linspace(-0.6, 0.6, 6), np.linspace(-0.1, 0.1, 6)
    tx = [(0.0, side, 1.15 + z) for side in (1.2, -1.2) for z in spread]
    rx = [(0.1, side, 1.15 + z) for side in (1.2, -1.2) for z in dense]
    return Sweep(
        samples=np.zeros((12, 12, n_f), dtype=np.complex64),
        tx_position_m=np.array(tx),
        rx_position_m=np.array(rx),
        tx_panel=np.repeat([0, 1], 6),
        rx_panel=np.repeat([0, 1], 6),
        frequency_hz=np.linspace(8e9, 18e9, n_f),
        tx_time_s=(np.arange(12) - 5.5) * 0.005 / n_f / 12,
        step_s=0.005 / n_f,
    )


@pytest.fixture
def box() -> Box:
    return Box(
        origin_m=PLACE,
        away=np.array([1.0, 0.0]),
        depth_m=np.arange(-0.26, 0.1001, 0.0125),
        across_m=np.zeros(1),
        height_m=HEIGHT_M,
    )


def mirrored(sweep: Sweep, at_x_m: float, reflection=1.0, speed_m_per_s: float = 0.0) -> Sweep:
    """Return the sweep with a mirror across the lane, which moves along it."""
    n_f = len(sweep.frequency_hz)
    tau = sweep.tx_time_s[:, None] + (np.arange(n_f) - (n_f - 1) / 2) * sweep.step_s
    plane = at_x_m + speed_m_per_s * tau[:, None, :]
    tx, rx = sweep.tx_position_m[:, None, None], sweep.rx_position_m[None, :, None]
    along = 2 * plane - tx[..., 0] - rx[..., 0]
    side = np.hypot(tx[..., 1] - rx[..., 1], tx[..., 2] - rx[..., 2])
    path = np.hypot(along, side)
    k = 2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz
    samples = reflection * np.exp(-1j * k * path) / path
    return replace(sweep, samples=samples.astype(np.complex64))


def look(sweep: Sweep, box: Box, velocity=(0.0, 0.0)):
    assert len(column_pairs(sweep)) == 2
    return body_spectra(sweep, column_pairs(sweep)[0], box, velocity_m_per_s=np.array(velocity))


@pytest.mark.parametrize("depth_m", [-0.14, -0.08])
def test_a_mirror_is_found_where_it_is_and_reflects_all(pillars, box, depth_m) -> None:
    body = look(mirrored(pillars, PLACE[0] + depth_m), box)
    inside = (HEIGHT_M > 0.95) & (HEIGHT_M < 1.35)
    np.testing.assert_allclose(body.stripe.body_m[inside], depth_m, atol=1e-3)
    np.testing.assert_allclose(np.abs(body.spectrum[inside]), 1.0, atol=0.02)
    # What is left of the phase is a place, the same at all frequencies, of less than a millimetre.
    turn = np.unwrap(np.angle(body.spectrum[inside]), axis=1)
    k = pillars.wavenumber_rad_per_m
    assert np.abs(turn / (2 * k * body.cos_incidence[inside, None])).max() < 1e-3
    expected = np.cos(np.arctan2(1.2, PLACE[0] + depth_m - 0.05))
    np.testing.assert_allclose(body.cos_incidence, expected, atol=2e-3)


def test_the_spectrum_of_what_covers_the_mirror_comes_through(pillars, box) -> None:
    k = pillars.wavenumber_rad_per_m
    reflection = 0.5 + 0.4 * np.exp(-2j * k * 0.05)
    plain, covered = (look(mirrored(pillars, PLACE[0] - 0.11, r), box) for r in (1.0, reflection))
    inside = (HEIGHT_M > 0.95) & (HEIGHT_M < 1.35)
    moved = (covered.stripe.body_m - plain.stripe.body_m)[inside, None]
    ratio = covered.spectrum[inside] / plain.spectrum[inside]
    ratio = ratio * np.exp(-2j * k * moved * plain.cos_incidence[inside, None])
    np.testing.assert_allclose(ratio, np.broadcast_to(reflection, ratio.shape), atol=0.02)


def test_a_walking_mirror_stands_still_when_its_velocity_is_known(pillars, box) -> None:
    x_m = PLACE[0] - 0.11
    walking = mirrored(pillars, x_m, speed_m_per_s=-1.4)
    still = look(mirrored(pillars, x_m), box)
    inside = (HEIGHT_M > 0.95) & (HEIGHT_M < 1.35)

    def error(velocity) -> float:
        seen = look(walking, box, velocity)
        return float(np.abs(seen.spectrum - still.spectrum)[inside].max())

    assert error((-1.4, 0.0)) < 0.03
    assert error((0.0, 0.0)) > 0.5


def test_nothing_there_is_not_clear(pillars, box, rng) -> None:
    noise = rng.normal(size=(*pillars.samples.shape, 2)) @ (1, 1j)
    body = look(replace(pillars, samples=noise.astype(np.complex64)), box)
    assert body.stripe.clarity_db < 10
    clear = look(mirrored(pillars, PLACE[0] - 0.11), box)
    assert clear.stripe.clarity_db > 16
