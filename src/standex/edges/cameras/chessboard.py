"""Pictures of a chessboard -> the lens of a camera, by OpenCV."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from standex.model.errors import DataFileError, StandexError
from standex.sensing.video.camera import Camera
from standex.sensing.video.opencv import opencv

FEWEST_PICTURES = 5
MAX_BYTES = 100 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LensFit:
    """A lens and what it rests on.

    Attributes:
        lens: a camera of which only the lens counts.
        rms_px: of each picture in which the board was found.
        used: these pictures.
        unused: those without the board.
        is_in: share of the picture, a side, within which corners were seen; the lens is not known
            outside.
    """

    lens: Camera
    rms_px: Float[np.ndarray, " pictures"]
    used: tuple[Path, ...]
    unused: tuple[Path, ...]
    is_in: Float[np.ndarray, " 2"]


def read_picture(path: Path) -> UInt8[np.ndarray, "h w 3"]:
    """Return a picture, blue, green, red.

    Raises:
        DataFileError: it cannot be read as one.
        StandexError: OpenCV is not installed.
    """
    cv2 = opencv()
    try:
        size = path.stat().st_size
        if not 0 < size <= MAX_BYTES:
            raise DataFileError(f"{path}: {size} bytes; a picture has from 1 to {MAX_BYTES}")
        image = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read ({error.strerror})") from error
    except cv2.error as error:
        raise DataFileError(f"{path}: cannot be read as a picture ({error})") from error
    if image is None:
        raise DataFileError(f"{path}: not a picture that OpenCV reads (PNG, JPEG, ...)")
    return np.asarray(image)


def lens_from_boards(
    paths: Sequence[Path], *, corners: tuple[int, int], square_m: float
) -> LensFit:
    """Return the lens by pictures of a chessboard, five or more, turned and in all corners.

    Radial k1, k2, k3 and tangential p1, p2 (Zhang). k3 is left out where corners were seen in less
    than three quarters of the picture, for there it would only fit noise.

    Args:
        paths: of the pictures, all of one size.
        corners: inner corners across and down.
        square_m: side of a square.

    Raises:
        DataFileError: the pictures differ in size, or the board is in too few.
        StandexError: OpenCV is not installed.

    References:
        Zhang, IEEE Trans. PAMI 22 (2000) 1330.
    """
    cv2 = opencv()
    board = np.zeros((corners[0] * corners[1], 3), dtype=np.float32)
    board[:, :2] = square_m * np.mgrid[: corners[0], : corners[1]].T.reshape(-1, 2)
    size: tuple[int, int] | None = None
    found: dict[Path, np.ndarray] = {}
    for path in paths:
        grey = cv2.cvtColor(read_picture(path), cv2.COLOR_BGR2GRAY)
        its = (int(grey.shape[1]), int(grey.shape[0]))
        if size is not None and its != size:
            raise DataFileError(f"{path}: {its[0]} x {its[1]}, others are {size[0]} x {size[1]}")
        size = its
        seen = _corners(cv2, grey, corners)
        if seen is not None:
            found[path] = seen
    if size is None or len(found) < FEWEST_PICTURES:
        raise DataFileError(
            f"the board of {corners[0]} x {corners[1]} inner corners is in {len(found)} of "
            f"{len(paths)} pictures; {FEWEST_PICTURES} are needed: check --board, light and focus"
        )
    every = np.concatenate(list(found.values())).reshape(-1, 2)
    is_in = np.ptp(every, axis=0) / size
    flags = 0 if is_in.min() > 0.75 else cv2.CALIB_FIX_K3
    result: Any = cv2.calibrateCameraExtended(
        [board] * len(found), list(found.values()), size, None, None, flags=flags
    )
    _, matrix, lens, *_, per_view = result
    try:
        camera = Camera(
            width_px=size[0],
            height_px=size[1],
            matrix=np.asarray(matrix, dtype=float),
            distortion=np.asarray(lens, dtype=float).reshape(-1)[:5],
            rotation=np.eye(3),
            translation_m=np.zeros(3),
        )
    except ValueError as error:
        raise StandexError(f"these pictures give no camera: {error}; take others") from error
    return LensFit(
        lens=camera,
        rms_px=np.asarray(per_view, dtype=float).reshape(-1),
        used=tuple(found),
        unused=tuple(path for path in paths if path not in found),
        is_in=np.asarray(is_in, dtype=float),
    )


def _corners(cv2: Any, grey: np.ndarray, corners: tuple[int, int]) -> np.ndarray | None:
    is_found, seen = cv2.findChessboardCorners(grey, corners)
    if not is_found:
        return None
    end = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 1e-3)
    return np.asarray(cv2.cornerSubPix(grey, seen, (5, 5), (-1, -1), end))
