"""What became of each simulated person, and the score of an exercise; all of it simulated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import Any, final

from standex.edges.exercises.exercise_file import Exercise, Injected
from standex.edges.incidents.incident import Incident
from standex.edges.incidents.shift_report import ACKNOWLEDGING, seconds_to
from standex.model.zones import BodyZone

ACCEPTING = frozenset({"accept"})
NOT_YET = -1.0
SETTLED_S = 4.0  # after somebody has left: a late look may still be about them


class Came(StrEnum):
    """What came of a simulated person.

    Attributes:
        TO_COME: they have not entered yet.
        UNDER_WAY: they are there, and no check was asked for.
        MISSED: they carried a threat, have left, and no check was asked for.
        NOTICED: a check was asked for, and nobody has acknowledged it.
        ACKNOWLEDGED: somebody has, and nobody has gone there.
        ACCEPTED: somebody was on the way to them.
        FALSE_ALARM: they carried no threat, and a check was asked for.
        RIGHT: they carried no threat, have left, and no check was asked for.
        NOT_RUN: the exercise ended before they had left.
    """

    TO_COME = "to_come"
    UNDER_WAY = "under_way"
    MISSED = "missed"
    NOTICED = "noticed"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    FALSE_ALARM = "false_alarm"
    RIGHT = "right"
    NOT_RUN = "not_run"


class End(StrEnum):
    """How an exercise ended.

    Attributes:
        RUNS: it has not.
        OVER: everybody has left, and what was to be done was done or not.
        ENDED: somebody ended it.
        STOPPED: the stop button.
        BROKEN_OFF: the service or its shadow ended before.
    """

    RUNS = "runs"
    OVER = "over"
    ENDED = "ended"
    STOPPED = "stopped"
    BROKEN_OFF = "broken_off"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One simulated person, and what came of them.

    Attributes:
        person: number in the recording.
        carried: item class, or ``nothing``.
        zone: where on the body, or None.
        is_threat: whether staff should check them.
        track_id: number on the plan; 0 for none so far.
        incident_id: of the check, or empty.
        came: what came of them.
        acknowledged_s: from the alarm until somebody acknowledged it; negative for not.
        accepted_s: until somebody was on the way; negative for not.
    """

    person: int
    carried: str
    zone: BodyZone | None
    is_threat: bool
    track_id: int = 0
    incident_id: str = ""
    came: Came = Came.TO_COME
    acknowledged_s: float = NOT_YET
    accepted_s: float = NOT_YET


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRun:
    """An exercise that runs or ran.

    Attributes:
        exercise_id: of this run.
        exercise: what was played.
        by: account.
        begun_utc_ns: when.
        ended_utc_ns: when; 0 while it runs.
        end: how.
        detail: more about that, in plain words.
        ended_by: account, or empty.
        n_stray: alarms at nobody who was injected.
        results: of each person.
    """

    exercise_id: str
    exercise: str
    by: str
    begun_utc_ns: int
    ended_utc_ns: int = 0
    end: End = End.RUNS
    detail: str = ""
    ended_by: str = ""
    n_stray: int = 0
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the shadow has shown so far.

    Attributes:
        at_s: since its recording began.
        tracks: number on the plan, by person.
        alarms: person that an alarm pointed at, by alarm; None for nobody.
    """

    at_s: float
    tracks: Mapping[int, int]
    alarms: Mapping[str, int | None]


def begun(exercise: Exercise, *, exercise_id: str, by: str, t_utc_ns: int) -> ExerciseRun:
    """Return the run of an exercise at its beginning."""
    return ExerciseRun(
        exercise_id=exercise_id,
        exercise=exercise.exercise,
        by=by,
        begun_utc_ns=t_utc_ns,
        results=tuple(
            Result(person=o.person, carried=o.carried, zone=o.zone, is_threat=o.is_threat)
            for o in exercise.injected
        ),
    )


def judged(
    run: ExerciseRun, exercise: Exercise, seen: Seen, incidents: Mapping[str, Incident]
) -> ExerciseRun:
    """Return a run with what has come of everybody so far.

    Args:
        run: that is under way.
        exercise: that it plays.
        seen: of its shadow.
        incidents: of the exercise, by id.
    """
    ways = {one.person: one for one in exercise.injected}
    results = tuple(_judged(one, ways[one.person], seen, incidents) for one in run.results)
    n_stray = sum(person is None for person in seen.alarms.values())
    return replace(run, results=results, n_stray=n_stray)


def over(run: ExerciseRun, *, end: End, detail: str, ended_by: str, t_utc_ns: int) -> ExerciseRun:
    """Return a run that has ended; whoever had not left by then counts for nothing."""
    open_ones = (Came.TO_COME, Came.UNDER_WAY)
    results = tuple(
        replace(one, came=Came.NOT_RUN) if one.came in open_ones else one for one in run.results
    )
    return replace(
        run, ended_utc_ns=t_utc_ns, end=end, detail=detail, ended_by=ended_by, results=results
    )


def again(run: ExerciseRun, incidents: Mapping[str, Incident]) -> ExerciseRun:
    """Return a run of which only the incidents are known any more: after a restart."""
    return replace(
        run,
        results=tuple(
            _worked(one, incidents[one.incident_id]) if one.incident_id in incidents else one
            for one in run.results
        ),
    )


def score_of(run: ExerciseRun) -> dict[str, float | int | None]:
    """Return the figures of a run; a median of nothing is None."""
    counted = [one for one in run.results if one.came is not Came.NOT_RUN]
    threats = [one for one in counted if one.is_threat]
    noticed = [one for one in threats if one.incident_id]
    acknowledged = [one.acknowledged_s for one in noticed if one.acknowledged_s >= 0]
    accepted = [one.accepted_s for one in noticed if one.accepted_s >= 0]
    return {
        "n_injected": len(run.results),
        "n_threats": len(threats),
        "n_noticed": len(noticed),
        "n_acknowledged": len(acknowledged),
        "n_accepted": len(accepted),
        "n_missed": sum(one.came is Came.MISSED for one in counted),
        "n_false": run.n_stray + sum(one.came is Came.FALSE_ALARM for one in counted),
        "median_acknowledge_s": _median(acknowledged),
        "median_accept_s": _median(accepted),
    }


def told(run: ExerciseRun) -> dict[str, Any]:
    """Return a run as plain data."""
    return {
        "exercise_id": run.exercise_id,
        "exercise": run.exercise,
        "by": run.by,
        "begun_utc_ms": run.begun_utc_ns // 10**6,
        "ended_utc_ms": run.ended_utc_ns // 10**6 or None,
        "ended_by": run.ended_by,
        "is_running": run.end is End.RUNS,
        "end": run.end.value,
        "detail": run.detail,
        "is_simulated": True,
        "injected": [_told(one) for one in run.results],
        "score": score_of(run),
    }


def _told(one: Result) -> dict[str, Any]:
    return {
        "track_id": one.track_id or None,
        "carried": one.carried,
        "zone": None if one.zone is None else one.zone.value,
        "outcome": one.came.value,
        "incident_id": one.incident_id or None,
        "acknowledged_s": one.acknowledged_s if one.acknowledged_s >= 0 else None,
        "accepted_s": one.accepted_s if one.accepted_s >= 0 else None,
    }


def _judged(result: Result, way: Injected, seen: Seen, incidents: Mapping[str, Incident]) -> Result:
    result = replace(result, track_id=seen.tracks.get(result.person, result.track_id))
    mine = [name for name, person in seen.alarms.items() if person == result.person]
    known = [incidents[name] for name in mine if name in incidents]
    if known:
        # One person has one incident; two only where they were lost and found again.
        return _worked(result, min(known, key=lambda one: one.opened_utc_ns))
    if mine:  # the desk has not taken it in yet
        came = Came.NOTICED if result.is_threat else Came.FALSE_ALARM
        return replace(result, incident_id=mine[0], came=came)
    if not len(way.t_s) or seen.at_s < way.t_s[0]:
        return replace(result, came=Came.TO_COME)
    if seen.at_s < way.t_s[-1] + SETTLED_S:
        return replace(result, came=Came.UNDER_WAY)
    return replace(result, came=Came.MISSED if result.is_threat else Came.RIGHT)


def _worked(result: Result, incident: Incident) -> Result:
    """Return a result with what people did about its incident."""
    acknowledged, accepted = seconds_to(incident, ACKNOWLEDGING), seconds_to(incident, ACCEPTING)
    if not result.is_threat:
        came = Came.FALSE_ALARM
    elif accepted is not None:
        came = Came.ACCEPTED
    else:
        came = Came.NOTICED if acknowledged is None else Came.ACKNOWLEDGED
    return replace(
        result,
        incident_id=incident.incident_id,
        came=came,
        acknowledged_s=NOT_YET if acknowledged is None else acknowledged,
        accepted_s=NOT_YET if accepted is None else accepted,
    )


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return round(median(known), 3) if known else None
