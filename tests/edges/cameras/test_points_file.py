from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.points_file import is_points, read_clicked, read_points
from standex.model.errors import DataFileError

CLICKED = """u_px, v_px, x_m, y_m
# the four corners of the mat
100,400,0,0
540,400,4,0
420,200,4,6
220,200,0,6
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "points.csv"
    path.write_text(text)
    return path


def test_four_clicked_points_make_a_view(tmp_path: Path) -> None:
    view = read_clicked(written(tmp_path, CLICKED), size_px=(640, 480))
    found = view.to_floor(np.array([[100.0, 400], [420, 200]]), np.ones((2, 2)))
    np.testing.assert_allclose(found.position_m, [[0, 0], [4, 6]], atol=1e-9)
    with pytest.raises(DataFileError, match="size of its pictures"):
        read_clicked(written(tmp_path, CLICKED), size_px=None)


def test_points_may_be_off_the_floor(tmp_path: Path) -> None:
    points = read_points(written(tmp_path, "u_px,v_px,x_m,y_m,z_m\n1,2,3,4,5\n"))
    assert points.position_m.tolist() == [[3, 4, 5]]
    assert not points.is_flat
    assert is_points('"u_px","v_px","x_m","y_m"')
    assert not is_points("id,frame,u_px,v_px")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "first line must be"),
        ("", "first line must be"),
        ("u_px,v_px,x_m,y_m\n", "no row of numbers"),
        (CLICKED + "1,2,3\n", "line 7: 3 columns"),
        (CLICKED.replace("540", "five"), "line 4: not numbers"),
        (CLICKED.replace("220,200,0,6\n", ""), "at least 4 points"),
        (
            CLICKED.replace(",4,6", ",9,9").replace(",0,6", ",4,6").replace(",9,9", ",0,6"),
            "same order",
        ),
    ],
    ids=range(7),
)
def test_refuses_what_fixes_nothing(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=told):
        read_clicked(written(tmp_path, text), size_px=(640, 480))
