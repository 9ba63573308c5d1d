"""Reports of one scan as arrays: what the settings name is taken out, nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.node_settings import node_settings
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.scans import ScanReader
from standex.model.site import Site
from standex.model.zones import ZONES, BodyZone


@pytest.fixture
def reader(site: Site, anchor: Anchor) -> ScanReader:
    spec = site.sensors[0]
    places = Places(
        anchor=anchor, site_from_node=spec.site_from_sensor, sigma_m=0.3, are_errors_m=False
    )
    return ScanReader(node_settings(spec), places)


def test_a_person_with_something(reader: ScanReader, words) -> None:
    report = words.detection(at_m=(3.0, 4.0)).detection_report
    report.classification[0].sub_class.add(type="Concealed", confidence=0.7, level=1)
    report.object_info.add(type="depth", value="0.04")
    report.object_info.add(type="body_zone", value="waist")
    report.object_info.add(type="covariance_enu_m2", value="4 0 1")
    plain = words.detection(at_m=(8.0, 1.0)).detection_report
    arrays, n_nowhere = reader.read([report, plain], tasks=["task-1", ""])
    assert n_nowhere == 0
    np.testing.assert_allclose(arrays["position_site_m"], [[3, 4], [8, 1]], atol=1e-6)
    np.testing.assert_allclose(arrays["p_person"], 0.72, rtol=1e-6)
    np.testing.assert_allclose(arrays["score"], [[0.7, 0.04], [0.0, np.nan]], rtol=1e-6)
    assert arrays["zone"].tolist() == [ZONES.index(BodyZone.WAIST), -1]
    assert arrays["task"].tolist() == ["task-1", ""]
    # 4 along east, 1 along north, seen from a plan turned by 30 degrees.
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turn = np.array([[c, -s], [s, c]])
    np.testing.assert_allclose(arrays["covariance_site_m2"][0], turn @ np.diag([4.0, 1.0]) @ turn.T)


def test_who_is_no_person_is_probably_none(reader: ScanReader, words) -> None:
    report = words.detection().detection_report
    report.classification[0].type = "Vehicle"
    arrays, _ = reader.read([report], tasks=[""])
    assert arrays["p_person"].tolist() == [0.0]
    report.ClearField("classification")
    arrays, _ = reader.read([report], tasks=[""])
    np.testing.assert_allclose(arrays["p_person"], 0.9)


def test_what_says_who_somebody_is_is_not_taken(reader: ScanReader, words) -> None:
    report = words.detection().detection_report
    report.id, report.colour = "AB 1234", "red"
    report.classification[0].sub_class.add(type="Male", confidence=0.6, level=1)
    report.object_info.add(type="name", value="Somebody")
    arrays, _ = reader.read([report], tasks=[""])
    kept = " ".join(str(array.tolist()) for array in arrays.values())
    assert not any(word in kept for word in ("AB 1234", "red", "Male", "Somebody"))


def test_places_far_away_are_left_out_and_counted(reader: ScanReader, words) -> None:
    swapped = words.detection().detection_report
    swapped.location.x, swapped.location.y = swapped.location.y, swapped.location.x
    arrays, n_nowhere = reader.read([swapped, words.detection().detection_report], tasks=["", ""])
    assert n_nowhere == 1
    assert len(arrays["position_site_m"]) == len(arrays["task"]) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "x", "", "9" * 500])
def test_numbers_that_are_none_are_not_given(reader: ScanReader, words, value: str) -> None:
    report = words.detection().detection_report
    report.object_info.add(type="depth", value=value)
    arrays, _ = reader.read([report], tasks=[""])
    score = arrays["score"][0, 1]
    assert np.isnan(score) or np.isfinite(score)
    assert np.isnan(score) or value.startswith("9")


@pytest.mark.parametrize("value", ["1 2 1", "0 0 0", "1 1", "1 1 1 1", "nan 0 1", "-1 0 1", ""])
def test_covariances_that_are_none_leave_the_sensor_its_own(
    reader: ScanReader, words, value: str
) -> None:
    report = words.detection().detection_report
    report.object_info.add(type="covariance_enu_m2", value=value)
    arrays, _ = reader.read([report], tasks=[""])
    np.testing.assert_allclose(arrays["covariance_site_m2"][0], 0.09 * np.eye(2), atol=1e-12)


def test_nobody(reader: ScanReader) -> None:
    arrays, n_nowhere = reader.read([], tasks=[])
    assert n_nowhere == 0
    assert arrays["score"].shape == (0, 2)


def test_a_sensor_that_only_positions(site: Site, anchor: Anchor, words) -> None:
    spec = site.sensors[0]
    spec = replace(spec, settings={**spec.settings, "gives": ["positions"], "features": []})
    places = Places(
        anchor=anchor, site_from_node=spec.site_from_sensor, sigma_m=0.3, are_errors_m=False
    )
    arrays, _ = ScanReader(node_settings(spec), places).read(
        [words.detection().detection_report], tasks=[""]
    )
    assert arrays["score"].shape == (1, 0)
