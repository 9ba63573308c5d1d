from functools import cache
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.chessboard import lens_from_boards, read_picture
from standex.model.errors import DataFileError
from standex.sensing.video.lens import undistorted
from standex.sensing.video.pose import turned

cv2 = pytest.importorskip("cv2")

CORNERS, SQUARE_M = (9, 6), 0.03
MATRIX = np.array([[600.0, 0, 322], [0, 605, 236], [0, 0, 1]])
LENS = np.array([-0.2, 0.05, 0.0, 0.0])


FINE = 2  # rays a pixel, a side


@cache
def directions() -> np.ndarray:
    """Return the direction of every ray."""
    v, u = np.mgrid[0 : 480 * FINE, 0 : 640 * FINE]
    px = (np.stack([u, v], axis=-1).reshape(-1, 2) + 0.5) / FINE - 0.5
    inverse = np.linalg.inv(MATRIX)
    return undistorted(px @ inverse[:2, :2].T + inverse[:2, 2], LENS)[0]


def board_picture(rotation: np.ndarray, shift_m: np.ndarray) -> np.ndarray:
    """Return what a camera sees of a chessboard, by tracing rays."""
    floor = np.linalg.inv(np.column_stack([rotation[:, :2], shift_m]))
    x, y, w = floor[:, :2] @ directions().T + floor[:, 2:]
    column, row = np.floor(x / w / SQUARE_M) + 1, np.floor(y / w / SQUARE_M) + 1
    on_board = (column >= 0) & (column < 10) & (row >= 0) & (row < 7)
    grey = np.where(on_board & ((column + row) % 2 == 0), 30.0, 220.0)
    grey = grey.reshape(480, FINE, 640, FINE).mean(axis=(1, 3))
    return np.repeat(grey.round().astype(np.uint8)[:, :, None], 3, axis=2)


def written(folder: Path, n: int) -> list[Path]:
    paths: list[Path] = []
    places = [
        (-0.22, -0.16),
        (0.02, -0.16),
        (-0.22, 0.02),
        (0.02, 0.02),
        (-0.1, -0.08),
        (-0.14, -0.04),
    ]
    for k in range(n):
        turn = turned(np.array([0.35 * np.cos(k), 0.35 * np.sin(k), 0.1 * (k - 2)]))
        shift = np.array([*places[k], 0.55])
        path = folder / f"board-{k}.png"
        cv2.imwrite(str(path), board_picture(turn, shift))
        paths.append(path)
    return paths


@pytest.mark.slow
def test_lens_is_found_again(tmp_path: Path) -> None:
    paths = written(tmp_path, 6)
    empty = tmp_path / "wall.png"
    cv2.imwrite(str(empty), np.full((480, 640, 3), 128, np.uint8))
    fit = lens_from_boards([*paths, empty], corners=CORNERS, square_m=SQUARE_M)
    assert fit.unused == (empty,)
    assert (fit.rms_px < 0.3).all()
    np.testing.assert_allclose(fit.lens.matrix, MATRIX, atol=6)
    assert fit.lens.distortion[0] == pytest.approx(-0.2, abs=0.05)
    assert (fit.is_in > 0.5).all()


@pytest.mark.slow
def test_too_few_boards_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="is in 2 of 2 pictures; 5 are needed"):
        lens_from_boards(written(tmp_path, 2), corners=CORNERS, square_m=SQUARE_M)


def test_pictures_must_be_of_one_size(tmp_path: Path) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path, size in zip(paths, (40, 50), strict=True):
        cv2.imwrite(str(path), np.zeros((size, 64, 3), np.uint8))
    with pytest.raises(DataFileError, match="64 x 50, others are 64 x 40"):
        lens_from_boards(paths, corners=CORNERS, square_m=SQUARE_M)


def test_refuses_what_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with pytest.raises(DataFileError, match="cannot be read"):
        read_picture(path)
    path.write_bytes(b"")
    with pytest.raises(DataFileError, match="0 bytes"):
        read_picture(path)
    path.write_bytes(b"hello")
    with pytest.raises(DataFileError, match="not a picture"):
        read_picture(path)
