"""People who merge: moving areas in which nobody was recognised, counted by the floor they take.

A foot may be wherever a whole person above it would be filled by movement. For one person these
places are a patch of centimetres; people who stand close make them an area, and its size in square
metres says how many they are, if one knows how close people stand. That is a guess, and said so.
It needs a calibrated camera, and it counts too few where the people in front hide those behind.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from standex.sensing.video.boxes import Boxes, no_boxes
from standex.sensing.video.camera import FloorView
from standex.sensing.video.opencv import opencv
from standex.sensing.video.person_size import heights_px

FILLED = 0.8  # share of a person's rectangle that moves
WIDTH_PER_HEIGHT = 0.33
GHOST_AT = 0.8  # edges in the picture, of those in the background, below which it is a ghost
GROWN = 0.15  # of a recognised person's height: that much around them is theirs
SCORE = 0.3  # of what nobody recognised
SCORE_ALONE = 0.5


def without_ghosts(
    moving: Bool[np.ndarray, "h w"],
    small: UInt8[np.ndarray, "h w 3"],
    usual: Float32[np.ndarray, "h w 3"],
) -> Bool[np.ndarray, "h w"]:
    """Return moving areas without those that something left: a car that drove off, a chair.

    The outline of what is there shows as edges in the picture, that of what went in the background.

    Args:
        moving: where something moves.
        small: the picture, of the same size.
        usual: the background.
    """
    cv2 = opencv()
    n_areas, area = cv2.connectedComponents(moving.astype(np.uint8))
    if n_areas == 1:
        return moving
    outline = cv2.morphologyEx(
        moving.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
    ).astype(bool)
    near = cv2.dilate(area.astype(np.float32), np.ones((3, 3), np.uint8)).astype(int)[outline]
    here, before = (
        np.bincount(near, weights=_edges(picture)[outline], minlength=n_areas)
        for picture in (small.astype(np.float32), usual)
    )
    is_there = here >= GHOST_AT * before
    return moving & is_there[area]


def _edges(picture: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
    cv2 = opencv()
    grey = cv2.transform(picture, np.full((1, 3), 1 / 3, dtype=np.float32))
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    # Not cv2.magnitude: its last bit depends on where in memory a picture lies.
    return np.sqrt(across * across + down * down)


def left_over_people(
    moving: Bool[np.ndarray, "h w"],
    found: Boxes,
    *,
    zoom: float,
    view: FloorView | None,
    people_per_m2: float,
    least_px: float = 0.0,
) -> Boxes:
    """Return the people in moving areas that no found box explains.

    Each area becomes as many boxes as it is thought to hold people, ``n_people`` sums up to the
    estimate, and all are uncertain. Without a calibrated camera there are none.

    Args:
        moving: where something moves, at reduced size.
        found: people recognised, in pixels of the frame.
        zoom: pixels of the frame per pixel of ``moving``.
        view: the camera, in pixels of the frame.
        people_per_m2: how close people stand who merge.
        least_px: where people appear lower than this, in pixels of the frame, none are counted.
    """
    rest = _unexplained(moving, found, zoom)
    rows, columns = np.nonzero(rest)
    foot_px = zoom * (np.column_stack([columns, rows]) + (0.5, 1.0))
    usual_px = heights_px(view, foot_px) if len(rows) else None
    if view is None or usual_px is None:
        return no_boxes()
    fits = _holds_person(rest, rows, columns, usual_px / zoom)
    fits &= usual_px >= least_px
    if not fits.any():
        return no_boxes()
    feet = np.zeros(rest.shape, dtype=np.uint8)
    feet[rows[fits], columns[fits]] = 1
    n_areas, area = opencv().connectedComponents(feet)
    which = area[rows, columns]
    area_m2 = _floor_area_m2(view, foot_px, zoom)
    parts: list[tuple[np.ndarray, np.ndarray, float]] = []
    for one in range(1, n_areas):
        mine = fits & (which == one)
        estimate = 1 + people_per_m2 * float(area_m2[mine].sum())
        spots = _spread(foot_px[mine], area_m2[mine], max(round(estimate), 1))
        nearest = _nearest(spots, foot_px[mine])
        parts.append((foot_px[mine][nearest], usual_px[mine][nearest], estimate))
    foot = np.concatenate([one[0] for one in parts])
    high = np.concatenate([one[1] for one in parts])
    n_people = np.concatenate([np.full(len(one[0]), one[2] / len(one[0])) for one in parts])
    together = np.concatenate([np.full(len(one[0]), len(one[0]) > 1) for one in parts])
    half = WIDTH_PER_HEIGHT * high / 2
    x, y = foot.T
    return Boxes(
        corner_px=np.column_stack([x - half, y - high, x + half, y]),
        score=np.where(together, SCORE, SCORE_ALONE),
        n_people=n_people,
        is_uncertain=np.ones(len(foot), dtype=bool),
    )


def _unexplained(
    moving: Bool[np.ndarray, "h w"], found: Boxes, zoom: float
) -> Bool[np.ndarray, "h w"]:
    rest = moving.copy()
    margin = GROWN * found.size_px[:, 1:] * np.array([[-1.0, -1.0, 1.0, 1.0]])
    corners = np.maximum((found.corner_px + margin) / zoom, 0)
    for x1, y1, x2, y2 in np.rint(corners).astype(int).tolist():
        rest[y1:y2, x1:x2] = False
    return rest


def _holds_person(
    rest: Bool[np.ndarray, "h w"],
    rows: np.ndarray,
    columns: np.ndarray,
    high: Float[np.ndarray, " n"],
) -> Bool[np.ndarray, " n"]:
    """Return where a person's rectangle above a foot is filled, and inside the picture."""
    height, width = rest.shape
    total = np.zeros((height + 1, width + 1))
    total[1:, 1:] = rest.cumsum(axis=0).cumsum(axis=1)
    known = np.isfinite(high)
    high = np.where(known, high, 1.0)
    half = WIDTH_PER_HEIGHT * high / 2
    y2, y1 = rows + 1, np.rint(rows + 1 - high).astype(int)
    x1 = np.rint(columns + 0.5 - half).astype(int)
    x2 = np.maximum(np.rint(columns + 0.5 + half).astype(int), x1 + 1)
    area = np.maximum((y2 - y1) * (x2 - x1), 1)
    known &= y1 >= 0
    x1, x2, y1 = (np.clip(v, 0, top) for v, top in ((x1, width), (x2, width), (y1, height)))
    inside = total[y2, x2] - total[y1, x2] - total[y2, x1] + total[y1, x1]
    return known & (inside >= FILLED * area)


