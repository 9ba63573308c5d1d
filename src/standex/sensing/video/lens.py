"""Lenses: what bends straight lines, in OpenCV's model, and its way back by iteration.

    r^2 = x^2 + y^2
    x_d = x (1 + k1 r^2 + k2 r^4 + k3 r^6) / (1 + k4 r^2 + k5 r^4 + k6 r^6)
          + 2 p1 x y + p2 (r^2 + 2 x^2) + s1 r^2 + s2 r^4
    y_d = y (...) + p1 (r^2 + 2 y^2) + 2 p2 x y + s3 r^2 + s4 r^4

with x, y the tangents of the angles off the optical axis. The order of the numbers is OpenCV's:
k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4.

References:
    Brown, Photogrammetric Engineering 32 (1966) 444. OpenCV, calib3d module.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float

N_NUMBERS = (0, 4, 5, 8, 12)  # that a lens may have
MAX_ROUNDS = 50
CLOSE = 1e-10  # tangents; a millionth of a pixel
NEAR_FOLD = 0.999


def refuse_lens(distortion: Float[np.ndarray, " k"]) -> None:
    """Refuse numbers that are no lens.

    Raises:
        ValueError: there are not as many as OpenCV's model has, or one is not finite.
    """
    if len(distortion) not in N_NUMBERS:
        allowed = ", ".join(str(n) for n in N_NUMBERS)
        raise ValueError(f"distortion must have {allowed} numbers, got {len(distortion)}")
    if not np.isfinite(distortion).all():
        raise ValueError(f"distortion must be finite, got {distortion.tolist()}")


def distorted(
    tangent: Float[np.ndarray, "n 2"], distortion: Float[np.ndarray, " k"]
) -> Float[np.ndarray, "n 2"]:
    """Return where a lens puts directions.

    Args:
        tangent: x / z and y / z of each direction.
        distortion: of the lens.
    """
    if not distortion.any():
        return tangent
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = _all_numbers(distortion)
    x, y = tangent[:, 0], tangent[:, 1]
    r2 = x * x + y * y
    radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    return np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + r2 * s2),
            y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + r2 * s4),
        ],
        axis=1,
    )


def slope(
    tangent: Float[np.ndarray, "n 2"], distortion: Float[np.ndarray, " k"]
) -> Float[np.ndarray, "n 2 2"]:
    """Return the Jacobian of ``distorted``: rows x_d, y_d; columns x, y."""
    jacobian = np.zeros((len(tangent), 2, 2))
    if not distortion.any():
        jacobian[:] = np.eye(2)
        return jacobian
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = _all_numbers(distortion)
    x, y = tangent[:, 0], tangent[:, 1]
    r2 = x * x + y * y
    above, below = 1 + r2 * (k1 + r2 * (k2 + r2 * k3)), 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    radial = above / below
    # Derivatives to r^2.
    steeper = (
        k1 + r2 * (2 * k2 + r2 * 3 * k3) - radial * (k4 + r2 * (2 * k5 + r2 * 3 * k6))
    ) / below
    x_prism, y_prism = s1 + 2 * s2 * r2, s3 + 2 * s4 * r2
    jacobian[:, 0, 0] = radial + 2 * x * x * steeper + 2 * p1 * y + 6 * p2 * x + 2 * x * x_prism
    jacobian[:, 0, 1] = 2 * x * y * steeper + 2 * p1 * x + 2 * p2 * y + 2 * y * x_prism
    jacobian[:, 1, 0] = 2 * x * y * steeper + 2 * p1 * x + 2 * p2 * y + 2 * x * y_prism
    jacobian[:, 1, 1] = radial + 2 * y * y * steeper + 6 * p1 * y + 2 * p2 * x + 2 * y * y_prism
    return jacobian


def undistorted(
    image: Float[np.ndarray, "n 2"], distortion: Float[np.ndarray, " k"]
) -> tuple[Float[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
    """Return the directions that a lens puts at these places, and whether there is one.

    Newton's method, kept inside the lens's fold. Beyond the image circle of a strong lens there
    may be no direction at all.

    Args:
        image: distorted x, y.
        distortion: of the lens.
    """
    if not distortion.any():
        return image, np.all(np.isfinite(image), axis=1)
    fold = _fold(tuple(distortion.tolist()))
    tangent = _within(image, fold)
    going = np.flatnonzero(np.all(np.isfinite(image), axis=1))
    for _ in range(MAX_ROUNDS):
        off = distorted(tangent[going], distortion) - image[going]
        far = np.abs(off).max(axis=1) > CLOSE
        going, off = going[far], off[far]
        if not len(going):
            break
        a, b, c, d = slope(tangent[going], distortion).reshape(-1, 4).T
        determinant = a * d - b * c
        determinant = np.where(np.abs(determinant) > 1e-9, determinant, 1e-9)
        step = np.stack([d * off[:, 0] - b * off[:, 1], a * off[:, 1] - c * off[:, 0]], axis=1)
        tangent[going] = _within(tangent[going] - step / determinant[:, None], fold)
    # The negation: a NaN fails, too.
    found = ~(np.abs(distorted(tangent, distortion) - image) > 1e-6).any(axis=1)
    return tangent, found & np.all(np.isfinite(image), axis=1)


def is_seen(
    tangent: Float[np.ndarray, "n 2"], distortion: Float[np.ndarray, " k"]
) -> Bool[np.ndarray, " n"]:
    """Return whether directions are inside the lens's fold.

    Beyond it the polynomial turns round and would put what nobody sees back into the picture.
    """
    fold = _fold(tuple(distortion.tolist()))
    return np.hypot(tangent[:, 0], tangent[:, 1]) < fold


def _all_numbers(distortion: Float[np.ndarray, " k"]) -> list[float]:
    return [*distortion.tolist(), *([0.0] * (12 - len(distortion)))]


def _within(tangent: Float[np.ndarray, "n 2"], fold: float) -> Float[np.ndarray, "n 2"]:
    if not np.isfinite(fold):
        return tangent.copy()
    reach = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-300)
    return tangent * np.minimum(1.0, NEAR_FOLD * fold / reach)[:, None]


@lru_cache(maxsize=256)
def _fold(distortion: tuple[float, ...]) -> float:
    """Return the tangent at which the radial part first turns round; infinite if it never does."""
    k1, k2, _, _, k3, k4, k5, k6, *_ = _all_numbers(np.array(distortion, dtype=float))
    above, below = (
        np.polynomial.Polynomial([1, k1, k2, k3]),
        np.polynomial.Polynomial([1, k4, k5, k6]),
    )
    r2 = np.polynomial.Polynomial([0, 1])
    # d(r a/b)/dr = 0, with derivatives to r^2; a pole of the denominator ends it as well.
    turning = (above + 2 * r2 * above.deriv()) * below - 2 * r2 * above * below.deriv()
    ends = np.concatenate([turning.trim().roots(), below.trim().roots()])
    real = ends[np.abs(ends.imag) < 1e-9].real
    real = real[real > 0]
    return float(np.sqrt(real.min())) if len(real) else np.inf
