"""Screens between panels, made here in closed form, come back with their loss and extra path."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.sweep import LIGHT_M_PER_S, Sweep
from standex.sensing.microwave.transmission import (
    EXTRA_M,
    ROOM_M,
    Frame,
    Shares,
    Through,
    across_pairs,
    crossings_m,
    gated,
    refocused,
    through,
)

FREQUENCY_HZ = np.linspace(8e9, 18e9, 64)
K = 2 * np.pi / LIGHT_M_PER_S * FREQUENCY_HZ
AHEAD = np.array([-1.0, 0.0])
BEHIND_M, UP_M = np.arange(-0.08, 0.081, 0.04), np.array([1.05, 1.15])


def panels(n: int = 20) -> Sweep:
    """Return two panels of 1 x 1 m that face each other 1.2 m apart; samples are empty."""
    along = ((np.arange(n) + 0.5) / n - 0.5) * 1.0
    tx = np.concatenate([np.column_stack([along, 0 * along, 0 * along + s]) for s in (0.65, 1.65)])
    rx = np.concatenate(
        [np.column_stack([0 * along + s, 0 * along, along + 1.15]) for s in (-0.5, 0.5)]
    )
    sides = [np.array([0.0, y, 0.0]) for y in (0.6, -0.6)]
    panel = np.repeat([0, 1], 2 * n)
    return Sweep(
        samples=np.zeros((4 * n, 4 * n, len(K)), dtype=np.complex64),
        tx_position_m=np.concatenate([tx + side for side in sides]),
        rx_position_m=np.concatenate([rx + side for side in sides]),
        tx_panel=panel,
        rx_panel=panel,
        frequency_hz=FREQUENCY_HZ,
        tx_time_s=np.arange(4.0 * n),
        step_s=0.0,
    )


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return panels()


def direct(sweep: Sweep, gain: float = 0.3) -> np.ndarray:
    way = np.linalg.norm(sweep.tx_position_m[:, None] - sweep.rx_position_m[None], axis=-1)
    wave = gain / way[..., None] * np.exp(-1j * K * way[..., None])
    return wave.astype(np.complex64)


def behind(sweep: Sweep, share: np.ndarray) -> Sweep:
    """Return the sweep, less the empty room, when all rays keep a share [f] of their wave."""
    return replace(sweep, samples=(direct(sweep) * (share - 1)).astype(np.complex64))


def frame_of(rays: Through, x_m: float = 0.40) -> Frame:
    """Return the rays as a frame; lines run straight across near the receivers, x = +-0.5 m."""
    return Frame(through=rays, place_m=np.array([x_m, 0.0]), ahead=AHEAD)


def loss_db(shares: Shares) -> np.ndarray:
    return -10 * np.log10(shares.power.sum(axis=-1))


def excess_m(shares: Shares) -> np.ndarray:
    return shares.power @ EXTRA_M / shares.power.sum(axis=-1)


def test_nothing_in_the_way_is_one(sweep):
    rays = through(behind(sweep, np.ones(len(K))), direct(sweep))
    np.testing.assert_allclose(rays.ratio, 1.0, atol=1e-5)
    shares = refocused([frame_of(rays)], behind_m=BEHIND_M, up_m=UP_M)
    np.testing.assert_allclose(loss_db(shares), 0.0, atol=0.05)
    np.testing.assert_allclose(excess_m(shares), 0.0, atol=5e-4)


@pytest.mark.parametrize(("extra_m", "loss"), [(0.02, 0.0), (0.06, 6.0), (0.10, 12.0)])
def test_a_wide_layer_gives_its_path_and_loss(sweep, extra_m, loss):
    share = 10 ** (-loss / 20) * np.exp(-1j * K * extra_m)
    rays = through(behind(sweep, share), direct(sweep))
    shares = refocused([frame_of(rays, 0.43), frame_of(rays)], behind_m=BEHIND_M, up_m=UP_M)
    np.testing.assert_allclose(loss_db(shares), loss, atol=0.1)
    np.testing.assert_allclose(excess_m(shares), extra_m, atol=1e-3)
    assert np.all(shares.n_frames > 0)


def test_gains_and_delays_of_the_electronics_cancel(sweep, rng):
    share = 0.5 * np.exp(-1j * K * 0.05)
    of_tx = rng.uniform(0.5, 2, (len(sweep.tx_panel), 1, 1)) * np.exp(
        -1j * K * rng.normal(0, 0.02, (len(sweep.tx_panel), 1, 1))
    )
    raw = behind(sweep, share)
    raw = replace(raw, samples=(raw.samples * of_tx).astype(np.complex64))
    rays = through(raw, (direct(sweep) * of_tx).astype(np.complex64))
    shares = refocused([frame_of(rays)], behind_m=BEHIND_M, up_m=UP_M)
    np.testing.assert_allclose(excess_m(shares), 0.05, atol=1.5e-3)


def test_reflections_of_the_room_are_left_out(sweep):
    way = np.linalg.norm(sweep.tx_position_m[:, None] - sweep.rx_position_m[None], axis=-1)
    room = 0.1 * np.exp(-1j * K * (way[..., None] + 3 * ROOM_M))
    empty = (direct(sweep) + room).astype(np.complex64)
    share = np.exp(-1j * K * 0.04)
    rays = through(behind(sweep, share), empty)
    shares = refocused([frame_of(rays)], behind_m=BEHIND_M, up_m=UP_M)
    np.testing.assert_allclose(excess_m(shares), 0.04, atol=3e-3)
    np.testing.assert_allclose(loss_db(shares), 0.0, atol=0.7)


def test_a_gate_keeps_what_is_near_and_takes_what_is_far():
    near, far = (np.exp(-1j * K * path)[None] for path in (0.1, 0.6))
    np.testing.assert_allclose(gated(near, K)[:, 8:-8], near[:, 8:-8], atol=0.15)
    assert np.abs(gated(far, K)[:, 8:-8]).max() < 0.15


def test_lines_cross_where_they_should(sweep):
    start, end = np.array([[-0.3, 0.6, 1.0]]), np.array([[-0.1, -0.6, 1.4]])
    cross, weight = crossings_m(start, end, np.array([-0.5, 0.0]), AHEAD)
    np.testing.assert_allclose(cross, [[0.3, 1.2]])
    assert 0 < weight[0] < 1
    back, same = crossings_m(end, start, np.array([-0.5, 0.0]), AHEAD)
    np.testing.assert_allclose(back, cross)
    np.testing.assert_allclose(same, weight)
    beside, none = crossings_m(start, start + [0.5, 0.1, 0.0], np.array([-0.5, 0.0]), AHEAD)
    assert np.isfinite(beside).all()
    assert not none.any()


def test_lost_channels_and_own_panels_do_not_take_part(sweep):
    pairs = across_pairs(sweep)
    assert pairs.sum() == pairs.size / 2
    usable = np.ones(pairs.shape, dtype=bool)
    usable[:, :5] = False
    rays = through(behind(sweep, np.ones(len(K))), direct(sweep), usable=usable)
    assert len(rays.ratio) == int(np.sum(pairs & usable))


def test_dense_frequencies_are_thinned():
    dense = np.linspace(8e9, 18e9, 256)
    sweep = panels(4)
    fine = replace(
        sweep,
        frequency_hz=dense,
        samples=np.zeros((*sweep.samples.shape[:2], 256), dtype=np.complex64),
    )
    rays = through(fine, np.ones_like(fine.samples))
    assert len(rays.k_rad_per_m) == 64


def test_places_that_no_line_crosses_are_not_shown(sweep):
    rays = through(behind(sweep, np.ones(len(K))), direct(sweep))
    shares = refocused([frame_of(rays, 3.0)], behind_m=BEHIND_M, up_m=UP_M)
    assert not shares.n_frames.any()


def test_frames_must_be_there_and_alike(sweep):
    rays = through(behind(sweep, np.ones(len(K))), direct(sweep))
    with pytest.raises(ValueError, match="at least 1"):
        refocused([], behind_m=BEHIND_M, up_m=UP_M)
    other = replace(rays, ratio=rays.ratio[:, :-1], k_rad_per_m=rays.k_rad_per_m[:-1])
    with pytest.raises(ValueError, match="same frequencies"):
        refocused([frame_of(rays), frame_of(other)], behind_m=BEHIND_M, up_m=UP_M)
