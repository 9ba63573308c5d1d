"""What people wear, as six numbers that live for minutes: colour and texture of torso and legs.

Two looks at one person give descriptors close together, two people in other clothes far apart. The
upper part of a box, where the face is, is never read. Descriptors are turned by a random rotation
that nobody keeps: beside those of another site or another day they mean nothing, and no component
can be read as a colour. Distances stay as they are, and nothing else is used of them.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float, UInt8

from standex.sensing.video.boxes import Boxes, share_inside

# Shares of a box's height, from the top; above the first are head and neck, which are never read.
BANDS = ((0.24, 0.36), (0.36, 0.48), (0.55, 0.70), (0.70, 0.85))  # torso twice, legs twice
HALF_WIDTH = (0.26, 0.26, 0.20, 0.20)  # shares of its width, to both sides of the middle
LEAST_HEIGHT_PX = 40.0
MOST_HIDDEN = 0.25  # share of a box inside others: whose clothes would it be?
EDGE_PX = 2.0  # a box that touches the picture's edge goes on beyond it
ROWS_READ = 24  # of a band; more would only cost time

N_COMPONENTS = 6
WITHIN = 0.1  # standard deviation of a component over looks at one person, by the scale of ``_TO``
FARTHEST = 0.7  # no descriptor is longer: clothes like no others must not outweigh all else
DAY_NS = 86_400 * 10**9
TURN_OF_DAY_NS = 3 * 3600 * 10**9  # the rotation changes at three at night, UTC

# What is measured: L, a, b of the torso; L of its upper part over its lower; L, a, b of the legs;
# texture of torso and of legs. Discriminant analysis turned it into six numbers, on 1576 boxes of
# 25 people (19 of PETS2009 S2.L1 view 1 by their true boxes with errors of 4 %, 6 of the shipped
# clip), in pieces of 4 s, each under a drawn light: exposure 12 %, each colour 5 %.
_MIDDLE = np.array([20.6, 5.6, -0.9, 2.1, 25.4, 1.2, -6.1, 15.4, 19.3])
_TO = np.array(
    [
        [0.0061, -0.0046, 0.0155, -0.0022, -0.0003, -0.0011],
        [0.0463, -0.0206, -0.0106, -0.0005, 0.0001, 0.0004],
        [0.0100, 0.0425, 0.0064, -0.0012, 0.0025, 0.0003],
        [-0.0084, -0.0033, -0.0013, -0.0278, 0.0090, -0.0029],
        [0.0017, 0.0040, -0.0066, -0.0031, -0.0050, -0.0045],
        [-0.0021, 0.0100, 0.0135, 0.0021, -0.0112, -0.0001],
        [-0.0010, -0.0148, 0.0055, 0.0173, 0.0355, -0.0271],
        [-0.0041, -0.0058, -0.0103, 0.0081, 0.0192, 0.0436],
        [0.0121, 0.0048, 0.0144, 0.0279, 0.0181, -0.0084],
    ]
)
_TEXTURE_SCALE = 10.0
_XYZ_FROM_BGR = np.array(
    [[0.1805, 0.3576, 0.4124], [0.0722, 0.7152, 0.2126], [0.9505, 0.1192, 0.0193]]
) / np.array([[0.9505], [1.0], [1.089]])
_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS > 0.04045, ((_LEVELS + 0.055) / 1.055) ** 2.4, _LEVELS / 12.92)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Clothing:
    """Describes clothes; every camera of a site has the same ``secret``.

    Attributes:
        secret: large and random, drawn anew whenever a site starts, never stored; not negative.
    """

    secret: int

    def describe(
        self, image: UInt8[np.ndarray, "h w 3"], boxes: Boxes, *, t_utc_ns: int
    ) -> Float[np.ndarray, "n 6"]:
        """Return the descriptor of each box, as tracking expects it; NaN where there is none.

        There is none of a box that holds more than one person or is uncertain, that others hide in
        part, that is cut by the edge of the picture, or that is too small.

        Args:
            image: blue, green, red.
            boxes: in its pixels.
            t_utc_ns: of the frame; the rotation is that of its day.
        """
        n = len(boxes.corner_px)
        descriptor = np.full((n, N_COMPONENTS), np.nan)
        rotation = rotation_of(self.secret, t_utc_ns=t_utc_ns)
        rows = np.flatnonzero(is_describable(boxes, width=image.shape[1], height=image.shape[0]))
        if len(rows):
            seen = np.array([looks_of(image, boxes.corner_px[row]) for row in rows])
            descriptor[rows] = scaled(seen) @ rotation.T
        return descriptor


def rotation_of(secret: int, *, t_utc_ns: int) -> Float[np.ndarray, "6 6"]:
    """Return the rotation of a site and day, any one as likely as any other.

    References:
        Mezzadri, How to generate random matrices from the classical compact groups, Notices of
        the AMS 54 (2007) 592.
    """
    day = (t_utc_ns - TURN_OF_DAY_NS) // DAY_NS
    rng = np.random.default_rng([secret, day % 2**63])
    q, r = np.linalg.qr(rng.standard_normal((N_COMPONENTS, N_COMPONENTS)))
    return q * np.sign(np.diag(r))


def is_describable(boxes: Boxes, *, width: int, height: int) -> Bool[np.ndarray, " n"]:
    """Return of which boxes there is one person's whole figure to see."""
    corner = boxes.corner_px
    inside = (
        (corner[:, :2] >= EDGE_PX).all(axis=1)
        & (corner[:, 2] <= width - EDGE_PX)
        & (corner[:, 3] <= height - EDGE_PX)
    )
    hidden = share_inside(corner, corner)
    np.fill_diagonal(hidden, 0.0)
    size = boxes.size_px
    is_upright = (size[:, 1] >= LEAST_HEIGHT_PX) & (size[:, 0] >= size[:, 1] / 8)
    is_one = ~boxes.is_uncertain & (boxes.n_people < 1.5)
    return inside & is_upright & is_one & (hidden.sum(axis=1) <= MOST_HIDDEN)


