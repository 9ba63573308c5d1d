"""The basis holds the phasors, the gate lets through what a block needs, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import block_phasors
from standex.sensing.microwave.imaging.beamspace_tables import (
    Tables,
    choose_block_shape,
    make_gate,
    make_tables,
)
from standex.sensing.microwave.imaging.exact import distance_m
from standex.sensing.microwave.imaging.voxels import Blocks, Grid, cut

GRID = Grid(origin_m=np.array([-0.1, 0.05, 0.95]), step_m=np.full(3, 0.012), shape=(13, 9, 10))


def ring(n: int, *, n_f: int = 48) -> Array:
    """Return a boundary array of 1 m: transmitters above and below, receivers on the sides."""
    e = (np.arange(n // 2) + 0.5) / (n // 2) - 0.5
    half, nought = np.full_like(e, 0.5), np.zeros_like(e)
    return Array(
        tx_position_m=np.concatenate([np.c_[e, -half, nought], np.c_[e, half, nought]]),
        rx_position_m=np.concatenate([np.c_[-half, e, nought], np.c_[half, e, nought]]),
        frequency_hz=np.linspace(8e9, 12e9, n_f),
    )


def tables_of(
    *, block: tuple[int, int, int], tolerance: float, n: int = 24, grid: Grid = GRID
) -> Tables:
    return make_tables(ring(n), grid, block_shape=block, tolerance=tolerance, map_blocks=map)


def share_left_out(tables: Tables, row: int) -> list[float]:
    """Return, for both sides, the share of amplitude that the basis and its rounding lose.

    Sub-frequencies weigh as the taper lets them through.
    """
    array, center = tables.array, tables.blocks.center_m[row]
    k, offset = tables.gate.k_rad_per_m, tables.blocks.offset_m()
    taper = np.interp(k, array.wavenumber_rad_per_m, array.taper, left=0.0, right=0.0)
    shares = []
    for side, antenna, u in zip(
        (tables.tx, tables.rx),
        (array.tx_position_m, array.rx_position_m),
        block_phasors(tables, row),
        strict=True,
    ):
        apart = distance_m(center + offset, antenna) - distance_m(center[None], antenna)
        wanted = np.exp(1j * k[:, None, None] * apart)
        at, size = int(side.basis_at[row]), int(side.rank[row]) * len(antenna)
        got = u[:, : len(offset)] @ side.basis[at : at + size].reshape(-1, len(antenna))
        lost, whole = (np.linalg.norm(taper[:, None, None] * a) for a in (got - wanted, wanted))
        shares.append(float(lost / whole))
    return shares


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 0.001])
@pytest.mark.parametrize("block", [(5, 4, 6), (13, 9, 10)], ids=["small", "whole"])
def test_the_basis_gives_the_phasors_back_to_the_tolerance(
    block: tuple[int, int, int], tolerance: float
) -> None:
    tables = tables_of(block=block, tolerance=tolerance)
    for row in {0, len(tables.tx.rank) - 1}:
        for share in share_left_out(tables, row):
            # not much less either: that would be work for nothing
            assert tolerance / 20 < share <= 1.1 * tolerance


def test_the_basis_is_orthonormal() -> None:
    tables = tables_of(block=(8, 8, 8), tolerance=0.01)
    for side, n in ((tables.tx, 24), (tables.rx, 24)):
        for at, rank in zip(side.basis_at, side.rank, strict=True):
            basis = side.basis[at : at + rank * n].reshape(rank, n)
            np.testing.assert_allclose(basis @ basis.conj().T, np.eye(rank), atol=1e-5)
    assert len(tables.tx.basis) == tables.tx.rank.sum() * 24


def test_rank_grows_with_the_block_and_falls_with_the_tolerance() -> None:
    by_tolerance = [tables_of(block=(6, 6, 6), tolerance=t) for t in (0.2, 0.05, 0.01, 1e-3)]
    # whole grids, so that blocks differ in size but not in place
    by_block = [
        tables_of(
            block=(n, n, n),
            tolerance=0.02,
            grid=Grid(
                origin_m=np.array([0.0, 0.1, 1.0]) - 0.006 * (n - 1),
                step_m=np.full(3, 0.012),
                shape=(n, n, n),
            ),
        )
        for n in (1, 3, 6, 12)
    ]
    for series in (by_tolerance, by_block):
        for side in ("tx", "rx"):
            rank = np.array([getattr(tables, side).rank.max() for tables in series])
            assert (np.diff(rank) > 0).all()
            assert rank.max() <= 24
    assert by_block[0].tx.rank.max() == 1  # a single voxel: one number for each antenna
    sizes = [tables.bytes for tables in by_tolerance]
    assert sizes == sorted(sizes)


def test_rank_is_of_the_geometry_not_of_the_number_of_antennas() -> None:
    few, many = (tables_of(block=(8, 8, 8), tolerance=0.02, n=n).tx.rank.max() for n in (32, 64))
    assert many <= few + 1


def test_tables_are_laid_out_block_after_block() -> None:
    tables = tables_of(block=(5, 4, 6), tolerance=0.05)
    per_block = tables.n_tiles * len(tables.gate.k_rad_per_m) * (tables.tx.rank + tables.rx.rank)
    np.testing.assert_array_equal(np.diff(tables.phasors_at), 32 * per_block[:-1])
    assert len(tables.phasors) == 32 * per_block.sum()
    assert tables.n_tiles == 8  # 120 voxels, 16 at a time
    assert np.abs(tables.phasors).max() == 32767
    u_t, u_r = block_phasors(tables, 3)
    assert not u_t[:, 120:].any()
    assert not u_r[:, 120:].any()


def test_threads_make_the_same_tables() -> None:
    alone = tables_of(block=(5, 4, 6), tolerance=0.05)
    with ThreadPoolExecutor(3) as pool:
        shared = make_tables(
            ring(24), GRID, block_shape=(5, 4, 6), tolerance=0.05, map_blocks=pool.map
        )
    np.testing.assert_array_equal(alone.phasors, shared.phasors)
    np.testing.assert_array_equal(alone.tx.basis, shared.tx.basis)


def half_need_m(array: Array, blocks: Blocks) -> float:
    """Return the largest path, up or down, between a block's middle and one of its voxels."""
    return max(
        sum(
            np.abs(distance_m(c + blocks.offset_m(), a) - distance_m(c[None], a)).max()
            for a in (array.tx_position_m, array.rx_position_m)
        )
        for c in blocks.center_m
    )


