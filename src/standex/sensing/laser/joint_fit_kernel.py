"""The compiled loops around the matrix product of ``joint_fit``, which has the same in NumPy.

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
except ImportError:  # no extra that brings Numba is installed
    numba = None

AVAILABLE = numba is not None
# sums may be reordered; a NaN must stay one, since that is how it is found
FAST = {"reassoc", "contract", "arcp", "nsz"}


def _jit(function: Any) -> Any:
    if numba is None:
        return function
    # under test, functions arrive wrapped in checks of their annotations, which these have none of
    return numba.njit(fastmath=FAST, nogil=True, cache=True, error_model="numpy")(unwrap(function))


@_jit
def _whiten(signal, weight, pivot, probe, out, share, squares):
    f32 = np.float32
    n, m = signal.shape
    for i in range(n):
        a = f32(0)
        for j in range(m):
            a += f32(signal[i, j]) * probe[j]
        total = f32(0)
        for j in range(m):
            x = (f32(signal[i, j]) - a * pivot[j]) * weight[j]
            out[i, j] = x
            total += x * x
        share[i] = a
        squares[i] = total


@_jit
def _scale(product, variance, floor, inflation, out):
    f32 = np.float32
    n, k = out.shape
    for i in range(n):
        q = inflation[i]
        for j in range(k):
            v = variance[i, j]
            v = v if v > floor[j] else floor[j]
            out[i, j] = product[i, j] * (f32(1) / np.sqrt(v * q))


@_jit
def _best(product, variance, floor, inflation, z, row):
    f32 = np.float32
    n, top = z.shape
    k = variance.shape[1]
    line = np.empty(k, f32)
    for i in range(n):
        q = inflation[i]
        for j in range(k):
            v = variance[i, j]
            v = v if v > floor[j] else floor[j]
            line[j] = product[i, j] * (f32(1) / np.sqrt(v * q))
        for t in range(top):
            z[i, t] = -np.inf
            row[i, t] = 0
        least = z[i, top - 1]
        for j in range(k):
            if line[j] > least:
                t = top - 1
                while t > 0 and z[i, t - 1] < line[j]:
                    z[i, t] = z[i, t - 1]
                    row[i, t] = row[i, t - 1]
                    t -= 1
                z[i, t] = line[j]
                row[i, t] = j
                least = z[i, top - 1]


def whiten(
    signal: Float[np.ndarray, "n channels"],
    *,
    weight: Float[np.ndarray, " channels"],
    pivot: Float[np.ndarray, " channels"],
    probe: Float[np.ndarray, " channels"],
    out: Float[np.ndarray, "n channels"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Write weighted spectra less their share of the pivot; return that share and sums of squares.

    All float32; a NaN or an infinity anywhere in a row makes its sum of squares not finite.
    """
    n = len(signal)
    share, squares = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    _whiten(signal, weight, pivot, probe, out, share, squares)
    return share, squares


def scale(
    product: Float[np.ndarray, "n columns"],
    *,
    variance: Float[np.ndarray, "n entries"],
    floor: Float[np.ndarray, " entries"],
    inflation: Float[np.ndarray, " n"],
    out: Float[np.ndarray, "n entries"],
) -> None:
    """Write ``product / sqrt(max(variance, floor) inflation)`` of the first columns to ``out``."""
    _scale(product, variance, floor, inflation, out)


def best(
    product: Float[np.ndarray, "n columns"],
    *,
    variance: Float[np.ndarray, "n entries"],
    floor: Float[np.ndarray, " entries"],
    inflation: Float[np.ndarray, " n"],
    z: Float[np.ndarray, "n top"],
    row: Int[np.ndarray, "n top"],
) -> None:
    """Write the largest of what ``scale`` would write, and their columns, largest first."""
    _best(product, variance, floor, inflation, z, row)
