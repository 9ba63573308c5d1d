"""The arithmetic of one beamspace frame, written once over an array module: NumPy or CuPy.

The same stages as ``beamspace``, for many blocks at a time, with the ranks of blocks filled up by
zeros to the largest. Two stages hold nearly all of the time: ``Stages`` names them, ``PlainStages``
writes them with array operations (the reference), ``beamspace_cuda`` with kernels of its own. What
comes before and after them is the same for both.

Arrays of the module ``xp`` are typed ``Any``: CuPy has no stubs, and need not be installed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Complex64, Float, Int

from standex.sensing.microwave.imaging.beamspace import STEP_PHASE_RAD
from standex.sensing.microwave.imaging.beamspace_profiles import N_STEPS, interpolation_taps
from standex.sensing.microwave.imaging.beamspace_tables import LANES, Side, Tables
from standex.sensing.microwave.imaging.exact import distance_m


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """The tables of a geometry in an array module's memory.

    Attributes:
        xp: the array module.
        tables: on the host.
        reach_m: shortest and longest path to each block's middle and back; on the host.
        center_m: middle of each block.
        tx_position_m: of each transmitter.
        rx_position_m: of each receiver.
        time_s: of each transmitter.
        taper: of each frequency.
        fourier: samples to sub-frequencies, transposed.
        taps: of the interpolation.
        basis_t: of the transmitters; block, beam, antenna; times the table's unit, zero above rank.
        basis_r: of the receivers.
        rank_t: of each block.
        rank_r: of each block.
        phasors: as in ``Tables``.
        phasors_at: where each block's begins.
    """

    xp: Any
    tables: Tables
    reach_m: Float[np.ndarray, "b 2"]
    center_m: Any
    tx_position_m: Any
    rx_position_m: Any
    time_s: Any
    taper: Any
    fourier: Any
    taps: Any
    basis_t: Any
    basis_r: Any
    rank_t: Any
    rank_r: Any
    phasors: Any
    phasors_at: Any

    @property
    def n_k(self) -> int:
        """Return the samples of a gate."""
        return len(self.tables.gate.offset_m)

    @property
    def delta_m(self) -> float:
        """Return the path of a cell of the profiles."""
        array = self.tables.array
        return array.path_period_m / len(array.frequency_hz)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlockPlaces:
    """Where the gates of some blocks lie, and what their antennas' samples are multiplied by.

    Attributes:
        rows: numbers of the blocks.
        u_t: share of the index (in half cells) of each transmitter, block by transmitter.
        u_r: of each receiver.
        rate_per_s: of the index of each receiver, from motion.
        turn_rad_per_s: of the carrier of each receiver, from motion.
        basis_t: with the carrier of each transmitter's leg; block, beam, transmitter.
        basis_r: with that of each receiver's.
        is_moving: whether rates and turns are other than zero.
    """

    rows: Any
    u_t: Any
    u_r: Any
    rate_per_s: Any
    turn_rad_per_s: Any
    basis_t: Any
    basis_r: Any
    is_moving: bool


@runtime_checkable
class Stages(Protocol):
    """The two stages that hold nearly all of the time."""

    @property
    def blocks_at_once(self) -> int:
        """Return for how many blocks intermediate values are kept at a time."""
        ...

    def gate(self, held: Held, profiles: Any, places: BlockPlaces, /) -> Any:
        """Return gated samples on the transmitters' beams: block, receiver, beam, sample."""
        ...

    def voxels(self, held: Held, rows: Any, spectrum: Any, /) -> Any:
        """Return block by voxel from spectra: block, receivers' beam, transmitters', frequency."""
        ...


def hold(tables: Tables, xp: Any, upload: Callable[[np.ndarray], Any]) -> Held:
    """Bring tables into the memory of an array module; once per geometry."""
    array, blocks = tables.array, tables.blocks
    ways = [distance_m(blocks.center_m, a) for a in (array.tx_position_m, array.rx_position_m)]
    return Held(
        xp=xp,
        tables=tables,
        reach_m=np.stack(
            [sum(way.min(axis=1) for way in ways), sum(way.max(axis=1) for way in ways)], axis=1
        ),
        center_m=upload(blocks.center_m),
        tx_position_m=upload(array.tx_position_m),
        rx_position_m=upload(array.rx_position_m),
        time_s=upload(array.times_s()),
        taper=upload(array.taper.astype(np.float32)),
        fourier=upload(np.ascontiguousarray(tables.gate.fourier.T)),
        taps=upload(interpolation_taps()),
        basis_t=upload(padded_basis(tables.tx, len(array.tx_position_m))),
        basis_r=upload(padded_basis(tables.rx, len(array.rx_position_m))),
        rank_t=upload(tables.tx.rank.astype(np.int32)),
        rank_r=upload(tables.rx.rank.astype(np.int32)),
        phasors=upload(tables.phasors),
        phasors_at=upload(tables.phasors_at),
    )


