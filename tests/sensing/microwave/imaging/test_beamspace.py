"""Beamspace against the definition, its kernel against NumPy, and its transpose."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import HAS_KERNEL, BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import make_tables
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid
from standex.testing.imager import check_imager

WALK = np.array([1.2, 0.0, -0.7])


def ring(n: int, *, n_f: int = 48) -> Array:
    """Return a boundary array of 1 m: transmitters above and below, receivers on the sides."""
    e = (np.arange(n // 2) + 0.5) / (n // 2) - 0.5
    half, nought = np.full_like(e, 0.5), np.zeros_like(e)
    tx = np.concatenate([np.c_[e, -half, nought], np.c_[e, half, nought]])
    rx = np.concatenate([np.c_[-half, e, nought], np.c_[half, e, nought]])
    return Array(
        tx_position_m=tx,
        rx_position_m=rx,
        frequency_hz=np.linspace(8e9, 12e9, n_f),
        tx_time_s=(np.arange(n) - (n - 1) / 2) * 80e-6 * 64 / n,
        step_s=0.3e-6 * 64 / n,
    )


GRID = Grid(origin_m=np.array([-0.1, 0.05, 0.95]), step_m=np.full(3, 0.012), shape=(13, 9, 10))
SOME = np.arange(0, GRID.size, 29)  # of its voxels: the definition is slow where things move


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)))


def random_samples(array: Array, rng: np.random.Generator) -> np.ndarray:
    """Return echoes of points in and about the grid: what a volume is asked to image."""
    points = np.array([0.0, 0.1, 1.0]) + rng.uniform(-0.15, 0.15, size=(40, 3))
    amplitude = rng.standard_normal(40) + 1j * rng.standard_normal(40)
    return ExactImager(array=array, points_m=points).forward(amplitude, STILL).astype(np.complex64)


@pytest.fixture(scope="module")
def tables():
    return make_tables(
        ring(32), GRID, block_shape=(8, 8, 8), tolerance=0.005, map_blocks=map, guard_cells=5
    )


@pytest.mark.parametrize(
    "velocity", [STILL, pytest.param(WALK, marks=pytest.mark.slow)], ids=["still", "walking"]
)
@pytest.mark.parametrize(
    "is_compiled",
    [
        False,
        pytest.param(
            True,
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(not HAS_KERNEL, reason="numba is not installed"),
            ],
        ),
    ],
)
def test_agrees_with_the_definition(tables, velocity, is_compiled, rng):
    samples = random_samples(tables.array, rng)
    imager = BeamspaceImager(tables=tables, is_compiled=is_compiled)
    exact = ExactImager(array=tables.array, points_m=GRID.points_m()[SOME])
    got = imager.adjoint(samples, velocity)[SOME]
    assert error_db(got, exact.adjoint(samples, velocity)) < (-45 if not velocity.any() else -26)


@pytest.mark.slow
def test_following_the_motion_is_what_focuses(tables, rng):
    samples = random_samples(tables.array, rng)
    exact = ExactImager(array=tables.array, points_m=GRID.points_m()[SOME]).adjoint(samples, WALK)
    imager = BeamspaceImager(tables=tables, is_compiled=False)
    assert error_db(imager.adjoint(samples, STILL)[SOME], exact) > -6
    assert error_db(imager.adjoint(samples, WALK)[SOME], exact) < -26


@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
def test_forward_is_the_transpose(velocity, rng):
    small = Grid(origin_m=np.array([0.0, 0.0, 1.0]), step_m=np.full(3, 0.02), shape=(5, 4, 3))
    tables = make_tables(ring(8), small, block_shape=(4, 4, 4), tolerance=0.05, map_blocks=map)
    check_imager(BeamspaceImager(tables=tables, is_compiled=False), velocity=velocity, rng=rng)


def test_chosen_blocks_are_those_of_the_whole(tables, rng):
    samples = random_samples(tables.array, rng)
    imager = BeamspaceImager(tables=tables, is_compiled=False)
    every = np.arange(len(tables.blocks.first))
    whole = imager.image_blocks(samples, every, WALK)
    some = imager.image_blocks(samples, every[[3, 1]], WALK)
    np.testing.assert_allclose(some, whole[[3, 1]], atol=2e-3 * np.abs(whole).max())
    assert imager.image_blocks(samples, every[:0], WALK).shape == (0, whole.shape[1])


def test_refuses_what_is_not_its_array(tables):
    imager = BeamspaceImager(tables=tables)
    with pytest.raises(ValueError, match="samples have shape"):
        imager.adjoint(np.zeros((2, 2, 48), dtype=np.complex64), STILL)
    bad = np.zeros(tables.array.shape, dtype=np.complex64)
    bad[4, 5, 6] = np.nan
    with pytest.raises(ValueError, match="transmitter 4, receiver 5"):
        imager.adjoint(bad, STILL)
