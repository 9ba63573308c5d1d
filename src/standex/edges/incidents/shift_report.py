"""What a shift was like: how many, how fast, what it was; for handing over, and against targets."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from standex.edges.incidents.incident import Incident, Priority, Rules
from standex.edges.incidents.overview import overview

TARGET_PER_10_MIN = 1.0  # steady state, per operator; EEMUA 191


def shift_report(
    incidents: Iterable[Incident], *, from_utc_ns: int, to_utc_ns: int
) -> dict[str, Any]:
    """Return figures of the incidents opened in a span of time, and what is still open.

    Exercises are not counted: they have a score of their own.

    Args:
        incidents: all that are kept.
        from_utc_ns: first moment.
        to_utc_ns: first moment after.

    Raises:
        ValueError: the span is empty.
    """
    if not from_utc_ns < to_utc_ns:
        raise ValueError(f"the span is empty: from {from_utc_ns} to {to_utc_ns}")
    known = [one for one in incidents if not one.exercise]
    of = [one for one in known if from_utc_ns <= one.opened_utc_ns < to_utc_ns]
    hours = (to_utc_ns - from_utc_ns) / 3.6e12
    waits_s = sorted(s for one in of if (s := seconds_to(one, ACKNOWLEDGING)) is not None)
    closed = [one for one in of if one.disposition is not None]
    return {
        "from_utc_ms": from_utc_ns // 1_000_000,
        "to_utc_ms": to_utc_ns // 1_000_000,
        "n_incidents": len(of),
        "per_hour": round(len(of) / hours, 3),
        "per_10_min": round(len(of) / hours / 6, 4),
        "target_per_10_min": TARGET_PER_10_MIN,
        "most_in_10_min": _most_within(sorted(one.opened_utc_ns for one in of), 600.0),
        "by_priority": {p.value: sum(one.priority is p for one in of) for p in Priority},
        "by_disposition": dict(Counter(str(one.disposition) for one in closed)),
        "n_returned_unacknowledged": sum(one.is_returned_unacknowledged for one in of),
        "n_escalated": sum(one.escalations > 0 for one in of),
        "median_acknowledged_s": _middle(waits_s),
        "slowest_acknowledged_s": waits_s[-1] if waits_s else None,
        "by_account": dict(
            Counter(line.by for one in of for line in one.history if line.request_id)
        ),
        "still_open": list(overview(known, now_utc_ns=to_utc_ns, rules=Rules()).order),
    }


ACKNOWLEDGING = frozenset(
    {"acknowledge", "take", "accept", "hand_over", "shelve", "dismiss", "close"}
)
"""What shows that somebody has seen an alarm."""


def seconds_to(incident: Incident, what: frozenset[str]) -> float | None:
    """Return the time from the alarm until somebody first did any of these, or None."""
    for line in incident.history:
        if line.request_id and line.what in what:
            return round((line.t_utc_ns - incident.opened_utc_ns) * 1e-9, 3)
    return None


def _middle(values: list[float]) -> float | None:
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _most_within(times_utc_ns: list[int], span_s: float) -> int:
    most, first = 0, 0
    for last, t_utc_ns in enumerate(times_utc_ns):
        while t_utc_ns - times_utc_ns[first] >= span_s * 1e9:
            first += 1
        most = max(most, last - first + 1)
    return most
