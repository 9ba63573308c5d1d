"""What a camera can say of the floors that it looks at: which level, behind which wall, how far.

Walls of the site plan reach from floor to ceiling: nobody is seen through one. A closed ring of
walls is an obstacle, and whoever seems to stand in it seems to stand behind a wall. Floors are
opaque, too: of several levels below a camera a ray meets the highest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from standex.model.site import Level
from standex.sensing.video.camera import Camera, FloorPoints, FloorView

SLACK_STD = 3.0  # so far behind a wall a place may lie by its own error
OWN_WALL_M = 0.5  # a wall so near to the camera is the one it hangs on
BODY_M = 1.7
LEAST_BODY_PX = 30.0
LARGEST_STD_M = 1.5  # a place known worse than this helps nobody
CELL_M = 0.5
# Of the height of the body, by which a foot is off; see ``feet``.
FOOT_SHARE = 0.08


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Storey:
    """A level as one camera sees it.

    Attributes:
        level: of the site.
        view: the camera, in the frame of that level.
        height_m: of its floor, above that of the camera's own level.
    """

    level: Level
    view: FloorView
    height_m: float = 0.0


def storeys_of(
    view: FloorView, level: Level, others: Sequence[tuple[Level, float]] = ()
) -> tuple[Storey, ...]:
    """Return the levels that a camera looks at, the highest first.

    Args:
        view: the camera, in the frame of its own level.
        level: its own.
        others: more, with the heights of their floors above its own; x and y are common.

    Raises:
        ValueError: other levels for a view that knows one floor only.
    """
    own = Storey(level=level, view=view)
    if others and not isinstance(view, Camera):
        raise ValueError("a homography knows one floor only; several levels need a calibration")
    more = [
        Storey(level=one, view=view.raised(height_m), height_m=height_m)
        for one, height_m in others
        if isinstance(view, Camera)
    ]
    return tuple(sorted([own, *more], key=lambda one: -one.height_m))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnLevel:
    """The foot points that are on one level.

    Attributes:
        level_id: which.
        row: of the foot points.
        points: of these, all on the floor.
    """

    level_id: str
    row: np.ndarray
    points: FloorPoints


def places_on(
    storeys: Sequence[Storey],
    foot_px: Float[np.ndarray, "n 2"],
    sigma_px: Float[np.ndarray, "n 2"],
) -> tuple[OnLevel, ...]:
    """Return on which level and where feet are; a foot behind a wall, or on no level, is nowhere.

    Args:
        storeys: the highest first.
        foot_px: right, down.
        sigma_px: standard deviation of each.
    """
    left = np.ones(len(foot_px), dtype=bool)
    found: list[OnLevel] = []
    for number, storey in enumerate(storeys):
        points = storey.view.to_floor(foot_px, sigma_px)
        there = left & points.is_on_floor
        if len(storeys) > 1:
            # The lowest level has no edge that one could look over.
            is_last = number == len(storeys) - 1
            there &= is_last | _inside(storey.level, points.position_m)
        left &= ~there
        there &= ~behind_wall(storey.view, storey.level, points)
        row = np.flatnonzero(there)
        found.append(
            OnLevel(
                level_id=storey.level.level_id,
                row=row,
                points=FloorPoints(
                    position_m=points.position_m[row],
                    covariance_m2=points.covariance_m2[row],
                    is_on_floor=np.ones(len(row), dtype=bool),
                ),
            )
        )
    return tuple(found)


def behind_wall(view: FloorView, level: Level, points: FloorPoints) -> Bool[np.ndarray, " n"]:
    """Mark places behind a wall of a level as the camera sees it, by more than their own error.

    Where nobody knows the place of the camera, nothing is behind a wall.
    """
    if view.foot_m is None or not len(level.wall_site_m):
        return np.zeros(len(points.position_m), dtype=bool)
    a, b, d = (points.covariance_m2[:, i, j] for i, j in ((0, 0), (0, 1), (1, 1)))
    slack_m = SLACK_STD * np.sqrt((a + d) / 2 + np.hypot((a - d) / 2, b))
    return _hidden(view.foot_m, points.position_m, level.wall_site_m, slack_m)


def field_of_view(
    view: FloorView,
    level: Level,
    *,
    p_detect: float,
    cell_m: float = CELL_M,
    least_body_px: float = LEAST_BODY_PX,
    largest_std_m: float = LARGEST_STD_M,
) -> Float[np.ndarray, "nx ny"]:
    """Return P(a camera reports a person) in each cell of a level, others not in the way.

    Zero where the feet are outside the picture, behind a wall, nearer to the horizon than their
    error, or known worse than ``largest_std_m``; and where a body is smaller than the detector
    finds, if the view knows heights.

    Args:
        view: the camera, in the frame of the level.
        level: of the site.
        p_detect: P(the detector finds somebody in plain view).
        cell_m: width of a cell; cells begin at the lower left corner of the level.
        least_body_px: the detector finds nobody smaller.
        largest_std_m: of a place, along its longer axis.

    Raises:
        ValueError: ``p_detect`` is outside [0, 1].
    """
    if not 0 <= p_detect <= 1:
        raise ValueError(f"p_detect must be inside [0, 1], got {p_detect}")
    shape = np.ceil((level.max_site_m - level.min_site_m) / cell_m - 1e-9).astype(int)
    x = level.min_site_m[0] + cell_m * (np.arange(shape[0]) + 0.5)
    y = level.min_site_m[1] + cell_m * (np.arange(shape[1]) + 0.5)
    cell = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    foot_px, seen = view.to_picture(cell)
    seen &= ((foot_px >= 0) & (foot_px < (view.width_px, view.height_px - 1.0))).all(axis=1)
    body_px = np.full(len(cell), least_body_px)
    if isinstance(view, Camera):
        head_px, _ = view.project(np.column_stack([cell, np.full(len(cell), BODY_M)]))
        body_px = np.hypot(*(head_px - foot_px).T)
        seen &= body_px >= least_body_px
    sigma = np.repeat(np.maximum(FOOT_SHARE * body_px, 1.0)[:, None], 2, axis=1)
    points = view.to_floor(np.where(seen[:, None], foot_px, 0.0), sigma)
    a, b, d = (points.covariance_m2[:, i, j] for i, j in ((0, 0), (0, 1), (1, 1)))
    std_m = np.sqrt((a + d) / 2 + np.hypot((a - d) / 2, b))
    seen &= points.is_on_floor & (std_m <= largest_std_m)
    if view.foot_m is not None and len(level.wall_site_m):
        seen &= ~_hidden(view.foot_m, cell, level.wall_site_m, np.zeros(len(cell)))
    return np.where(seen, p_detect, 0.0).reshape(int(shape[0]), int(shape[1]))


def _inside(level: Level, place_m: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
    inside = (place_m >= level.min_site_m) & (place_m <= level.max_site_m)
    return np.all(inside, axis=1)


def _hidden(
    from_m: Float[np.ndarray, " 2"],
    place_m: Float[np.ndarray, "n 2"],
    wall_m: Float[np.ndarray, "walls 2 2"],
    slack_m: Float[np.ndarray, " n"],
) -> Bool[np.ndarray, " n"]:
    """Mark the places to which the way crosses a wall, and which lie deeper behind than slack."""
    hidden = np.zeros(len(place_m), dtype=bool)
    way = place_m - from_m
    reach_m = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-12)
    for a, b in wall_m:
        along = b - a
        length = np.hypot(*along)
        if length == 0:
            continue
        normal = np.array([-along[1], along[0]]) / length
        before, after = float((from_m - a) @ normal), (place_m - a) @ normal
        crosses = before * after < 0
        share = np.where(crosses, before / np.where(crosses, before - after, 1.0), 0.0)
        at = (from_m + share[:, None] * way - a) @ along / length
        crosses &= (at >= 0) & (at <= length) & (share * reach_m > OWN_WALL_M)
        hidden |= crosses & (np.abs(after) > slack_m)
    return hidden
