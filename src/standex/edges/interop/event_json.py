"""What the station says, as plain JSON for other systems: no names, no faces, places on the plan.

Every document says when (``time_utc_ns`` and the same as text), where it is from (``site``) and
whether it is meant (``exercise``, ``simulated``). Two documents with the same ``id`` are the same
one, sent twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    PassageClosed,
    ThingLeft,
    VerdictChanged,
)
from standex.model.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who speaks.

    Attributes:
        site_id: the site.
        is_exercise: whether it is in exercise mode: nothing it says is meant.
        is_simulated: whether its sensors are the twin's.
    """

    site_id: str
    is_exercise: bool
    is_simulated: bool


def utc_text(t_utc_ns: int) -> str:
    """Return a time as ISO 8601 with milliseconds, such as 2026-01-31T12:00:00.000Z."""
    at = datetime.fromtimestamp(t_utc_ns // 10**9, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{t_utc_ns // 10**6 % 1000:03d}Z"


def event_document(event: Event, sender: Sender) -> dict[str, Any] | None:
    """Return an event for others, or None for what concerns nobody else (tasks, orders, joins)."""
    match event:
        case Alert():
            body = _alert(event)
        case ThingLeft():
            body = _thing(event)
        case VerdictChanged():
            body = {
                "type": "verdict",
                "id": f"verdict:{event.track_id}:{event.t_utc_ns}",
                "track_id": event.track_id,
                "before": event.before.value,
                "outcome": event.after.value,
                "p_threat": event.p_threat,
                "coverage": event.coverage,
                "reason": event.reason,
            }
        case PassageClosed():
            body = {
                "type": "passage",
                "id": f"passage:{event.track_id}:{event.first_utc_ns}",
                "track_id": event.track_id,
                "first_utc_ns": event.first_utc_ns,
                "last_utc_ns": event.last_utc_ns,
                "outcome": event.outcome.value,
                "n_looks": event.n_looks,
                "alert_id": event.alert_id,
                "reason": event.reason,
            }
        case HealthChanged():
            body = {
                "type": "health",
                "id": f"health:{event.after.sensor_id}:{event.t_utc_ns}",
                "sensor_id": event.after.sensor_id,
                "state": event.after.state.value,
                "reason": event.after.reason.value,
                "message": event.after.message,
            }
        case _:
            return None
    return signed_document(body, event.t_utc_ns, sender)


def people_document(picture: Picture, sender: Sender) -> dict[str, Any]:
    """Return where people and things are now; confirmed ones only, numbers without meaning."""
    people: list[dict[str, Any]] = [
        {
            "track_id": passage.track_id,
            "kind": passage.kind.value,
            "x_m": round(float(passage.position_site_m[0]), 2),
            "y_m": round(float(passage.position_site_m[1]), 2),
            "age_s": round((picture.t_utc_ns - passage.last_utc_ns) * 1e-9, 2),
            "outcome": passage.verdict.outcome.value,
        }
        for passage in picture.passages.values()
    ]
    body = {"type": "people", "id": f"people:{picture.t_utc_ns}", "people": people}
    return signed_document(body, picture.t_utc_ns, sender)


def signed_document(body: Mapping[str, Any], t_utc_ns: int, sender: Sender) -> dict[str, Any]:
    """Return ``body`` with who says so and when."""
    return {
        **body,
        "time_utc_ns": t_utc_ns,
        "time": utc_text(t_utc_ns),
        "site": sender.site_id,
        "exercise": sender.is_exercise,
        "simulated": sender.is_simulated,
    }


def _alert(event: Alert) -> dict[str, Any]:
    return {
        "type": "alert",
        "id": event.alert_id,
        "alert_id": event.alert_id,
        "track_id": event.track_id,
        "level_id": event.level_id,
        "x_m": round(float(event.position_site_m[0]), 2),
        "y_m": round(float(event.position_site_m[1]), 2),
        "zone": None if event.zone is None else event.zone.value,
        "p_threat": event.p_threat,
        "prior": event.prior,
        "coverage": event.coverage,
        "seconds_in_reach": event.seconds_in_reach,
        "sensors": list(event.sensors),
        "reason": event.reason,
    }


def _thing(event: ThingLeft) -> dict[str, Any]:
    return {
        "type": "thing",
        "id": f"thing:{event.track_id}:{event.t_utc_ns}",
        "track_id": event.track_id,
        "level_id": event.level_id,
        "x_m": round(float(event.position_site_m[0]), 2),
        "y_m": round(float(event.position_site_m[1]), 2),
        "p_threat": event.p_threat,
        "coverage": event.coverage,
        "alert_id": event.alert_id,
        "reason": event.reason,
    }
