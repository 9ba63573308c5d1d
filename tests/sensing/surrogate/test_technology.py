from dataclasses import replace

import numpy as np
import pytest

from standex.edges.calibrations import load_calibration
from standex.edges.settings import load_site
from standex.model.errors import RecordError, SiteError
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.surrogate.technology import Surrogate, build
from standex.testing.technology import check_technology

T = 1_800_000_000_000_000_000
CALIBRATION = load_calibration("imaging-panels-sim")


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("stadium")


@pytest.fixture(scope="module")
def spec(site: Site) -> SensorSpec:
    return site.sensor("panels-1")


@pytest.fixture
def technology(spec: SensorSpec, site: Site) -> Surrogate:
    made = build(spec, site, CALIBRATION)
    assert isinstance(made, Surrogate)
    return made


def record(n: int = 1, *, sequence: int = 0, is_joined: int = 0, **changes: np.ndarray) -> Record:
    center = np.broadcast_to(CALIBRATION.center, (n, 2, len(CALIBRATION.center))).copy()
    arrays = {
        "place_sensor_m": np.column_stack([1.0 + np.arange(n), np.zeros(n)]),
        "score": center,
        "is_seen": np.ones((n, 2), dtype=bool),
        "share": np.ones((n, 2)),
        "zone": np.array([ZONE_INDEX[BodyZone.TORSO_FRONT], ZONE_INDEX[BodyZone.WAIST]]),
        "is_joined": np.array(is_joined),
    }
    return Record(
        sensor_id="panels-1",
        t_utc_ns=T + sequence * 200_000_000,
        kind="surrogate.looks",
        sequence=sequence,
        arrays={**arrays, **changes},
    )


def test_it_is_a_technology(technology: Surrogate, site: Site) -> None:
    records = [record(0), record(1, sequence=1), record(0, sequence=2), record(2, sequence=3)]
    check_technology(technology, records, no_hints(T), n_classes=len(site.items.names))


def test_scores_weigh_what_the_calibration_says(technology: Surrogate, site: Site) -> None:
    one = record()
    _, said = technology.perceive(technology.start(), one, no_hints(T))
    evidence = [seen for seen in said if isinstance(seen, Evidence)]
    assert [seen.zone for seen in evidence] == [BodyZone.TORSO_FRONT, BodyZone.WAIST]
    known = CALIBRATION.log_likelihood(one.arrays["score"][0])
    for seen, row in zip(evidence, known, strict=True):
        by_name = dict(zip(CALIBRATION.class_names, row, strict=True))
        expected = [by_name[name] for name in site.items.names]
        np.testing.assert_allclose(seen.log_likelihood, expected)
        assert seen.calibration_id == CALIBRATION.calibration_id
        assert seen.reason.startswith("surrogate, simulated")
        assert seen.correlation == CALIBRATION.correlation


def test_a_joined_look_is_independent(technology: Surrogate) -> None:
    _, said = technology.perceive(technology.start(), record(is_joined=1), no_hints(T))
    assert {seen.correlation for seen in said if isinstance(seen, Evidence)} == {0.0}


def test_covered_is_who_was_looked_at_by_the_share_of_the_look(
    technology: Surrogate, spec: SensorSpec
) -> None:
    one = record(share=np.array([[1.0, 0.5]]))
    state, said = technology.perceive(technology.start(), one, no_hints(T))
    coverage = next(seen for seen in said if isinstance(seen, Coverage))
    # The sensor looks upstream, to -x: a metre ahead of it is a metre to the west.
    at = spec.site_from_sensor.translation_m[:2] - np.array([1.0, 0.0])
    x, y = np.floor((at - coverage.origin_site_m) / coverage.cell_m).astype(int)
    here = coverage.p_detect[:, x, y]
    assert here[ZONE_INDEX[BodyZone.TORSO_FRONT]] == pytest.approx(CALIBRATION.p_detect)
    assert here[ZONE_INDEX[BodyZone.WAIST]] == pytest.approx(CALIBRATION.p_detect / 2)
    assert here[ZONE_INDEX[BodyZone.TORSO_BACK]] == 0
    _, said = technology.perceive(state, record(0, sequence=1), no_hints(T))
    assert not next(seen for seen in said if isinstance(seen, Coverage)).p_detect.any()


def test_a_zone_that_was_not_seen_says_nothing(technology: Surrogate) -> None:
    one = record(is_seen=np.array([[True, False]]))
    _, said = technology.perceive(technology.start(), one, no_hints(T))
    zones = [seen.zone for seen in said if isinstance(seen, Evidence)]
    assert zones == [BodyZone.TORSO_FRONT]


