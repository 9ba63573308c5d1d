"""From numbers of a file to a camera that looks at a floor, or a word on why it does not."""

from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Float

from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera, FloorView, HomographyCamera
from standex.sensing.video.horizon import refuse_no_floor

View = TypeVar("View", bound=FloorView)


def checked_camera(
    path: Path | str,
    *,
    size_px: tuple[int, int],
    matrix: Float[np.ndarray, "3 3"],
    distortion: Float[np.ndarray, " k"],
    rotation: Float[np.ndarray, "3 3"],
    translation_m: Float[np.ndarray, " 3"],
) -> Camera:
    """Return a camera.

    Raises:
        DataFileError: the numbers are no camera, or it sees no floor where feet would be.
    """
    try:
        camera = Camera(
            width_px=size_px[0],
            height_px=size_px[1],
            matrix=np.asarray(matrix, dtype=float),
            distortion=np.asarray(distortion, dtype=float),
            rotation=np.asarray(rotation, dtype=float),
            translation_m=np.asarray(translation_m, dtype=float),
        )
    except ValueError as error:
        raise DataFileError(f"{path}: no camera: {error}") from error
    return checked(path, camera)


def checked_homography(
    path: Path | str,
    *,
    size_px: tuple[int, int],
    floor_from_picture: Float[np.ndarray, "3 3"],
    foot_m: Float[np.ndarray, " 2"] | None = None,
    floor_px: Float[np.ndarray, " 2"] | None = None,
) -> HomographyCamera:
    """Return a picture of a floor.

    Raises:
        DataFileError: the numbers are no homography, or it has no floor where feet would be.
    """
    try:
        view = HomographyCamera.seeing(
            np.asarray(floor_from_picture, dtype=float),
            width_px=size_px[0],
            height_px=size_px[1],
            foot_m=foot_m,
            floor_px=floor_px,
        )
    except ValueError as error:
        raise DataFileError(f"{path}: no homography: {error}") from error
    return checked(path, view)


def checked(path: Path | str, view: View) -> View:
    """Return a view of a floor that has one where feet would be.

    Raises:
        DataFileError: it has none there.
    """
    try:
        refuse_no_floor(view)
    except ValueError as error:
        raise DataFileError(f"{path}: {error}") from error
    return view
