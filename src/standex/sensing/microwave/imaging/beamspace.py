"""Block beamspace reconstruction: whole volumes by small matrix products.

For each block of voxels (centre c, distances R_t and R_r to the antennas):

1. gate: the profiles of all channels around the path R_t(c) + R_r(c), resampled to K samples;
2. beams: both sides projected on the few dimensions that the block can tell apart;
3. a transform of the K samples to K sub-frequencies;
4. image(v) = sum over k of U_t,k(v) . C_k . U_r,k(v).

Exact as the tolerance goes to zero; any array, transmitters and receivers apart. The work per voxel
and channel falls as antennas get more, since the beams do not.

Motion: the gate follows each channel's path to the moving middle of the block at the time of its
transmitter. Within a block the change of direction is left out: a path error of at most
``half diagonal x movement / distance``, 0.3 mm for 5 cm and 7 mm at a metre.

References:
    Michielssen, Boag, IEEE Trans. Antennas Propag. 44 (1996) 1086 (multilevel matrix decomposition:
    few dimensions between separated blocks). The block reconstruction here follows that idea.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import final

import numpy as np
import scipy.fft
from jaxtyping import Complex, Float, Float32, Int
from threadpoolctl import threadpool_limits

from standex.sensing.microwave.imaging.beamspace_profiles import (
    N_STEPS,
    interpolation_taps,
    path_profiles,
)
from standex.sensing.microwave.imaging.beamspace_tables import LANES, Tables
from standex.sensing.microwave.imaging.exact import refuse_samples

KERNEL = "standex.sensing.microwave.imaging.beamspace_kernel"
HAS_KERNEL = find_spec("numba") is not None
STEP_PHASE_RAD = 0.01  # motion within one transmitter's frequencies below this is left alone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where the gate of each block lies on the profiles.

    Attributes:
        first: cell of the profiles' first sample.
        n: cells of a profile.
        u_t: share of the index (in half cells) of each transmitter, block by transmitter.
        u_r: of each receiver.
        rate_per_s: of the index of each receiver, from motion.
        turn_rad_per_s: of the carrier of each receiver, from motion.
        wave_t: carrier of each transmitter's leg, at that transmitter's time.
        wave_r: of each receiver's leg, at the middle of the sweep.
    """

    first: int
    n: int
    u_t: Float[np.ndarray, "b t"]
    u_r: Float[np.ndarray, "b r"]
    rate_per_s: Float[np.ndarray, "b r"]
    turn_rad_per_s: Float[np.ndarray, "b r"]
    wave_t: Complex[np.ndarray, "b t"]
    wave_r: Complex[np.ndarray, "b r"]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeamspaceImager:
    """Satisfies ``Imager`` for whole volumes, and images chosen blocks of one.

    Attributes:
        tables: of the geometry.
        n_threads: blocks are shared among so many.
        is_compiled: use the compiled kernel; the NumPy path is its reference.
    """

    tables: Tables
    n_threads: int = 1
    is_compiled: bool = HAS_KERNEL

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        """Return the shape of the samples and the number of voxels."""
        return self.tables.array.shape, self.tables.grid.size

    def adjoint(
        self, samples: Complex[np.ndarray, "t r f"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, " v"]:
        """Return the image of the whole grid; complex64."""
        blocks = self.tables.blocks
        rows = np.arange(len(blocks.first))
        image = self.image_blocks(samples, rows, velocity_m_per_s)
        volume = np.zeros(blocks.grid.shape, dtype=np.complex64)
        for first, one in zip(blocks.first, image, strict=True):
            here = tuple(slice(i, i + n) for i, n in zip(first, blocks.shape, strict=True))
            part = volume[here]
            part[...] = one.reshape(blocks.shape)[tuple(slice(0, n) for n in part.shape)]
        return volume.ravel()

    def image_blocks(
        self,
        samples: Complex[np.ndarray, "t r f"],
        rows: Int[np.ndarray, " some"],
        velocity_m_per_s: Float[np.ndarray, " 3"],
        /,
    ) -> Complex[np.ndarray, "some voxels"]:
        """Return the image of some blocks, voxels of a block in order."""
        tables = self.tables
        refuse_samples(tables.array, samples)
        n_voxels = int(np.prod(tables.block_shape))
        if not len(rows):
            return np.zeros((0, n_voxels), dtype=np.complex64)
        places = gate_places(tables, rows, velocity_m_per_s)
        still = _stopped(tables, rows, samples, velocity_m_per_s)
        profiles = path_profiles(
            tables.array,
            still,
            first=places.first,
            n=places.n,
            carrier_rad_per_m=tables.gate.carrier_rad_per_m,
        )
        image = np.zeros((len(rows), tables.n_tiles * LANES), dtype=np.complex64)
        if self.is_compiled:
            self._compiled(rows, places, profiles, bool(velocity_m_per_s.any()), image)
        else:
            for number, row in enumerate(rows):
                image[number] = _one_block(tables, places, profiles, number, int(row))
        return image[:, :n_voxels]

    def _compiled(
        self,
        rows: np.ndarray,
        places: Places,
        profiles: np.ndarray,
        is_moving: bool,
        image: np.ndarray,
    ) -> None:
        blocks_kernel = import_module(KERNEL).blocks_kernel
        t, gate = self.tables, self.tables.gate

        def share(part: int) -> None:
            blocks_kernel(
                np.arange(part, len(rows), n),
                rows,
                profiles.reshape(-1),
                places.n,
                places.u_t,
                places.u_r,
                places.rate_per_s,
                t.array.times_s(),
                places.turn_rad_per_s,
                is_moving,
                places.wave_t,
                places.wave_r,
                t.tx.basis,
                t.tx.basis_at,
                t.rx.basis,
                t.rx.basis_at,
                t.tx.rank,
                t.rx.rank,
                t.tx.scale,
                t.rx.scale,
                t.phasors,
                t.phasors_at,
                t.n_tiles,
                gate.fourier,
                interpolation_taps().reshape(-1),
                (0,) * len(gate.offset_m),
                image,
            )

        n = max(1, min(self.n_threads, len(rows)))
        # A BLAS that starts threads of its own inside every small product only gets in the way.
        with threadpool_limits(limits=1, user_api="blas"):
            if n == 1:
                share(0)
                return
            with ThreadPoolExecutor(n) as pool:
                list(pool.map(share, range(n)))

    def forward(
        self, image: Complex[np.ndarray, " v"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, "t r f"]:
        """Return the samples: the exact transpose of what ``adjoint`` computes; NumPy."""
        tables = self.tables
        blocks = tables.blocks
        rows = np.arange(len(blocks.first))
        places = gate_places(tables, rows, velocity_m_per_s)
        n_t, n_r, _ = tables.array.shape
        profiles = np.zeros((n_t, n_r, 2, places.n), dtype=np.complex128)
        volume = image.reshape(blocks.grid.shape)
        for number, row in enumerate(rows):
            first = blocks.first[row]
            here = tuple(slice(i, i + n) for i, n in zip(first, blocks.shape, strict=True))
            whole = np.zeros(blocks.shape, dtype=np.complex128)
            part = volume[here]
            whole[tuple(slice(0, n) for n in part.shape)] = part
            flat = np.zeros(tables.n_tiles * LANES, dtype=np.complex128)
            flat[: whole.size] = whole.ravel()
            _spread_block(tables, places, flat, number, int(row), profiles)
        samples = _unprofiled(tables, places, profiles)
        turn = _stop_turns(tables, rows, velocity_m_per_s)
        return samples if turn is None else samples * np.conj(turn)


def gate_places(
    tables: Tables, rows: Int[np.ndarray, " some"], velocity_m_per_s: Float[np.ndarray, " 3"]
) -> Places:
    """Return where the gates of some blocks lie, following their motion."""
    array, gate = tables.array, tables.gate
    center = tables.blocks.center_m[rows]
    k = gate.carrier_rad_per_m
    delta_m = array.path_period_m / len(array.frequency_hz)
    n_k = len(gate.offset_m)
    moved = array.times_s()[:, None] * velocity_m_per_s
    to_t = np.linalg.norm(center[:, None] + moved[None] - array.tx_position_m[None], axis=2)
    way_r = center[:, None] - array.rx_position_m[None]
    to_r = np.linalg.norm(way_r, axis=2)
    rate_m_per_s = way_r @ velocity_m_per_s / to_r
    drift_m = np.abs(rate_m_per_s).max() * np.abs(array.times_s()).max()
    low = (to_t.min(axis=1) + to_r.min(axis=1)).min() - drift_m
    high = (to_t.max(axis=1) + to_r.max(axis=1)).max() + drift_m
    first = int(np.floor(low / delta_m)) - n_k // 2 - 2
    n = int(np.ceil(high / delta_m)) + n_k // 2 + 4 - first
    # The first tap lies one half cell before the place itself.
    u_t = 2 * to_t / delta_m - 2 * (n_k // 2) - 2 * first - 1
    return Places(
        first=first,
        n=n,
        u_t=u_t,
        u_r=2 * to_r / delta_m,
        rate_per_s=2 * rate_m_per_s / delta_m,
        turn_rad_per_s=k * rate_m_per_s,
        wave_t=np.exp(1j * k * to_t).astype(np.complex64),
        wave_r=np.exp(1j * k * to_r).astype(np.complex64),
    )


def _stop_turns(tables: Tables, rows: np.ndarray, velocity: np.ndarray) -> np.ndarray | None:
    """Return the phases by which a transmitter's later frequencies see a moved target, or None."""
    array = tables.array
    n_f = len(array.frequency_hz)
    if not velocity.any() or not array.step_s:
        return None
    middle = tables.blocks.center_m[rows].mean(axis=0)
    rates = []
    for antenna in (array.tx_position_m, array.rx_position_m):
        way = middle - antenna
        rates.append(way @ velocity / np.linalg.norm(way, axis=1))
    phase = array.wavenumber_rad_per_m * (np.arange(n_f) - (n_f - 1) / 2) * array.step_s
    if np.abs(phase).max() * (np.abs(rates[0]).max() + np.abs(rates[1]).max()) < STEP_PHASE_RAD:
        return None
    of_t, of_r = (np.exp(1j * rate[:, None] * phase).astype(np.complex64) for rate in rates)
    return of_t[:, None] * of_r[None]


def _stopped(
    tables: Tables, rows: np.ndarray, samples: np.ndarray, velocity: np.ndarray
) -> np.ndarray:
    turn = _stop_turns(tables, rows, velocity)
    return samples.astype(np.complex64, copy=False) if turn is None else samples * turn


def _gate_index(
    tables: Tables, places: Places, number: int
) -> tuple[Int[np.ndarray, "t r k"], Float32[np.ndarray, "t r 4"], Complex[np.ndarray, "t r"]]:
    """Return the half cell of each first tap, the taps, and the turn of the carrier."""
    time = tables.array.times_s()
    u = places.u_t[number][:, None] + places.u_r[number][None]
    u = u + time[:, None] * places.rate_per_s[number]
    whole = np.floor(u).astype(np.int64)
    taps = interpolation_taps()[np.floor((u - whole) * N_STEPS + 0.5).astype(np.int64)]
    turn = np.exp(1j * time[:, None] * places.turn_rad_per_s[number])
    return whole[..., None] + 2 * np.arange(len(tables.gate.offset_m)), taps, turn


def _sides(tables: Tables, places: Places, number: int, row: int) -> list[np.ndarray]:
    """Return the carried bases of both sides, beam by antenna."""
    carried = []
    for side, wave in ((tables.tx, places.wave_t), (tables.rx, places.wave_r)):
        at, n = int(side.basis_at[row]), wave.shape[1]
        basis = side.basis[at : at + int(side.rank[row]) * n].reshape(-1, n)
        carried.append(basis * wave[number])
    return carried


def block_phasors(
    tables: Tables, row: int
) -> tuple[Complex[np.ndarray, "k v a"], Complex[np.ndarray, "k v b"]]:
    """Return U of both sides of one block, with the voxels that fill up its last tile."""
    n_k = len(tables.gate.offset_m)
    n_a, n_b = int(tables.tx.rank[row]), int(tables.rx.rank[row])
    at = int(tables.phasors_at[row])
    whole = tables.phasors[at : at + tables.n_tiles * n_k * (n_a + n_b) * 2 * LANES]
    parts = whole.reshape(tables.n_tiles, n_k, n_a + n_b, 2, LANES).astype(np.float32)
    value = (parts[:, :, :, 0] + 1j * parts[:, :, :, 1]).transpose(1, 0, 3, 2)
    value = value.reshape(n_k, tables.n_tiles * LANES, n_a + n_b).astype(np.complex64)
    return value[..., :n_a] * tables.tx.scale[row, :n_a], value[..., n_a:] * tables.rx.scale[
        row, :n_b
    ]


def _one_block(
    tables: Tables, places: Places, profiles: np.ndarray, number: int, row: int
) -> Complex[np.ndarray, " v"]:
    index, taps, turn = _gate_index(tables, places, number)
    t, r = np.ogrid[: index.shape[0], : index.shape[1]]
    gated = np.zeros(index.shape, dtype=np.complex64)
    for j in range(4):
        half, cell = (index + j) & 1, (index + j) >> 1
        value = (
            profiles[t[..., None], r[..., None], half, 0, cell]
            + 1j * (profiles[t[..., None], r[..., None], half, 1, cell])
        )
        gated += taps[..., j, None] * value
    gated *= turn[..., None]
    v, w = _sides(tables, places, number, row)
    beams = np.einsum("at,trk,br->kab", v, gated, w, optimize=True)
    spectrum = np.einsum("jk,kab->jab", tables.gate.fourier, beams)
    u_t, u_r = block_phasors(tables, row)
    return np.einsum("kva,kvb,kab->v", u_t, u_r, spectrum, optimize=True)


def _spread_block(
    tables: Tables,
    places: Places,
    flat: np.ndarray,
    number: int,
    row: int,
    profiles: np.ndarray,
) -> None:
    """Add the profiles of one block's reflectivity: the transpose of ``_one_block``."""
    u_t, u_r = block_phasors(tables, row)
    beams = np.einsum("kva,kvb,v->kab", u_t.conj(), u_r.conj(), flat, optimize=True)
    over_path = np.einsum("jk,jab->kab", tables.gate.fourier.conj(), beams)
    v, w = _sides(tables, places, number, row)
    gated = np.einsum("at,kab,br->trk", v.conj(), over_path, w.conj(), optimize=True)
    index, taps, turn = _gate_index(tables, places, number)
    gated *= turn.conj()[..., None]
    t, r, _ = np.ogrid[: index.shape[0], : index.shape[1], :1]
    for j in range(4):
        half, cell = (index + j) & 1, (index + j) >> 1
        np.add.at(profiles, (t, r, half, cell), taps[..., j, None] * gated)


def _unprofiled(tables: Tables, places: Places, profiles: np.ndarray) -> np.ndarray:
    """Return samples of profiles: the transpose of ``path_profiles``."""
    array = tables.array
    n_f = len(array.frequency_hz)
    k, delta_m = array.wavenumber_rad_per_m, array.path_period_m / n_f
    cell = places.first + np.arange(places.n)
    samples = np.zeros(array.shape, dtype=np.complex128)
    for half in range(2):
        path_m = (cell + half / 2) * delta_m
        forth = np.exp(-1j * (k[0] - tables.gate.carrier_rad_per_m) * path_m)
        folded = np.zeros(array.shape, dtype=np.complex128)
        # Cells a period apart fold onto one; within a period each is there once.
        for start in range(0, places.n, n_f):
            part = slice(start, min(start + n_f, places.n))
            folded[:, :, cell[part] % n_f] += profiles[:, :, half, part] * forth[part]
        turn = np.exp(-1j * np.pi * np.arange(n_f) / n_f * half) * array.taper
        samples += scipy.fft.fft(folded, axis=2) * turn
    return samples
