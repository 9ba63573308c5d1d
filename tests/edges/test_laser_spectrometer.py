from dataclasses import replace

import pytest

from standex.edges.laser_spectrometer import build
from standex.edges.settings import load_site
from standex.edges.spectral_library import load_library, save_library
from standex.model.errors import DataFileError, SiteError, StandexError
from standex.model.site import SensorSpec, Site


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


@pytest.fixture(scope="module")
def spec(site: Site) -> SensorSpec:
    return site.sensor("laser")


def with_settings(spec: SensorSpec, **changes) -> SensorSpec:
    return replace(spec, settings={**spec.settings, **changes})


def test_the_reference_site_has_one(site, spec) -> None:
    laser = build(spec, site, None)
    assert laser.library.library_id == "simulants-sim-1"
    assert laser.sensor_kind == "laser.raman"
    assert laser.axis is None


def test_a_restricted_library_stays_with_the_site(site, spec, tmp_path) -> None:
    own = replace(load_library("simulants-sim-1"), library_id="own-7")
    save_library(own, tmp_path / "own.speclib")
    laser = build(with_settings(spec, library=str(tmp_path / "own.speclib")), site, None)
    assert laser.library.library_id == "own-7"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"width_per_cm": "wide"}, "must be a number"),
        ({"width_per_cm": True}, "must be a number"),
        ({"width_per_cm": 0.0}, "from 0.1 to 1000"),
        ({"from_per_cm": 3200.0}, "below to_per_cm"),
        ({"library": 7}, "must be text"),
        ({"colour": "red"}, "unknown settings colour"),
    ],
)
def test_settings_that_mean_nothing_are_refused(site, spec, changes, why) -> None:
    with pytest.raises(SiteError, match=why):
        build(with_settings(spec, **changes), site, None)


def test_a_library_that_is_not_there(site, spec) -> None:
    with pytest.raises(DataFileError, match=r"nowhere\.speclib"):
        build(with_settings(spec, library="nowhere.speclib"), site, None)


def test_an_axis_calibration_that_is_not_there(site, spec) -> None:
    with pytest.raises(StandexError, match=r"axis\.json"):
        build(with_settings(spec, axis_calibration="axis.json"), site, None)


def test_a_library_of_other_classes_is_refused(site, spec, tmp_path) -> None:
    library = load_library("simulants-sim-1")
    strange = replace(library.entries[-2], item_class="contraband")
    save_library(replace(library, entries=(*library.entries[:-2], strange)), tmp_path / "x.speclib")
    with pytest.raises(SiteError, match="contraband"):
        build(with_settings(spec, library=str(tmp_path / "x.speclib")), site, None)


def test_a_library_with_nothing_to_look_for_is_refused(site, spec, tmp_path) -> None:
    library = load_library("simulants-sim-1")
    cloth = tuple(one for one in library.entries if one.item_class == "nothing")
    save_library(replace(library, entries=cloth), tmp_path / "x.speclib")
    with pytest.raises(SiteError, match="nothing to look for"):
        build(with_settings(spec, library=str(tmp_path / "x.speclib")), site, None)


@pytest.mark.parametrize(
    "changes", [{"beam_diameter_m": 0.01}, {"pulse_energy_mj": 30.0}, {"laser_nm": 532.0}]
)
def test_rules_that_could_harm_an_eye_are_refused(site, spec, changes) -> None:
    with pytest.raises(SiteError, match="IEC 60825-1"):
        build(with_settings(spec, **changes), site, None)


def test_a_laser_that_takes_tasks_must_state_its_beam(site, spec) -> None:
    settings = {name: value for name, value in spec.settings.items() if name != "pulse_s"}
    with pytest.raises(SiteError, match="pulse_s"):
        build(replace(spec, settings=settings), site, None)
    assert build(replace(spec, settings=settings, tasks=None), site, None)
