"""A second, finer fit of the body surface, on all frames of a look together.

The surface of one frame is stiff: it must not follow an object. What it leaves of the body's own
shape is common to all frames, while clutter is not, so the joined profile bears a finer surface:
again a robust polynomial over the trunk, of higher order upwards, through the strongest echo of
each column.
"""

import numpy as np
from jaxtyping import Float
from numpy.polynomial import legendre

from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    HEIGHT_M,
    OFF_M,
    Profile,
    trunk_top_m,
)

ORDER_ACROSS, ORDER_UP, MOST_ORDER = 3, 8, 1.3
RIDGE = 3e-4
NEAR_M = 0.030  # echoes count as the body's with this standard deviation about the first surface
ROUGHNESS_M = (0.020, 0.012, 0.008)
FROM_Z_M, BEYOND_TOP_M = 0.84, 0.03  # columns that take part


def flattened(profile: Profile) -> Profile:
    """Return the profile about the finer surface."""
    shift_m = finer_surface_m(profile)
    step = float(OFF_M[1] - OFF_M[0])
    at = (OFF_M[:, None, None] + shift_m[None] - OFF_M[0]) / step
    low = np.clip(np.floor(at).astype(np.int64), 0, len(OFF_M) - 2)
    share = np.clip(at - low, 0.0, 1.0)
    power = np.take_along_axis(profile.power, low, axis=0) * (1 - share)
    power += np.take_along_axis(profile.power, low + 1, axis=0) * share
    return Profile(power=power, n_frames=profile.n_frames, sigma_m=profile.sigma_m)


def finer_surface_m(profile: Profile) -> Float[np.ndarray, "across up"]:
    """Return by how much the finer surface lies deeper than the first."""
    top = trunk_top_m(profile)
    near = profile.power * np.exp(-0.5 * (OFF_M / NEAR_M) ** 2)[:, None, None]
    row = near.argmax(axis=0)
    strength = np.take_along_axis(near, row[None], axis=0)[0]
    takes_part = (top + BEYOND_TOP_M > HEIGHT_M) & (HEIGHT_M > FROM_Z_M)
    strong = max(float(np.quantile(strength[:, top > HEIGHT_M], 0.9)), 1e-30)
    weight = (np.sqrt(strength / strong).clip(0.0, 1.0) * takes_part[None, :]).ravel()
    terms, order = _terms()
    penalty = np.diag(RIDGE * order**2) * max(float(weight.sum()), 1e-9)
    penalty += 1e-9 * np.eye(len(order))
    target = OFF_M[row].ravel()
    fit = np.zeros_like(target)
    for rough_m in ROUGHNESS_M:
        for _ in range(4):
            kept = weight / (1 + ((target - fit) / rough_m) ** 2) ** 2
            normal = terms.T @ (terms * kept[:, None]) + penalty
            fit = terms @ np.linalg.solve(normal, terms.T @ (kept * target))
    return fit.reshape(row.shape)


def _terms() -> tuple[np.ndarray, np.ndarray]:
    """Return products of Legendre polynomials over the sheet, and their orders."""
    u = ACROSS_M / ACROSS_M[-1]
    v = 2 * (HEIGHT_M - HEIGHT_M[0]) / (HEIGHT_M[-1] - HEIGHT_M[0]) - 1
    of_u, of_v = legendre.legvander(u, ORDER_ACROSS), legendre.legvander(v, ORDER_UP)
    pairs = [
        (i, j)
        for i in range(ORDER_ACROSS + 1)
        for j in range(ORDER_UP + 1)
        if i / ORDER_ACROSS + j / ORDER_UP <= MOST_ORDER
    ]
    terms = [np.outer(of_u[:, i], of_v[:, j]).ravel() for i, j in pairs]
    return np.stack(terms, axis=1), np.array([float(i + j) for i, j in pairs])
