"""Feet in the picture: where the boxes around people stand, and how surely.

The foot point is the middle of the lower edge of a box. Detectors err with the size of the person;
more where somebody nearer hides the legs, for then the edge is guessed. A box that the lower
edge of the picture cuts off has its feet outside: it says nothing of the floor.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

# Root mean square errors in heights of the box, of public Faster R-CNN boxes on PETS S2.L1 view 1
# against its ground truth: across, down, and down where somebody nearer is in the way.
ACROSS, DOWN, DOWN_HIDDEN = 0.065, 0.085, 0.21
HIDDEN_FROM = 0.1  # share of a box that is behind nearer boxes
LEAST_PX = 1.0
BORDER_PX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feet:
    """Foot points of boxes.

    Attributes:
        foot_px: right, down.
        sigma_px: standard deviation of each.
        is_seen: False where the picture ends before the feet.
    """

    foot_px: Float[np.ndarray, "n 2"]
    sigma_px: Float[np.ndarray, "n 2"]
    is_seen: Bool[np.ndarray, " n"]


def feet_of(
    corner_px: Float[np.ndarray, "n 4"],
    *,
    height_px: int,
    across: float = ACROSS,
    down: float = DOWN,
    down_hidden: float = DOWN_HIDDEN,
) -> Feet:
    """Return the foot points of boxes.

    Args:
        corner_px: x1, y1, x2, y2; right and down.
        height_px: of the picture.
        across: standard deviation across, in heights of the box.
        down: the same, down.
        down_hidden: the same where nearer boxes hide the legs.
    """
    tall = np.maximum(corner_px[:, 3] - corner_px[:, 1], 0.0)
    hidden = hidden_share(corner_px) > HIDDEN_FROM
    sigma = np.stack([across * tall, np.where(hidden, down_hidden, down) * tall], axis=1)
    foot_px = np.stack([(corner_px[:, 0] + corner_px[:, 2]) / 2, corner_px[:, 3]], axis=1)
    return Feet(
        foot_px=foot_px,
        sigma_px=np.maximum(sigma, LEAST_PX),
        is_seen=corner_px[:, 3] < height_px - BORDER_PX,
    )


def hidden_share(
    corner_px: Float[np.ndarray, "n 4"], *, n_points: int = 8
) -> Float[np.ndarray, " n"]:
    """Return which share of each box is behind boxes whose feet are lower, hence nearer.

    Args:
        corner_px: x1, y1, x2, y2.
        n_points: of a grid in each box, a side.
    """
    n = len(corner_px)
    share = np.zeros(n)
    steps = (np.arange(n_points) + 0.5) / n_points
    x1, y1, x2, y2 = corner_px.T
    for i in range(n):
        nearer = (y2 > y2[i]) & (x1 < x2[i]) & (x2 > x1[i]) & (y1 < y2[i])
        if not nearer.any():
            continue
        x = x1[i] + steps * (x2[i] - x1[i])
        y = y1[i] + steps * (y2[i] - y1[i])
        in_x = (x[:, None] > x1[nearer]) & (x[:, None] < x2[nearer])
        in_y = (y[:, None] > y1[nearer]) & (y[:, None] < y2[nearer])
        share[i] = (in_y[:, None] & in_x[None]).any(axis=2).mean()
    return share
