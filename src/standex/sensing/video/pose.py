"""Known points in a picture -> the homography of a floor, or where a camera hangs and looks.

References:
    Hartley, Zisserman, Multiple View Geometry, 2nd edition 2003, algorithms 4.2 and 8.1.
    Triggs, ICCV 1999 (focal length from a plane).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.lens import undistorted

FEWEST = 4  # points for a homography or a pose
FEWEST_FOCAL = 6  # points for a pose and a focal length
FLAT_M = 1e-6
FOCAL_SHARES = (0.4, 0.6, 0.9, 1.3, 2.0, 3.0, 5.0)  # of the picture's width, to begin with


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownPoints:
    """Points whose place in the picture and in the level's frame is known.

    Attributes:
        px: right, down.
        position_m: x, y, z.
    """

    px: Float[np.ndarray, "n 2"]
    position_m: Float[np.ndarray, "n 3"]

    @property
    def is_flat(self) -> bool:
        """Return whether all points are on the floor."""
        return bool((np.abs(self.position_m[:, 2]) < FLAT_M).all())


def fitted_homography(points: KnownPoints, *, width_px: int, height_px: int) -> HomographyCamera:
    """Return the homography that carries pixels to known places on the floor.

    Normalised direct linear transform, then least squares of the errors in the picture.

    Raises:
        ValueError: there are too few points, one is off the floor, or three are in one line.
    """
    _refuse_few(points, FEWEST)
    if not points.is_flat:
        raise ValueError("a homography takes points on the floor only (z = 0)")
    picture_from_floor = _direct(points.position_m[:, :2], points.px)
    middle_px = points.px.mean(axis=0)

    def view_of(numbers: np.ndarray) -> HomographyCamera:
        return HomographyCamera.seeing(
            np.linalg.inv(np.append(numbers, 1.0).reshape(3, 3)),
            width_px=width_px,
            height_px=height_px,
            floor_px=middle_px,
        )

    start = picture_from_floor / picture_from_floor[2, 2]
    if len(points.px) == FEWEST:
        return _all_in_front(view_of(start.ravel()[:8]), points)

    def off_px(numbers: np.ndarray) -> np.ndarray:
        there = np.append(numbers, 1.0).reshape(3, 3) @ _homogeneous(points.position_m[:, :2]).T
        return ((there[:2] / there[2]).T - points.px).ravel()

    found = least_squares(off_px, start.ravel()[:8], x_scale="jac", max_nfev=200)
    return _all_in_front(view_of(found.x), points)


def fitted_pose(points: KnownPoints, lens: Camera) -> Camera:
    """Return a camera of known lens at the pose that puts known points where they are seen.

    Args:
        points: at least four, not three in a line; on the floor or not.
        lens: with the size, matrix and distortion; its pose is not used.

    Raises:
        ValueError: there are too few points, or no pose explains them.
    """
    _refuse_few(points, FEWEST)
    inverse = np.linalg.inv(lens.matrix)
    tangent, found = undistorted(points.px @ inverse[:2, :2].T + inverse[:2, 2], lens.distortion)
    if not found.all():
        raise ValueError(f"point {int(np.argmin(found)) + 1} is outside what the lens shows")
    starts = _starts(points, tangent)
    best: tuple[float, Camera] | None = None
    for rotation, shift in starts:
        camera = _refined(
            replace(lens, rotation=rotation, translation_m=shift), points, focal=False
        )
        cost = float(np.square(residuals_px(camera, points)).sum())
        if np.isfinite(cost) and (best is None or cost < best[0]):
            best = (cost, camera)
    if best is None:
        raise ValueError("no pose puts these points where they are seen")
    return best[1]


def fitted_camera(points: KnownPoints, *, width_px: int, height_px: int) -> Camera:
    """Return a camera without lens distortion: pose and focal length from known points.

    Square pixels, principal point in the middle. Straight lines must be straight in the picture.

    Raises:
        ValueError: there are fewer than six points, or no camera explains them.
    """
    _refuse_few(points, FEWEST_FOCAL)
    best: tuple[float, Camera] | None = None
    for share in FOCAL_SHARES:
        focal_px = share * width_px
        lens = Camera(
            width_px=width_px,
            height_px=height_px,
            matrix=np.array([[focal_px, 0, width_px / 2], [0, focal_px, height_px / 2], [0, 0, 1]]),
            distortion=np.zeros(0),
            rotation=np.eye(3),
            translation_m=np.zeros(3),
        )
        try:
            camera = _refined(fitted_pose(points, lens), points, focal=True)
        except ValueError:
            continue
        cost = float(np.square(residuals_px(camera, points)).sum())
        if np.isfinite(cost) and (best is None or cost < best[0]):
            best = (cost, camera)
    if best is None:
        raise ValueError("no camera puts these points where they are seen")
    return best[1]


def residuals_px(view: Camera | HomographyCamera, points: KnownPoints) -> Float[np.ndarray, "n 2"]:
    """Return how far from where it is seen a view puts each known point; infinite if behind."""
    if isinstance(view, Camera):
        px, in_front = view.project(points.position_m)
    else:
        px, in_front = view.to_picture(points.position_m[:, :2])
    return np.where(in_front[:, None], px - points.px, np.inf)


def turned(vector: Float[np.ndarray, " 3"]) -> Float[np.ndarray, "3 3"]:
    """Return the rotation of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew


