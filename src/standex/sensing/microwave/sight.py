"""Lines of sight: who is in whose way, and which normals of a body a pair of columns sees."""

import numpy as np
from jaxtyping import Bool, Float


def hidden(
    place_m: Float[np.ndarray, "n 2"], pillar_m: Float[np.ndarray, " 2"], *, clear_m: float
) -> Bool[np.ndarray, " n"]:
    """Return whom somebody else hides, wholly or in part, from a pillar.

    Args:
        place_m: of everybody, sensor frame.
        pillar_m: of the pillar.
        clear_m: whoever is nearer than this to the line of sight hides the one behind.
    """
    ray = place_m - pillar_m
    share = (ray @ ray.T).T / np.maximum((ray**2).sum(axis=1), 1e-9)[:, None]
    foot = pillar_m + np.clip(share, 0, 1)[..., None] * ray[:, None, :]
    miss_m = np.hypot(*(foot - place_m[None, :, :]).transpose(2, 0, 1))
    blocks = (share > 0) & (share < 1) & (miss_m < clear_m)
    np.fill_diagonal(blocks, val=False)
    return blocks.any(axis=1)


def normal_rad(
    tx_m: Float[np.ndarray, "t 3"],
    rx_m: Float[np.ndarray, "r 3"],
    place_m: Float[np.ndarray, " 2"],
    away: Float[np.ndarray, " 2"],
) -> float:
    """Return the direction that halves the angle between two columns, from facing the array."""
    to_t = tx_m[:, :2].mean(axis=0) - place_m
    to_r = rx_m[:, :2].mean(axis=0) - place_m
    half = to_t / np.hypot(*to_t) + to_r / np.hypot(*to_r)
    return float(np.arctan2(-away[0] * half[1] + away[1] * half[0], -(away @ half)))
