"""Who stands in whose way: shadows of bodies and arms, seen from a panel or a camera."""

import numpy as np
from jaxtyping import Bool, Float

from standex.twin.body import LEFT_ARM, RIGHT_ARM, Body
from standex.twin.scene import PeopleNow

TRUNK_RADIUS_M = 0.20  # half way between half the depth and half the width of a trunk with arms
ARM_RADIUS_M = 0.05


def visible_from(
    panel_m: Float[np.ndarray, " 3"],
    position_m: Float[np.ndarray, "n 3"],
    normal: Float[np.ndarray, "n 3"],
    body: Body,
    people: PeopleNow,
    row: int,
) -> Bool[np.ndarray, " n"]:
    """Return which facets of person ``row`` a panel sees.

    A facet is seen when it faces the panel, nobody else's trunk (an upright cylinder) crosses the
    line of sight below their height, and none of the person's own arms (upright cylinders round
    the middle of their facets, at each height) does.
    """
    way = panel_m - position_m
    seen = np.einsum("nx,nx->n", way, normal) > 0
    for other in range(len(people.person)):
        if other == row:
            continue
        if not _may_cross(panel_m, people.position_site_m[row], people.position_site_m[other]):
            continue
        center, top_m = people.position_site_m[other], float(people.height_m[other])
        seen &= ~_crosses(panel_m, position_m, center, TRUNK_RADIUS_M, top_m)
    for arm in (LEFT_ARM, RIGHT_ARM):
        rows = body.part == arm
        if rows.any():
            seen &= ~(_behind_arm(panel_m, position_m, position_m[rows]) & (body.part != arm))
    return seen


def _may_cross(panel_m: np.ndarray, here: np.ndarray, other: np.ndarray) -> bool:
    """Return whether ``other`` is near enough to the line from the panel to shade anything."""
    ray = here - panel_m[:2]
    share = float(np.clip((other - panel_m[:2]) @ ray / (ray @ ray), 0, 1))
    miss_m = float(np.hypot(*(panel_m[:2] + share * ray - other)))
    return miss_m < 2 * TRUNK_RADIUS_M + 0.15


def _crosses(
    panel_m: np.ndarray, position_m: np.ndarray, center: np.ndarray, radius_m: float, top_m: float
) -> np.ndarray:
    """Return whether the line from the panel to each place meets an upright cylinder."""
    ray = position_m[:, :2] - panel_m[:2]
    length2 = np.einsum("nx,nx->n", ray, ray)
    share = ((center - panel_m[:2]) * ray).sum(axis=1) / length2
    nearest = panel_m[:2] + np.clip(share, 0, 1)[:, None] * ray
    miss2 = ((nearest - center) ** 2).sum(axis=1)
    z_there = panel_m[2] + share * (position_m[:, 2] - panel_m[2])
    return (share > 0) & (share < 1) & (miss2 < radius_m**2) & (z_there < top_m)


def _behind_arm(panel_m: np.ndarray, position_m: np.ndarray, arm_m: np.ndarray) -> np.ndarray:
    low, high = float(arm_m[:, 2].min()), float(arm_m[:, 2].max())
    if high - low < 1e-3:
        return np.zeros(len(position_m), dtype=bool)
    # The arm is nearly straight: its middle line from hand to shoulder.
    hand = arm_m[arm_m[:, 2] < low + 0.05].mean(axis=0)[:2]
    shoulder = arm_m[arm_m[:, 2] > high - 0.05].mean(axis=0)[:2]
    share_up = np.clip((position_m[:, 2] - low) / (high - low), 0, 1)
    center = hand + share_up[:, None] * (shoulder - hand)
    ray = position_m[:, :2] - panel_m[:2]
    length2 = np.einsum("nx,nx->n", ray, ray)
    share = ((center - panel_m[:2]) * ray).sum(axis=1) / length2
    nearest = panel_m[:2] + np.clip(share, 0, 1)[:, None] * ray
    miss2 = ((nearest - center) ** 2).sum(axis=1)
    inside_height = (position_m[:, 2] > low) & (position_m[:, 2] < high)
    # The last two centimetres before the facet are its own skin.
    return inside_height & (share > 0) & (share < 0.99) & (miss2 < ARM_RADIUS_M**2)
