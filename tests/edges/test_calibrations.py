import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.calibrations import (
    calibrations_of,
    load_calibration,
    save_calibration,
    shipped_calibrations,
)
from standex.edges.settings import load_site, shipped_sites
from standex.model.calibration import Calibration, Origin
from standex.model.errors import StandexError
from standex.model.site import Site

CALIBRATION = Calibration(
    calibration_id="test-1",
    sensor_kind="microwave.s_parameters",
    origin=Origin.SIMULATED,
    made_utc_ns=10,
    expires_utc_ns=20,
    provenance="a test",
    feature_names=("contrast", "depth"),
    class_names=("nothing", "threat_dielectric", "benign_metal"),
    center=np.array([1 / 3, 0.1]),
    scale=np.array([1.0, 2.0]),
    clip=3.0,
    weights=np.arange(15.0).reshape(3, 5) / 7,
    bound=4.0,
    cllr=0.4,
    correlation=0.6,
    n_passages_per_class={"nothing": 100, "threat_dielectric": 10, "benign_metal": 9},
    p_detect=0.7,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_calibration(CALIBRATION, tmp_path / "c.json")
    return tmp_path / "c.json"


def test_what_is_saved_is_loaded_bit_for_bit(path: Path) -> None:
    loaded = load_calibration(path, sensor_kind="microwave.s_parameters")
    for name in Calibration.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(CALIBRATION, name))
    assert loaded.origin is Origin.SIMULATED


@pytest.mark.parametrize("name", ["format", *Calibration.__dataclass_fields__])
def test_a_missing_key_is_refused(path: Path, name: str) -> None:
    data = json.loads(path.read_text())
    del data[name]
    path.write_text(json.dumps(data))
    with pytest.raises(StandexError, match=name):
        load_calibration(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"center": [1.0]}, "center has 1 entries, there are 2 features"),
        ({"weights": [[0.0] * 5] * 2}, "weights has 2 rows, there are 3 classes"),
        ({"weights": [[0.0] * 4] * 3}, "4 terms, 5 are wanted"),
        ({"bound": float("nan")}, "bound"),
        ({"center": [1.0, float("inf")]}, r"center\.1"),
        ({"scale": [0.0, 1.0]}, r"scale\.0"),
        ({"clip": "3"}, "clip"),
        ({"origin": "guessed"}, "origin"),
        ({"format": "other"}, "format is 'other'"),
        ({"expires_utc_ns": 1}, "expires before"),
        ({"more": 1}, "more"),
        ({"weights": [[1e308] * 5] * 3}, "likelihoods are not finite"),
        ({"weights": [[0.0] * 4 + [2e8]] * 3}, "likelihoods are not finite"),
        ({"feature_names": ["depth", "depth"]}, "feature_names has depth twice"),
        ({"class_names": ["nothing", "nothing", "a"]}, "class_names has nothing twice"),
        ({"n_passages_per_class": {"other": 3}}, "unknown classes other"),
    ],
)
def test_what_is_not_whole_is_refused(path: Path, change: dict, words: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(StandexError, match=words):
        load_calibration(path)


def test_another_kind_no_json_and_no_file_are_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(StandexError, match=r"not 'laser\.spectrum'"):
        load_calibration(path, sensor_kind="laser.spectrum")
    path.write_text("{")
    with pytest.raises(StandexError, match="as JSON"):
        load_calibration(path)
    with pytest.raises(StandexError, match="no such file; shipped"):
        load_calibration(tmp_path / "none.json")
    with pytest.raises(StandexError, match="cannot be written"):
        save_calibration(CALIBRATION, tmp_path / "none" / "c.json")


def named(*names: str) -> Site:
    site = load_site("metro")
    sensors = [
        replace(spec, calibration=name) for spec, name in zip(site.sensors, names, strict=False)
    ]
    return replace(site, sensors=tuple(sensors))


def test_a_site_may_name_a_file(path: Path, tmp_path: Path) -> None:
    found = calibrations_of(named(str(path), "nothing-of-the-kind", "", str(path)))
    assert list(found) == [str(path)]
    assert found[str(path)].calibration_id == "test-1"
    with pytest.raises(StandexError, match="no such file"):
        calibrations_of(named(str(tmp_path / "none.json")))


def test_two_files_of_one_id_are_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "again.json").write_text(path.read_text())
    with pytest.raises(StandexError, match="have the same id test-1"):
        calibrations_of(named(str(path), str(tmp_path / "again.json")))


@pytest.mark.parametrize("name", shipped_calibrations())
def test_every_shipped_calibration_loads(name: str) -> None:
    assert load_calibration(name).calibration_id


@pytest.mark.parametrize("name", shipped_sites())
def test_a_site_gets_the_calibrations_it_names(name: str) -> None:
    site = load_site(name)
    assert set(calibrations_of(site)) <= {spec.calibration for spec in site.sensors}
