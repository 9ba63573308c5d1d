"""One person cut out of a frame, masked: their face, and everybody else wholly.

Whose box it is follows from where the person stood; where two boxes might be theirs, or theirs
holds others too, there is no crop: a picture of the wrong person is worse than none.
"""

import numpy as np
from jaxtyping import Float, UInt8

from standex.sensing.video.boxes import Boxes
from standex.sensing.video.masking import person_crop

NEAR_M = 0.75  # feet farther from where somebody was followed are not theirs
APART_M = 0.40  # so much farther the next box must be: two who walk together are not told apart


def whose_row(
    place_m: Float[np.ndarray, " 2"],
    *,
    row: np.ndarray,
    position_m: Float[np.ndarray, "n 2"],
    boxes: Boxes,
) -> int | None:
    """Return which box is that of somebody, or None where that is not sure.

    Args:
        place_m: where they were when the frame was taken.
        row: box that each place belongs to.
        position_m: where on the floor the people in the boxes stand.
        boxes: of the whole frame.
    """
    away_m = np.hypot(*(position_m - place_m).T)
    order = np.argsort(away_m)
    if not len(order) or not away_m[order[0]] <= NEAR_M:
        return None
    if len(order) > 1 and not away_m[order[1]] >= away_m[order[0]] + APART_M:
        return None
    own = int(row[order[0]])
    is_one = boxes.n_people[own] <= 1 and not boxes.is_uncertain[own]
    return own if is_one else None


def subject_crop(
    image: UInt8[np.ndarray, "h w 3"], boxes: Boxes, *, own: int, most_high_px: int
) -> UInt8[np.ndarray, "ch cw 3"] | None:
    """Return one person of a frame, masked, no larger than wanted; None if others hide too much.

    Args:
        image: as the camera gave it.
        boxes: around everybody in it.
        own: whose row.
        most_high_px: rows of the crop at most: enough to know clothes by.
    """
    crop = person_crop(image, boxes.corner_px, row=own)
    if crop is None or not crop.size:
        return None
    every = -(-crop.shape[0] // most_high_px)
    return np.ascontiguousarray(crop[::every, ::every])
