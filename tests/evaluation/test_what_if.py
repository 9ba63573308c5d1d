from dataclasses import replace

import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_crowd, load_site
from standex.evaluation.closed_loop import closed_loop
from standex.evaluation.what_if import DecisionLog, LogRow, decide_again
from standex.model.event import Alert, PassageClosed
from standex.model.picture import Outcome
from standex.model.site import OperatingPoint
from standex.station import Station
from standex.twin.carry import EXERCISE, draw_truth
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.truth import passages
from standex.twin.scene import Scene

POINT = load_site("stadium").operating_point


def at(p_alarm: float, min_coverage: float = 0.5) -> OperatingPoint:
    return replace(POINT, p_alarm=p_alarm, min_coverage=min_coverage)


def test_thresholds_decide() -> None:
    rows = [
        LogRow(1, 7, "known", 0.2, 0.0),
        LogRow(2, 7, "known", 0.6, 0.7),
        LogRow(3, 7, "known", 0.4, 0.7),
        LogRow(9, 7, "closed", 0.4, 0.7),
    ]
    said = decide_again(rows, at(0.5))
    assert (said.alert_utc_ns, said.outcomes) == ({7: 2}, {7: Outcome.ALARM})
    assert decide_again(rows, at(0.1)).alert_utc_ns == {7: 1}
    assert decide_again(rows, at(0.9)).outcomes == {7: Outcome.NOTHING_FOUND}
    assert decide_again(rows, at(0.9, 0.8)).outcomes == {7: Outcome.NOT_SCREENED}


def test_what_is_no_number_was_not_screened() -> None:
    rows = [LogRow(9, 7, "closed", float("nan"), 1.0)]
    assert decide_again(rows, at(0.5)).outcomes == {7: Outcome.NOT_SCREENED}


@pytest.mark.parametrize(("goes_on", "n_alerts"), [(True, 1), (False, 2)])
def test_an_alarm_goes_along_as_long_as_they_are_the_same(goes_on: bool, n_alerts: int) -> None:
    rows = [
        LogRow(1, 7, "known", 0.9, 1.0),
        LogRow(2, 8, "joined", earlier_track_id=7),
        *([] if goes_on else [LogRow(3, 8, "joined")]),
        LogRow(4, 8, "known", 0.9, 1.0),
    ]
    assert len(decide_again(rows, at(0.5)).alert_utc_ns) == n_alerts


@pytest.mark.slow
def test_deciding_again_says_what_a_run_with_that_threshold_says() -> None:
    site, plan = load_site("stadium"), load_crowd("stadium")
    assert plan is not None
    walked, _ = passages(simulate_crowd(plan, duration_s=12.0, seed=3))
    truth = draw_truth(walked.people, EXERCISE, seed=3)
    calibrations = dict(calibrations_of(site))
    said: dict[float, dict[int, int]] = {}
    ended: dict[float, dict[int, Outcome]] = {}
    logs: dict[float, DecisionLog] = {}
    for p_alarm in (0.3, 0.6):
        there = replace(site, operating_point=replace(site.operating_point, p_alarm=p_alarm))
        station = Station.of(there, build_technologies(there, calibrations), calibrations)
        scene = Scene(trajectories=walked, truth=truth, start_utc_ns=0)
        log = DecisionLog(point=there.operating_point)
        said[p_alarm], ended[p_alarm], logs[p_alarm] = {}, {}, log
        for step in closed_loop(
            station,
            scene,
            build_instruments(there, 3),
            start_utc_ns=0,
            end_utc_ns=36 * 10**9,
        ):
            log.take(step.picture, step.events)
            for event in step.events:
                if isinstance(event, Alert):
                    said[p_alarm][event.track_id] = event.t_utc_ns
                elif isinstance(event, PassageClosed):
                    ended[p_alarm][event.track_id] = event.outcome
    assert len(said[0.3]) > len(said[0.6]) > 0
    for logged in (0.3, 0.6):
        for wanted in (0.3, 0.6):
            point = replace(site.operating_point, p_alarm=wanted)
            again = decide_again(logs[logged].rows, point)
            assert again.alert_utc_ns == said[wanted]
            assert again.outcomes == ended[wanted]
