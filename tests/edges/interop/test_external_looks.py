from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.external_looks import KIND, build
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError, SiteError
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason
from standex.model.record import Record
from standex.model.zones import ZONES, BodyZone
from standex.testing import check_technology

T0 = 1_760_000_000_000_000_000
SETTINGS = {
    "sensor_kind": "lab.sniffer",
    "reach_m": 3.0,
    "ghosts_per_m2": 0.01,
    "zones": ["torso_front", "waist"],
}


@pytest.fixture
def site(fakes):
    return fakes.site()


@pytest.fixture
def spec(site):
    return replace(site.sensors[0], technology="external-looks", settings=SETTINGS)


@pytest.fixture
def calibration():
    return Calibration(
        calibration_id="sniffer-1",
        sensor_kind="lab.sniffer",
        origin=Origin.MEASURED,
        made_utc_ns=T0 - 10**9,
        expires_utc_ns=T0 + 10**12,
        provenance="by hand",
        feature_names=("contrast",),
        class_names=("nothing", "threat_dielectric"),
        center=np.zeros(1),
        scale=np.ones(1),
        clip=4.0,
        weights=np.array([[0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]),
        bound=5.0,
        cllr=0.5,
        correlation=0.3,
        n_passages_per_class={"nothing": 100, "threat_dielectric": 100},
        p_detect=0.8,
    )


def record(number: int = 0, **changes) -> Record:
    arrays = {
        "place_sensor_m": np.array([[1.0, 0.0], [1.0, 0.0], [2.0, 0.5]]),
        "sigma_m": np.array([0.1, 0.1, 0.2]),
        "score": np.array([[2.0], [-2.0], [0.0]]),
        "zone": np.array([0.0, 2.0, -1.0]),
        "look": np.array([0.0, 0.0, 1.0]),
    }
    return Record(
        sensor_id="cam-entry",
        t_utc_ns=T0 + number * 10**8,
        kind=KIND,
        sequence=number,
        arrays={key: value for key, value in (arrays | changes).items() if value is not None},
    )


def test_it_keeps_the_law_of_a_technology(site, spec, calibration) -> None:
    for known in (calibration, None):
        check_technology(
            build(spec, site, known),
            [record(0), record(1)],
            no_hints(T0),
            n_classes=len(site.items.names),
            may_lack=("look",),
        )


def test_scores_weigh_as_the_calibration_says(site, spec, calibration) -> None:
    technology = build(spec, site, calibration)
    _, said = technology.perceive(technology.start(), record(), no_hints(T0))
    looks = [one for one in said if isinstance(one, Evidence)]
    assert [look.zone for look in looks] == [BodyZone.TORSO_FRONT, BodyZone.WAIST, None]
    names = site.items.names
    threat = names.index("threat_dielectric")
    for look, ratio in zip(looks, (4.0, -4.0, 0.0), strict=True):
        assert look.log_likelihood[threat] - look.log_likelihood[0] == pytest.approx(ratio)
        # A class that the calibration does not know looks like nothing.
        other = names.index("threat_metal")
        assert look.log_likelihood[other] == look.log_likelihood[0]
        assert look.calibration_id == "sniffer-1"
    assert looks[0].look_id == looks[1].look_id != looks[2].look_id
    pose = spec.site_from_sensor
    at = (pose.rotation @ np.array([1.0, 0.0, 0.0]) + pose.translation_m)[:2]
    np.testing.assert_allclose(looks[0].footprint.position_site_m, at)


def test_only_who_was_looked_at_is_covered(site, spec, calibration) -> None:
    technology = build(spec, site, calibration)
    _, said = technology.perceive(None, record(), no_hints(T0))
    (covered,) = (one for one in said if isinstance(one, Coverage))
    by_zone = covered.p_detect.max(axis=(1, 2))
    wanted = np.isin(np.array(ZONES), ["torso_front", "waist"])
    np.testing.assert_array_equal(by_zone > 0, wanted)
    assert by_zone.max() == pytest.approx(0.8)
    assert 0 < np.mean(covered.p_detect[0] > 0) < 0.1
    empty = record(
        1,
        place_sensor_m=np.zeros((0, 2)),
        sigma_m=np.zeros(0),
        score=np.zeros((0, 0)),
        zone=np.zeros(0),
        look=None,
    )
    _, said = technology.perceive(None, empty, no_hints(T0))
    assert not any(isinstance(one, Evidence) for one in said)
    (covered,) = (one for one in said if isinstance(one, Coverage))
    assert not covered.p_detect.any()


def test_without_a_valid_calibration_nothing_weighs(site, spec, calibration) -> None:
    expired = replace(calibration, expires_utc_ns=T0)
    for known, reason in (
        (None, HealthReason.NOT_CALIBRATED),
        (expired, HealthReason.CALIBRATION_EXPIRED),
    ):
        _, said = build(spec, site, known).perceive(None, record(), no_hints(T0))
        assert all(not look.calibration_id for look in said if isinstance(look, Evidence))
        assert all(not one.p_detect.any() for one in said if isinstance(one, Coverage))
        assert [one.reason for one in said if isinstance(one, Health)] == [reason]


@pytest.mark.parametrize(
    "change",
    [
        {"zone": np.array([0.0, 0.0, -1.0])},  # twice the same zone of one look
        {"zone": np.array([0.0, 7.0, -1.0])},
        {"zone": np.array([0.5, 1.0, -1.0])},
        {"sigma_m": np.array([0.0, 1.0, 1.0])},
        {"sigma_m": np.array(0.1)},
        {"score": np.array([1.0, 1.0, 1.0])},
        {"score": np.ones((3, 2))},
        {"score": np.array([["a"], ["b"], ["c"]])},
        {"place_sensor_m": np.ones((3, 3))},
        {"look": np.array([1e300, 1.0, 2.0])},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_cannot_be_read_is_refused(site, spec, calibration, change) -> None:
    with pytest.raises(RecordError):
        build(spec, site, calibration).perceive(None, record(**change), no_hints(T0))


def test_time_runs_forwards_and_the_kind_fits(site, spec) -> None:
    technology = build(spec, site, None)
    state, _ = technology.perceive(None, record(1), no_hints(T0))
    with pytest.raises(RecordError, match="backwards"):
        technology.perceive(state, record(0), no_hints(T0))
    with pytest.raises(RecordError, match="kind"):
        technology.perceive(None, replace(record(), kind="other"), no_hints(T0))


@pytest.mark.parametrize(
    "change",
    [
        {"sensor_kind": ""},
        {"sensor_kind": None},
        {"reach_m": 0.0},
        {"reach_m": "far"},
        {"ghosts_per_m2": True},
        {"zones": ["head"]},
        {"zones": "waist"},
        {"colour": 1},
    ],
    ids=str,
)
def test_settings_are_checked(site, spec, change) -> None:
    settings = {k: v for k, v in (SETTINGS | change).items() if v is not None}
    with pytest.raises(SiteError):
        build(replace(spec, settings=settings), site, None)


def test_a_calibration_of_another_kind_is_refused(site, spec, calibration) -> None:
    with pytest.raises(SiteError, match=r"lab\.other"):
        build(spec, site, replace(calibration, sensor_kind="lab.other"))
