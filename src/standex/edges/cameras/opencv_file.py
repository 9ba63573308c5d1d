"""Cameras in OpenCV's FileStorage: matrix, lens, and, in the same file or another, the pose.

OpenCV's pose takes points of the world to the camera; the world must be the floor's frame, z up.
The file does not say in which unit the translation is: it must be given.
"""

from pathlib import Path
from typing import Literal

import numpy as np

from standex.edges.cameras.checked import checked_camera
from standex.edges.cameras.opencv_storage import (
    HEIGHT,
    LENS,
    MATRIX,
    SHIFT,
    TURN,
    WIDTH,
    first_of,
    read_storage,
    rotation_of,
)
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera

Unit = Literal["m", "cm", "mm"]
METRES: dict[Unit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001}


def read_opencv(
    path: Path,
    *,
    unit: Unit | None = None,
    pose_path: Path | None = None,
    size_px: tuple[int, int] | None = None,
) -> Camera:
    """Return the camera of an OpenCV file.

    Args:
        path: with the matrix and the lens.
        unit: of the translation.
        pose_path: with rotation and translation; where they are not in ``path``.
        size_px: width and height of the picture, where the file does not say.

    Raises:
        DataFileError: something is missing, or it is no camera that looks at a floor.
    """
    found = read_storage(path)
    matrix = first_of(found, MATRIX)
    if matrix is None or matrix.shape != (3, 3):
        raise DataFileError(
            f"{path}: no 3 x 3 camera matrix; it has {', '.join(found)}, names looked for are "
            f"{', '.join(MATRIX)}"
        )
    lens = first_of(found, LENS)
    placed, where = (found, path) if pose_path is None else (read_storage(pose_path), pose_path)
    turn, shift = first_of(placed, TURN), first_of(placed, SHIFT)
    if turn is None or shift is None or shift.size != 3:
        raise DataFileError(
            f"{where}: no pose (rotation and translation of 3 numbers); calibrate with known "
            "points: standex calibrate camera --lens FILE --points FILE"
        )
    if unit is None:
        raise DataFileError(
            f"{where}: in which unit is the translation {shift.reshape(-1).tolist()}? the file "
            "does not say; give unit m, cm or mm"
        )
    return checked_camera(
        where,
        size_px=_size(path, first_of(found, WIDTH), first_of(found, HEIGHT), size_px),
        matrix=matrix / matrix[2, 2],
        distortion=without_tilt(path, np.zeros(0) if lens is None else lens.reshape(-1)),
        rotation=rotation_of(where, turn),
        translation_m=METRES[unit] * shift.reshape(3),
    )


def without_tilt(path: Path, lens: np.ndarray) -> np.ndarray:
    """Return the numbers of a lens without those of a tilted sensor, which must be zero.

    Raises:
        DataFileError: the sensor is tilted.
    """
    if len(lens) == 14:
        if lens[12:].any():
            raise DataFileError(f"{path}: a tilted sensor {lens[12:].tolist()}; this is not read")
        return lens[:12]
    return lens


def _size(
    path: Path,
    width: np.ndarray | None,
    height: np.ndarray | None,
    given: tuple[int, int] | None,
) -> tuple[int, int]:
    if width is None or height is None or width.size != 1 or height.size != 1:
        if given is None:
            raise DataFileError(f"{path}: does not say the size of its pictures; give it")
        return given
    said = (int(width.item()), int(height.item()))
    if given is not None and given != said:
        raise DataFileError(
            f"{path}: is for pictures of {said[0]} x {said[1]}, not {given[0]} x {given[1]}; "
            "calibrate at the size that is delivered"
        )
    return said
