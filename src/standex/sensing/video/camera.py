"""Cameras: from where feet are in the picture to where people are on the floor, and how surely.

World is the frame of the camera's level: metres, z up, floor z = 0. Camera frame: x right, y down,
z forward (OpenCV). A point p_level is seen at

    p_camera = rotation @ p_level + translation_m
    px = matrix @ (lens(x / z, y / z), 1)

A foot on the floor is where the ray of its pixel meets z = 0. Its uncertainty in the picture
goes through the Jacobian of that map; it grows with the square of the distance.

References:
    Hartley, Zisserman, Multiple View Geometry, 2nd edition 2003, chapters 5 and 8.
"""

from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float

from standex.sensing.video.lens import distorted, is_seen, refuse_lens, slope, undistorted

# A foot whose error may reach the horizon is anywhere: the linear way of its error is wrong there.
FROM_HORIZON_STD = 3.0
BEHIND_M = 0.01  # nearer than this, or behind, is not in front
ROTATION_TOLERANCE = 1e-6
LARGEST_M2 = 1e8  # of a variance; beyond, a place is none
FARTHEST_M = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloorPoints:
    """Places on the floor, one per foot point.

    Attributes:
        position_m: x, y in the level's frame; 0 where there is none.
        covariance_m2: of each; the identity where there is none.
        is_on_floor: False at and above the horizon, behind the camera, and where the error of the
            foot point may reach the horizon.
    """

    position_m: Float[np.ndarray, "n 2"]
    covariance_m2: Float[np.ndarray, "n 2 2"]
    is_on_floor: Bool[np.ndarray, " n"]


