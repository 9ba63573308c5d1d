"""Cameras as a plug-in: settings checked, calibration, model and reference picture read from disk.

Settings of a sensor with the technology ``camera``:

    camera           file of its calibration (absolute, or below the folder one works in); or
    width_px, height_px, matrix (9 numbers), distortion, rotation (9), translation_m (3)
    detector         "hog" (default; needs no model) or "onnx"
    model, format, person_class, size_px, min_score, max_overlap, tiles, n_threads   of "onnx"
    smallest_px, least_weight, people_per_m2                                         of "hog"
    p_detect, clutter_per_m2   of the detector, in plain view
    reference        picture that the calibration was made with; a camera turned later is noticed
    clothing         true: short-lived descriptors of clothes
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.cameras.checked import checked_camera
from standex.edges.cameras.read import read_view
from standex.edges.video.site_secret import site_secret
from standex.model.calibration import Calibration
from standex.model.errors import SiteError, StandexError
from standex.model.ports import Technology
from standex.model.site import Level, SensorSpec, Site
from standex.sensing.settings import number, refuse_unknown
from standex.sensing.video.boxes import Detector
from standex.sensing.video.camera import FloorView
from standex.sensing.video.camera_technology import CameraTechnology
from standex.sensing.video.clothing import Clothing
from standex.sensing.video.hog_people import GatedHog
from standex.sensing.video.onnx_people import onnx_people
from standex.sensing.video.opencv import opencv

NUMBERS = ("width_px", "height_px", "matrix", "distortion", "rotation", "translation_m")
COMMON = ("camera", *NUMBERS, "detector", "p_detect", "clutter_per_m2", "reference", "clothing")
OF_HOG = ("smallest_px", "largest_share", "least_weight", "people_per_m2")
OF_ONNX = (
    "model", "format", "person_class", "size_px", "min_score", "max_overlap", "tiles", "n_threads",
)  # fmt: skip
DETECTORS: Mapping[str, tuple[str, ...]] = {"hog": OF_HOG, "onnx": OF_ONNX}
LARGEST_MODEL_BYTES = 2**31 - 1  # no ONNX file can be larger: it is one protocol buffer
LARGEST_PICTURE_BYTES = 64 * 2**20


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one camera; entry point ``camera``.

    Raises:
        SiteError: a setting is missing, unknown or impossible, a file cannot be used, or the site
            has no such level; a message of the calibration or of the model is passed on.
    """
    del calibration  # positions are no evidence
    kind = str(spec.settings.get("detector", "hog"))
    if kind not in DETECTORS:
        raise _wrong(spec, f"detector {kind!r} is unknown; there are {', '.join(DETECTORS)}")
    refuse_unknown(spec, (*COMMON, *DETECTORS[kind]), whose=f"detector {kind!r} has")
    clothing = spec.settings.get("clothing", False)
    if not isinstance(clothing, bool):
        raise _wrong(spec, f"clothing must be true or false, got {clothing!r}")
    try:
        return CameraTechnology(
            spec=spec,
            level=_level(spec, site),
            view=_view(spec),
            detector=_hog(spec) if kind == "hog" else _onnx(spec),
            p_detect=number(spec, "p_detect", low=0.0, high=1.0),
            clutter_per_m2=number(spec, "clutter_per_m2", low=0.0),
            reference=_reference(spec),
            clothing=Clothing(secret=site_secret(site.site_id)) if clothing else None,
        )
    except SiteError:
        raise
    except (StandexError, ValueError) as error:
        raise _wrong(spec, str(error)) from error


def _level(spec: SensorSpec, site: Site) -> Level:
    level = next((one for one in site.levels if one.level_id == spec.level_id), None)
    if level is None:
        known = ", ".join(one.level_id for one in site.levels)
        raise _wrong(spec, f"no level {spec.level_id!r}; there is {known}")
    return level


def _view(spec: SensorSpec) -> FloorView:
    given = [name for name in NUMBERS if name in spec.settings]
    if "camera" in spec.settings:
        if given:
            raise _wrong(spec, f"give camera or {', '.join(given)}, not both")
        return read_view(str(spec.settings["camera"]))
    missing = sorted(set(NUMBERS) - set(given))
    if missing:
        raise _wrong(spec, f"it needs camera, a calibration file, or the numbers {missing}")
    numbers = {name: _list(spec, name) for name in NUMBERS}
    for name, n in (("width_px", 1), ("height_px", 1), ("matrix", 9), ("rotation", 9),
                    ("translation_m", 3)):  # fmt: skip
        if len(numbers[name]) != n:
            raise _wrong(spec, f"{name} must have {n} numbers, got {len(numbers[name])}")
    return checked_camera(
        Path(f"sensor {spec.sensor_id}"),
        size_px=(int(numbers["width_px"][0]), int(numbers["height_px"][0])),
        matrix=numbers["matrix"].reshape(3, 3),
        distortion=numbers["distortion"],
        rotation=numbers["rotation"].reshape(3, 3),
        translation_m=numbers["translation_m"],
    )


def _hog(spec: SensorSpec) -> Detector:
    opencv()  # a missing extra is told now, not with the first frame
    given: dict[str, Any] = {name: number(spec, name) for name in OF_HOG if name in spec.settings}
    return GatedHog(rate_hz=spec.rate_hz, **given)


def _onnx(spec: SensorSpec) -> Detector:
    opencv()
    path = spec.settings.get("model")
    if not isinstance(path, str):
        raise _wrong(spec, f"detector 'onnx' needs model, an ONNX file; got {path!r}")
    given: dict[str, Any] = {
        name: int(number(spec, name))
        for name in ("person_class", "size_px", "n_threads")
        if name in spec.settings
    }
    given |= {
        name: number(spec, name) for name in ("min_score", "max_overlap") if name in spec.settings
    }
    if "tiles" in spec.settings:
        tiles = _list(spec, "tiles")
        if len(tiles) != 2:
            raise _wrong(spec, f"tiles must be columns and rows, got {tiles.tolist()}")
        given["tiles"] = (int(tiles[0]), int(tiles[1]))
    layout = str(spec.settings.get("format", ""))
    model = _read(spec, "model", LARGEST_MODEL_BYTES)
    return onnx_people(model, layout=layout, **given)


def _reference(spec: SensorSpec) -> np.ndarray | None:
    if "reference" not in spec.settings:
        return None
    data = _read(spec, "reference", LARGEST_PICTURE_BYTES)
    cv2 = opencv()
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise _wrong(spec, f"reference {spec.settings['reference']} is no picture that can be read")
    return image


def _read(spec: SensorSpec, name: str, most_bytes: int) -> bytes:
    path = Path(str(spec.settings[name]))
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise _wrong(spec, f"{name} {path} has {size} bytes, {most_bytes} are allowed")
        return path.read_bytes()
    except OSError as error:
        raise _wrong(spec, f"{name} {path} cannot be read ({error.strerror})") from error


def _list(spec: SensorSpec, name: str) -> np.ndarray:
    value = spec.settings[name]
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, bool | str) or not np.isfinite(one) for one in values):
        raise _wrong(spec, f"{name} must be finite numbers, got {value!r}")
    return np.array(values, dtype=np.float64)


def _wrong(spec: SensorSpec, why: str) -> SiteError:
    return SiteError(f"sensor {spec.sensor_id}: {why}")