def padded_rank(side: Side) -> int:
    """Return the beams that every block gets: the most of any, made even."""
    return 2 * -(-int(side.rank.max()) // 2)


def padded_basis(side: Side, n_antennas: int) -> Complex64[np.ndarray, "b q a"]:
    """Return the bases times the unit of the table, zero above each block's rank."""
    padded = np.zeros((len(side.rank), padded_rank(side), n_antennas), dtype=np.complex64)
    for row, (rank, at) in enumerate(zip(side.rank, side.basis_at, strict=True)):
        basis = side.basis[at : at + rank * n_antennas].reshape(rank, n_antennas)
        padded[row, :rank] = basis * side.scale[row, :rank, None]
    return padded


def window(
    held: Held, rows: Int[np.ndarray, " some"], velocity_m_per_s: Float[np.ndarray, " 3"]
) -> tuple[int, int]:
    """Return the first cell and the number of cells that the gates of some blocks can touch.

    No antenna's leg changes by more than speed times time, so this needs no new distances.
    """
    drift_m = 2 * float(
        np.linalg.norm(velocity_m_per_s) * np.abs(held.tables.array.times_s()).max()
    )
    low = (held.reach_m[rows, 0].min() - drift_m) / held.delta_m
    high = (held.reach_m[rows, 1].max() + drift_m) / held.delta_m
    first = int(np.floor(low)) - held.n_k // 2 - 2
    return first, int(np.ceil(high)) + held.n_k // 2 + 4 - first


def stopped(
    held: Held,
    samples: Any,
    rows: Int[np.ndarray, " some"],
    velocity_m_per_s: Float[np.ndarray, " 3"],
) -> Any:
    """Return samples as if nothing moved from one frequency to the next of one transmitter."""
    array, xp = held.tables.array, held.xp
    if not velocity_m_per_s.any() or not array.step_s:
        return samples
    middle = held.tables.blocks.center_m[rows].mean(axis=0)
    rates: list[np.ndarray] = []
    for antenna in (array.tx_position_m, array.rx_position_m):
        way = middle - antenna
        rates.append(way @ velocity_m_per_s / np.linalg.norm(way, axis=1))
    n_f = len(array.frequency_hz)
    phase = array.wavenumber_rad_per_m * (np.arange(n_f) - (n_f - 1) / 2) * array.step_s
    if np.abs(phase).max() * sum(np.abs(rate).max() for rate in rates) < STEP_PHASE_RAD:
        return samples
    of_t, of_r = (
        xp.exp(1j * xp.asarray(rate)[:, None] * xp.asarray(phase)).astype(xp.complex64)
        for rate in rates
    )
    return samples * of_t[:, None] * of_r[None]


def path_profiles(held: Held, samples: Any, *, first: int, n: int) -> Any:
    """Return tapered, carrier-free profiles: transmitter, receiver, half cell, cell; complex64.

    Both half cells come from one transform of twice the length.
    """
    xp, (n_t, n_r, n_f) = held.xp, held.tables.array.shape
    over_path = xp.fft.ifft(samples * held.taper, n=2 * n_f, axis=2, norm="forward")
    index = 2 * (first + xp.arange(n))[None] + xp.arange(2)[:, None]
    # The transform starts at zero frequency, the band at k[0], the carrier in its middle.
    k = float(held.tables.array.wavenumber_rad_per_m[0]) - held.tables.gate.carrier_rad_per_m
    back = xp.exp(1j * k * held.delta_m / 2 * index).astype(xp.complex64)
    cut = xp.take(over_path.reshape(n_t * n_r, 2 * n_f), index % (2 * n_f), axis=1)
    return (cut.astype(xp.complex64, copy=False) * back).reshape(n_t, n_r, 2, n)


def block_places(
    held: Held,
    rows: Int[np.ndarray, " some"],
    velocity_m_per_s: Float[np.ndarray, " 3"],
    *,
    first: int,
) -> BlockPlaces:
    """Return where the gates of some blocks lie, following their motion."""
    xp, k, delta_m = held.xp, held.tables.gate.carrier_rad_per_m, held.delta_m
    row, velocity = xp.asarray(rows), xp.asarray(velocity_m_per_s)
    center = held.center_m[row]
    moved = held.time_s[:, None] * velocity
    to_t = xp.linalg.norm(center[:, None] + moved[None] - held.tx_position_m[None], axis=2)
    way_r = center[:, None] - held.rx_position_m[None]
    to_r = xp.linalg.norm(way_r, axis=2)
    rate_m_per_s = way_r @ velocity / to_r
    wave_t = xp.exp(1j * k * to_t).astype(xp.complex64)
    wave_r = xp.exp(1j * k * to_r).astype(xp.complex64)
    return BlockPlaces(
        rows=row,
        # The first tap lies one half cell before the place itself.
        u_t=2 * to_t / delta_m - 2 * (held.n_k // 2) - 2 * first - 1,
        u_r=2 * to_r / delta_m,
        rate_per_s=2 * rate_m_per_s / delta_m,
        turn_rad_per_s=k * rate_m_per_s,
        basis_t=held.basis_t[row] * wave_t[:, None],
        basis_r=held.basis_r[row] * wave_r[:, None],
        is_moving=bool(velocity_m_per_s.any()),
    )


def spectra(held: Held, half: Any, basis_r: Any) -> Any:
    """Return beams of both sides over sub-frequency: block, receivers', transmitters', frequency.

    Args:
        held: the tables.
        half: block, receiver, transmitters' beam, sample.
        basis_r: block, receivers' beam, receiver.
    """
    n_b, n_r, n_a, n_k = half.shape
    beams = held.xp.matmul(basis_r, half.reshape(n_b, n_r, n_a * n_k))
    return held.xp.matmul(beams.reshape(-1, n_k), held.fourier).reshape(n_b, -1, n_a, n_k)


def image_rows(
    held: Held,
    samples: Any,
    rows: Int[np.ndarray, " some"],
    velocity_m_per_s: Float[np.ndarray, " 3"],
    *,
    stages: Stages,
) -> Any:
    """Return the image of some blocks, block by voxel.

    Args:
        held: the tables.
        samples: complex64, in the same memory.
        rows: numbers of the blocks, at least one; on the host.
        velocity_m_per_s: of everything.
        stages: how the two hot stages are done.
    """
    first, n = window(held, rows, velocity_m_per_s)
    still = stopped(held, samples, rows, velocity_m_per_s)
    profiles = path_profiles(held, still, first=first, n=n)
    parts: list[Any] = []
    for start in range(0, len(rows), stages.blocks_at_once):
        some = rows[start : start + stages.blocks_at_once]
        places = block_places(held, some, velocity_m_per_s, first=first)
        half = stages.gate(held, profiles, places)
        parts.append(stages.voxels(held, places.rows, spectra(held, half, places.basis_r)))
    n_voxels = int(np.prod(held.tables.block_shape))
    whole = parts[0] if len(parts) == 1 else held.xp.concatenate(parts)
    return whole[:, :n_voxels]


def as_volume(held: Held, image: Any) -> Any:
    """Return the grid's voxels, the last axis fastest, from the image of all blocks in order."""
    grid, block = held.tables.grid.shape, held.tables.block_shape
    count = tuple(-(-n // b) for n, b in zip(grid, block, strict=True))
    volume = image.reshape(*count, *block).transpose(0, 3, 1, 4, 2, 5)
    volume = volume.reshape([c * b for c, b in zip(count, block, strict=True)])
    return volume[: grid[0], : grid[1], : grid[2]].ravel()


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainStages:
    """Satisfies ``Stages`` with array operations; what the kernels are held against.

    Attributes:
        blocks_at_once: bounds the memory, 8 bytes x channels x samples of a gate for each block.
    """

    blocks_at_once: int = 16

    def gate(self, held: Held, profiles: Any, places: BlockPlaces, /) -> Any:
        """Return gated samples on the transmitters' beams: block, receiver, beam, sample."""
        xp, n_k = held.xp, held.n_k
        n_t, n_r, _, n = profiles.shape
        time = held.time_s[:, None]
        u = places.u_t[:, :, None] + places.u_r[:, None] + time * places.rate_per_s[:, None]
        whole = xp.floor(u).astype(xp.int64)
        taps = held.taps[xp.floor((u - whole) * N_STEPS + 0.5).astype(xp.int64)]
        channel = (2 * n * xp.arange(n_t * n_r)).reshape(n_t, n_r)
        flat = profiles.ravel()
        gated = xp.zeros((*whole.shape, n_k), dtype=xp.complex64)
        for j in range(4):
            at = channel + ((whole + j) & 1) * n + ((whole + j) >> 1)
            gated += taps[..., j, None] * flat[at[..., None] + xp.arange(n_k)]
        if places.is_moving:
            turn = xp.exp(1j * time * places.turn_rad_per_s[:, None]).astype(xp.complex64)
            gated *= turn[..., None]
        half = xp.matmul(places.basis_t, gated.reshape(len(gated), n_t, n_r * n_k))
        half = half.reshape(len(gated), -1, n_r, n_k).transpose(0, 2, 1, 3)
        return xp.ascontiguousarray(half)

    def voxels(self, held: Held, rows: Any, spectrum: Any, /) -> Any:
        """Return block by voxel from spectra: block, receivers' beam, transmitters', frequency."""
        xp, tables, n_k = held.xp, held.tables, held.n_k
        n_voxels = tables.n_tiles * LANES
        image = xp.empty((len(rows), n_voxels), dtype=xp.complex64)
        for number, row in enumerate(rows.tolist()):
            n_a, n_b = int(tables.tx.rank[row]), int(tables.rx.rank[row])
            at, length = int(tables.phasors_at[row]), n_voxels * n_k * (n_a + n_b) * 2
            tiles = held.phasors[at : at + length].reshape(tables.n_tiles, n_k, n_a + n_b, 2, LANES)
            u = tiles.transpose(1, 0, 4, 2, 3).reshape(n_k, n_voxels, n_a + n_b, 2)
            u = (u[..., 0] + xp.complex64(1j) * u[..., 1]).astype(xp.complex64)
            beams = spectrum[number, :n_b, :n_a].transpose(2, 0, 1)
            image[number] = (xp.matmul(u[..., n_a:], beams) * u[..., :n_a]).sum(axis=(0, 2))
        return image
