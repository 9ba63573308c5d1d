"""Upright people by histograms of oriented gradients, in one region of a picture.

OpenCV's own window of 64 x 128 pixels and its weights; a person of 96 pixels stands in the middle
of it, so each region is scaled until people are about that high. It was learned on people seen
from the side, upright and whole.

References:
    Dalal, Triggs, CVPR 2005, 886.
"""

from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from standex.sensing.video.opencv import opencv

WINDOW_PX = np.array([64.0, 128.0])
PERSON_PX = 96.0  # height of a person in a window
LEVEL_RATIO = 1.15
STRIDE_PX = 8
PAD_PX = 8
# The person within a window: left, top, right, bottom, as shares of its width and height. Median
# edges of 4650 annotated people (PETS S2.L1); the window's own definition is 0.125 top and bottom.
PERSON_IN_WINDOW = np.array([0.22, 0.12, 0.78, 0.86])

Windows = tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, " n"]]  # corners, weights


@cache
def _descriptor() -> Any:
    cv2 = opencv()
    descriptor = cv2.HOGDescriptor()
    descriptor.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    return descriptor


def find_windows(
    image: UInt8[np.ndarray, "h w 3"],
    region_px: tuple[int, int, int, int],
    *,
    person_px: tuple[float, float],
    least_weight: float,
) -> Windows:
    """Return all windows of a region that look like a person, overlapping ones included.

    Args:
        image: blue, green, red.
        region_px: x1, y1, x2, y2, inside the picture.
        person_px: smallest and largest height of people to look for.
        least_weight: distance from the separating plane, from which a window counts.

    Returns:
        Corners of people, not of windows, in pixels of the picture, and weights.

    Raises:
        ValueError: ``person_px`` does not ascend from above 0.
    """
    low, high = person_px
    if not 0 < low <= high < np.inf:
        raise ValueError(f"person_px must ascend from above 0, got {person_px}")
    cv2 = opencv()
    x1, y1, x2, y2 = region_px
    part = image[y1:y2, x1:x2]
    corners: list[np.ndarray] = [np.zeros((0, 4))]
    weights: list[np.ndarray] = [np.zeros(0)]
    for height_px in low * LEVEL_RATIO ** np.arange(
        1 + int(np.log(high / low) / np.log(LEVEL_RATIO))
    ):
        scale = PERSON_PX / float(height_px)
        size = (round((x2 - x1) * scale), round((y2 - y1) * scale))
        if size[0] < WINDOW_PX[0] - 2 * PAD_PX or size[1] < WINDOW_PX[1] - 2 * PAD_PX:
            break  # larger people fit even less
        # Blurred from far above, so that a reduced picture has no false edges.
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        at, weight = _descriptor().detect(
            cv2.resize(part, size, interpolation=way),
            hitThreshold=least_weight,
            winStride=(STRIDE_PX, STRIDE_PX),
            padding=(PAD_PX, PAD_PX),
        )
        if len(at):
            corner = np.asarray(at, dtype=np.float64).reshape(-1, 2)
            share = PERSON_IN_WINDOW.reshape(2, 2) * WINDOW_PX
            corners.append(((corner[:, None] + share) / scale + (x1, y1)).reshape(-1, 4))
            weights.append(np.ravel(weight))
    return np.concatenate(corners), np.concatenate(weights)