def _all_in_front(view: HomographyCamera, points: KnownPoints) -> HomographyCamera:
    in_front = view.to_picture(points.position_m[:, :2])[1]
    if not in_front.all():
        raise ValueError(
            f"the horizon runs between the points (point {int(np.argmin(in_front)) + 1} is beyond "
            "it): are they in the same order in the picture and in the site?"
        )
    return view


def _refuse_few(points: KnownPoints, fewest: int) -> None:
    n = len(points.px)
    if n < fewest:
        raise ValueError(f"at least {fewest} points are needed, got {n}")
    if not (np.isfinite(points.px).all() and np.isfinite(points.position_m).all()):
        raise ValueError("points must be finite")
    floor = points.position_m[:, :2] if points.is_flat else points.position_m
    for name, place in (("in the picture", points.px), ("in the site", floor)):
        spread = np.linalg.svd(place - place.mean(axis=0), compute_uv=False)
        if spread[1] < 0.01 * spread[0]:
            raise ValueError(
                f"the points are nearly in one line {name}; spread them over the floor"
            )


def _homogeneous(place: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 3"]:
    return np.column_stack([place, np.ones(len(place))])


def _scaled(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points about 0 with a mean distance of sqrt(d), and the matrix that does it."""
    d = place.shape[1]
    middle = place.mean(axis=0)
    size = np.sqrt(d) / max(float(np.linalg.norm(place - middle, axis=1).mean()), 1e-12)
    to = np.eye(d + 1)
    to[:d, :d] *= size
    to[:d, d] = -size * middle
    return (place - middle) * size, to


def _direct(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the matrix that carries ``start`` [n, d] to ``end`` [n, 2], up to scale (DLT)."""
    a, to_a = _scaled(start)
    b, to_b = _scaled(end)
    n, d = a.shape
    one = np.column_stack([a, np.ones(n)])
    rows = np.zeros((2 * n, 3 * (d + 1)))
    rows[0::2, : d + 1] = one
    rows[1::2, d + 1 : 2 * d + 2] = one
    rows[0::2, 2 * d + 2 :] = -b[:, :1] * one
    rows[1::2, 2 * d + 2 :] = -b[:, 1:] * one
    _, size, right = np.linalg.svd(rows)
    if size[min(len(size), 3 * (d + 1) - 1) - 1] < 1e-9 * size[0]:
        raise ValueError("three of the points are in one line, or two are the same; choose others")
    return np.linalg.inv(to_b) @ right[-1].reshape(3, d + 1) @ to_a


def _starts(points: KnownPoints, tangent: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return poses to begin with: the algebraic one of the floor or of space."""
    if points.is_flat:
        h = _direct(points.position_m[:, :2], tangent)
        h = h / np.linalg.norm(h[:, :2], axis=0).mean()
        if (h @ _homogeneous(points.position_m[:, :2]).T)[2].mean() < 0:
            h = -h
        raw = np.column_stack([h[:, 0], h[:, 1], np.cross(h[:, 0], h[:, 1])])
        return [(_nearest_rotation(raw), h[:, 2])]
    starts: list[tuple[np.ndarray, np.ndarray]] = []
    if len(points.px) >= FEWEST_FOCAL:
        p = _direct(points.position_m, tangent)
        size = np.cbrt(np.linalg.det(p[:, :3]))
        if abs(size) > 1e-12:
            starts.append((_nearest_rotation(p[:, :3] / size), p[:, 3] / size))
    # As if all points were on a plane at their mean height: a rough start, refined afterwards.
    low = points.position_m[:, 2].mean()
    rotation, shift = _starts(
        KnownPoints(px=points.px, position_m=points.position_m * (1, 1, 0)), tangent
    )[0]
    starts.append((rotation, shift - low * rotation[:, 2]))
    return starts


def _nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    left, _, right = np.linalg.svd(matrix)
    return left @ np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))]) @ right


def _refined(camera: Camera, points: KnownPoints, *, focal: bool) -> Camera:
    """Return the camera nearby that puts the points best; Levenberg-Marquardt on the picture."""

    def camera_of(numbers: np.ndarray) -> Camera:
        matrix = camera.matrix
        if focal:
            matrix = matrix.copy()
            matrix[0, 0] = matrix[1, 1] = camera.matrix[0, 0] * np.exp(np.clip(numbers[6], -4, 4))
        return replace(
            camera,
            matrix=matrix,
            rotation=_nearest_rotation(turned(numbers[:3]) @ camera.rotation),
            translation_m=numbers[3:6],
        )

    def off_px(numbers: np.ndarray) -> np.ndarray:
        off = residuals_px(camera_of(numbers), points)
        return np.where(np.isfinite(off), off, 1e4).ravel()

    start = np.concatenate([np.zeros(3), camera.translation_m, np.zeros(int(focal))])
    found = least_squares(off_px, start, x_scale="jac", max_nfev=300)
    return camera_of(found.x)
