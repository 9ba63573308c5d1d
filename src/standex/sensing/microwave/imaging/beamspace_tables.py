"""What the beamspace imager needs to know of a geometry, computed once.

For every block and side (transmitters, receivers) the phasors from all antennas to the block's
voxels, relative to the block's middle, span few dimensions: the aperture times the block over
wavelength and distance, however many antennas there are. An orthonormal basis Q of those
dimensions, common to all sub-frequencies, and the phasors in it, U_k = A_k Q, are the tables.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Complex, Float, Float32, Int16, Int64

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.exact import distance_m
from standex.sensing.microwave.imaging.voxels import Blocks, Grid, cut

Mapper = Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]
LANES = 16
GUARD_CELLS = 3  # path cells in which the gate falls off, both ends together; more is more exact
SPAN = 6  # voxels along each axis of a block that the basis is computed from, both ends included
FULL = 32767.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gate:
    """Samples along the path around a block's middle, and the frequencies they become.

    Attributes:
        offset_m: path of each sample from the middle's.
        fourier: samples to sub-frequencies, the fall-off at both ends included.
        k_rad_per_m: wavenumber of each sub-frequency.
        carrier_rad_per_m: wavenumber that the profiles are relative to.
    """

    offset_m: Float[np.ndarray, " k"]
    fourier: Complex[np.ndarray, "k k"]
    k_rad_per_m: Float[np.ndarray, " k"]
    carrier_rad_per_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Tables of the transmitters or the receivers; blocks one after another.

    Attributes:
        rank: dimensions of each block.
        basis: conj(Q) transposed of each block, beam by antenna.
        basis_at: where each block's begins.
        scale: of a unit of the table, block by beam.
    """

    rank: Int64[np.ndarray, " b"]
    basis: Complex[np.ndarray, " values"]
    basis_at: Int64[np.ndarray, " b"]
    scale: Float32[np.ndarray, "b q"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """All that depends on the geometry alone.

    Attributes:
        array: the antennas.
        grid: the voxels.
        block_shape: voxels of a block along each axis.
        tolerance: share of amplitude that the basis leaves out.
        gate: samples per block and channel.
        tx: basis of the transmitters.
        rx: basis of the receivers.
        phasors: U of both sides; per block: tile of 16 voxels, sub-frequency, beams of tx then of
            rx, 16 real parts and 16 imaginary parts.
        phasors_at: where each block's begins.
    """

    array: Array
    grid: Grid
    block_shape: tuple[int, int, int]
    tolerance: float
    gate: Gate
    tx: Side
    rx: Side
    phasors: Int16[np.ndarray, " n"]
    phasors_at: Int64[np.ndarray, " b"]

    @property
    def blocks(self) -> Blocks:
        """Return the blocks of the grid."""
        return cut(self.grid, self.block_shape)

    @property
    def n_tiles(self) -> int:
        """Return the tiles of 16 voxels in a block."""
        return -(-int(np.prod(self.block_shape)) // LANES)

    @property
    def bytes(self) -> int:
        """Return the memory that the tables take."""
        return sum(
            a.nbytes
            for a in (self.phasors, self.tx.basis, self.rx.basis, self.tx.scale, self.rx.scale)
        )


def make_tables(
    array: Array,
    grid: Grid,
    *,
    block_shape: tuple[int, int, int],
    tolerance: float,
    map_blocks: Mapper,
    guard_cells: int = GUARD_CELLS,
) -> Tables:
    """Compute the tables of a geometry.

    Args:
        array: the antennas.
        grid: the voxels.
        block_shape: voxels of a block along each axis.
        tolerance: share of amplitude that each basis may leave out; about the error of the image.
        map_blocks: applies a function to the number of each block, in order; as a thread pool's
            ``map`` does.
        guard_cells: width of the gate's fall-off, in path cells.

    Raises:
        ValueError: ``tolerance`` is outside (0, 1), or the volume does not fit into the
            unambiguous range of the frequency grid.
    """
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be inside (0, 1), got {tolerance}")
    blocks = cut(grid, block_shape)
    gate = make_gate(array, blocks, guard_cells=guard_cells)
    sides = (array.tx_position_m, array.rx_position_m)

    def of_block(number: int) -> list[tuple[np.ndarray, np.ndarray]]:
        return [_one_side(antenna, blocks, number, gate, array, tolerance) for antenna in sides]

    found = list(map_blocks(of_block, range(len(blocks.first))))
    made: list[Side] = []
    for side in range(2):
        rank = np.array([len(one[side][0]) for one in found])
        scale = np.zeros((len(found), int(rank.max())), dtype=np.float32)
        for number, one in enumerate(found):
            size = np.maximum(np.abs(one[side][1].real), np.abs(one[side][1].imag))
            scale[number, : rank[number]] = size.max(axis=(0, 1)) / FULL
        made.append(
            Side(
                rank=rank,
                basis=np.concatenate([one[side][0].ravel() for one in found]),
                basis_at=np.concatenate([[0], np.cumsum(rank * len(sides[side]))[:-1]]),
                scale=scale,
            )
        )
    n_tiles = -(-int(np.prod(block_shape)) // LANES)
    length = n_tiles * len(gate.k_rad_per_m) * (made[0].rank + made[1].rank) * 2 * LANES
    phasors_at = np.concatenate([[0], np.cumsum(length)[:-1]])
    phasors = np.empty(int(length.sum()), dtype=np.int16)
    for number, one in enumerate(found):
        packed = [_packed(one[s][1], made[s].scale[number], n_tiles) for s in range(2)]
        at = int(phasors_at[number])
        phasors[at : at + int(length[number])] = np.concatenate(packed, axis=2).ravel()
        found[number] = []
    return Tables(
        array=array,
        grid=grid,
        block_shape=block_shape,
        tolerance=tolerance,
        gate=gate,
        tx=made[0],
        rx=made[1],
        phasors=phasors,
        phasors_at=phasors_at,
    )


def make_gate(array: Array, blocks: Blocks, *, guard_cells: int = GUARD_CELLS) -> Gate:
    """Return the samples that hold all echoes of any block.

    Flat over the paths that a block needs, a cosine fall-off beyond, so that echoes folded in by
    the period of the samples stay out.

    Raises:
        ValueError: the volume takes more path than the frequency grid can tell apart.
    """
    corner = blocks.offset_m()[_some(blocks.shape, 2)]
    need_m, low_m, high_m = 0.0, np.inf, 0.0
    for center in blocks.center_m:
        reach = [
            np.abs(distance_m(center + corner, a) - distance_m(center[None], a)).max()
            for a in (array.tx_position_m, array.rx_position_m)
        ]
        need_m = max(need_m, float(sum(reach)))
        ways = [distance_m(center[None], a) for a in (array.tx_position_m, array.rx_position_m)]
        low_m = min(low_m, float(sum(way.min() for way in ways)))
        high_m = max(high_m, float(sum(way.max() for way in ways)))
    span_m = high_m - low_m + 2 * need_m
    if span_m > array.path_period_m:
        raise ValueError(
            f"the volume spans {span_m:.2f} m of path, but echoes repeat every "
            f"{array.path_period_m:.2f} m: take finer frequency steps or a smaller volume"
        )
    delta_m = array.path_period_m / len(array.frequency_hz)
    n = 4 * int(np.ceil((2 * need_m + guard_cells * delta_m) / delta_m / 4))
    offset_m = (np.arange(n) - n // 2) * delta_m
    period_m = n * delta_m
    fall = np.clip((period_m - need_m - np.abs(offset_m)) / (period_m - 2 * need_m), 0, 1)
    weight = np.where(np.abs(offset_m) <= need_m, 1.0, 0.5 - 0.5 * np.cos(np.pi * fall))
    cycles_per_m = (np.arange(n) - n // 2) / period_m
    fourier = np.exp(-2j * np.pi * cycles_per_m[:, None] * offset_m[None, :]) * weight / n
    carrier = float(array.wavenumber_rad_per_m[len(array.frequency_hz) // 2])
    k = carrier + 2 * np.pi * cycles_per_m
    return Gate(
        offset_m=offset_m,
        fourier=fourier.astype(np.complex64),
        k_rad_per_m=k,
        carrier_rad_per_m=carrier,
    )


def _some(shape: tuple[int, int, int], n: int) -> np.ndarray:
    """Return rows of a block's voxels: ``n`` along each axis, both ends included."""
    axes = [np.unique(np.rint(np.linspace(0, m - 1, min(n, m))).astype(np.int64)) for m in shape]
    return np.ravel_multi_index(np.meshgrid(*axes, indexing="ij"), shape).ravel()


def _one_side(
    antenna_m: np.ndarray,
    blocks: Blocks,
    number: int,
    gate: Gate,
    array: Array,
    tolerance: float,
    *,
    is_rank_only: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return conj(Q) transposed and U of one block: beam by antenna; sub-frequency, voxel, beam.

    With ``is_rank_only`` the second is left empty.
    """
    center, offset = blocks.center_m[number], blocks.offset_m()
    apart = distance_m(center + offset, antenna_m) - distance_m(center[None], antenna_m)
    k = gate.k_rad_per_m
    some = apart[_some(blocks.shape, SPAN)]
    # Sub-frequencies weigh as the taper lets them through.
    taper = np.interp(k, array.wavenumber_rad_per_m, array.taper, left=0.0, right=0.0)
    gram = np.zeros((len(antenna_m), len(antenna_m)), dtype=np.complex64)
    for one, weight in zip(k[::2], taper[::2], strict=True):
        wave = _turn(one * some) * np.float32(weight)
        gram += wave.conj().T @ wave
    value, vector = np.linalg.eigh(gram)
    tail = np.sqrt(np.cumsum(np.maximum(value, 0)) / value.sum())
    rank = max(1, int(np.sum(tail > tolerance)))
    q = np.ascontiguousarray(vector[:, -rank:])
    if is_rank_only:
        return q.conj().T, np.empty(0)
    wave, step = _turn(k[0] * apart), _turn((k[1] - k[0]) * apart)
    u = np.empty((len(k), len(offset), rank), dtype=np.complex64)
    for row in range(len(k)):
        u[row] = wave @ q
        wave *= step
    return np.ascontiguousarray(q.conj().T), u


def _packed(u: np.ndarray, scale: np.ndarray, n_tiles: int) -> np.ndarray:
    """Return U as int16: tile, sub-frequency, beam, part, lane."""
    n_k, n_v, rank = u.shape
    whole = np.zeros((n_k, n_tiles * LANES, rank), dtype=np.complex64)
    whole[:, :n_v] = u / np.maximum(scale[:rank], 1e-30)
    tiles = whole.view(np.float32).reshape(n_k, n_tiles, LANES, rank, 2)
    return np.rint(tiles.transpose(1, 0, 3, 4, 2)).astype(np.int16)


def _turn(phase_rad: np.ndarray) -> np.ndarray:
    """Return exp(+j phase) in complex64."""
    turns = phase_rad * (0.5 / np.pi)
    turns -= np.rint(turns)
    reduced = (2 * np.pi * turns).astype(np.float32)
    value = np.empty(reduced.shape, dtype=np.complex64)
    np.cos(reduced, out=value.real)
    np.sin(reduced, out=value.imag)
    return value


def choose_block_shape(array: Array, grid: Grid, *, tolerance: float) -> tuple[int, int, int]:
    """Return the block shape that promises the least work, from the ranks of a few blocks.

    Counts per block: gating (about 6 ns a channel), projecting on beams and summing them into
    voxels (multiplications at about 90 G a second), and weighs them by the blocks needed.

    Raises:
        ValueError: no shape fits the volume into the unambiguous range of the frequency grid.
    """
    best: tuple[float, tuple[int, int, int]] = (np.inf, (1, 1, 1))
    too_long: ValueError | None = None
    n_t, n_r, _ = array.shape
    for across in (6, 8, 10, 12, 16):
        for along in (8, 12, 16):
            shape = _shape_of(grid, array, across, along)
            blocks = cut(grid, shape)
            try:
                gate = make_gate(array, blocks)
            except ValueError as error:  # large blocks hang over further: smaller ones may fit
                too_long = too_long or error
                continue
            some = np.unique(np.linspace(0, len(blocks.first) - 1, 3).astype(np.int64))
            ranks = [
                np.mean(
                    [
                        len(
                            _one_side(a, blocks, int(b), gate, array, tolerance, is_rank_only=True)[
                                0
                            ]
                        )
                        for b in some
                    ]
                )
                for a in (array.tx_position_m, array.rx_position_m)
            ]
            n_k, n_v = len(gate.offset_m), int(np.prod(shape))
            work = (
                6e-9 * n_t * n_r
                + 8 * n_k * n_t * n_r * ranks[0] / 70e9
                + 8 * n_k * n_v * ranks[0] * (ranks[1] + 1) / 80e9
            ) * len(blocks.first)
            best = min(best, (float(work), shape))
    if too_long is not None and np.isinf(best[0]):
        raise too_long
    return best[1]


def _shape_of(grid: Grid, array: Array, across: int, along: int) -> tuple[int, int, int]:
    """Return blocks that are ``along`` voxels deep, away from the array, and ``across`` wide."""
    middle = grid.origin_m + grid.step_m * (np.array(grid.shape) - 1) / 2
    away = np.abs(middle - array.tx_position_m.mean(axis=0))
    deep = int(away.argmax())
    fine = float(grid.step_m.min())
    wanted = [along if axis == deep else across for axis in range(3)]
    return tuple(
        max(1, min(n, round(w * fine / s)))
        for n, w, s in zip(grid.shape, wanted, grid.step_m, strict=True)
    )  # pyright: ignore[reportReturnType]
