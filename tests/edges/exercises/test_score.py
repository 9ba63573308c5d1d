"""What came of each simulated person, from what the shadow showed and what people did."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.exercises.exercise_file import Exercise, Injected
from standex.edges.exercises.score import (
    Came,
    End,
    Seen,
    again,
    begun,
    judged,
    over,
    score_of,
    told,
)
from standex.edges.incidents.actions import Act, Action, acted
from standex.edges.incidents.incident import Rules
from standex.edges.incidents.station_events import opened
from standex.edges.recording.codec import decode, encode
from standex.model.event import Alert
from standex.model.zones import BodyZone

T0, S = 1_790_000_000 * 10**9, 10**9


def injected(person, *, threat, from_s=2.0, to_s=10.0) -> Injected:
    return Injected(
        person=person,
        carried="threat_dielectric" if threat else "nothing",
        zone=BodyZone.TORSO_FRONT if threat else None,
        is_threat=threat,
        t_s=np.array([from_s, to_s]),
        position_site_m=np.array([[0.0, person], [8.0, person]]),
    )


EXERCISE = Exercise(
    exercise="two",
    site_id="survey",
    site_digest="",
    calibrations=(),
    recording_sha256="",
    duration_s=15.0,
    seed=1,
    made_utc_ns=0,
    software_version="",
    injected=(injected(1, threat=True), injected(2, threat=False)),
)
RUN = begun(EXERCISE, exercise_id="exercise-1", by="sup", t_utc_ns=T0)


def seen(at_s, alarms=None) -> Seen:
    return Seen(at_s=at_s, tracks={1: 501, 2: 502}, alarms=alarms or {})


def incident(name, *acts):
    alert = Alert(
        alert_id=name,
        t_utc_ns=T0,
        track_id=501,
        level_id="hall",
        position_site_m=np.zeros(2),
        zone=BodyZone.WAIST,
        p_threat=0.9,
        prior=0.1,
        coverage=0.5,
        seconds_in_reach=5.0,
        sensors=("mw",),
        reason="an example",
    )
    one = replace(opened(alert, Rules()), exercise="exercise-1")
    for number, (act, after_s) in enumerate(acts):
        action = Action(act=act, by="op", t_utc_ns=T0 + round(after_s * S), request_id=str(number))
        one = acted(one, action, Rules())
    return one


def came(run) -> list[Came]:
    return [one.came for one in run.results]


@pytest.mark.parametrize(
    ("at_s", "expected"),
    [
        (1.0, [Came.TO_COME, Came.TO_COME]),
        (5.0, [Came.UNDER_WAY, Came.UNDER_WAY]),
        (13.0, [Came.UNDER_WAY, Came.UNDER_WAY]),  # a late look may still come
        (14.5, [Came.MISSED, Came.RIGHT]),
    ],
)
def test_without_an_alarm_who_carried_was_missed_and_who_did_not_was_rightly_left(
    at_s, expected
) -> None:
    assert came(judged(RUN, EXERCISE, seen(at_s), {})) == expected


@pytest.mark.parametrize(
    ("acts", "expected", "acknowledged_s", "accepted_s"),
    [
        ((), Came.NOTICED, -1.0, -1.0),
        (((Act.ACKNOWLEDGE, 4.0),), Came.ACKNOWLEDGED, 4.0, -1.0),
        (((Act.ACKNOWLEDGE, 4.0), (Act.ACCEPT, 9.5)), Came.ACCEPTED, 4.0, 9.5),
        (((Act.ACCEPT, 3.0),), Came.ACCEPTED, 3.0, 3.0),
    ],
)
def test_with_one_it_counts_what_people_did_and_how_fast(
    acts, expected, acknowledged_s, accepted_s
) -> None:
    run = judged(RUN, EXERCISE, seen(6.0, {"a": 1}), {"a": incident("a", *acts)})
    first = run.results[0]
    assert (first.came, first.acknowledged_s, first.accepted_s) == (
        expected,
        acknowledged_s,
        accepted_s,
    )
    assert (first.incident_id, first.track_id) == ("a", 501)


def test_an_alarm_that_the_desk_has_not_taken_in_yet_is_noticed() -> None:
    assert came(judged(RUN, EXERCISE, seen(6.0, {"a": 1}), {}))[0] is Came.NOTICED


def test_an_alarm_at_who_carries_nothing_or_at_nobody_is_a_false_one() -> None:
    alarms = {"a": 2, "b": None}
    run = judged(RUN, EXERCISE, seen(14.5, alarms), {"a": incident("a", (Act.ACKNOWLEDGE, 1.0))})
    assert came(run) == [Came.MISSED, Came.FALSE_ALARM]
    score = score_of(run)
    assert (score["n_false"], score["n_missed"], score["n_noticed"]) == (2, 1, 0)
    assert score["median_acknowledge_s"] is None  # of those who carried something


def test_who_had_not_left_when_it_ended_counts_for_nothing() -> None:
    run = judged(RUN, EXERCISE, seen(5.0), {})
    ended = over(run, end=End.STOPPED, detail="stop button", ended_by="op", t_utc_ns=T0 + 9 * S)
    assert came(ended) == [Came.NOT_RUN, Came.NOT_RUN]
    score = score_of(ended)
    assert (score["n_injected"], score["n_threats"], score["n_missed"]) == (2, 0, 0)


def test_medians_are_of_those_who_were_acknowledged() -> None:
    three = replace(EXERCISE, injected=tuple(injected(n, threat=True) for n in (1, 2, 3)))
    run = begun(three, exercise_id="e", by="sup", t_utc_ns=T0)
    incidents = {
        "a": incident("a", (Act.ACKNOWLEDGE, 2.0)),
        "b": incident("b", (Act.ACKNOWLEDGE, 8.0)),
        "c": incident("c"),
    }
    run = judged(run, three, seen(6.0, {"a": 1, "b": 2, "c": 3}), incidents)
    score = score_of(run)
    assert (score["median_acknowledge_s"], score["n_acknowledged"], score["n_noticed"]) == (5, 2, 3)


def test_after_a_restart_the_incidents_still_tell_what_people_did() -> None:
    run = judged(RUN, EXERCISE, seen(6.0, {"a": 1}), {"a": incident("a")})
    kept = decode(type(run), encode(run))
    known = again(kept, {"a": incident("a", (Act.ACKNOWLEDGE, 7.0))})
    assert known.results[0].acknowledged_s == 7.0
    assert known.results[1] == run.results[1]


def test_it_is_told_as_plain_data_that_says_it_is_simulated() -> None:
    run = judged(RUN, EXERCISE, seen(6.0, {"a": 1}), {"a": incident("a", (Act.ACCEPT, 3.0))})
    said = told(run)
    assert said["is_simulated"]
    assert said["is_running"]
    assert said["ended_utc_ms"] is None
    assert said["injected"][0] == {
        "track_id": 501,
        "carried": "threat_dielectric",
        "zone": "torso_front",
        "outcome": "accepted",
        "incident_id": "a",
        "acknowledged_s": 3.0,
        "accepted_s": 3.0,
    }
    assert said["injected"][1]["accepted_s"] is None


def test_of_two_alarms_at_one_person_the_first_counts() -> None:
    early = incident("a", (Act.ACKNOWLEDGE, 2.0))
    late = replace(incident("b"), opened_utc_ns=T0 + 60 * S)
    run = judged(RUN, EXERCISE, seen(6.0, {"b": 1, "a": 1}), {"a": early, "b": late})
    assert run.results[0].incident_id == "a"
