"""Takes faces, or whole figures, out of a frame before anybody sees it or anything stores it.

Masked pixels are set to one grey: nothing of what was there is left to be restored, as blur and
mosaics leave it. Heads are taken to be the upper part of a box. What no box covers but moves is
masked as well, and where it is not known who is in a frame, all of it is: the last branch is the
safe one. Somebody whom the detector misses and who stands still is the case that is left; boxes of
the last moments (``Remembered``) are masked too, against single misses.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

import numpy as np
from jaxtyping import Bool, Float, UInt8

GREY = 112
HEAD_SHARE = 0.27  # of a box's height, from its top: head, neck, and some for a box set too low
SPARE = 0.12  # of a box's width and height, around it: boxes are not exact
LEAST_MOVING_PX = 25  # smaller specks that move are no faces
BLOCK_PX = 8
REMEMBERED_S = 1.5
MOST_HIDDEN = 0.5  # of a crop; beyond, there is nothing left to recognise clothes by


class Masked(StrEnum):
    """What is masked of the people in a frame."""

    FACES = "faces"
    FIGURES = "figures"


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Remembered:
    """Boxes of the last moments, so that a miss of the detector bares nobody.

    Attributes:
        corner_px: x1, y1, x2, y2.
        t_utc_ns: of the frame of each.
    """

    corner_px: Float[np.ndarray, "n 4"]
    t_utc_ns: tuple[int, ...]

    @classmethod
    def nothing(cls) -> "Remembered":
        """Return the memory before the first frame."""
        return cls(corner_px=np.zeros((0, 4)), t_utc_ns=())

    def then(self, corner_px: Float[np.ndarray, "n 4"], *, t_utc_ns: int) -> "Remembered":
        """Return the memory with the boxes of a frame, and without those that are too old."""
        oldest = t_utc_ns - round(REMEMBERED_S * 1e9)
        kept = [row for row, at in enumerate(self.t_utc_ns) if at >= oldest]
        return Remembered(
            corner_px=np.concatenate([self.corner_px[kept], corner_px]),
            t_utc_ns=(*(self.t_utc_ns[row] for row in kept), *[t_utc_ns] * len(corner_px)),
        )


def masked(
    image: UInt8[np.ndarray, "h w 3"],
    corner_px: Float[np.ndarray, "n 4"] | None,
    *,
    what: Masked,
    is_moving: Bool[np.ndarray, "h w"] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Return a frame that may be shown.

    Args:
        image: as the camera gave it.
        corner_px: a box around everybody in it, of this frame and the last moments; None where
            nobody has looked, and then everything is masked.
        what: of everybody in a box.
        is_moving: pixels that are not of the empty place; those outside of boxes are masked.
    """
    if corner_px is None or not np.isfinite(corner_px).all():
        return np.full_like(image, GREY)
    hidden = np.zeros(image.shape[:2], dtype=bool)
    for corner in corner_px:
        part = _grown(corner) if what is Masked.FIGURES else head_px(corner)
        hidden[_window(part, image.shape)] = True
    if is_moving is not None:
        loose = is_moving.copy()
        for corner in corner_px:
            loose[_window(_grown(corner), image.shape)] = False
        hidden |= _blocks_of(loose)
    return np.where(hidden[:, :, None], np.uint8(GREY), image)


def person_crop(
    image: UInt8[np.ndarray, "h w 3"], corner_px: Float[np.ndarray, "n 4"], *, row: int
) -> UInt8[np.ndarray, "ch cw 3"] | None:
    """Return one person's figure, their face masked and everybody else wholly; None if too hidden.

    Nothing outside of the person's own box is in it.

    Args:
        image: as the camera gave it.
        corner_px: a box around everybody in this frame, each person once.
        row: whose.

    Raises:
        IndexError: there is no such row.
    """
    own = corner_px[row]
    if not np.isfinite(corner_px).all():
        return None
    hidden = np.zeros(image.shape[:2], dtype=bool)
    hidden[_window(head_px(own), image.shape)] = True
    is_other = np.zeros_like(hidden)
    for corner in np.delete(corner_px, row, axis=0):
        is_other[_window(_grown(corner), image.shape)] = True
    window = _window(own, image.shape)
    if not is_other[window].size or is_other[window].mean() > MOST_HIDDEN:
        return None
    crop = image[window].copy()
    crop[(hidden | is_other)[window]] = GREY
    return crop


def head_px(corner_px: Float[np.ndarray, " 4"]) -> Float[np.ndarray, " 4"]:
    """Return the box around the head of a standing person in a box, with some to spare."""
    x1, y1, x2, y2 = corner_px
    wide, high = x2 - x1, y2 - y1
    return np.array(
        [x1 - SPARE * wide, y1 - SPARE * high, x2 + SPARE * wide, y1 + HEAD_SHARE * high]
    )


def _grown(corner_px: Float[np.ndarray, " 4"]) -> Float[np.ndarray, " 4"]:
    spare = SPARE * (corner_px[2:] - corner_px[:2])
    return np.concatenate([corner_px[:2] - spare, corner_px[2:] + spare])


def _window(corner_px: Float[np.ndarray, " 4"], shape: tuple[int, ...]) -> tuple[slice, slice]:
    x1, y1 = np.floor(corner_px[:2]).astype(int)
    x2, y2 = np.ceil(corner_px[2:]).astype(int)
    rows, columns = shape[:2]
    return (
        slice(min(max(y1, 0), rows), min(max(y2, 0), rows)),
        slice(min(max(x1, 0), columns), min(max(x2, 0), columns)),
    )


def _blocks_of(loose: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return the blocks of pixels in which enough moves, and those beside them."""
    rows, columns = loose.shape
    down, across = -(-rows // BLOCK_PX), -(-columns // BLOCK_PX)
    padded = np.zeros((down * BLOCK_PX, across * BLOCK_PX), dtype=bool)
    padded[:rows, :columns] = loose
    count = padded.reshape(down, BLOCK_PX, across, BLOCK_PX).sum(axis=(1, 3))
    moves = np.pad(count >= LEAST_MOVING_PX, 1)
    wide = np.zeros_like(count, dtype=bool)
    for by_row in range(3):
        for by_column in range(3):
            wide |= moves[by_row : by_row + down, by_column : by_column + across]
    return np.kron(wide, np.ones((BLOCK_PX, BLOCK_PX), dtype=bool))[:rows, :columns]
