"""A running station in plain words: for the terminal, full screen or line by line."""

from standex.decision.passages import seconds_in_reach
from standex.edges.live_status import LiveStatus, SensorStatus
from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Ordered,
    PassageClosed,
    PersonRejoined,
    TaskClosed,
    TaskResult,
    ThingLeft,
    VerdictChanged,
)
from standex.model.observation import HealthState
from standex.model.picture import Outcome, Passage
from standex.model.site import Site
from standex.model.tasking import Task
from standex.model.zones import ZONE_INDEX, BodyZone

ZONE_WORDS = {
    BodyZone.TORSO_FRONT: "front of torso",
    BodyZone.TORSO_BACK: "back of torso",
    BodyZone.WAIST: "waist",
    BodyZone.LEGS: "legs",
    BodyZone.ARMS: "arms",
    BodyZone.FEET: "feet",
    BodyZone.BAG: "bag",
}
HEALTH_MARK = {HealthState.OK: "●", HealthState.DEGRADED: "◐", HealthState.FAILED: "✖"}

INLETS = ("gas-array", "ion-mobility")


def modes(status: LiveStatus) -> tuple[str, ...]:
    """Return the words that must always be in sight."""
    return (("SIMULATED",) if status.is_simulated else ()) + (
        ("EXERCISE",) if status.site.exercise else ()
    )


def stale_words(status: LiveStatus) -> str:
    """Return what to say about old data, or nothing while they are fresh."""
    if status.age_s == float("inf"):
        return "STALE: nobody has been looked for yet; an empty plan means nothing"
    if status.is_stale:
        return f"STALE: last positions {status.age_s:.1f} s ago; the plan shows the past"
    late = [sensor.sensor_id for sensor in status.sensors if sensor.is_stale]
    if not late:
        return ""
    return f"STALE: nothing new from {', '.join(late)}; who passes there is not screened"


def rate_words(status: LiveStatus) -> str:
    """Return how the station keeps up, in one line.

    The rates are those of the sensors that look for objects; at a site without any, of all.
    """
    # A sensor that looks when it is told to has no rate of its own; an inlet looks at nobody.
    tasked = {
        spec.sensor_id
        for spec in status.site.sensors
        if spec.tasks is not None or spec.technology in INLETS
    }
    looking = {name for name, seen in status.picture.coverage.items() if seen.p_detect.any()} | {
        sensor.sensor_id
        for sensor in status.sensors
        if sensor.technology not in ("floor-positions", "camera")
    }
    looking -= tasked
    panels = [one for one in status.sensors if one.sensor_id in looking] or list(status.sensors)
    rates = ", ".join(f"{panel.rate_hz:.1f}" for panel in panels)
    share = status.screened_share
    n_closed = sum(status.n_closed.values())
    screened = "no passage ended yet" if share is None else f"{share:.0%} of {n_closed} screened"
    where = "panels" if panels and panels[0].sensor_id in looking else "cameras"
    word = "real time" if status.lag_s < 1.0 else "BEHIND real time"
    return (
        f"{word}: {rates} frames/s at the {where}, {status.n_shed} shed, "
        f"coverage {screened}, lag {status.lag_s:.2f} s, "
        f"update {status.update_p50_ms:.1f} ms (p95 {status.update_p95_ms:.1f})"
    )


def age_words(sensor: SensorStatus) -> str:
    """Return the age of a sensor's data."""
    if sensor.age_s == float("inf"):
        return "no data yet"
    return f"{sensor.age_s:.1f} s" + (" STALE" if sensor.is_stale else "")


def passage_of(alert: Alert, status: LiveStatus) -> Passage | None:
    """Return whom an alert is about: under the number it was raised for, or under a later one."""
    passages = status.picture.passages
    with_it = [one for one in passages.values() if one.alert_id == alert.alert_id]
    return max(with_it, key=lambda one: one.last_utc_ns, default=passages.get(alert.track_id))


def seconds_left(alert: Alert, status: LiveStatus) -> float:
    """Return the time until the alarmed person is out of reach, counting down; -1 when unknown."""
    passage = passage_of(alert, status)
    since_s = (status.t_utc_ns - alert.t_utc_ns) * 1e-9
    left_s, age_s = alert.seconds_in_reach, since_s
    if passage is not None:
        now_s = seconds_in_reach(passage, status.site)
        if now_s >= 0:
            left_s, age_s = now_s, (status.t_utc_ns - passage.last_utc_ns) * 1e-9
    return -1.0 if left_s < 0 else max(0.0, left_s - max(age_s, 0.0))


