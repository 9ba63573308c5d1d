"""Who stands in whose way: shadows of bodies and arms, seen from a panel or a camera."""

import numpy as np
from jaxtyping import Float

from standex.twin.body import LEFT_ARM, RIGHT_ARM, Body
from standex.twin.scene import PeopleNow

TRUNK_RADIUS_M = 0.20  # half way between half the depth and half the width of a trunk with arms
ARM_RADIUS_M = 0.05
# Waves bend round an edge: at half a metre behind it the shadow of a centimetre wave is about
# sqrt(wavelength * distance) soft. A sharp edge would shine instead.
SOFT_M = 0.08


def visible_from(
    panel_m: Float[np.ndarray, " 3"],
    position_m: Float[np.ndarray, "n 3"],
    normal: Float[np.ndarray, "n 3"],
    body: Body,
    people: PeopleNow,
    row: int,
) -> Float[np.ndarray, " n"]:
    """Return which share of the amplitude reaches each facet of person ``row`` from a panel.

    A facet is lit when it faces the panel, nobody else's trunk (an upright cylinder) crosses the
    line of sight below their height, and none of the person's own arms (upright cylinders round
    the middle of their facets, at each height) does. Shadows have soft edges, ``SOFT_M`` wide.
    """
    way = panel_m - position_m
    lit = (np.einsum("nx,nx->n", way, normal) > 0).astype(np.float64)
    for other in range(len(people.person)):
        if other == row:
            continue
        if not _may_cross(panel_m, people.position_site_m[row], people.position_site_m[other]):
            continue
        center, top_m = people.position_site_m[other], float(people.height_m[other])
        lit *= 1 - _shade(panel_m, position_m, center, TRUNK_RADIUS_M, top_m)
    for arm in (LEFT_ARM, RIGHT_ARM):
        rows = body.part == arm
        if rows.any():
            shade = _arm_shade(panel_m, position_m, position_m[rows])
            lit *= np.where(body.part == arm, 1.0, 1 - shade)
    return lit


def _may_cross(panel_m: np.ndarray, here: np.ndarray, other: np.ndarray) -> bool:
    """Return whether ``other`` is near enough to the line from the panel to shade anything."""
    ray = here - panel_m[:2]
    share = float(np.clip((other - panel_m[:2]) @ ray / (ray @ ray), 0, 1))
    miss_m = float(np.hypot(*(panel_m[:2] + share * ray - other)))
    return miss_m < 2 * TRUNK_RADIUS_M + 0.15


def _shade(
    panel_m: np.ndarray, position_m: np.ndarray, center: np.ndarray, radius_m: float, top_m: float
) -> np.ndarray:
    """Return how much an upright cylinder takes from the way to each place, 0 to 1."""
    share, miss_m = _pass(panel_m, position_m, center)
    z_there = panel_m[2] + share * (position_m[:, 2] - panel_m[2])
    between = (share > 0) & (share < 1) & (z_there < top_m)
    return np.where(between, _soft(radius_m - miss_m), 0.0)


def _arm_shade(panel_m: np.ndarray, position_m: np.ndarray, arm_m: np.ndarray) -> np.ndarray:
    low, high = float(arm_m[:, 2].min()), float(arm_m[:, 2].max())
    if high - low < 1e-3:
        return np.zeros(len(position_m))
    # The arm is nearly straight: its middle line from hand to shoulder.
    hand = arm_m[arm_m[:, 2] < low + 0.05].mean(axis=0)[:2]
    shoulder = arm_m[arm_m[:, 2] > high - 0.05].mean(axis=0)[:2]
    up = np.clip((position_m[:, 2] - low) / (high - low), 0, 1)
    share, miss_m = _pass(panel_m, position_m, hand + up[:, None] * (shoulder - hand))
    # The last two centimetres before the facet are its own skin.
    between = (position_m[:, 2] > low) & (position_m[:, 2] < high) & (share > 0) & (share < 0.99)
    return np.where(between, _soft(ARM_RADIUS_M - miss_m), 0.0)


def _pass(
    panel_m: np.ndarray, position_m: np.ndarray, center: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where on its way each line from the panel passes a vertical axis, and how near."""
    ray = position_m[:, :2] - panel_m[:2]
    share = ((center - panel_m[:2]) * ray).sum(axis=1) / np.einsum("nx,nx->n", ray, ray)
    nearest = panel_m[:2] + np.clip(share, 0, 1)[:, None] * ray
    return share, np.hypot(*(nearest - center).T)


def _soft(inside_m: np.ndarray) -> np.ndarray:
    """Return 0 well outside an edge, 1 well inside, a half on it."""
    at = np.clip(inside_m / SOFT_M + 0.5, 0.0, 1.0)
    return at * at * (3 - 2 * at)
