import numpy as np
import pytest

from standex.edges.annotated_video import read_annotated_video, read_boxes
from standex.model.errors import DataFileError


def test_boxes_are_corners_by_frame(tmp_path) -> None:
    path = tmp_path / "gt.txt"
    path.write_text("1,7,10,20,30,40,1,-1,-1,-1\n3,8,1,2,3,4,0.5,-1,-1,-1\n", "utf-8")
    table = read_boxes(path, n_frames=3)
    np.testing.assert_array_equal(table.corner_px[0], [[10, 20, 40, 60]])
    assert [len(one) for one in table.corner_px] == [1, 0, 1]
    assert table.who[2][0] == 8
    assert table.score[2][0] == 0.5


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1,1,2\n", "7 columns or more"),
        ("1,1,0,0,5,5,nan\n", "finite numbers"),
        ("9,1,0,0,5,5,1\n", "outside 1 to 3"),
        ("1,1,0,0,0,5,1\n", "no size"),
        ("a,b\n", "cannot be read as boxes"),
    ],
)
def test_what_is_no_table_of_boxes_is_refused(tmp_path, text, match) -> None:
    path = tmp_path / "det.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(DataFileError, match=match):
        read_boxes(path, n_frames=3)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(DataFileError, match=r"view001.*there is no such file; --data"):
        read_annotated_video(tmp_path)
    with pytest.raises(DataFileError, match="cannot be read as boxes"):
        read_boxes(tmp_path / "none.txt", n_frames=3)


@pytest.mark.data
@pytest.mark.slow
def test_the_recording_is_what_it_should_be(data_dir) -> None:
    video = read_annotated_video(data_dir)
    assert sum(len(one) for one in video.truth.corner_px) == 4650
    assert sum(1 for _ in video.images()) == 795
    assert video.camera.position_m[2] == pytest.approx(7.07, abs=0.01)