def test_who_needs_it_most_is_looked_at(technology: Surrogate, spec: SensorSpec) -> None:
    pose = spec.site_from_sensor
    there = pose.translation_m[:2] - np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    hints = Hints(
        t_utc_ns=T,
        position_site_m=there,
        velocity_site_m_per_s=np.zeros((3, 2)),
        spread_m=np.full(3, 0.1),
        need=np.array([0.1, 0.9, 0.5]),
    )
    state, said = technology.perceive(technology.start(), record(3), hints)
    looks = {seen.look_id: seen for seen in said if isinstance(seen, Evidence)}.values()
    x_m = [float(seen.footprint.position_site_m[0]) for seen in looks]  # type: ignore[union-attr]
    np.testing.assert_allclose(x_m, there[1:, 0])
    assert state.n_shed == 1


def test_without_a_calibration_it_is_shown_and_weighs_nothing(spec, site) -> None:
    technology = build(spec, site, None)
    _, said = technology.perceive(technology.start(), record(), no_hints(T))
    evidence = [seen for seen in said if isinstance(seen, Evidence)]
    assert evidence
    assert all(not seen.log_likelihood.any() and not seen.calibration_id for seen in evidence)
    assert [seen.reason for seen in said if isinstance(seen, Health)] == [
        HealthReason.NOT_CALIBRATED
    ]


def test_an_expired_calibration_does_not_count(spec, site) -> None:
    technology = build(spec, site, replace(CALIBRATION, expires_utc_ns=T))
    _, said = technology.perceive(technology.start(), record(), no_hints(T))
    health = next(seen for seen in said if isinstance(seen, Health))
    assert health.reason is HealthReason.CALIBRATION_EXPIRED
    assert not any(seen.calibration_id for seen in said if isinstance(seen, Evidence))


def test_health_is_said_once_a_second_and_when_late(technology: Surrogate) -> None:
    state, spoke = technology.start(), []
    for sequence in (0, 1, 2, 3, 4, 5, 9):
        state, said = technology.perceive(state, record(0, sequence=sequence), no_hints(T))
        spoke += [(sequence, seen.state) for seen in said if isinstance(seen, Health)]
    assert spoke == [(0, HealthState.OK), (5, HealthState.OK), (9, HealthState.DEGRADED)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": np.full((1, 2, 12), np.nan)}, "not finite"),
        ({"score": np.zeros((1, 2, 3))}, "scores a look"),
        ({"score": np.zeros((2, 2, 12))}, "places"),
        ({"share": np.full((1, 2), 1.5)}, "share"),
        ({"share": np.ones((1, 3))}, "shares"),
        ({"is_seen": np.ones((1, 2))}, "is_seen"),
        ({"zone": np.array([0, 99])}, "zones"),
        ({"place_sensor_m": np.full((1, 2), np.nan)}, "place"),
        ({"place_sensor_m": np.array(1.0)}, "place_sensor_m is not of the kind or shape"),
        ({"score": np.full((1, 2, 12), "x")}, "score is not of the kind"),
        ({"is_joined": np.zeros(0)}, "is_joined is not"),
        ({"zone": np.array([0.0, 1.0])}, "zone is not"),
    ],
)
def test_bad_records_are_refused(technology: Surrogate, changes, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        technology.perceive(technology.start(), record(**changes), no_hints(T))


def test_other_kinds_gaps_and_times_that_run_backwards_are_refused(technology: Surrogate) -> None:
    state, _ = technology.perceive(technology.start(), record(), no_hints(T))
    with pytest.raises(RecordError, match="backwards"):
        technology.perceive(state, record(), no_hints(T))
    with pytest.raises(RecordError, match="kind"):
        technology.perceive(state, replace(record(sequence=1), kind="other"), no_hints(T))
    with pytest.raises(RecordError, match="no array"):
        technology.perceive(state, replace(record(sequence=1), arrays={}), no_hints(T))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stands_for": 3}, "stands_for"),
        ({"stands_for": "microwave.dielectric"}, "is for"),
        ({"max_looks": 0}, "max_looks"),
        ({"reach_m": "far"}, "reach_m"),
        ({"colour": 1}, "unknown"),
    ],
)
def test_bad_settings_are_refused(spec, site, settings, message: str) -> None:
    with pytest.raises(SiteError, match=message):
        build(replace(spec, settings={**spec.settings, **settings}), site, CALIBRATION)
