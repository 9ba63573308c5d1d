"""The floor's grid drawn into a frame, with the known points: to be looked at by whoever sets up.

Where lines follow the floor the calibration is right. A circle is where a point was clicked; the
arrow leads to where the calibration puts it, ten times as long.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from standex.sensing.video.camera import Camera, FloorView
from standex.sensing.video.opencv import opencv
from standex.sensing.video.pose import KnownPoints

STEPS_M = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
MOST_LINES = 24
FARTHEST_M = 60.0
BODY_M = 1.7
ARROW = 10.0
LINE, MAIN, POINT, BODY = (170, 140, 40), (40, 200, 255), (60, 60, 255), (90, 220, 90)


def with_grid(
    image: UInt8[np.ndarray, "h w 3"],
    view: FloorView,
    points: KnownPoints | None = None,
    residual_px: Float[np.ndarray, "n 2"] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Return a frame with the grid of the floor, x and y in metres at its lines.

    Uprights of 1.7 m stand on some crossings, where the view knows heights.

    Args:
        image: of the size that the view belongs to.
        view: of the floor.
        points: known ones.
        residual_px: of each.

    Raises:
        ValueError: the frame has another size.
        StandexError: OpenCV is not installed.
    """
    if image.shape[:2] != (view.height_px, view.width_px):
        raise ValueError(
            f"the frame is {image.shape[1]} x {image.shape[0]}, the view is for "
            f"{view.width_px} x {view.height_px}"
        )
    cv2, out = opencv(), image.copy()
    low, high, step_m = _reach(view)
    labels: list[tuple[int, int]] = []
    for axis in (0, 1):
        for at in np.arange(low[axis], high[axis] + step_m / 2, step_m):
            line = np.full((160, 2), at)
            line[:, 1 - axis] = np.linspace(low[1 - axis], high[1 - axis], 160)
            at_px = _line(cv2, out, view, line, is_main=bool(abs(at) < 1e-9))
            if at_px and all(abs(at_px[0] - x) > 45 or abs(at_px[1] - y) > 13 for x, y in labels):
                labels.append(at_px)
                _label(cv2, out, at_px, f"{'xy'[axis]} {at:g}")
    if isinstance(view, Camera):
        _bodies(cv2, out, view, low, high, step_m)
    if points is not None and residual_px is not None:
        _points(cv2, out, points, residual_px)
    return out


def _reach(view: FloorView) -> tuple[np.ndarray, np.ndarray, float]:
    """Return between which whole steps the floor is seen, and the step."""
    u = np.linspace(0, view.width_px - 1, 25)
    v = np.linspace(0, view.height_px - 1, 25)
    px = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    floor = view.to_floor(px, np.full_like(px, view.height_px / 200))
    seen = floor.position_m[floor.is_on_floor]
    if not len(seen):
        return np.zeros(2), np.zeros(2), 1.0
    near = view.foot_m if view.foot_m is not None else np.median(seen, axis=0)
    seen = seen[np.hypot(*(seen - near).T) < FARTHEST_M]
    if not len(seen):
        return np.zeros(2), np.zeros(2), 1.0
    low, high = seen.min(axis=0), seen.max(axis=0)
    wide = float((high - low).max())
    step_m = next((step for step in STEPS_M if wide / step <= MOST_LINES), STEPS_M[-1])
    return np.floor(low / step_m) * step_m, np.ceil(high / step_m) * step_m, step_m


def _line(
    cv2: Any, out: np.ndarray, view: FloorView, line_m: np.ndarray, *, is_main: bool
) -> tuple[int, int] | None:
    """Draw a line; return where its label belongs: at the nearest end."""
    px, in_front = view.to_picture(line_m)
    height, width = out.shape[:2]
    drawable = in_front & (np.abs(px) < 20_000).all(axis=1)
    for k in np.flatnonzero(drawable[:-1] & drawable[1:]):
        a, b = px[k].round().astype(int).tolist(), px[k + 1].round().astype(int).tolist()
        cv2.line(out, a, b, MAIN if is_main else LINE, 2 if is_main else 1, cv2.LINE_AA)
    inside = drawable & ((px > 4) & (px < (width - 40, height - 4))).all(axis=1)
    if not inside.any():
        return None
    lowest = int(np.argmax(np.where(inside, px[:, 1], -np.inf)))
    return int(px[lowest, 0]) + 3, min(int(px[lowest, 1]), height - 5)


def _label(cv2: Any, out: np.ndarray, at: tuple[int, int], text: str) -> None:
    for colour, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, width, cv2.LINE_AA)


def _bodies(
    cv2: Any, out: np.ndarray, view: Camera, low: np.ndarray, high: np.ndarray, step_m: float
) -> None:
    x, y = (np.arange(low[k], high[k] + step_m / 2, 2 * step_m) for k in (0, 1))
    place = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    foot, one = view.to_picture(place)
    head, other = view.project(np.column_stack([place, np.full(len(place), BODY_M)]))
    inside = one & other & ((foot >= 0) & (foot < out.shape[1::-1])).all(axis=1)
    for k in np.flatnonzero(inside & (np.abs(head) < 20_000).all(axis=1)):
        ends = (foot[k].round().astype(int).tolist(), head[k].round().astype(int).tolist())
        cv2.line(out, *ends, BODY, 1, cv2.LINE_AA)


def _points(
    cv2: Any, out: np.ndarray, points: KnownPoints, residual_px: Float[np.ndarray, "n 2"]
) -> None:
    for number, (px, off) in enumerate(zip(points.px, residual_px, strict=True), start=1):
        at = px.round().astype(int).tolist()
        cv2.circle(out, at, 6, POINT, 2, cv2.LINE_AA)
        if np.isfinite(off).all():
            end = (px + ARROW * off).clip(-20_000, 20_000).round().astype(int).tolist()
            cv2.arrowedLine(out, at, end, POINT, 2, cv2.LINE_AA)
        label = (at[0] + 9, at[1] - 7)
        cv2.putText(out, str(number), label, cv2.FONT_HERSHEY_SIMPLEX, 0.5, POINT, 2, cv2.LINE_AA)