def _floor_area_m2(
    view: FloorView, foot_px: Float[np.ndarray, "n 2"], zoom: float
) -> Float[np.ndarray, " n"]:
    """Return the floor that each pixel of the reduced picture shows."""
    floor = view.to_floor(foot_px, np.full((len(foot_px), 2), 1e-3))
    # The covariance of a unit error in the picture has the Jacobian's squared determinant.
    det = np.linalg.det(floor.covariance_m2 * 1e6)
    return np.where(floor.is_on_floor, np.sqrt(np.maximum(det, 0)) * zoom**2, 0.0)


def _spread(
    point: Float[np.ndarray, "n 2"], weight: Float[np.ndarray, " n"], k: int
) -> Float[np.ndarray, "k 2"]:
    """Return k places spread evenly over points: the farthest one next, then their middles."""
    k = min(k, len(point))
    if k == 1:
        return np.average(point, axis=0, weights=np.maximum(weight, 1e-12))[None]
    spots = [point[int(np.argmax(point[:, 1]))]]
    away = np.full(len(point), np.inf)
    for _ in range(k - 1):
        away = np.minimum(away, ((point - spots[-1]) ** 2).sum(axis=1))
        spots.append(point[int(np.argmax(away))])
    places = np.array(spots)
    for _ in range(3):
        mine = ((point[:, None] - places[None]) ** 2).sum(axis=2).argmin(axis=1)
        for row in range(k):
            if (mine == row).any():
                places[row] = point[mine == row].mean(axis=0)
    return places


def _nearest(spots: Float[np.ndarray, "k 2"], point: Float[np.ndarray, "n 2"]) -> np.ndarray:
    return ((point[None] - spots[:, None]) ** 2).sum(axis=2).argmin(axis=1)
