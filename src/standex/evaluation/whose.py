"""Whose is it: the person nearest to a place."""

from typing import Any

import numpy as np
from jaxtyping import Float

NEAREST_M = 0.8  # further off it is nobody's


def nearest_person(now: Any, place_site_m: Float[np.ndarray, " 2"]) -> int | None:
    """Return the number of the person nearest to a place, or None with nobody near.

    Args:
        now: everybody present, with ``person`` and ``position_site_m``.
        place_site_m: x, y.
    """
    if not len(now.person):
        return None
    away_m = np.hypot(*(now.position_site_m - place_site_m).T)
    row = int(np.argmin(away_m))
    return int(now.person[row]) if away_m[row] < NEAREST_M else None
