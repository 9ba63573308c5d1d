"""The compiled inner loop of direct backprojection; ``direct`` holds the same sum in NumPy.

Numba is optional: where it is missing, ``AVAILABLE`` is False and nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

from inspect import unwrap
from typing import Any

import numpy as np
from jaxtyping import Float, Int

try:
    import numba
except ImportError:  # the extra [imaging] is not installed
    numba = None

AVAILABLE = numba is not None
TILE = 1024  # voxels at a time: their tables stay in the L2 cache, rows of profiles in L1
TOUCHING_M = 1e-9  # a voxel nearer to an antenna has no direction
TURN = 4294967296.0  # a full period as a 32-bit integer: its overflow is the folding


def cores() -> int:
    """Return the number of cores that this process may use; 1 without Numba."""
    return int(numba.get_num_threads()) if numba else 1


def _jit(function: Any) -> Any:
    if numba is None:
        return function
    # under test, functions arrive wrapped in checks of their annotations, which these have none of
    return numba.njit(fastmath=True, nogil=True, cache=True, boundscheck=False)(unwrap(function))


@_jit
def _row(points, start, n, antenna, drift, per_period, offset_m, per_turn, place, cos, sin):
    """Fill one antenna's tables for ``n`` voxels: place in the period, carrier phasor.

    Distance, place and phase are float64 until they are reduced to one period and one turn;
    paths of many kilometres lose nothing.
    """
    f32 = np.float32
    drifts = drift[0] != 0.0 or drift[1] != 0.0 or drift[2] != 0.0
    for v in range(n):
        x = points[start + v, 0] - antenna[0]
        y = points[start + v, 1] - antenna[1]
        z = points[start + v, 2] - antenna[2]
        distance = np.sqrt(x * x + y * y + z * z)
        path = distance + offset_m
        if drifts:
            path += (x * drift[0] + y * drift[1] + z * drift[2]) / max(distance, TOUCHING_M)
        periods = path * per_period
        periods -= np.floor(periods)
        # the signed conversion is the fast one; the halves of a sum of two are a whole period
        place[v] = np.uint32(np.int32((periods - 0.5) * TURN))
        turns = distance * per_turn
        turns -= np.floor(turns + 0.5)
        # sine and cosine of half the angle by their series (error 5e-7), then doubled
        h = f32(turns) * f32(np.pi)
        q = h * h
        half_sin = f32(-1 / 5040) + q * (f32(1 / 362880) + q * f32(-1 / 39916800))
        half_sin = h * (f32(1) + q * (f32(-1 / 6) + q * (f32(1 / 120) + q * half_sin)))
        half_cos = f32(-1 / 720) + q * (f32(1 / 40320) + q * f32(-1 / 3628800))
        half_cos = f32(1) + q * (f32(-1 / 2) + q * (f32(1 / 24) + q * half_cos))
        cos[v] = f32(1) - f32(2) * half_sin * half_sin
        sin[v] = f32(2) * half_sin * half_cos


@_jit
def _backproject(
    profiles, unit, tx, rx, points, start, stop,
    drift, per_period, whole_m, offset_m, per_turn, shift, out,
):  # fmt: skip
    n_tx, n_rx, _ = profiles.shape
    f32, u32 = np.float32, np.uint32
    down, below = u32(shift), u32((1 << shift) - 1)
    step = f32(1.0 / (1 << shift))
    place_r = np.empty((n_rx, TILE), u32)
    cos_r = np.empty((n_rx, TILE), f32)
    sin_r = np.empty((n_rx, TILE), f32)
    place_t, index = np.empty(TILE, u32), np.empty(TILE, u32)
    four = np.empty(TILE, np.int64)
    cos_t, sin_t = np.empty(TILE, f32), np.empty(TILE, f32)
    re, im = np.empty(TILE, f32), np.empty(TILE, f32)
    for first in range(start, stop, TILE):
        n = min(TILE, stop - first)
        for r in range(n_rx):
            _row(
                points, first, n, rx[r], drift, per_period, whole_m, per_turn,
                place_r[r], cos_r[r], sin_r[r],
            )  # fmt: skip
        for t in range(n_tx):
            _row(
                points, first, n, tx[t], drift, per_period, offset_m, per_turn,
                place_t, cos_t, sin_t,
            )  # fmt: skip
            re[:] = 0
            im[:] = 0
            for r in range(n_rx):
                row, place, c, s = profiles[t, r], place_r[r], cos_r[r], sin_r[r]
                # three short loops: the first and last become vector code, and the loads of the
                # middle one are as fast as a processor's gather or faster
                for v in range(n):
                    index[v] = u32(place_t[v] + place[v]) >> down
                for v in range(n):
                    four[v] = row[index[v]]
                for v in range(n):
                    past = f32(np.int32(u32(place_t[v] + place[v]) & below)) * step
                    value, growth = np.int32(four[v]), np.int32(four[v] >> 32)
                    x = f32(np.int16(value)) + past * f32(np.int16(growth))
                    y = f32(value >> 16) + past * f32(growth >> 16)
                    re[v] += x * c[v] - y * s[v]
                    im[v] += x * s[v] + y * c[v]
            for v in range(n):
                out[0, first + v] += unit[t] * (cos_t[v] * re[v] - sin_t[v] * im[v])
                out[1, first + v] += unit[t] * (cos_t[v] * im[v] + sin_t[v] * re[v])


def backproject(
    profiles: Int[np.ndarray, "t r b"],
    *,
    unit: Float[np.ndarray, " t"],
    tx_m: Float[np.ndarray, "t 3"],
    rx_m: Float[np.ndarray, "r 3"],
    points_m: Float[np.ndarray, "v 3"],
    rows: tuple[int, int],
    drift_m: Float[np.ndarray, " 3"],
    period_m: float,
    count: int,
    first: int,
    k_rad_per_m: float,
    out: Float[np.ndarray, "2 v"],
) -> None:
    """Add the backprojection of packed profiles to real and imaginary parts; holds no lock.

    ``out[v] += sum_tr unit_t P_tr(q) exp(+j k (R_t + R_r))``, P interpolated linearly at the path
    ``q = R_t + R_r + drift . (direction_t + direction_r)``. Every bin in reach, and the one after
    it, must be held: nothing is checked in the loop.

    Args:
        profiles: as ``range_profiles.packed`` makes them.
        unit: value of one count, per transmitter; float32.
        tx_m: transmitters.
        rx_m: receivers.
        points_m: voxels.
        rows: first voxel and the one after the last.
        drift_m: added to each antenna's path times the cosine between it and the direction from
            antenna to voxel.
        period_m: path after which profiles repeat.
        count: bins of one period, a power of two.
        first: bin of path zero that is held first.
        k_rad_per_m: wavenumber of the carrier.
        out: float32; written to.
    """
    # whole periods keep every path positive
    whole_m = np.ceil(1 + np.linalg.norm(drift_m) / period_m) * period_m
    offset_m = whole_m - (first % count - count) * period_m / count
    _backproject(
        profiles, unit, tx_m, rx_m, points_m, rows[0], rows[1],
        drift_m, 1 / period_m, whole_m, offset_m, k_rad_per_m / (2 * np.pi),
        32 - (count.bit_length() - 1), out,
    )  # fmt: skip
