"""How high people appear in a picture of a floor."""

import numpy as np
from jaxtyping import Float

from standex.sensing.video.camera import Camera, FloorView

USUAL_M = 1.7
SHORTEST_M, TALLEST_M = 0.9, 2.3  # what is accepted as a person: children, and errors of a box
SEARCHED_M = (1.35, 2.0)  # what is looked for; a level of the search reaches 7 % up and down


def heights_px(
    view: FloorView | None, foot_px: Float[np.ndarray, "n 2"]
) -> Float[np.ndarray, " n"] | None:
    """Return how high a person of usual size appears who stands at each foot point.

    Args:
        view: a calibrated camera; a homography of the floor says nothing about heights.
        foot_px: right, down.

    Returns:
        Pixels, NaN where there is no floor; or None where the view knows no heights.
    """
    if not isinstance(view, Camera):
        return None
    floor = view.to_floor(foot_px, np.full((len(foot_px), 2), 1e-3))
    head_m = np.column_stack([floor.position_m, np.full(len(foot_px), USUAL_M)])
    head_px, in_front = view.project(head_m)
    height = foot_px[:, 1] - head_px[:, 1]
    return np.where(floor.is_on_floor & in_front & (height > 0), height, np.nan)


def is_person_size(view: FloorView | None, corner_px: Float[np.ndarray, "n 4"]) -> np.ndarray:
    """Return whether each box is as high as a person who stands at its lower edge."""
    foot_px = np.column_stack([(corner_px[:, 0] + corner_px[:, 2]) / 2, corner_px[:, 3]])
    usual = heights_px(view, foot_px)
    if usual is None:
        return np.ones(len(corner_px), dtype=bool)
    ratio = (corner_px[:, 3] - corner_px[:, 1]) / usual * USUAL_M
    return (ratio > SHORTEST_M) & (ratio < TALLEST_M)  # False where there is no floor


def range_px(
    view: FloorView | None,
    region_px: tuple[int, int, int, int],
    *,
    otherwise: tuple[float, float],
) -> tuple[float, float] | None:
    """Return between which heights people are to be looked for in a region.

    Args:
        view: a calibrated camera, or another, or none.
        region_px: x1, y1, x2, y2; feet are in it.
        otherwise: limits from the picture alone; they hold in any case.

    Returns:
        Smallest and largest height, or None where nobody of a height within ``otherwise`` stands.
    """
    x1, y1, x2, y2 = region_px
    x, y = np.meshgrid(np.linspace(x1, x2, 3), np.linspace(y1, y2, 9))
    usual = heights_px(view, np.column_stack([x.ravel(), y.ravel()]))
    if usual is None:
        return otherwise
    # The whole person is in the region: nobody stands so near its upper edge.
    fits = usual[np.isfinite(usual) & (usual * 0.7 <= y.ravel() - y1)]
    if not len(fits):
        return None
    low = max(float(fits.min()) * SEARCHED_M[0] / USUAL_M, otherwise[0])
    high = min(float(fits.max()) * SEARCHED_M[1] / USUAL_M, otherwise[1])
    return (low, high) if low <= high else None
