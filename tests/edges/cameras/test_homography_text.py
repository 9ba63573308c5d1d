from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.homography_text import read_homography
from standex.model.errors import DataFileError

# v = 100 is the horizon.
TEXT = "0.02 0 -6.4\n0 0 10\n0 0.01 -1\n"
SIZE_PX = (640, 480)
FOOT = np.array([[420.0, 300.0]])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "H.txt"
    path.write_text(text)
    return path


def test_reads_nine_numbers(tmp_path: Path) -> None:
    view = read_homography(written(tmp_path, TEXT), size_px=SIZE_PX)
    found = view.to_floor(FOOT, np.ones((1, 2)))
    np.testing.assert_allclose(found.position_m, [[1.0, 5.0]])
    negative = TEXT.replace("0.02", "-0.02").replace("-6.4", "6.4").replace("10", "-10")
    negative = negative.replace("0.01 -1", "-0.01 1")
    again = read_homography(written(tmp_path, negative), size_px=SIZE_PX)
    np.testing.assert_allclose(again.to_floor(FOOT, np.ones((1, 2))).position_m, [[1.0, 5.0]])


def test_row_first_and_centimetres(tmp_path: Path) -> None:
    swapped = "0 2 -640\n0 0 1000\n0.01 0 -1\n"
    view = read_homography(
        written(tmp_path, swapped), size_px=SIZE_PX, unit="cm", pixel_order="row, column"
    )
    found = view.to_floor(FOOT, np.ones((1, 2)))
    np.testing.assert_allclose(found.position_m, [[1.0, 5.0]])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 2\n3 4\n", "2 columns"),
        ("1 2 3\n4 5 6\n", "2 lines of numbers"),
        ("1 2 3\n4 5 6\n7 8 9\n", "singular"),
        ("1 2 x\n", "not numbers"),
        ("1 2 nan\n4 5 6\n7 8 9\n", "NaN"),
    ],
)
def test_refuses_what_is_no_homography(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=told):
        read_homography(written(tmp_path, text), size_px=SIZE_PX)


def test_the_size_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="size of its pictures"):
        read_homography(written(tmp_path, TEXT), size_px=None)
