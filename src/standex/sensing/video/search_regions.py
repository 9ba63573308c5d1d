"""Which parts of a picture are worth a search: rectangles that move, few and large enough."""

import numpy as np
from jaxtyping import Bool, Float

from standex.sensing.video.opencv import opencv

Region = tuple[int, int, int, int]  # x1, y1, x2, y2, whole pixels inside the picture
JOIN_AT = 1.1  # two regions become one where that costs at most so much of their areas
MOST_REGIONS = 64  # snow on the picture is searched as a whole, not flake by flake


def regions_of(
    corner_px: Float[np.ndarray, "n 4"], *, width_px: int, height_px: int
) -> list[Region]:
    """Return rectangles clipped to the picture and joined where they overlap much."""
    boxes = np.column_stack([np.floor(corner_px[:, :2]), np.ceil(corner_px[:, 2:])])
    boxes = np.clip(boxes, 0, [width_px, height_px, width_px, height_px])
    boxes = boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)]
    if len(boxes) > MOST_REGIONS:
        return [(0, 0, width_px, height_px)]
    boxes = _joined(boxes)
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in boxes]


def moving_rectangles(
    moving: Bool[np.ndarray, "h w"], *, least_px: float
) -> Float[np.ndarray, "n 4"]:
    """Return the rectangles around connected moving areas at least so high.

    Args:
        moving: where something moves.
        least_px: smaller is not looked at.
    """
    cv2 = opencv()
    grown = cv2.dilate(moving.astype(np.uint8), np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(grown)
    x, y, w, h = stats[1:, :4].T.astype(np.float64)
    return np.column_stack([x, y, x + w, y + h])[h >= least_px]


def grown(
    corner_px: Float[np.ndarray, "n 4"], *, share: float, least_px: float
) -> Float[np.ndarray, "n 4"]:
    """Return rectangles grown on all sides by a share of their height, or of ``least_px``."""
    by = share * np.maximum(corner_px[:, 3] - corner_px[:, 1], least_px)
    return corner_px + by[:, None] * np.array([-1.0, -1.0, 1.0, 1.0])


def _joined(boxes: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "m 4"]:
    while len(boxes) > 1:
        low = np.minimum(boxes[:, None, :2], boxes[None, :, :2])
        high = np.maximum(boxes[:, None, 2:], boxes[None, :, 2:])
        area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
        cost = np.prod(high - low, axis=2) / (area[:, None] + area[None, :])
        np.fill_diagonal(cost, np.inf)
        i, j = np.unravel_index(int(np.argmin(cost)), cost.shape)
        if cost[i, j] > JOIN_AT:
            break
        boxes = np.vstack([np.delete(boxes, [i, j], axis=0), [*low[i, j], *high[i, j]]])
    return boxes
