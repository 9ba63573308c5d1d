"""The body under the clothes as a panel images it: one smooth surface, with its uncertainty.

Echoes of one column (a line into the body) come from the skin, from what lies on it and from
clothes. The surface is a low-order polynomial over the trunk, fitted to the strongest echo of each
column by weighted least squares that gives up outliers (Geman-McClure weights), so that an object
on a part of the trunk is held against the rest of it.

References:
    Black, Rangarajan, Int. J. Computer Vision 19 (1996) 57 (robust surfaces, outlier processes).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy.polynomial import legendre

TRUNK_Z_M = (0.80, 1.44)
HALF_WIDTH_M = 0.17
ORDER_ACROSS, ORDER_UP = 4, 5
ROUGHNESS_M = (0.040, 0.025, 0.016, 0.010, 0.008)  # deviation that is given up, step by step
FAINT_DB = 15.0  # columns fainter than the strongest by more do not count
CLEAR_DB = 8.0  # a body's strongest columns over the middle of the shell; of noise alone about 4.5
RIDGE = 3e-3  # of the highest order, falling with order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """A trunk's front, as depth over a sheet that stands across the line of sight.

    Attributes:
        depth_m: into the body, for each column.
        sigma_m: standard deviation of ``depth_m`` there, from the scatter of the echoes.
        is_lit: whether the column's echo is strong enough to say anything; nowhere, and ``sigma_m``
            infinite, where there is no body in the views.
        scatter_m: spread of the echoes that were kept about the surface.
    """

    depth_m: Float[np.ndarray, "ny nz"]
    sigma_m: Float[np.ndarray, "ny nz"]
    is_lit: Bool[np.ndarray, "ny nz"]
    scatter_m: float


def fit_surface(
    views: Mapping[str, Float[np.ndarray, "nx ny nz"]],
    *,
    depth_m: Float[np.ndarray, " nx"],
    across_m: Float[np.ndarray, " ny"],
    height_m: Float[np.ndarray, " nz"],
    expected_m: float,
) -> Surface:
    """Return the surface that the views of one frame have in common.

    Args:
        views: echo power by view; each counts as much as the others where it sees most.
        depth_m: into the body, ascending.
        across_m: from the middle of the person.
        height_m: above the floor.
        expected_m: depth of the trunk's front, from the track.
    """
    power = np.zeros((len(depth_m), len(across_m), len(height_m)))
    for view in views.values():
        power += view / max(float(np.quantile(view.max(axis=0), 0.95)), 1e-30)
    window = np.exp(-0.5 * ((depth_m - expected_m) / 0.10) ** 2)
    echo_m, strength = strongest(power * window[:, None, None], depth_m)
    trunk = (np.abs(across_m) <= HALF_WIDTH_M)[:, None] & (
        (height_m >= TRUNK_Z_M[0]) & (height_m <= TRUNK_Z_M[1])
    )
    top = np.quantile(strength[trunk], 0.95) if trunk.any() else 0.0
    typical = np.median(power[:, trunk]) if trunk.any() else 0.0
    if not top > max(float(typical) * 10 ** (CLEAR_DB / 10), 1e-20):
        return _nobody(trunk.shape, expected_m)
    is_lit = trunk & (strength > top * 10 ** (-FAINT_DB / 10))
    weight = np.sqrt(np.where(is_lit, strength, 0.0)) / np.sqrt(max(float(top), 1e-30))
    weight = np.minimum(weight, 1.0)
    terms, order = _terms(across_m, height_m)
    penalty = np.diag(RIDGE * order**2.0) * max(float(weight.sum()), 1e-9)
    target, w = echo_m.ravel(), weight.ravel()
    middle = _weighted_median(target, w)
    fit = np.full(target.shape, middle)
    kept, inverse = w, np.linalg.inv(penalty + 1e-9 * np.eye(len(order)))
    for rough_m in ROUGHNESS_M:
        for _ in range(4):
            kept = w / (1 + ((target - fit) / rough_m) ** 2) ** 2
            inverse = np.linalg.inv(terms.T @ (terms * kept[:, None]) + penalty)
            fit = terms @ (inverse @ (terms.T @ (kept * (target - middle)))) + middle
    share = float(kept.sum())
    scatter = float(np.sqrt(np.sum(kept * (target - fit) ** 2) / max(share, 1e-9)))
    # Neighbouring columns see the same echo: about one in nine is independent.
    variance = 9 * scatter**2 * np.einsum("ij,jk,ik->i", terms, inverse, terms)
    shape = is_lit.shape
    return Surface(
        depth_m=fit.reshape(shape),
        sigma_m=np.sqrt(variance).reshape(shape),
        is_lit=is_lit,
        scatter_m=scatter,
    )


def strongest(
    power: Float[np.ndarray, "nx ny nz"], depth_m: Float[np.ndarray, " nx"]
) -> tuple[Float[np.ndarray, "ny nz"], Float[np.ndarray, "ny nz"]]:
    """Return depth and power of each column's strongest echo; a parabola in decibels between."""
    top = np.clip(power.argmax(axis=0), 1, len(depth_m) - 2)
    y, z = np.indices(top.shape)
    log = [np.log(power[top + step, y, z] + 1e-30) for step in (-1, 0, 1)]
    bend = log[0] - 2 * log[1] + log[2]
    shift = np.where(bend < -1e-9, 0.5 * (log[0] - log[2]) / np.minimum(bend, -1e-9), 0.0)
    step_m = float(depth_m[1] - depth_m[0])
    return depth_m[top] + np.clip(shift, -0.5, 0.5) * step_m, np.exp(log[1])


def _nobody(shape: tuple[int, ...], expected_m: float) -> Surface:
    """Return what is known where noise alone comes back: a track without a body, a dead panel."""
    return Surface(
        depth_m=np.full(shape, expected_m),
        sigma_m=np.full(shape, np.inf),
        is_lit=np.zeros(shape, dtype=bool),
        scatter_m=np.inf,
    )


def _terms(across_m: np.ndarray, height_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return products of Legendre polynomials over the trunk, and their orders."""
    u = np.clip(across_m / HALF_WIDTH_M, -1, 1)
    low, high = TRUNK_Z_M
    v = np.clip(2 * (height_m - low) / (high - low) - 1, -1, 1)
    of_u, of_v = legendre.legvander(u, ORDER_ACROSS), legendre.legvander(v, ORDER_UP)
    pairs = [
        (i, j)
        for i in range(ORDER_ACROSS + 1)
        for j in range(ORDER_UP + 1)
        if i / ORDER_ACROSS + j / ORDER_UP <= 1.26 and i + j < 8
    ]
    terms = [np.outer(of_u[:, i], of_v[:, j]).ravel() for i, j in pairs]
    return np.stack(terms, axis=1), np.array([float(i + j) for i, j in pairs])


def _weighted_median(value: np.ndarray, weight: np.ndarray) -> float:
    order = np.argsort(value)
    total = np.cumsum(weight[order])
    return float(value[order][int(np.searchsorted(total, total[-1] / 2).clip(0, len(order) - 1))])
