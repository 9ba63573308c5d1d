"""Whose look was it: one look, shared among the people who could have caused it."""

import numpy as np
from jaxtyping import Float

from standex.model.observation import Footprint, GaussianFootprint
from standex.model.tracks import Snapshot

NEGLIGIBLE = 1e-6  # a person with less than this share of a look gets no entry
SPEED_STD_M_PER_S = 0.5  # by so much people leave the speed that they were last seen with


def footprint_weights(
    footprint: Footprint, snapshot: Snapshot, *, t_utc_ns: int
) -> tuple[Float[np.ndarray, " n"], float]:
    """Return P(the look was at person i), and P(it was at nobody).

    Each person is expected where their track puts them at ``t_utc_ns``, the less surely the
    further that is from the snapshot; a look is as likely from a person as the two Gaussians
    overlap, and from nobody at the density of clutter.

    Raises:
        ValueError: the footprint is of a kind that this version cannot attach, or is not finite,
            or has a covariance that is not positive definite.
    """
    if not isinstance(footprint, GaussianFootprint):
        kind = type(footprint).__name__
        raise ValueError(f"cannot attach a {kind} yet; only Gaussian footprints")  # noqa: TRY004
    _check(footprint)
    dt_s = (t_utc_ns - snapshot.t_utc_ns) * 1e-9
    expected = snapshot.position_site_m + dt_s * snapshot.velocity_site_m_per_s
    x, y = (footprint.position_site_m - expected).T
    drift_m2 = (SPEED_STD_M_PER_S * dt_s) ** 2 * np.eye(2)
    covariance = snapshot.covariance_site_m2 + footprint.covariance_site_m2 + drift_m2
    xx, xy, yy = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    determinant = xx * yy - xy**2
    distance_sq = (yy * x**2 - 2 * xy * x * y + xx * y**2) / determinant
    density = np.exp(-0.5 * distance_sq) / (2 * np.pi * np.sqrt(determinant))
    total = density.sum() + footprint.clutter_per_m2
    if not total > 0:
        return np.zeros(len(x)), 1.0
    return density / total, float(footprint.clutter_per_m2 / total)


def _check(footprint: GaussianFootprint) -> None:
    if not np.isfinite(footprint.position_site_m).all():
        raise ValueError(f"footprint is at {footprint.position_site_m}, must be finite")
    (xx, xy), (yx, yy) = footprint.covariance_site_m2
    # Written so that a NaN fails.
    if not (xx > 0 and xx * yy - xy * yx > 0 and xx + yy < np.inf):
        raise ValueError(
            "covariance_site_m2 of a footprint must be positive definite, "
            f"got {footprint.covariance_site_m2.tolist()}"
        )
    if not 0 <= footprint.clutter_per_m2 < np.inf:
        raise ValueError(
            f"clutter_per_m2 must be finite and not below 0, got {footprint.clutter_per_m2}"
        )


def attached(
    log_likelihood: Float[np.ndarray, " classes"],
    log_clutter: float,
    weight: Float[np.ndarray, " n"],
    nobody: float,
    state: Float[np.ndarray, "n classes"],
) -> Float[np.ndarray, "n classes"]:
    """Return what a look says about each person, given that it may be another's.

    l_i(c) = log[ b_i p(e|c) + sum over j != i of b_j sum over c' of pi_j(c') p(e|c') + b_0 p_0(e) ]

    Evidence that may be another's can neither convict nor clear: where b_i is 0 the result is the
    same for every class.

    Args:
        log_likelihood: log p(e | class).
        log_clutter: log p_0(e), same constant.
        weight: b_i.
        nobody: b_0.
        state: pi_j(c), the state of each person without this look; rows sum to one.
    """
    # The shared constant may be anything: taken out, so that nothing underflows together.
    peak = max(float(log_likelihood.max()), log_clutter)
    likelihood = np.exp(log_likelihood - peak)
    theirs = weight * (state @ likelihood)
    # Summed without the person rather than subtracted: the rounding of a difference would outweigh
    # a small likelihood.
    others = (1 - np.eye(len(weight))) @ theirs
    rest = others + nobody * np.exp(log_clutter - peak)
    return peak + np.log(np.maximum(weight[:, None] * likelihood + rest[:, None], 1e-300))
