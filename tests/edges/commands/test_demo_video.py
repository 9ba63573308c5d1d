"""``standex demo --video``: what it refuses; that it runs is tested where OpenCV is."""

import json

import pytest

from standex.edges.cli import main
from standex.edges.commands.demo import camera_of
from standex.edges.plugins import TECHNOLOGIES, installed_plugins
from standex.edges.settings import load_site
from standex.model.errors import StandexError

IS_THERE = any(entry.name == "camera" for entry in installed_plugins(TECHNOLOGIES))


def test_raw_pictures_of_people_are_not_recorded(capsys) -> None:
    assert main(["demo", "--video", "--lab"]) == 2
    assert "pictures of people" in capsys.readouterr().err


def test_the_twins_faults_are_not_the_cameras(capsys) -> None:
    assert main(["demo", "--video", "--fault", "cam-stand:dead:1-2"]) == 2
    assert "really recorded" in capsys.readouterr().err


def test_the_site_has_one_camera() -> None:
    assert camera_of(load_site("stand")).sensor_id == "cam-stand"
    with pytest.raises(StandexError, match="0 sensors"):
        camera_of(load_site("metro"))


@pytest.mark.slow
@pytest.mark.skipif(not IS_THERE, reason="the technology 'camera' is not registered")
def test_a_recorded_camera_becomes_tracks(tmp_path, capsys) -> None:
    assert main(["demo", "--video", "--duration", "11", "--json", "--out", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert not document["is_simulated"]
    assert document["n_alerts"] == 0
    assert document["sensors"]["cam-stand"]["n_records"] > 60
    assert not (tmp_path / "truth.json").exists()
    assert main(["replay", document["recording"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_identical"]
    assert b"video.frame" not in (tmp_path / "recording.mcap").read_bytes()