def alert_words(alert: Alert, status: LiveStatus) -> tuple[str, str]:
    """Return an alert in two lines: who, where, how sure and how long; and why."""
    passage = passage_of(alert, status)
    p_threat = alert.p_threat if passage is None else passage.verdict.p_threat
    x, y = alert.position_site_m if passage is None else passage.position_site_m
    left_s = seconds_left(alert, status)
    if passage is None:
        reach = "has left"
    elif left_s < 0:
        reach = "time in reach not known"
    elif left_s == 0:
        reach = "out of reach"
    else:
        reach = f"{left_s:.0f} s left in reach"
    first = (
        f"person {alert.track_id}, {zone_words(alert.zone)}: {p_threat:.0%} "
        f"(prior {prior_words(alert.prior)}), {reach}, at x {x:.1f} y {y:.1f} m"
    )
    return first, f"why: {alert.reason}"


def zone_words(zone: BodyZone | None) -> str:
    """Return a zone in plain words."""
    return "zone not known" if zone is None else ZONE_WORDS[zone]


def prior_words(prior: float) -> str:
    """Return a prior; small ones as one in so many."""
    return f"{prior:.0%}" if prior >= 0.01 else f"1 in {1 / max(prior, 1e-12):.0f}"


def event_words(event: Event, site: Site) -> str:
    """Return an event as one line, or nothing for those that a person need not read."""
    match event:
        case Alert():
            return (
                f"ALARM person {event.track_id}, {zone_words(event.zone)}: {event.p_threat:.0%}, "
                f"{event.reason}"
            )
        case HealthChanged():
            after = event.after
            why = f" {after.reason.value.replace('_', ' ')}" if after.message else ""
            known = {spec.sensor_id for spec in site.sensors}
            of = "" if after.sensor_id in known else " (no sensor of this site)"
            return f"sensor {after.sensor_id}{of}: {after.state.value.upper()}{why} {after.message}"
        case PassageClosed() if event.outcome is Outcome.NOT_SCREENED:
            # Said at the end: until then a late look may still count.
            wanted = [ZONE_INDEX[zone] for zone in site.operating_point.wanted_zones]
            return (
                f"person {event.track_id} left NOT SCREENED: "
                f"looked at {event.covered[wanted].min():.0%}, "
                f"{site.operating_point.min_coverage:.0%} are wanted"
            )
        case ThingLeft() | PersonRejoined():
            return _passing_on_words(event)
        case PassageClosed() | VerdictChanged():
            return ""
        case Task() | TaskClosed() | Ordered():
            return _task_words(event)


def _task_words(event: Task | TaskClosed | Ordered) -> str:
    if isinstance(event, Task):
        return f"task for {event.sensor_id}: {event.reason}"
    if isinstance(event, Ordered):
        order = event.order
        point = order.operating_point
        if point is not None:
            return (
                f"CHECKS REQUESTED FROM {point.p_alarm:.2%} ON, {point.min_coverage:.0%} COVERAGE "
                f"WANTED, by {order.by} and {order.confirmed_by}: {order.why}"
            )
        which = order.sensor_id or "all sensors that take tasks"
        return f"{order.kind.value.upper()} {which}, by {order.by}: {order.why}"
    if event.result is TaskResult.DONE:
        return f"{event.sensor_id} looked at person {event.track_id}: {event.reason}"
    said = {
        TaskResult.REFUSED: "REFUSED",
        TaskResult.NOT_DONE: "NOT DONE",
        TaskResult.NO_ANSWER: "NO ANSWER",
        TaskResult.STOPPED: "STOPPED",
    }[event.result]
    return f"task for {event.sensor_id}, person {event.track_id} {said}: {event.reason}"


def _passing_on_words(event: ThingLeft | PersonRejoined) -> str:
    if isinstance(event, ThingLeft):
        x, y = event.position_site_m
        return (
            f"THING {event.track_id} left at x {x:.1f} y {y:.1f} m: {event.p_threat:.0%}, "
            f"looked at {event.coverage:.0%}; {event.reason}"
        )
    if not event.is_final or not event.earlier_track_id:
        return ""
    return (
        f"person {event.track_id} is person {event.earlier_track_id} again "
        f"({event.p_same:.0%}): {event.reason}"
    )
