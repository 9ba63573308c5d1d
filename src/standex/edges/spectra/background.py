"""The smooth background of one spectrum, for building libraries and for looking at them.

Detection does not use this: its fit has the background in it.
"""

import numpy as np
from jaxtyping import Float
from scipy.linalg import solveh_banded

_MAX_ROUNDS = 50


def smooth_background(
    intensity: Float[np.ndarray, " channels"], *, width_channels: float, asymmetry: float = 1e-3
) -> Float[np.ndarray, " channels"]:
    """Return a smooth curve below the peaks: asymmetric least squares.

    Minimises sum w (y - z)^2 + lam sum (second difference of z)^2, with w = ``asymmetry`` where
    y > z and 1 - ``asymmetry`` elsewhere, until the weights stay. lam = ``asymmetry`` (width /
    2 pi)^4 lets half the amplitude of a wave of that width pass where the curve lies below it: what
    is narrower stays in the spectrum.

    Args:
        intensity: finite, on steps that are about even.
        width_channels: waves wider than this are background; above 2.
        asymmetry: weight of what lies above the curve, in (0, 0.5).

    Raises:
        ValueError: a setting is outside its bounds, or an intensity is not finite.

    References:
        Eilers, Boelens, Baseline Correction with Asymmetric Least Squares Smoothing, 2005.
    """
    if not width_channels > 2:
        raise ValueError(f"width_channels must be above 2, got {width_channels}")
    if not 0 < asymmetry < 0.5:
        raise ValueError(f"asymmetry must be inside (0, 0.5), got {asymmetry}")
    if not np.isfinite(intensity).all():
        raise ValueError("intensity must be finite")
    n = len(intensity)
    scale = float(np.abs(intensity).max()) or 1.0
    y = intensity / scale
    penalty = _penalty(n) * asymmetry * (width_channels / (2 * np.pi)) ** 4
    weight, z = np.full(n, 0.5), y
    for _ in range(_MAX_ROUNDS):
        banded = penalty.copy()
        banded[-1] += weight
        z = solveh_banded(banded, weight * y, check_finite=False)
        new = np.where(y > z, asymmetry, 1 - asymmetry)
        if np.array_equal(new, weight):
            break
        weight = new
    return z * scale


def _penalty(n: int) -> Float[np.ndarray, "3 channels"]:
    """Return D'D of the second differences D, its upper bands as SciPy wants them."""
    bands = np.zeros((3, n))
    bands[2] = 6.0
    bands[2, [0, -1]], bands[2, [1, -2]] = 1.0, 5.0
    bands[1, 1:] = -4.0
    bands[1, [1, -1]] = -2.0
    bands[0, 2:] = 1.0
    return bands