@runtime_checkable
class FloorView(Protocol):
    """A picture of a floor."""

    @property
    def width_px(self) -> int:
        """Return the width of the picture that the numbers belong to."""
        ...

    @property
    def height_px(self) -> int:
        """Return its height."""
        ...

    @property
    def foot_m(self) -> Float[np.ndarray, " 2"] | None:
        """Return the place on the floor below the camera; None where nobody knows it."""
        ...

    def to_floor(
        self, foot_px: Float[np.ndarray, "n 2"], sigma_px: Float[np.ndarray, "n 2"], /
    ) -> FloorPoints:
        """Return where on the floor feet are that are seen at these pixels (right, down)."""
        ...

    def to_picture(
        self, position_m: Float[np.ndarray, "n 2"], /
    ) -> tuple[Float[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
        """Return the pixels of places on the floor, and whether they are in front.

        In front is not inside the picture.
        """
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Camera:
    """A calibrated camera: OpenCV's pinhole with a lens. Satisfies ``FloorView``.

    Attributes:
        width_px: of the picture that the numbers belong to.
        height_px: of the same.
        matrix: focal lengths and principal point, pixels; upper triangular, last row 0 0 1.
        distortion: of the lens, OpenCV's order; no numbers for none.
        rotation: camera from level.
        translation_m: camera from level.
    """

    width_px: int
    height_px: int
    matrix: Float[np.ndarray, "3 3"]
    distortion: Float[np.ndarray, " k"]
    rotation: Float[np.ndarray, "3 3"]
    translation_m: Float[np.ndarray, " 3"]

    def __post_init__(self) -> None:
        """Refuse numbers that are no camera.

        Raises:
            ValueError: a number is missing, not finite or impossible; it is named with its value.
        """
        refuse_size(self.width_px, self.height_px)
        refuse_lens(self.distortion)
        for name in ("matrix", "rotation", "translation_m"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be finite, got {getattr(self, name).tolist()}")
        m = self.matrix
        if not (m[0, 0] > 0 and m[1, 1] > 0 and m[1, 0] == 0 and (m[2] == (0, 0, 1)).all()):
            raise ValueError(
                "matrix must be upper triangular with positive focal lengths and a last row "
                f"0 0 1, got {m.tolist()}"
            )
        off = np.abs(self.rotation @ self.rotation.T - np.eye(3)).max()
        if not (off < ROTATION_TOLERANCE and np.linalg.det(self.rotation) > 0):
            raise ValueError(
                f"rotation must be a proper rotation, R R^T is off the identity by {off:.2g} and "
                f"the determinant is {np.linalg.det(self.rotation):.3g}"
            )

    @property
    def position_m(self) -> Float[np.ndarray, " 3"]:
        """Return where the camera hangs, in the level's frame."""
        return -self.rotation.T @ self.translation_m

    @property
    def foot_m(self) -> Float[np.ndarray, " 2"]:
        """Return the place on the floor below it."""
        return self.position_m[:2]

    def project(
        self, points_m: Float[np.ndarray, "n 3"]
    ) -> tuple[Float[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
        """Return the pixels of points, and whether they are in front, inside the lens's fold.

        Args:
            points_m: in the level's frame.
        """
        there = points_m @ self.rotation.T + self.translation_m
        in_front = there[:, 2] > BEHIND_M
        tangent = there[:, :2] / np.where(in_front, there[:, 2], 1.0)[:, None]
        in_front &= is_seen(tangent, self.distortion)
        tangent = np.where(in_front[:, None], tangent, 0.0)
        bent = distorted(tangent, self.distortion)
        return bent @ self.matrix[:2, :2].T + self.matrix[:2, 2], in_front

    def to_picture(
        self, position_m: Float[np.ndarray, "n 2"]
    ) -> tuple[Float[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
        """Return the pixels of places on the floor, and whether they are in front."""
        return self.project(np.column_stack([position_m, np.zeros(len(position_m))]))

    def to_floor(
        self, foot_px: Float[np.ndarray, "n 2"], sigma_px: Float[np.ndarray, "n 2"]
    ) -> FloorPoints:
        """Return where on the floor feet are that are seen at these pixels.

        Args:
            foot_px: right, down.
            sigma_px: standard deviation of each, right and down, independent.

        Raises:
            ValueError: a standard deviation is not positive and finite.
        """
        _refuse_sigma(sigma_px)
        inverse = np.linalg.inv(self.matrix)
        image = foot_px @ inverse[:2, :2].T + inverse[:2, 2]
        tangent, found = undistorted(image, self.distortion)
        found &= self.position_m[2] > 0  # nobody stands on a floor seen from below
        tangent = np.where(found[:, None], tangent, 0.0)
        # Floor from tangents: the inverse of [r1 r2 t], with its sign: w is 1 / depth.
        floor = np.linalg.inv(
            np.column_stack([self.rotation[:, 0], self.rotation[:, 1], self.translation_m])
        )
        lens_slope = slope(tangent, self.distortion)
        per_px = np.linalg.inv(np.where(found[:, None, None], lens_slope, np.eye(2)))
        covariance = _through(per_px @ inverse[:2, :2], _diagonal(sigma_px))
        return _carried(floor, tangent, covariance, found)

    def raised(self, floor_m: float) -> "Camera":
        """Return the camera as another level sees it, whose floor is ``floor_m`` above this one."""
        shift = floor_m * self.rotation[:, 2]
        return Camera(
            width_px=self.width_px,
            height_px=self.height_px,
            matrix=self.matrix,
            distortion=self.distortion,
            rotation=self.rotation,
            translation_m=self.translation_m + shift,
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomographyCamera:
    """A picture of a floor of which nothing is known but the floor. Satisfies ``FloorView``.

    (x, y, w) = floor_from_picture @ (u, v, 1), the place is (x, y) / w. The picture must be free of
    lens distortion. Heights of people are not known by it.

    Attributes:
        width_px: of the picture that the numbers belong to.
        height_px: of the same.
        floor_from_picture: homography; made positive (w > 0) where the floor is seen.
        foot_m: the place on the floor below the camera; None where nobody knows it.
    """

    width_px: int
    height_px: int
    floor_from_picture: Float[np.ndarray, "3 3"]
    foot_m: Float[np.ndarray, " 2"] | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that are no homography.

        Raises:
            ValueError: a number is not finite or the matrix is singular.
        """
        refuse_size(self.width_px, self.height_px)
        h = self.floor_from_picture
        if not np.isfinite(h).all():
            raise ValueError(f"floor_from_picture must be finite, got {h.tolist()}")
        # In units of the picture's size and of each row, so that the test has no unit.
        scaled = h * np.array([self.width_px, self.height_px, 1.0])
        size = np.abs(scaled).max(axis=1, keepdims=True)
        if not size.all() or np.linalg.cond(scaled / size) > 1e9:
            raise ValueError("floor_from_picture is singular: it maps the picture to a line")

    @classmethod
    def seeing(
        cls,
        floor_from_picture: Float[np.ndarray, "3 3"],
        *,
        width_px: int,
        height_px: int,
        floor_px: Float[np.ndarray, " 2"] | None = None,
        foot_m: Float[np.ndarray, " 2"] | None = None,
    ) -> "HomographyCamera":
        """Return the camera of a homography of either sign.

        Args:
            floor_from_picture: any multiple of it.
            width_px: of the picture.
            height_px: of the picture.
            floor_px: a pixel that shows floor; the middle of the lower edge, if not given.
            foot_m: the place below the camera.
        """
        if floor_px is None:
            floor_px = np.array([width_px / 2, height_px - 1.0])
        w = floor_from_picture[2] @ np.array([*floor_px, 1.0])
        return cls(
            width_px=width_px,
            height_px=height_px,
            floor_from_picture=floor_from_picture * (-1.0 if w < 0 else 1.0),
            foot_m=foot_m,
        )

    def to_picture(
        self, position_m: Float[np.ndarray, "n 2"]
    ) -> tuple[Float[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
        """Return the pixels of places on the floor, and whether they are in front."""
        there = np.column_stack([position_m, np.ones(len(position_m))])
        seen = there @ np.linalg.inv(self.floor_from_picture).T
        # The third row is 1 / w: positive on the side that is seen.
        in_front = seen[:, 2] > 0
        return seen[:, :2] / np.where(in_front, seen[:, 2], 1.0)[:, None], in_front

    def to_floor(
        self, foot_px: Float[np.ndarray, "n 2"], sigma_px: Float[np.ndarray, "n 2"]
    ) -> FloorPoints:
        """Return where on the floor feet are that are seen at these pixels; see ``Camera``.

        Raises:
            ValueError: a standard deviation is not positive and finite.
        """
        _refuse_sigma(sigma_px)
        finite = np.all(np.isfinite(foot_px), axis=1)
        foot_px = np.where(finite[:, None], foot_px, 0.0)
        return _carried(self.floor_from_picture, foot_px, _diagonal(sigma_px), finite)


def refuse_size(width_px: int, height_px: int) -> None:
    """Refuse a picture without a size.

    Raises:
        ValueError: width or height is not from 1 to 100000.
    """
    for name, value in (("width_px", width_px), ("height_px", height_px)):
        if not 1 <= value <= 100_000:
            raise ValueError(f"{name} must be from 1 to 100000, got {value}")


def _refuse_sigma(sigma_px: Float[np.ndarray, "n 2"]) -> None:
    if not ((sigma_px > 0) & (sigma_px < np.inf)).all():
        raise ValueError("sigma_px must be positive and finite")


def _diagonal(sigma_px: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2 2"]:
    covariance = np.zeros((len(sigma_px), 2, 2))
    covariance[:, 0, 0], covariance[:, 1, 1] = sigma_px[:, 0] ** 2, sigma_px[:, 1] ** 2
    return covariance


def _through(
    jacobian: Float[np.ndarray, "n 2 2"], covariance: Float[np.ndarray, "n 2 2"]
) -> Float[np.ndarray, "n 2 2"]:
    carried = jacobian @ covariance @ jacobian.transpose(0, 2, 1)
    return (carried + carried.transpose(0, 2, 1)) / 2


def _carried(
    homography: Float[np.ndarray, "3 3"],
    point: Float[np.ndarray, "n 2"],
    covariance: Float[np.ndarray, "n 2 2"],
    known: Bool[np.ndarray, " n"],
) -> FloorPoints:
    """Return points carried to the floor with their covariances.

    Args:
        homography: whose w is positive in front of the camera.
        point: in the plane that it starts from.
        covariance: of each, there.
        known: False where there is no point.
    """
    n = len(point)
    x, y, w = (np.column_stack([point, np.ones(n)]) @ homography.T).T
    along = homography[2, :2]
    std_w = np.sqrt(np.einsum("k,nkl,l->n", along, covariance, along))
    # The negation of "not beyond": a NaN fails, too.
    on_floor = known & (w > FROM_HORIZON_STD * std_w) & (w > 0)
    safe = np.where(on_floor, w, 1.0)
    place = np.stack([x, y], axis=1) / safe[:, None]
    jacobian = (homography[:2, :2] - place[:, :, None] * along) / safe[:, None, None]
    spread = _through(jacobian, covariance)
    on_floor &= (np.abs(place) < FARTHEST_M).all(axis=1)
    on_floor &= np.trace(spread, axis1=1, axis2=2) < LARGEST_M2
    return FloorPoints(
        position_m=np.where(on_floor[:, None], place, 0.0),
        covariance_m2=np.where(on_floor[:, None, None], spread, np.eye(2)),
        is_on_floor=on_floor,
    )
