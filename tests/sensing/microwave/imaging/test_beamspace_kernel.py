"""The compiled loops against NumPy, for every remainder of voxels and of beams."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import HAS_KERNEL, BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import Side, Tables, make_tables
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid

# The kernel is compiled once for each number of samples of the gate: all cases here have eight.
N_K = 8
WALK = np.array([1.2, 0.0, -0.7])
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_KERNEL, reason="Numba is not installed"),
]


def scattered(n_t: int, n_r: int) -> Array:
    """Return antennas all around in front, so that none of them can be told from the others."""
    rng = np.random.default_rng(11)

    def anywhere(n: int) -> np.ndarray:
        return rng.uniform([-1.2, -1.2, -0.3], [1.2, 1.2, 0.3], size=(n, 3))

    return Array(
        tx_position_m=anywhere(n_t),
        rx_position_m=anywhere(n_r),
        frequency_hz=np.linspace(8e9, 12e9, 40),
        tx_time_s=(np.arange(n_t) - (n_t - 1) / 2) * 160e-6,
        step_s=0.6e-6,
    )


def tables_of(array: Array, *, block: tuple[int, int, int], tolerance: float = 0.01) -> Tables:
    grid = Grid(origin_m=np.array([-0.05, 0.05, 0.95]), step_m=np.full(3, 0.01), shape=(9, 7, 8))
    tables = make_tables(
        array, grid, block_shape=block, tolerance=tolerance, map_blocks=map, guard_cells=5
    )
    assert len(tables.gate.offset_m) == N_K
    return tables


def noise(array: Array, rng: np.random.Generator) -> np.ndarray:
    value = rng.standard_normal((*array.shape, 2)).astype(np.float32)
    return value.view(np.complex64)[..., 0]


def assert_same(tables: Tables, velocity: np.ndarray, rng: np.random.Generator) -> None:
    samples = noise(tables.array, rng)
    plain = BeamspaceImager(tables=tables, is_compiled=False).adjoint(samples, velocity)
    for n_threads in (1, 2):
        imager = BeamspaceImager(tables=tables, is_compiled=True, n_threads=n_threads)
        compiled = imager.adjoint(samples, velocity)
        # sums in another order, and angles of motion turned on by float32 steps
        np.testing.assert_allclose(compiled, plain, atol=3e-5 * np.abs(plain).max())


@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
@pytest.mark.parametrize(
    "block", [(1, 1, 1), (3, 5, 1), (4, 4, 1), (5, 4, 3), (4, 4, 4), (9, 7, 2)]
)
def test_blocks_of_any_number_of_voxels(
    block: tuple[int, int, int], velocity: np.ndarray, rng: np.random.Generator
) -> None:
    """1, 15, 16, 60, 64 and 126 voxels in tiles of 16; blocks that hang over the grid too."""
    assert_same(tables_of(scattered(9, 6), block=block), velocity, rng)


@pytest.mark.parametrize("rank", range(1, 16))
def test_any_number_of_beams(rank: int, rng: np.random.Generator) -> None:
    """Beams of transmitters go through the registers 7 at a time, or fewer."""
    tables = tables_of(scattered(rank, 16 - rank), block=(5, 7, 4), tolerance=1e-6)
    assert set(tables.tx.rank) == {rank}
    assert set(tables.rx.rank) == {16 - rank}
    assert_same(tables, WALK, rng)


def test_blocks_of_different_ranks(rng: np.random.Generator) -> None:
    tables = tables_of(scattered(14, 13), block=(4, 3, 8), tolerance=0.03)
    assert len(set(tables.tx.rank) | set(tables.rx.rank)) > 1
    assert_same(tables, WALK, rng)


def test_uneven_times_between_transmitters(rng: np.random.Generator) -> None:
    """Where they are equally spaced the kernel turns on by equal steps; elsewhere it must not."""
    array = scattered(12, 5)
    time_s = np.array([0, 1, 2, 3, 7, 8, 9, 3, -4, -5, -5, 0]) * 1e-3
    for one in (array, replace(array, tx_time_s=time_s), replace(array, tx_time_s=np.zeros(0))):
        assert_same(tables_of(one, block=(5, 7, 4)), WALK, rng)


def test_more_threads_than_blocks(rng: np.random.Generator) -> None:
    tables = tables_of(scattered(4, 4), block=(9, 7, 4))
    samples = noise(tables.array, rng)
    one, many = (
        BeamspaceImager(tables=tables, is_compiled=True, n_threads=n).adjoint(samples, WALK)
        for n in (1, 9)
    )
    np.testing.assert_array_equal(one, many)


def test_a_table_of_nothing_makes_nothing(rng: np.random.Generator) -> None:
    """Scales of zero, as of a beam that no voxel sees, leave no NaN behind."""
    tables = tables_of(scattered(4, 4), block=(5, 7, 4))
    dark = Side(
        rank=tables.tx.rank,
        basis=tables.tx.basis,
        basis_at=tables.tx.basis_at,
        scale=np.zeros_like(tables.tx.scale),
    )
    imager = BeamspaceImager(tables=replace(tables, tx=dark), is_compiled=True)
    assert not imager.adjoint(noise(tables.array, rng), STILL).any()