@pytest.mark.parametrize("n_f", [48, 33])
@pytest.mark.parametrize("block", [(3, 3, 3), (8, 8, 8)])
def test_the_gate_holds_all_that_a_block_needs(block: tuple[int, int, int], n_f: int) -> None:
    """Samples on a gate, as sub-frequencies, are the profile everywhere in the block."""
    array, blocks = ring(8, n_f=n_f), cut(GRID, block)
    need_m = half_need_m(array, blocks)
    path_m = np.linspace(-need_m, need_m, 21)
    errors_db = []
    for guard_cells in (3, 8):
        gate = make_gate(array, blocks, guard_cells=guard_cells)
        k = array.wavenumber_rad_per_m - gate.carrier_rad_per_m

        def profile(at_m: np.ndarray, k: np.ndarray = k) -> np.ndarray:
            """Return the profiles, path by echo, of echoes at each of ``path_m``."""
            apart_m = at_m[:, None] - path_m
            return np.einsum("f,fxe->xe", array.taper, np.exp(1j * k[:, None, None] * apart_m))

        kappa = gate.k_rad_per_m - gate.carrier_rad_per_m
        got = np.exp(1j * np.outer(path_m, kappa)) @ gate.fourier @ profile(gate.offset_m)
        wanted = profile(path_m)
        error = np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)
        errors_db.append(10 * np.log10(error))
    assert errors_db[0] < -40
    assert errors_db[1] < errors_db[0] - 6


def test_the_gate_is_as_fine_as_the_band_and_no_longer_than_it_must_be() -> None:
    array, blocks = ring(8), cut(GRID, (8, 8, 8))
    gate = make_gate(array, blocks)
    delta_m = array.path_period_m / 48
    np.testing.assert_allclose(np.diff(gate.offset_m), delta_m)
    n = len(gate.offset_m)
    assert n % 4 == 0
    least = 2 * half_need_m(array, blocks) / delta_m
    assert least < n < least + 3 + 4
    np.testing.assert_allclose(np.diff(gate.k_rad_per_m), 2 * np.pi / (n * delta_m))


@pytest.mark.parametrize("tolerance", [0.0, -0.1, 1.0, np.nan])
def test_refuses_a_tolerance_without_meaning(tolerance: float) -> None:
    with pytest.raises(ValueError, match=r"tolerance must be inside \(0, 1\), got"):
        tables_of(block=(8, 8, 8), tolerance=tolerance)


def deep(n: int) -> Grid:
    """Return a column of voxels, n times 2 cm deep."""
    return Grid(origin_m=np.array([0.0, 0.0, 0.8]), step_m=np.full(3, 0.02), shape=(2, 2, n))


def test_refuses_a_volume_beyond_the_unambiguous_range() -> None:
    array = ring(8, n_f=17)  # repeats after 1.2 m of path
    assert array.path_period_m == pytest.approx(1.199, abs=1e-3)
    with pytest.raises(ValueError, match=r"spans 1\.\d\d m of path, .* every 1\.20 m: take finer"):
        make_tables(array, deep(40), block_shape=(2, 2, 8), tolerance=0.1, map_blocks=map)
    finer = ring(8, n_f=33)
    make_tables(finer, deep(40), block_shape=(2, 2, 8), tolerance=0.1, map_blocks=map)
    with pytest.raises(ValueError, match="take finer frequency steps or a smaller volume"):
        choose_block_shape(array, deep(40), tolerance=0.1)


def test_blocks_are_chosen_so_small_that_the_volume_fits() -> None:
    array, tight = ring(8, n_f=17), deep(20)
    with pytest.raises(ValueError, match="echoes repeat"):
        make_gate(array, cut(tight, (2, 2, 16)))
    make_gate(array, cut(tight, choose_block_shape(array, tight, tolerance=0.1)))


@pytest.mark.parametrize("shape", [(13, 9, 10), (20, 1, 18), (1, 1, 1)])
def test_chosen_blocks_are_no_larger_than_the_grid(shape: tuple[int, int, int]) -> None:
    grid = Grid(origin_m=GRID.origin_m, step_m=np.array([0.012, 0.012, 0.006]), shape=shape)
    block = choose_block_shape(ring(16), grid, tolerance=0.05)
    assert all(1 <= b <= n for b, n in zip(block, shape, strict=True))
