import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.camera_json import read_camera_json, read_lens, save_lens, save_view
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera, HomographyCamera


def saved(views, tmp_path: Path) -> Path:
    path = tmp_path / "camera.json"
    save_view(views.a_camera(), path, provenance="a test")
    return path


def test_a_camera_comes_back(views, tmp_path: Path) -> None:
    found = read_camera_json(saved(views, tmp_path))
    assert isinstance(found, Camera)
    views.same(found, views.a_camera(), atol=0)


@pytest.mark.parametrize("foot_m", [None, np.array([1.0, 2.0])])
def test_a_homography_comes_back(foot_m: np.ndarray | None, tmp_path: Path) -> None:
    matrix = np.array([[0.02, 0, -6.4], [0, 0, 10], [0, 0.01, -1]])
    view = HomographyCamera(width_px=640, height_px=480, floor_from_picture=matrix, foot_m=foot_m)
    save_view(view, tmp_path / "a.json", provenance="a test")
    found = read_camera_json(tmp_path / "a.json")
    assert isinstance(found, HomographyCamera)
    np.testing.assert_array_equal(found.floor_from_picture, matrix)
    assert (found.foot_m is None) == (foot_m is None)
    with pytest.raises(DataFileError, match="a homography has no lens"):
        read_lens(tmp_path / "a.json")


def test_a_lens_is_no_camera_yet(views, tmp_path: Path) -> None:
    path = tmp_path / "lens.json"
    save_lens(views.a_camera(), path, provenance="a test")
    np.testing.assert_array_equal(read_lens(path).matrix, views.MATRIX)
    with pytest.raises(DataFileError, match="a lens without a pose"):
        read_camera_json(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"matrix": None}, "matrix"),
        ({"width_px": 640.5}, "width_px"),
        ({"width_px": "640"}, "width_px"),
        ({"format": "standex-camera-9"}, "format"),
        ({"kind": "fisheye"}, "kind|tag"),
        ({"distortion": [0.0] * 13}, "distortion"),
        ({"distortion": [0.0] * 3}, "distortion must have"),
        ({"rotation": [[2.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]}, "proper rotation"),
        ({"translation_m": [0.0, 0.0, -5.0]}, "above the floor|horizon"),
    ],
    ids=range(10),
)
def test_refuses_what_it_does_not_understand(
    views, change: dict[str, object], told: str, tmp_path: Path
) -> None:
    path = saved(views, tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DataFileError, match=told):
        read_camera_json(path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"kind": "pinhole", "matrix": NaN}'])
def test_refuses_what_is_no_camera(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DataFileError):
        read_camera_json(path)


def test_tells_where_it_cannot_write(views, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be written"):
        save_view(views.a_camera(), tmp_path / "no" / "a.json", provenance="a test")
