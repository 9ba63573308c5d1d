from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.tsai import read_tsai
from standex.model.errors import DataFileError

TSAI = """<?xml version="1.0" encoding="UTF-8"?>
<Camera name="test">
<Geometry width="768" height="576" dpx="0.005" dpy="0.005"/>
<Intrinsic focal="5.5" kappa1="{kappa}" cx="384" cy="288" sx="1.0"/>
<Extrinsic tx="0" ty="0" tz="10000" rx="{rx}" ry="0" rz="0"/>
</Camera>
"""
DOWN_30 = 2 * np.pi / 3  # x east stays right; looks north and down by 30 degrees


def written(tmp_path: Path, *, kappa: float = 0.005, rx: float = DOWN_30) -> Path:
    path = tmp_path / "view.xml"
    path.write_text(TSAI.format(kappa=kappa, rx=rx))
    return path


@pytest.mark.parametrize("kappa", [0.0, 0.005, 0.03, -0.005])
def test_lens_is_tsais(kappa: float, tmp_path: Path, rng: np.random.Generator) -> None:
    camera = read_tsai(written(tmp_path, kappa=kappa))
    point = np.column_stack([rng.uniform(-2, 2, (50, 2)), np.zeros(50)])
    px, in_front = camera.project(point)
    assert in_front.all()
    # Tsai: from the place on the sensor, in mm, to the undistorted one.
    on_sensor = (px - (384, 288)) * 0.005
    undistorted = on_sensor * (1 + kappa * (on_sensor**2).sum(axis=1, keepdims=True))
    there = point @ camera.rotation.T + camera.translation_m
    np.testing.assert_allclose(undistorted, 5.5 * there[:, :2] / there[:, 2:], atol=5e-4)


def test_pose_is_in_metres(tmp_path: Path) -> None:
    camera = read_tsai(written(tmp_path))
    np.testing.assert_allclose(camera.position_m, [0, -np.sqrt(75), 5], atol=1e-9)


def test_refuses_what_is_damaged(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace('focal="5.5"', 'focal="long"'))
    with pytest.raises(DataFileError, match="Intrinsic focal is 'long'"):
        read_tsai(path)
    path.write_text("<Camera/>")
    with pytest.raises(DataFileError, match="Geometry width is None"):
        read_tsai(path)
    path = written(tmp_path)
    path.write_text(path.read_text().replace('focal="5.5"', 'focal="0"'))
    with pytest.raises(DataFileError, match="must be positive"):
        read_tsai(path)
    with pytest.raises(DataFileError, match="above the floor"):
        read_tsai(written(tmp_path, rx=0.0))
    with pytest.raises(DataFileError, match="kappa1"):
        read_tsai(written(tmp_path, kappa=-0.3))


@pytest.mark.data
def test_people_of_pets_walk_as_people_do(data_dir: Path) -> None:
    folder = data_dir / "mot" / "PETS09-S2L1"
    camera = read_tsai(folder / "calibration" / "View_001.xml")
    assert camera.position_m[2] == pytest.approx(7.07, abs=0.01)
    frame, person, left, top, width, height = np.loadtxt(
        folder / "gt" / "gt.txt", delimiter=",", usecols=range(6)
    ).T
    feet = np.column_stack([left + width / 2 - 1, top + height - 1])
    floor = camera.to_floor(feet, np.full(feet.shape, 2.0))
    assert floor.is_on_floor.all()
    speeds: list[float] = []
    for who in np.unique(person):
        rows = np.flatnonzero(person == who)
        rows = rows[np.argsort(frame[rows])]
        way_m = floor.position_m[rows][10:] - floor.position_m[rows][:-10]
        a_second = frame[rows][10:] - frame[rows][:-10] == 10
        speeds += np.hypot(*way_m[a_second].T).tolist()
    assert np.median(speeds) == pytest.approx(1.38, abs=0.01)
