"""Records of nodes as observations; confidences weigh nothing without a calibration."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.sapient.technology import build
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError, SiteError
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, Positions
from standex.model.record import Record
from standex.model.site import Site
from standex.model.zones import ZONES, BodyZone
from standex.testing import check_technology

T0 = 1_760_000_000_000_000_000
WAIST = ZONES.index(BodyZone.WAIST)


def record(sequence: int = 0, **arrays: object) -> Record:
    good: dict[str, object] = {
        "position_site_m": [[4.0, 3.0], [6.0, 5.0]],
        "covariance_site_m2": np.tile(0.04 * np.eye(2), (2, 1, 1)),
        "p_person": [0.9, 0.8],
        "score": [[0.9, 0.05], [0.0, 0.01]],
        "zone": [WAIST, WAIST],
        "task": ["task-1", ""],
        "outline_site_m": [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]],
        "is_detecting": True,
        "not_done": np.zeros(0, dtype=np.str_),
    }
    return Record(
        sensor_id="radar-0",
        t_utc_ns=T0 + sequence * 100_000_000,
        kind="sapient.detections",
        sequence=sequence,
        arrays={name: np.array(value) for name, value in (good | arrays).items()},
    )


def calibration(site: Site, **changes) -> Calibration:
    weights = np.zeros((len(site.items.names), 5))
    weights[site.items.names.index("threat_dielectric"), 1] = 2.0
    made = Calibration(
        calibration_id="c1",
        sensor_kind="sapient.test",
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=T0 + 3600 * 10**9,
        provenance="a test",
        feature_names=("class:Concealed", "info:depth"),
        class_names=site.items.names,
        center=np.array([0.3, 0.02]),
        scale=np.array([0.2, 0.02]),
        clip=4.0,
        weights=weights,
        bound=5.0,
        cllr=0.3,
        correlation=0.4,
        n_passages_per_class=dict.fromkeys(site.items.names, 100),
        p_detect=0.8,
    )
    return replace(made, **changes)


def perceived(technology, *records: Record):
    state, said = technology.start(), ()
    for one in records:
        state, said = technology.perceive(state, one, no_hints(one.t_utc_ns))
    return {kind: [one for one in said if isinstance(one, kind)]
            for kind in (Positions, Evidence, Coverage, Health)}  # fmt: skip


def test_keeps_the_law_of_technologies(site: Site) -> None:
    technology = build(site.sensors[0], site, calibration(site))
    records = [record(0), record(1, not_done=["task-9"]), record(2)]
    check_technology(
        technology, records, no_hints(T0), n_classes=len(site.items.names), may_lose={"score"}
    )


def test_positions_and_looks(site: Site) -> None:
    said = perceived(build(site.sensors[0], site, calibration(site)), record())
    (positions,) = said[Positions]
    assert positions.existence.tolist() == [0.9, 0.8]
    first, second = said[Evidence]
    threat = site.items.names.index("threat_dielectric")
    # 2 z with z = (0.9 - 0.3) / 0.2 = 3, less the bound of 5.
    assert first.log_likelihood[threat] - first.log_likelihood[0] == pytest.approx(5.0)
    assert second.log_likelihood[threat] - second.log_likelihood[0] == pytest.approx(-3.0)
    assert first.footprint.task_id == "task-1"
    assert first.zone is BodyZone.WAIST
    assert (first.position_row, second.position_row) == (0, 1)
    assert first.score == {"class:Concealed": 0.9, "info:depth": 0.05}


def test_without_a_calibration_it_is_shown_and_weighs_nothing(site: Site) -> None:
    for given in (None, calibration(site, expires_utc_ns=T0)):
        said = perceived(build(site.sensors[0], site, given), record())
        assert all(one.calibration_id == "" for one in said[Evidence])
        assert all(np.ptp(one.log_likelihood) == 0 for one in said[Evidence])
        assert said[Evidence][0].score["class:Concealed"] == 0.9
        assert said[Coverage][0].p_detect.max() == 0
        assert said[Health][0].reason in {
            HealthReason.NOT_CALIBRATED,
            HealthReason.CALIBRATION_EXPIRED,
        }


def test_a_detection_without_its_features_is_no_look(site: Site) -> None:
    said = perceived(
        build(site.sensors[0], site, calibration(site)),
        record(score=[[0.9, np.nan], [0.2, 0.01]]),
    )
    assert [one.look_id for one in said[Evidence]] == ["radar-0:0.1"]
    assert len(said[Positions][0].existence) == 2


def test_covers_what_it_sees_by_survey_and_by_its_own_word(site: Site) -> None:
    technology = build(site.sensors[0], site, calibration(site))
    (covered,) = perceived(technology, record())[Coverage]
    # Inside of the triangle that it states, and not outside.
    assert covered.p_report[18, 3] == 0.9  # x 9.25 m, y 1.75 m
    assert covered.p_report[2, 18] == 0.0
    assert covered.p_report[30, 2] == 0.0
    assert covered.p_detect[WAIST].max() == 0.8
    assert covered.p_detect[WAIST, 8, 6] == 0.8  # about 4.25, 3.25 m
    assert covered.p_detect[ZONES.index(BodyZone.BAG)].max() == 0
    (blind,) = perceived(technology, record(is_detecting=False))[Coverage]
    assert blind.p_report.max() == 0
    assert perceived(technology, record(is_detecting=False))[Positions] == []


def test_tasks_not_done_are_told(site: Site) -> None:
    said = perceived(
        build(site.sensors[0], site, calibration(site)), record(not_done=["task-3", "task-4"])
    )
    assert {one.not_done_task_id for one in said[Health]} == {"task-3", "task-4", ""}


def test_latency_is_taken_off(site: Site) -> None:
    spec = site.sensors[0]
    late = replace(spec, settings={**spec.settings, "latency_s": 0.25})
    said = perceived(build(late, site, None), record())
    assert said[Positions][0].t_utc_ns == T0 - 250_000_000


@pytest.mark.parametrize(
    "arrays",
    [
        {"p_person": [0.9, 1.2]},
        {"p_person": [0.9]},
        {"covariance_site_m2": np.zeros((2, 2, 2))},
        {"covariance_site_m2": np.tile(np.array([[1.0, 2.0], [2.0, 1.0]]), (2, 1, 1))},
        {"zone": [0, 7]},
        {"zone": [0.0, 1.0]},
        {"score": [[0.1], [0.2]]},
        {"position_site_m": [["a", "b"], ["c", "d"]]},
        {"is_detecting": [True, False]},
    ],
)
def test_records_that_do_not_fit_are_refused(site: Site, arrays) -> None:
    technology = build(site.sensors[0], site, None)
    with pytest.raises(RecordError, match="record 0 of radar-0"):
        technology.perceive(None, record(**arrays), no_hints(T0))


def test_times_and_kinds(site: Site) -> None:
    technology = build(site.sensors[0], site, None)
    state, _ = technology.perceive(None, record(1), no_hints(T0))
    with pytest.raises(RecordError, match="backwards"):
        technology.perceive(state, record(1), no_hints(T0))
    with pytest.raises(RecordError, match="kind"):
        technology.perceive(None, replace(record(), kind="video"), no_hints(T0))


def test_what_does_not_fit_is_told_before_it_starts(site: Site) -> None:
    spec = site.sensors[0]
    with pytest.raises(SiteError, match="no level 'attic'"):
        build(replace(spec, level_id="attic"), site, None)
    with pytest.raises(SiteError, match="is for radar"):
        build(spec, site, calibration(site, sensor_kind="radar"))
    with pytest.raises(SiteError, match="its features are"):
        build(spec, site, calibration(site, feature_names=("a", "b")))
