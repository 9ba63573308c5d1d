"""Tracks drawn on a masked frame: for whoever sets a camera up, never for the operator.

Where rings lie on the floor around people's feet the calibration is right; where they float or sink
it is not.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float, UInt8

from standex.sensing.video.camera import FloorView
from standex.sensing.video.masking import Masked, masked
from standex.sensing.video.opencv import opencv

RING_M = 0.35
AHEAD_S = 1.0
GRID_M = 1.0
_RING_POINTS = 24
_TRACK, _GRID, _TEXT = (80, 220, 255), (150, 110, 60), (255, 255, 255)  # blue, green, red


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """People to be drawn, in the frame of the camera's level.

    Attributes:
        position_m: x, y.
        velocity_m_per_s: of each.
        label: of each; a number, nothing that says who.
    """

    position_m: Float[np.ndarray, "n 2"]
    velocity_m_per_s: Float[np.ndarray, "n 2"]
    label: tuple[str, ...]


def setup_picture(
    image: UInt8[np.ndarray, "h w 3"],
    corner_px: Float[np.ndarray, "n 4"] | None,
    view: FloorView,
    shown: Shown,
    *,
    what: Masked = Masked.FACES,
    has_grid: bool = True,
) -> UInt8[np.ndarray, "h w 3"]:
    """Return the masked frame with the floor's metres and the tracks drawn in.

    Args:
        image: as the camera gave it; it is masked here first, whoever calls.
        corner_px: boxes around everybody in it; None where nobody has looked: all is masked.
        view: of the floor.
        shown: who is followed.
        what: is masked of people.
        has_grid: whether lines are drawn, one a metre.

    Raises:
        StandexError: OpenCV is not installed.
    """
    cv2 = opencv()
    out = np.ascontiguousarray(masked(image, corner_px, what=what))
    if has_grid:
        for line_m in _grid(view):
            _draw(cv2, out, view, line_m, _GRID, 1)
    turn = np.linspace(0, 2 * np.pi, _RING_POINTS + 1)
    ring_m = RING_M * np.column_stack([np.cos(turn), np.sin(turn)])
    for place, velocity, label in zip(
        shown.position_m, shown.velocity_m_per_s, shown.label, strict=True
    ):
        _draw(cv2, out, view, place + ring_m, _TRACK, 2)
        _draw(cv2, out, view, np.array([place, place + AHEAD_S * velocity]), _TRACK, 2)
        px, is_seen = view.to_picture(place[None])
        if is_seen[0] and np.abs(px).max() < 1e5:
            at = (int(px[0, 0]) + 6, int(px[0, 1]) + 14)
            cv2.putText(out, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _TEXT, 1, cv2.LINE_AA)
    return out


def _grid(view: FloorView) -> list[Float[np.ndarray, "points 2"]]:
    """Return lines on the floor, one a metre, as far as the picture's lower half shows it."""
    u = np.linspace(0, view.width_px, 9)
    v = np.linspace(view.height_px / 2, view.height_px, 5)
    px = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    floor = view.to_floor(px, np.full_like(px, 0.5))
    if not floor.is_on_floor.any():
        return []
    seen = floor.position_m[floor.is_on_floor]
    low, high = np.percentile(seen, [10, 90], axis=0)
    low, high = np.floor(low / GRID_M) * GRID_M, np.ceil(high / GRID_M) * GRID_M
    high = np.minimum(high, low + 30 * GRID_M)  # a view to the horizon has no end
    lines: list[np.ndarray] = []
    for axis in (0, 1):
        along = np.linspace(low[1 - axis], high[1 - axis], 40)
        for at in np.arange(low[axis], high[axis] + GRID_M / 2, GRID_M):
            line = np.empty((len(along), 2))
            line[:, axis], line[:, 1 - axis] = at, along
            lines.append(line)
    return lines


def _draw(
    cv2: Any,
    out: UInt8[np.ndarray, "h w 3"],
    view: FloorView,
    line_m: Float[np.ndarray, "points 2"],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    """Draw a line on the floor, as far as it is in front of the camera."""
    px, is_seen = view.to_picture(line_m)
    for row in range(len(px) - 1):
        if is_seen[row : row + 2].all() and np.abs(px[row : row + 2]).max() < 1e5:
            ends = px[row : row + 2].round().astype(int)
            cv2.line(out, tuple(ends[0].tolist()), tuple(ends[1].tolist()), colour, width)
