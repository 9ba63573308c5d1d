"""What stereo cameras at the panels see of a person: places on the outside of the clothes.

A head of two cameras sits in the middle of each side. A place at distance z has the error
z^2 / (f b) times the error of its disparity: a part that is drawn for each place, and one that
belongs to the head (how well it was calibrated) and is common to all its places. Matching wants
texture: on plain cloth, and on cloth seen at a glancing angle, there are no places at all.

Nothing here is a picture, and no picture is made: the cameras give three numbers a place, 12 mm
apart, without brightness or colour, and nothing of a head that wears no clothes.

Left out: cloth that bridges the edge of an item steps with it, and nothing is matched wrongly.

References:
    Matthies, Shafer, IEEE J. Robotics Autom. 3 (1987) 239 (error in stereo).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.twin.body import HEAD
from standex.twin.dress import Dressed
from standex.twin.physical_optics import Facets
from standex.twin.planes import Plane
from standex.twin.wardrobe import Folds

BASELINE_M, FOCAL_PX = 0.15, 1000.0
MATCHING_PX, CALIBRATION_PX = 0.20, 0.05  # disparity, standard deviations; 0.1 to 0.2 is customary
PITCH_M = 0.012
PLAIN = (0.10, 0.50)  # share of a person's clothes that is too plain to be matched
GLANCING = 0.25  # cosine below which nothing is matched
CLEAR_VIEW = 0.9  # an arm that hides more than a tenth of a place hides it from a camera


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StereoHeads:
    """Pairs of cameras, one pair for each panel side.

    Attributes:
        position_m: of each, site frame.
        offset_px: of all its disparities.
    """

    position_m: Float[np.ndarray, "heads 3"]
    offset_px: Float[np.ndarray, " heads"]

    @classmethod
    def draw(
        cls, position_m: Float[np.ndarray, "heads 3"], rng: np.random.Generator
    ) -> "StereoHeads":
        """Return heads as well calibrated as such heads are."""
        return cls(position_m=position_m, offset_px=rng.normal(0, CALIBRATION_PX, len(position_m)))


def seen_points(
    dressed: Dressed,
    facets: Facets,
    heads: StereoHeads,
    *,
    plain: np.random.Generator,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, " n"]]:
    """Return places on the clothes, site frame, and their standard deviations.

    Args:
        dressed: the person.
        facets: of them, as they stand, with their visibility from the side of each head.
        heads: that look.
        plain: where cloth is without texture; the same in all records of a person.
        rng: of the record.
    """
    outer_m = np.zeros(len(dressed.body.part))
    of_plane = np.array([outside_m(plane) for plane in dressed.planes.planes])
    np.maximum.at(outer_m, dressed.row, of_plane[dressed.stack])
    rows, first = np.unique(dressed.row, return_index=True)
    lift = (outer_m[rows] - dressed.height_m[first])[:, None]
    place, normal = facets.position_m[first] + lift * facets.normal[first], facets.normal[first]
    folds, share = Folds.draw(plain), plain.uniform(*PLAIN)
    is_textured = folds.share(dressed.body.position_m[rows]) > share
    is_clothed = dressed.body.part[rows] != HEAD
    facet_m = float(np.sqrt(np.median(dressed.body.area_m2)))
    kept = is_textured & is_clothed & (rng.random(len(rows)) < (facet_m / PITCH_M) ** 2)
    points, sigma = [np.zeros((0, 3))], [np.zeros(0)]
    for head, position_m in enumerate(heads.position_m):
        way = place - position_m
        distance = np.linalg.norm(way, axis=1)
        way /= distance[:, None]
        mine = kept & (facets.visible[first, head] > CLEAR_VIEW)
        mine &= -np.einsum("nx,nx->n", way, normal) > GLANCING
        per_px = distance[mine] ** 2 / (FOCAL_PX * BASELINE_M)
        off_px = heads.offset_px[head] + rng.normal(0, MATCHING_PX, int(mine.sum()))
        points.append(place[mine] + (per_px * off_px)[:, None] * way[mine])
        sigma.append(per_px * np.hypot(MATCHING_PX, CALIBRATION_PX))
    return np.concatenate(points), np.concatenate(sigma)


def outside_m(plane: Plane) -> float:
    """Return how far the outside of a plane is above the skin."""
    return plane.raised_m + sum(layer.thickness_m for layer in plane.layers)
