"""How people move between two scans, and what a position says about where they are."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.model.picture import Tracks

IDENTITY = np.eye(4)
SITE_FROM_STATE = np.eye(2, 4)


def predict(tracks: Tracks, *, t_utc_ns: int, accel_psd_m2_per_s3: float) -> Tracks:
    """Return ``tracks`` as expected at ``t_utc_ns``.

    Nearly constant velocity: acceleration is white noise, alike in both directions, so two steps
    equal one and the site may be turned. Existence is not touched here.

    Args:
        tracks: not later than ``t_utc_ns``.
        t_utc_ns: when.
        accel_psd_m2_per_s3: power spectral density of the acceleration, per axis.

    Raises:
        ValueError: ``t_utc_ns`` is earlier than the tracks.

    References:
        Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation,
        2001, chapter 6.
    """
    dt_s = (t_utc_ns - tracks.t_utc_ns) * 1e-9
    if dt_s < 0:
        raise ValueError(f"cannot predict tracks backwards, dt_s = {dt_s:g}")
    f = np.kron([[1.0, dt_s], [0.0, 1.0]], np.eye(2))
    q = np.kron([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]], np.eye(2))
    covariance = f @ tracks.covariance @ f.T + accel_psd_m2_per_s3 * q
    return replace(
        tracks, t_utc_ns=t_utc_ns, mean=tracks.mean @ f.T, covariance=_symmetric(covariance)
    )


def correct(
    mean: Float[np.ndarray, "n 4"],
    covariance: Float[np.ndarray, "n 4 4"],
    *,
    position_site_m: Float[np.ndarray, "n 2"],
    covariance_site_m2: Float[np.ndarray, "n 2 2"],
) -> tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, "n 4 4"]]:
    """Return states (x, y in m; vx, vy in m/s) with one position taken into each.

    Joseph's form: the covariances stay symmetric and positive definite under rounding.

    References:
        Bucy, Joseph, Filtering for Stochastic Processes with Applications to Guidance, 1968.
    """
    gain = covariance[:, :, :2] @ inverse_2x2(covariance[:, :2, :2] + covariance_site_m2)
    innovation_m = position_site_m - mean[:, :2]
    rest = IDENTITY - gain @ SITE_FROM_STATE
    corrected = rest @ covariance @ _transposed(rest)
    corrected += gain @ covariance_site_m2 @ _transposed(gain)
    return mean + (gain @ innovation_m[:, :, None])[:, :, 0], _symmetric(corrected)


def inverse_2x2(matrix: Float[np.ndarray, "n 2 2"]) -> Float[np.ndarray, "n 2 2"]:
    """Return the inverses of symmetric, positive definite matrices, in closed form."""
    a, b, d = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 1]
    adjugate = np.stack([d, -b, -b, a], axis=1).reshape(-1, 2, 2)
    return adjugate / (a * d - b * b)[:, None, None]


def largest_eigenvalue(matrix: Float[np.ndarray, "n 2 2"]) -> Float[np.ndarray, " n"]:
    """Return the variance along the longest axis of each covariance."""
    a, b, d = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 1]
    return (a + d) / 2 + np.hypot((a - d) / 2, b)


def _transposed(matrix: Float[np.ndarray, "n a b"]) -> Float[np.ndarray, "n b a"]:
    return matrix.transpose(0, 2, 1)


def _symmetric(matrix: Float[np.ndarray, "n a a"]) -> Float[np.ndarray, "n a a"]:
    return (matrix + _transposed(matrix)) / 2