def looks_of(
    image: UInt8[np.ndarray, "h w 3"], corner_px: Float[np.ndarray, " 4"]
) -> Float[np.ndarray, " 9"]:
    """Return colour (CIE L*a*b*, medians) and texture of torso and legs in one box.

    Texture is the logarithm of how much lightness changes from column to column, for a figure of
    100 pixels.
    """
    x1, y1, x2, y2 = corner_px
    high, middle = y2 - y1, (x1 + x2) / 2
    colour, texture = np.empty((4, 3)), np.empty(4)
    for band, ((top, bottom), half) in enumerate(zip(BANDS, HALF_WIDTH, strict=True)):
        first_row = round(y1 + top * high)
        end_row = max(round(y1 + bottom * high), first_row + 2)
        first_column = round(middle - half * (x2 - x1))
        end_column = max(round(middle + half * (x2 - x1)), first_column + 3)
        step = max(1, (end_row - first_row) // ROWS_READ)
        part = lab(image[first_row:end_row:step, first_column:end_column])
        colour[band] = np.median(part.reshape(-1, 3), axis=0)
        change = np.abs(np.diff(part[..., 0], axis=1)).mean()
        texture[band] = _TEXTURE_SCALE * np.log(2 + change * high / 100)
    torso, legs = colour[:2].mean(axis=0), colour[2:].mean(axis=0)
    lighter = colour[0, 0] - colour[1, 0]
    return np.array([*torso, lighter, *legs, texture[:2].mean(), texture[2:].mean()])


def scaled(looks: Float[np.ndarray, "n 9"]) -> Float[np.ndarray, "n 6"]:
    """Return looks as tracking expects descriptors: alike in all directions, not far from zero."""
    out = (looks - _MIDDLE) @ _TO
    length = np.hypot(FARTHEST, np.linalg.norm(out, axis=1, keepdims=True))
    return out * FARTHEST / length


def lab(image: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w 3"]:
    """Return CIE L*a*b* (D65) of blue, green, red in sRGB.

    References:
        IEC 61966-2-1 (sRGB); ISO/CIE 11664-4.
    """
    share = _LINEAR[image] @ _XYZ_FROM_BGR.T
    f = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
