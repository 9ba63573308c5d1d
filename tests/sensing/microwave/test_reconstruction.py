"""Against the sum as it is written, in float64, sample by sample and voxel by voxel."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.reconstruction import CHUNK, Box, column_pairs, reconstruct
from standex.sensing.microwave.sweep import Sweep

STILL = np.zeros(2)
SMALL = Box(
    origin_m=np.array([1.6, -0.1]),
    away=np.array([np.cos(0.2), np.sin(0.2)]),
    depth_m=np.arange(-2, 3) * 0.03,
    across_m=np.array([-0.05, 0.0, 0.05]),
    height_m=np.arange(1.0, 1.31, 0.05),
)


def random_sweep(geometry: Sweep, rng: np.random.Generator) -> Sweep:
    shape = geometry.samples.shape
    noise = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    return replace(geometry, samples=noise.astype(np.complex64))


def brute_force(sweep: Sweep, box: Box, path_m) -> np.ndarray:
    """Return every stripe: pillar to other pillar, one column at a time."""
    taper = np.hamming(len(sweep.frequency_hz))
    phase = np.exp(1j * sweep.wavenumber_rad_per_m[:, None] * path_m)
    terms = sweep.samples[..., None] * (taper / taper.sum())[:, None] * phase
    by_pair = terms.sum(axis=2)  # [tx, rx, v]
    image = []
    # Transmit columns of two (x = -0.4, 0.4), receive columns of six; across the lane only.
    for t, r in ((0, 6), (2, 6), (4, 0), (6, 0)):
        image.append(by_pair[t : t + 2, r : r + 6].sum(axis=(0, 1)))
    return np.array(image).reshape(4, *box.shape)


def error_db(got: np.ndarray, exact: np.ndarray) -> float:
    return 10 * np.log10(np.sum(np.abs(got - exact) ** 2) / np.sum(np.abs(exact) ** 2))


def test_it_is_the_exact_sum(geometry, exact_path_m, rng):
    sweep = random_sweep(geometry, rng)
    exact = brute_force(sweep, SMALL, exact_path_m(sweep, SMALL.points_m(), STILL))
    got = reconstruct(sweep, SMALL, velocity_m_per_s=STILL)
    assert error_db(got, exact) < -80


def test_it_is_the_exact_sum_of_distances_to_first_order_in_time(geometry, rng):
    sweep, velocity = random_sweep(geometry, rng), np.array([-1.4, 0.3])
    points, n_f = SMALL.points_m(), len(sweep.frequency_hz)
    at_f = (np.arange(n_f) - (n_f - 1) / 2) * sweep.step_s

    def legs(antenna_m):
        way = points - antenna_m[:, None]
        distance = np.linalg.norm(way, axis=-1)
        return distance, (way[..., :2] @ velocity) / distance

    (to, to_rate), (back, back_rate) = legs(sweep.tx_position_m), legs(sweep.rx_position_m)
    # Within a frequency step the receive leg moves at its mean rate: see the source.
    start = to + (to_rate + back_rate.mean(axis=0)) * sweep.tx_time_s[:, None]
    path_m = (
        start[:, None, None]
        + back[None, :, None]
        + (to_rate[:, None, None] + back_rate[None, :, None]) * at_f[:, None]
    )
    got = reconstruct(sweep, SMALL, velocity_m_per_s=velocity)
    assert error_db(got, brute_force(sweep, SMALL, path_m)) < -60


def test_motion_to_first_order_is_nearly_exact(geometry, exact_path_m, rng):
    sweep, velocity = random_sweep(geometry, rng), np.array([-1.4, 0.3])
    exact = brute_force(sweep, SMALL, exact_path_m(sweep, SMALL.points_m(), velocity))
    # 0.02 rad are -34 dB.
    assert error_db(reconstruct(sweep, SMALL, velocity_m_per_s=velocity), exact) < -34
    assert error_db(reconstruct(sweep, SMALL, velocity_m_per_s=STILL), exact) > -3


def test_chunks_do_not_show(geometry, exact_path_m, rng):
    sweep = random_sweep(geometry, rng)
    big = replace(SMALL, depth_m=np.arange(-0.1, 0.1, 0.01), height_m=np.arange(1.0, 1.3, 0.01))
    assert len(big.points_m()) > CHUNK
    image = reconstruct(sweep, big, velocity_m_per_s=STILL)
    one = replace(big, depth_m=big.depth_m[-1:])
    alone = reconstruct(sweep, one, velocity_m_per_s=STILL)
    np.testing.assert_allclose(image[:, -1:], alone, atol=1e-6 * np.abs(image).max())


def test_voxels_run_in_depth_across_and_up():
    points = SMALL.points_m().reshape(*SMALL.shape, 3)
    left = np.array([-SMALL.away[1], SMALL.away[0]])
    for row in np.ndindex(SMALL.shape):
        d, u, z = (
            axis[i]
            for axis, i in zip((SMALL.depth_m, SMALL.across_m, SMALL.height_m), row, strict=True)
        )
        expected = np.append(SMALL.origin_m + d * SMALL.away + u * left, z)
        np.testing.assert_allclose(points[row], expected, atol=1e-12)


def test_columns_pair_across_the_lane_only(geometry):
    pairs = column_pairs(geometry)
    assert pairs == [
        (slice(0, 2), slice(6, 12)),
        (slice(2, 4), slice(6, 12)),
        (slice(4, 6), slice(0, 6)),
        (slice(6, 8), slice(0, 6)),
    ]


def fine_box(point_m) -> Box:
    return Box(
        origin_m=np.array(point_m[:2]),
        away=np.array([1.0, 0.0]),
        depth_m=np.arange(-10, 11) * 0.01,
        across_m=np.zeros(1),
        height_m=point_m[2] + np.arange(-10, 11) * 0.01,
    )


@pytest.fixture
def filled(geometry: Sweep) -> Sweep:
    """Return the geometry with its receivers 4.6 cm apart, so that height is unambiguous too."""
    rx = geometry.rx_position_m.copy()
    rx[:, 2] = np.tile(1.2 + np.arange(-2.5, 3) * 0.0464, 2)
    tx = geometry.tx_position_m.copy()
    tx[:, 2] = np.tile(1.2 + np.array([-0.5, 0.5]) * 6 * 0.0464, 4)
    return replace(geometry, tx_position_m=tx, rx_position_m=rx)


@pytest.mark.parametrize("point_m", [(2.0, 0.0, 1.2), (1.4, 0.2, 1.13), (2.6, -0.3, 1.31)])
@pytest.mark.parametrize("velocity", [(0.0, 0.0), (-1.4, 0.2)])
def test_a_point_is_focused_at_its_place(filled, point_sweep, point_m, velocity):
    sweep = point_sweep(point_m, velocity, filled)
    box = fine_box(point_m)
    image = np.abs(reconstruct(sweep, box, velocity_m_per_s=np.array(velocity)))
    n_pairs = 2 * 6
    for stripe in image[:, :, 0, :]:
        d, z = np.unravel_index(stripe.argmax(), stripe.shape)
        assert abs(box.depth_m[d]) < 0.005
        assert abs(box.height_m[z] - point_m[2]) < 0.005
        assert stripe.max() == pytest.approx(n_pairs, rel=0.01)


def test_a_moving_point_is_blurred_without_its_velocity(filled, point_sweep):
    point_m, velocity = (2.0, 0.0, 1.2), np.array([-1.4, 0.0])
    sweep = point_sweep(point_m, velocity, filled)
    box = fine_box(point_m)
    known, ignored = (
        np.abs(reconstruct(sweep, box, velocity_m_per_s=v))[:, :, 0] for v in (velocity, STILL)
    )
    # Range and Doppler couple: a centre frequency times 14 mm per 10 ms of sweep moves it.
    depth = box.depth_m[ignored.max(axis=2).argmax(axis=1)]
    assert np.all(np.abs(depth) > 0.015)
    assert known[:, 10, 10].min() > 1.5 * ignored[:, 10, 10].max()
