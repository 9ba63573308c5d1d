from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.opencv_storage import (
    MAX_BYTES,
    first_of,
    read_storage,
    rotation_of,
    text_of,
    xml_of,
)
from standex.model.errors import DataFileError

YAML = """%YAML:1.0
---
image_width: 1280
# a remark
camera_matrix: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 9.0e+02, 0., 630., 0., 9.1e+02,
       470., 0., 0., 1. ]
tvec: [ 1.5, -2, 3 ]
name: "front door"
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_reads_yaml(tmp_path: Path) -> None:
    found = read_storage(written(tmp_path / "a.yml", YAML))
    assert sorted(found) == ["camera_matrix", "image_width", "tvec"]
    assert found["camera_matrix"].tolist() == [[900, 0, 630], [0, 910, 470], [0, 0, 1]]
    assert found["tvec"].tolist() == [1.5, -2, 3]
    assert first_of(found, ("width", "image_width")) == 1280
    assert first_of(found, ("nothing",)) is None


@pytest.mark.parametrize("ending", ["yml", "xml"])
def test_reads_what_opencv_writes(ending: str, tmp_path: Path, rng: np.random.Generator) -> None:
    cv2 = pytest.importorskip("cv2")
    path, matrix = tmp_path / f"a.{ending}", rng.standard_normal((3, 4))
    file = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    file.write("P", matrix)
    file.write("image_width", 1280)
    file.release()
    found = read_storage(path)
    np.testing.assert_array_equal(found["P"], matrix)
    assert found["image_width"] == 1280


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("  \n", "the file is empty"),
        ("hello", "no named numbers"),
        ("<a><b>", "not valid XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (YAML.replace("rows: 3", "rows: 4"), "should be 4 x 3, it holds 9 numbers"),
        (YAML.replace("rows: 3", "rows: x"), "rows or cols of 'x'"),
        (YAML.replace("630.", ".Nan"), "holds something else than numbers"),
        (YAML.replace("630.", "1e999"), "not finite"),
        ("x" * (MAX_BYTES + 1), "no calibration of a camera"),
        ("K: 1\0", "binary data"),
    ],
    ids=range(11),
)
def test_refuses_what_is_damaged(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=told):
        read_storage(written(tmp_path / "a.yml", text))


def test_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        text_of(tmp_path / "none.yml")


def test_rotation_by_vector_and_by_matrix(tmp_path: Path) -> None:
    quarter = rotation_of(tmp_path, np.array([[0.0], [0.0], [np.pi / 2]]))
    np.testing.assert_allclose(quarter, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-15)
    np.testing.assert_allclose(rotation_of(tmp_path, quarter.round(5)), quarter, atol=1e-5)
    np.testing.assert_array_equal(rotation_of(tmp_path, np.zeros(3)), np.eye(3))
    with pytest.raises(DataFileError, match="3 or 9 numbers"):
        rotation_of(tmp_path, np.zeros(4))
    with pytest.raises(DataFileError, match="its scales are"):
        rotation_of(tmp_path, 2 * np.eye(3))


def test_xml_needs_no_declaration(tmp_path: Path) -> None:
    assert xml_of(tmp_path, "<a b='1'/>").get("b") == "1"
