"""Where a picture differs from what usually is there: a background that people do not melt into.

Two colours per pixel, each with a weight; the heavier is the background, the other one is what
else is seen there (a leaf, somebody who stands). A pixel that fits neither begins a new second
colour. What has been there for a while becomes background, except where learning is held: under
people who are still recognised as people. Shadows keep the colour of the floor and are darker.

The state is a value: the same background and frame give the same answer.

References:
    Stauffer, Grimson, CVPR 1999, 246 (mixture per pixel).
    Zivkovic, van der Heijden, Pattern Recognition Letters 27 (2006) 773 (recursive weights).
    Prati et al., IEEE PAMI 25 (2003) 918 (shadows by ratio and chromaticity).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from standex.sensing.video.opencv import opencv

WIDTH_PX = 320  # of the picture that is learned; movement needs no more
FIRST_STD = 12.0  # grey levels, of a colour seen once
LEAST_STD, MOST_STD = 4.0, 20.0
FITS_STD = 4.0
SECOND_IS_BACKGROUND = 0.3  # weight from which the second colour counts as background, too
SHADOW = (0.45, 0.97)  # brightness of a shadow against the floor it falls on
SHADOW_COLOUR = 12.0  # grey levels that its colour may be off, once brightened


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """What usually is there.

    Attributes:
        n_frames: learned so far.
        mean: first colour, blue green red.
        variance: of it, one number for its three channels.
        second: the other colour.
        weight: of the other colour; that of the first is what is missing to one.
    """

    n_frames: int
    mean: Float32[np.ndarray, "h w 3"]
    variance: Float32[np.ndarray, "h w"]
    second: Float32[np.ndarray, "h w 3"]
    weight: Float32[np.ndarray, "h w"]


def shrunk(image: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h2 w2 3"]:
    """Return a picture at the width that backgrounds are learned at."""
    height, width = image.shape[:2]
    if width <= WIDTH_PX:
        return image
    size = (WIDTH_PX, max(round(height * WIDTH_PX / width), 1))
    return opencv().resize(image, size, interpolation=opencv().INTER_AREA)


def first_background(small: UInt8[np.ndarray, "h w 3"]) -> Background:
    """Return the background as the first picture shows it; whoever stands there belongs to it."""
    colour = small.astype(np.float32)
    return Background(
        n_frames=1,
        mean=colour,
        variance=np.full(small.shape[:2], FIRST_STD**2, dtype=np.float32),
        second=colour,
        weight=np.zeros(small.shape[:2], dtype=np.float32),
    )


def learn(
    background: Background,
    small: UInt8[np.ndarray, "h w 3"],
    *,
    n_memory: float,
    held: Bool[np.ndarray, "h w"] | None = None,
) -> tuple[Background, Bool[np.ndarray, "h w"]]:
    """Return the background after a picture, and where the picture shows something else.

    Args:
        background: of pictures of the same size.
        small: see ``shrunk``.
        n_memory: frames after which what is new counts about as much as what was.
        held: where nothing is learned.

    Raises:
        ValueError: the size is another, or ``n_memory`` is below 1.
    """
    if small.shape != background.mean.shape:
        raise ValueError(f"background is of {background.mean.shape}, picture of {small.shape}")
    if not n_memory >= 1:
        raise ValueError(f"n_memory must be at least 1, got {n_memory}")
    cv2 = opencv()
    colour = small.astype(np.float32)
    off = cv2.subtract(colour, background.mean)
    off2 = cv2.transform(cv2.multiply(off, off), np.full((1, 3), 1 / 3, dtype=np.float32))
    fits = off2 < FITS_STD**2 * background.variance
    other = cv2.subtract(colour, background.second)
    other2 = cv2.transform(cv2.multiply(other, other), np.full((1, 3), 1 / 3, dtype=np.float32))
    fits_second = ~fits & (other2 < FITS_STD**2 * background.variance)
    moving = ~(fits | (fits_second & (background.weight > SECOND_IS_BACKGROUND)))
    moving &= ~_shadow(colour, background.mean)
    rate = np.float32(max(1 / n_memory, 1 / (background.n_frames + 1)))
    step = np.full(small.shape[:2], rate)
    if held is not None:
        step[held] = 0.0
    on_first, on_second = np.where(fits, step, 0.0), np.where(fits_second, step, 0.0)
    mean = background.mean + on_first[..., None] * off
    variance = background.variance + on_first * (off2 - background.variance)
    second = background.second + np.minimum(4 * on_second, 1.0)[..., None] * other
    weight = background.weight + step * (fits_second - background.weight)
    is_new = ~fits & ~fits_second & (step > 0)
    second[is_new], weight[is_new] = colour[is_new], rate
    swap = weight > 0.5
    mean[swap], second[swap] = second[swap], mean[swap]
    weight[swap] = 1 - weight[swap]
    learned = Background(
        n_frames=background.n_frames + 1,
        mean=mean,
        variance=np.clip(variance, LEAST_STD**2, MOST_STD**2),
        second=second,
        weight=weight,
    )
    return learned, moving


def tidied(moving: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return moving areas without specks, and without the cracks that a belt or a post leaves."""
    cv2 = opencv()
    opened = cv2.morphologyEx(moving.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((7, 3), np.uint8)).astype(bool)


def _shadow(
    colour: Float32[np.ndarray, "h w 3"], mean: Float32[np.ndarray, "h w 3"]
) -> Bool[np.ndarray, "h w"]:
    """Return where a picture is the background, evenly darkened."""
    ones = np.ones((1, 3), dtype=np.float32)
    cv2 = opencv()
    ratio = cv2.transform(cv2.multiply(colour, mean), ones) / np.maximum(
        cv2.transform(cv2.multiply(mean, mean), ones), 1.0
    )
    off = np.abs(colour - ratio[..., None] * mean).max(axis=2)
    return (ratio > SHADOW[0]) & (ratio < SHADOW[1]) & (off < SHADOW_COLOUR * ratio)
