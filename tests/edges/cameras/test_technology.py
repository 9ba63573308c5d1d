from dataclasses import replace

import cv2
import numpy as np
import pytest

from standex.edges.cameras.technology import build
from standex.edges.settings import load_site
from standex.model.errors import SiteError
from standex.model.ports import Technology
from standex.model.site import SensorSpec, Site
from standex.sensing.video.camera_technology import CameraTechnology
from standex.sensing.video.hog_people import GatedHog


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


@pytest.fixture
def spec(site) -> SensorSpec:
    down = np.deg2rad(30)
    forward = np.array([np.cos(down), 0, -np.sin(down)])
    right = np.array([0, -1.0, 0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    return replace(
        site.sensors[0],
        sensor_id="cam-7",
        technology="camera",
        rate_hz=10.0,
        settings={
            "width_px": 640,
            "height_px": 480,
            "matrix": [600.0, 0, 320, 0, 600, 240, 0, 0, 1],
            "distortion": [0.0, 0.0, 0.0, 0.0],
            "rotation": rotation.ravel().tolist(),
            "translation_m": (-rotation @ np.array([0.0, 0, 4])).tolist(),
            "p_detect": 0.85,
            "clutter_per_m2": 0.002,
        },
    )


def having(spec, **more):
    settings = {**spec.settings, **more}
    return replace(spec, settings={k: v for k, v in settings.items() if v is not None})


def test_numbers_make_a_camera_with_the_default_detector(spec, site) -> None:
    made = build(having(spec, smallest_px=40), site, None)
    assert isinstance(made, Technology)
    assert isinstance(made, CameraTechnology)
    assert isinstance(made.detector, GatedHog)
    assert made.detector.smallest_px == 40
    assert made.view.foot_m == pytest.approx([0, 0], abs=1e-9)
    assert made.clothing is None


def test_the_cameras_of_a_site_turn_clothes_alike(spec, site) -> None:
    one, other = (build(having(spec, clothing=True), site, None) for _ in range(2))
    assert one.clothing == other.clothing


def test_a_reference_picture_is_read(spec, site, tmp_path) -> None:
    path = tmp_path / "then.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), 77, dtype=np.uint8))
    assert build(having(spec, reference=str(path)), site, None).reference.shape == (48, 64, 3)
    path.write_bytes(b"")
    with pytest.raises(SiteError, match="is no picture that can be read"):
        build(having(spec, reference=str(path)), site, None)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"detector": "magic"}, "detector 'magic' is unknown; there are hog, onnx"),
        ({"modle": "x"}, "unknown settings modle; detector 'hog' has"),
        ({"model": "x.onnx"}, "unknown settings model; detector 'hog' has"),
        ({"camera": "x.json"}, "give camera or .*, not both"),
        ({"matrix": None}, r"it needs camera, a calibration file, or the numbers \['matrix'\]"),
        ({"matrix": [1.0]}, "matrix must have 9 numbers, got 1"),
        ({"rotation": [1.0, 0, 0, 0, 1, 0, 0, 0, 1]}, "cam-7: .*"),
        ({"p_detect": 2.0}, "settings.p_detect must be from 0 to 1, got 2"),
        ({"p_detect": None}, "settings.p_detect must be a number, got None"),
        ({"smallest_px": -1.0}, "smallest_px must be positive"),
        ({"clothing": "yes"}, "clothing must be true or false"),
        ({"reference": "/nowhere/x.png"}, "reference /nowhere/x.png cannot be read"),
        ({"detector": "onnx"}, "detector 'onnx' needs model"),
        ({"detector": "onnx", "model": "/nowhere/x.onnx"}, "model /nowhere/x.onnx cannot be read"),
    ],
)
def test_settings_that_mean_nothing_are_refused(spec, site, more, match) -> None:
    with pytest.raises(SiteError, match=f"sensor cam-7: .*{match}|{match}"):
        build(having(spec, **more), site, None)


def test_a_model_that_is_none_is_refused(spec, site, tmp_path) -> None:
    pytest.importorskip("onnxruntime")
    path = tmp_path / "people.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(SiteError, match=r"sensor cam-7: .*cannot be read as ONNX"):
        build(having(spec, detector="onnx", model=str(path)), site, None)


def test_an_unknown_level_is_refused(spec, site) -> None:
    with pytest.raises(SiteError, match="no level 'roof'"):
        build(replace(spec, level_id="roof"), site, None)
