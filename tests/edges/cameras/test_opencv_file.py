from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.opencv_file import Unit, read_opencv, without_tilt
from standex.model.errors import DataFileError


def storage(**numbers: np.ndarray | float) -> str:
    """Return a FileStorage in YAML."""
    lines = ["%YAML:1.0", "---"]
    for name, value in numbers.items():
        if isinstance(value, np.ndarray):
            table = np.atleast_2d(value)
            data = ", ".join(repr(float(x)) for x in table.ravel())
            lines += [f"{name}: !!opencv-matrix", f"   rows: {table.shape[0]}",
                      f"   cols: {table.shape[1]}", "   dt: d", f"   data: [ {data} ]"]  # fmt: skip
        else:
            lines.append(f"{name}: {value}")
    return "\n".join(lines) + "\n"


def whole(views, **more: np.ndarray | float) -> dict[str, np.ndarray | float]:
    camera = views.a_camera()
    return {
        "image_width": 1280, "image_height": 960, "camera_matrix": views.MATRIX,
        "distortion_coefficients": views.LENS, "R": camera.rotation, "T": camera.translation_m,
    } | more  # fmt: skip


def written(tmp_path: Path, text: str, name: str = "a.yml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(("unit", "factor"), [("m", 1.0), ("cm", 100.0), ("mm", 1000.0)])
def test_reads_a_camera(views, unit: Unit, factor: float, tmp_path: Path) -> None:
    text = storage(**whole(views, T=factor * views.a_camera().translation_m))
    views.same(read_opencv(written(tmp_path, text), unit=unit), views.a_camera())


def test_pose_may_be_in_another_file(views, tmp_path: Path) -> None:
    numbers = whole(views)
    pose = written(tmp_path, storage(rvec=numbers.pop("R"), tvec=numbers.pop("T")), "pose.yml")
    path = written(tmp_path, storage(**numbers))
    views.same(read_opencv(path, unit="m", pose_path=pose), views.a_camera())
    with pytest.raises(DataFileError, match="no pose"):
        read_opencv(path, unit="m")


def test_says_what_is_missing(views, tmp_path: Path) -> None:
    path = written(tmp_path, storage(**whole(views)))
    with pytest.raises(DataFileError, match="in which unit"):
        read_opencv(path)
    with pytest.raises(DataFileError, match="is for pictures of 1280 x 960, not 640 x 480"):
        read_opencv(path, unit="m", size_px=(640, 480))
    numbers = whole(views)
    del numbers["image_width"]
    path = written(tmp_path, storage(**numbers))
    with pytest.raises(DataFileError, match="size of its pictures"):
        read_opencv(path, unit="m")
    views.same(read_opencv(path, unit="m", size_px=(1280, 960)), views.a_camera())
    with pytest.raises(DataFileError, match="no 3 x 3 camera matrix"):
        read_opencv(written(tmp_path, storage(image_width=5.0)), unit="m")


def test_a_wrong_unit_is_noticed(views, tmp_path: Path) -> None:
    # Centimetres taken for metres: the camera hangs 500 m high.
    text = storage(**whole(views, T=100 * views.a_camera().translation_m))
    with pytest.raises(DataFileError, match=r"hangs 500.* check the unit"):
        read_opencv(written(tmp_path, text), unit="m")


def test_a_pose_of_the_world_in_the_camera_is_noticed(views, tmp_path: Path) -> None:
    camera = views.a_camera()
    text = storage(**whole(views, R=camera.rotation.T, T=camera.position_m))
    with pytest.raises(DataFileError, match=r"above the floor|horizon lies below"):
        read_opencv(written(tmp_path, text), unit="m")


def test_a_tilted_sensor_is_not_read(tmp_path: Path) -> None:
    assert len(without_tilt(tmp_path, np.zeros(14))) == 12
    with pytest.raises(DataFileError, match="tilted sensor"):
        without_tilt(tmp_path, np.ones(14))
