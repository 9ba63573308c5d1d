"""Coarse groups of people that need no identity: what they wear and carry, how tall they are.

For asking whether a system alarms more often about some than about others. Figures by group are of
few passages; they stay with whoever made them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from standex.model.zones import BodyZone
from standex.twin.wardrobe import draw_outfit

CHILD_M = 1.40  # below it a person counts as of a child's height
SHORT_M, TALL_M = 1.65, 1.78
COAT_GAP_M = 0.014  # what stands off the shirt so far at its widest fold is a coat's


def factors_of(scene: Any, *, is_dressed: bool) -> Mapping[int, Mapping[str, str]]:
    """Return what the twin knows about each person of a scene.

    The twin has people of 1.50 m to 1.95 m and nobody in a wheelchair: of those it says nothing.

    Args:
        scene: of the twin.
        is_dressed: whether its instruments see clothes; others see bare bodies, and nothing is
            said of coats that are not there.
    """
    return {int(p): _factors(scene, int(p), is_dressed) for p in scene.trajectories.people}


def _factors(scene: Any, person: int, is_dressed: bool) -> dict[str, str]:
    seed, item = scene.truth.seed, scene.truth.of(person)
    known = {"height": height_group(1.75 * scene.body(person).scale)}
    has_bag = item is not None and item.zone is BodyZone.BAG
    if is_dressed:
        outfit = draw_outfit(np.random.default_rng([seed, 5, person]))
        has_bag = has_bag or outfit.has_backpack
        is_loose = outfit.outer_gap_m[1] >= COAT_GAP_M
        known["over the shirt"] = (
            "nothing" if outfit.outer is None else "coat" if is_loose else "jumper or jacket"
        )
    known["bag"] = "yes" if has_bag else "no"
    return known


def height_group(height_m: float) -> str:
    """Return which group a height belongs to.

    Raises:
        ValueError: it is not a positive number.
    """
    if not height_m > 0:
        raise ValueError(f"a height must be positive, got {height_m}")
    if height_m < CHILD_M:
        return f"child's (below {CHILD_M:.2f} m)"
    if height_m < SHORT_M:
        return f"below {SHORT_M:.2f} m"
    return f"{SHORT_M:.2f} to {TALL_M:.2f} m" if height_m < TALL_M else f"over {TALL_M:.2f} m"
