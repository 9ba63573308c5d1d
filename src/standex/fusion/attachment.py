"""Whose look was it: one look, shared among the people who could have caused it."""

import numpy as np
from jaxtyping import Float

from standex.model.observation import Footprint, GaussianFootprint
from standex.model.picture import Snapshot

NEGLIGIBLE = 1e-6  # a person with less than this share of a look gets no entry


def footprint_weights(
    footprint: Footprint, snapshot: Snapshot, *, t_utc_ns: int
) -> tuple[Float[np.ndarray, " n"], float]:
    """Return P(the look was at person i), and P(it was at nobody).

    Each person is expected where their track puts them at ``t_utc_ns``; a look is as likely
    from a person as the two Gaussians overlap, and from nobody at the density of clutter.

    Raises:
        ValueError: the footprint is of a kind that this version cannot attach.
    """
    if not isinstance(footprint, GaussianFootprint):
        raise ValueError(f"cannot attach a {type(footprint).__name__} yet; only Gaussian footprints")
    dt_s = (t_utc_ns - snapshot.t_utc_ns) * 1e-9
    expected = snapshot.position_site_m + dt_s * snapshot.velocity_site_m_per_s
    away = footprint.position_site_m - expected
    covariance = snapshot.covariance_site_m2 + footprint.covariance_site_m2
    solved = np.linalg.solve(covariance, away[..., None])[..., 0]
    determinant = np.linalg.det(covariance)
    density = np.exp(-0.5 * (away * solved).sum(axis=1)) / (2 * np.pi * np.sqrt(determinant))
    total = density.sum() + footprint.clutter_per_m2
    if not total > 0:
        return np.zeros(len(away)), 1.0
    return density / total, float(footprint.clutter_per_m2 / total)


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
    likelihood = np.exp(log_likelihood)
    others = weight * (state @ likelihood)
    rest = others.sum() - others + nobody * np.exp(log_clutter)
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(weight[:, None] * likelihood[None, :] + rest[:, None], 1e-300))
