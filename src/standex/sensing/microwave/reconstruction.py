"""Focus a sweep on voxels that move with a person: the exact sum, in plain NumPy.

image(v) = sum over t, r, f of  w_f S(t, r, f) exp(+j k_f (R_t(v, tau) + R_r(v, tau)))

with tau the time of that transmitter at that frequency, and v moving at the person's velocity.
Every pair and frequency is summed with its own phase: nothing is interpolated, and the geometry is
exact. Distances change during the sweep to first order in tau (0.02 rad for 14 mm at a metre).

Only pairs across the lane are summed: transmitter on one pillar, receiver on the other. Skin is
specular, and the normals between the two pillars are those of the front (or back) of whoever walks
down the lane; pairs of one pillar see flanks and swinging arms.

Each pair of columns (antennas above one another) is summed by itself: it sees its own upright
stripe of the body, and stripes are not added by phase, since a person is not known to a fraction
of a wavelength over metres (the guard of US10330785 against motion).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.sweep import Sweep

CHUNK = 1024  # voxels at a time: their phasors stay in the second-level cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """Voxels around a person, in a frame that looks at them from the array.

    Attributes:
        origin_m: middle of the person on the floor, sensor frame.
        away: horizontal unit vector into the body, away from the array.
        depth_m: along ``away``, ascending.
        across_m: to the left of ``away``, ascending.
        height_m: above the floor, ascending.
    """

    origin_m: Float[np.ndarray, " 2"]
    away: Float[np.ndarray, " 2"]
    depth_m: Float[np.ndarray, " nd"]
    across_m: Float[np.ndarray, " nu"]
    height_m: Float[np.ndarray, " nz"]

    def points_m(self) -> Float[np.ndarray, "v 3"]:
        """Return the voxels, depth slowest, height fastest."""
        d, u, z = np.meshgrid(self.depth_m, self.across_m, self.height_m, indexing="ij")
        left = np.array([-self.away[1], self.away[0]])
        plane = self.origin_m + d[..., None] * self.away + u[..., None] * left
        return np.concatenate([plane, z[..., None]], axis=-1).reshape(-1, 3)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the number of voxels in depth, across and up."""
        return len(self.depth_m), len(self.across_m), len(self.height_m)


def reconstruct(
    sweep: Sweep, box: Box, *, velocity_m_per_s: Float[np.ndarray, " 2"]
) -> Complex[np.ndarray, "stripes nd nu nz"]:
    """Return a volume around a person for each pair of columns across the lane.

    Args:
        sweep: with the background taken out.
        box: where the person is at the middle of the sweep.
        velocity_m_per_s: of the person, sensor frame.
    """
    points, stripes = box.points_m(), column_pairs(sweep)
    taper = np.hamming(len(sweep.frequency_hz)).astype(np.float32)
    samples = sweep.samples * (taper / taper.sum())
    image = np.empty((len(stripes), len(points)), dtype=np.complex64)
    for start in range(0, len(points), CHUNK):
        chunk = slice(start, start + CHUNK)
        image[:, chunk] = _focus(sweep, samples, points[chunk], velocity_m_per_s, stripes)
    return image.reshape(len(stripes), *box.shape)


def column_pairs(sweep: Sweep) -> list[tuple[slice, slice]]:
    """Return the runs of transmitters and receivers of each pair of columns across the lane.

    Antennas of a panel that stand above one another (within 5 mm) make a column.
    """
    tx = _columns(sweep.tx_panel, sweep.tx_position_m)
    rx = _columns(sweep.rx_panel, sweep.rx_position_m)
    return [(of_t, of_r) for t, of_t in tx for r, of_r in rx if t != r]


def _columns(panel: np.ndarray, position_m: np.ndarray) -> list[tuple[int, slice]]:
    moved = np.hypot(*np.diff(position_m[:, :2], axis=0).T) > 5e-3
    starts = np.concatenate([[0], 1 + np.flatnonzero(moved | (np.diff(panel) != 0))])
    ends = np.append(starts[1:], len(panel))
    return [(int(panel[a]), slice(int(a), int(b))) for a, b in zip(starts, ends, strict=True)]


def _focus(
    sweep: Sweep,
    samples: np.ndarray,
    points: np.ndarray,
    velocity: np.ndarray,
    stripes: list[tuple[slice, slice]],
) -> np.ndarray:
    k = sweep.wavenumber_rad_per_m
    t_to, t_rate = _legs(sweep.tx_position_m, points, velocity)
    r_to, r_rate = _legs(sweep.rx_position_m, points, velocity)
    t_to = t_to + (t_rate + r_rate.mean(axis=0)) * sweep.tx_time_s[:, None]
    wave_t = _Phasor(t_to, t_rate, k, sweep.step_s)
    wave_r = _Phasor(r_to, r_rate, k, sweep.step_s)
    blocks = [samples[of_t, of_r].transpose(2, 0, 1).copy() for of_t, of_r in stripes]
    image = np.zeros((len(stripes), len(points)), dtype=np.complex64)
    for step in range(len(k)):
        for row, (of_t, of_r) in enumerate(stripes):
            beams = blocks[row][step] @ wave_r.value[of_r]
            beams *= wave_t.value[of_t]
            image[row] += beams.sum(axis=0)
        wave_t.advance()
        wave_r.advance()
    return image


def _legs(
    antenna_m: np.ndarray, points: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and their rates, antenna by voxel."""
    way = points[None, :, :] - antenna_m[:, None, :]
    distance = np.sqrt(np.einsum("avx,avx->av", way, way))
    rate = (way[..., :2] @ velocity) / distance
    return distance, rate


class _Phasor:
    """exp(+j k(s) R(s)) for s = 0, 1, ..., by two complex products a step.

    k and R change linearly with s, so the phase is quadratic in s; 64 products in complex64
    lose less than 1e-5.
    """

    def __init__(
        self, distance_m: np.ndarray, rate_m_per_s: np.ndarray, k: np.ndarray, step_s: float
    ) -> None:
        dk = float(k[1] - k[0])
        moved = rate_m_per_s * step_s
        first = distance_m - moved * (len(k) - 1) / 2
        self.value = _turn(k[0] * first)
        self._by = _turn(k[0] * moved + dk * (first + moved))
        self._by_by = _turn(2 * dk * moved)

    def advance(self) -> None:
        self.value *= self._by
        self._by *= self._by_by


def _turn(phase_rad: np.ndarray) -> np.ndarray:
    """Return exp(+j phase); reduced in float64, evaluated in float32."""
    turns = phase_rad * (0.5 / np.pi)
    turns -= np.rint(turns)
    reduced = (2 * np.pi * turns).astype(np.float32)
    value = np.empty(reduced.shape, dtype=np.complex64)
    np.cos(reduced, out=value.real)
    np.sin(reduced, out=value.imag)
    return value
