"""The live picture as a message: columns rather than rows, one encoding for all clients.

Who may not see incidents gets the same without alarms: for them a person with an alarm looks like
everybody else who is still under way.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from standex.edges.exercises.shown import ShownExercise, exercise_mark
from standex.edges.health_codes import health_parts
from standex.edges.incidents.incident import Incident, Reach
from standex.edges.live_status import LiveStatus, SensorStatus
from standex.edges.service.trouble_codes import Trouble, trouble_parts
from standex.edges.web.levels import levels_of
from standex.edges.web.site_plan import point_of
from standex.model.picture import Outcome, PassageKind, Picture
from standex.model.site import Site

STATES = tuple(outcome.value for outcome in Outcome)
_CODE = {outcome: number for number, outcome in enumerate(Outcome)}
_PENDING = _CODE[Outcome.PENDING]
NOTHING_HEARD = "nothing heard yet"


def to_text(message: Mapping[str, Any]) -> str:
    """Return a message as it is sent; what is no number must have been left out before."""
    return json.dumps(message, allow_nan=False, separators=(",", ":"))


def picture_message(
    status: LiveStatus,
    *,
    incidents: Iterable[Incident] | None,
    now_utc_ns: int,
    exercise: ShownExercise | None = None,
    knows_exercises: bool = False,
) -> dict[str, Any]:
    """Return where everybody is, and among them whom an exercise has put there.

    Args:
        status: of the station.
        incidents: whose people are to be shown as such; None for who may not see any.
        now_utc_ns: of the clock: how old the picture is, is told with it.
        exercise: that runs or has just ended.
        knows_exercises: whether they may know who is simulated, while it runs.
    """
    picture = status.picture
    shows_alarms = incidents is not None
    message = people_columns(picture, status.site, shows_alarms=shows_alarms)
    injected = None if exercise is None else exercise.picture
    if injected is not None:
        more = people_columns(injected, status.site, shows_alarms=shows_alarms)
        message = {name: [*column, *more[name]] for name, column in message.items()}
    age_s = (now_utc_ns - picture.tracks.t_utc_ns) * 1e-9 if picture.history else math.inf
    n_closed = {outcome.value: n for outcome, n in status.n_closed.items()}
    if not shows_alarms:
        n_closed = {"all": sum(n_closed.values())}
    return {
        "type": "picture",
        "t_utc_ms": picture.tracks.t_utc_ns // 1_000_000,
        "now_utc_ms": now_utc_ns // 1_000_000,
        "age_s": number(age_s),
        "is_stale": status.is_stale,
        "is_simulated": status.is_simulated,
        "lag_s": number(status.lag_s),
        "n_updates": status.n_updates,
        "n_closed": n_closed,
        "people": message,
        "cards": []
        if incidents is None
        else [
            card(one, injected if one.exercise and injected is not None else picture, now_utc_ns)
            for one in incidents
            if one.is_open
        ],
        "exercise": exercise_mark(exercise, knows=knows_exercises),
    }


def people_columns(picture: Picture, site: Site, *, shows_alarms: bool) -> dict[str, Any]:
    """Return everybody who is there, by columns in the same order.

    ``state`` counts in the order of ``STATES``; ``is_thing`` is 1 for a thing that was set down;
    ``level`` is the row of the floor in the site, -1 where it is not known.
    """
    tracks, superseded = picture.tracks, picture.superseded
    rows = [
        int(row)
        for row in np.flatnonzero(tracks.is_present)
        if int(tracks.track_id[row]) not in superseded
    ]
    mean = tracks.mean[rows]
    spread_m = np.sqrt(np.maximum(tracks.covariance[rows][:, [0, 1], [0, 1]].max(axis=1), 0))
    numbers = tracks.track_id[rows].tolist()
    states: list[int] = []
    things: list[int] = []
    for track_id in numbers:
        passage = picture.passages.get(track_id)
        if passage is None:
            states.append(_PENDING)
            things.append(0)
            continue
        code = _CODE[passage.verdict.outcome]
        is_alarm = passage.verdict.outcome is Outcome.ALARM
        states.append(_PENDING if is_alarm and not shows_alarms else code)
        things.append(int(passage.kind is PassageKind.THING))
    return {
        "track_id": numbers,
        "x_m": _column(mean[:, 0], 2),
        "y_m": _column(mean[:, 1], 2),
        "vx_m_per_s": _column(mean[:, 2], 2),
        "vy_m_per_s": _column(mean[:, 3], 2),
        "spread_m": _column(spread_m, 2),
        "state": states,
        "is_thing": things,
        "level": levels_of(picture, numbers, mean[:, :2], site),
    }


def card(incident: Incident, picture: Picture, now_utc_ns: int) -> dict[str, Any]:
    """Return what changes all the time about an open incident: where, where next, until when."""
    passage = picture.passages.get(incident.track_id)
    line = None if passage is None else passage.next_line
    exit_s = (incident.exit_utc_ns - now_utc_ns) * 1e-9
    is_coming = incident.exit_utc_ns and incident.reach is Reach.FOLLOWED
    velocity = (0.0, 0.0) if passage is None else tuple(passage.velocity_site_m_per_s.tolist())
    return {
        "incident_id": incident.incident_id,
        "track_id": incident.track_id,
        "reach": incident.reach.value,
        "x_m": round(incident.x_site_m, 2),
        "y_m": round(incident.y_site_m, 2),
        "vx_m_per_s": number(velocity[0]),
        "vy_m_per_s": number(velocity[1]),
        "seen_s_ago": round((now_utc_ns - incident.seen_utc_ns) * 1e-9, 1),
        "seconds_in_reach": round(max(exit_s, 0.0), 1) if is_coming else None,
        "p_threat": number(incident.p_threat),
        "next_line": None if line is None else line.line_id,
        "next_line_s": None if line is None else number(line.median_s),
        "cued": [
            {"sensor_id": task.sensor_id, "t_look_utc_ms": task.t_look_utc_ns // 1_000_000}
            for task in picture.tasking.open
            if task.track_id == incident.track_id
        ],
    }


def health_message(
    status: LiveStatus | None, *, site: Site, troubles: Iterable[Trouble], now_utc_ns: int
) -> dict[str, Any]:
    """Return how every sensor and the service itself are."""
    armed = {} if status is None else status.picture.tasking.armed
    return {
        "type": "health",
        "now_utc_ms": now_utc_ns // 1_000_000,
        "is_watching": status is not None and not status.is_stale,
        "troubles": [
            {"part": one.code, "text": one.words, "text_parts": trouble_parts(one.words)}
            for one in troubles
        ],
        "sensors": [] if status is None else [_sensor(one) for one in status.sensors],
        "unknown_sensors": {} if status is None else dict(status.unknown),
        "armed": [
            {
                "sensor_id": one.sensor_id,
                "until_utc_ms": one.until_utc_ns // 1_000_000,
                "by": one.by,
                "why": one.why,
            }
            for one in armed.values()
        ],
        "operating_point": point_of(site if status is None else status.site),
        "update_p95_ms": None if status is None else number(status.update_p95_ms),
        "n_dropped_batches": 0 if status is None else status.n_dropped_batches,
    }


def standing(message: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the part of a health message whose change is news; the rest moves all the time."""
    sensors = tuple((s["sensor_id"], s["state"], s["reason"]) for s in message["sensors"])
    armed = tuple((one["sensor_id"], one["until_utc_ms"]) for one in message["armed"])
    point = to_text(message["operating_point"])
    troubles = tuple((one["part"], one["text"]) for one in message["troubles"])
    return (message["is_watching"], troubles, sensors, armed, point)


def number(value: float) -> float | None:
    """Return a number as JSON has it, or None for what is infinite or no number."""
    return round(float(value), 4) if math.isfinite(value) else None


def _sensor(one: SensorStatus) -> dict[str, Any]:
    health = one.health
    message = NOTHING_HEARD if health is None else health.message
    return {
        "sensor_id": one.sensor_id,
        "state": "failed" if health is None else health.state.value,
        "reason": "starting" if health is None else health.reason.value,
        "message": message,
        "message_parts": health_parts(message),
        "since_utc_ms": None if health is None else health.t_utc_ns // 1_000_000,
        "is_stale": one.is_stale,
        "age_s": number(one.age_s),
        "rate_hz": number(one.rate_hz),
        "nominal_hz": one.nominal_hz,
        "n_records": one.n_records,
        "n_shed": one.n_shed,
        "n_lost": one.n_lost,
        "n_refused": one.n_refused,
        "n_errors": one.n_errors,
    }


def _column(values: np.ndarray, digits: int) -> list[float]:
    return np.round(np.nan_to_num(values), digits).tolist()
