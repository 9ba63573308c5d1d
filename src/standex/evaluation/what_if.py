"""Decisions over again: what if alarms came from another posterior on, or less coverage did?

A decision log keeps whatever verdicts hang on, whenever it changes. An hour of ten thousand people
is some hundred thousand rows, and is decided again in about a second. It is exact as long as
nobody was looked at because of a verdict: tasks to sensors, and whom a sensor in a crowd attends to
first, hang on verdicts. Where that matters, run again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from standex.model.event import Event, PassageClosed
from standex.model.picture import Outcome, Passage, Picture
from standex.model.site import OperatingPoint
from standex.model.zones import ZONE_INDEX

SURE = 0.5  # from this probability on two numbers are one person


@dataclass(frozen=True, slots=True)
class LogRow:
    """One change.

    Attributes:
        t_utc_ns: when.
        track_id: of whom.
        what: the posterior or coverage has changed; it is known who they were; or it is over.
        p_threat: from now on.
        coverage: of the least covered wanted zone, from now on.
        earlier_track_id: who they were, or 0 where nobody is known any more.
    """

    t_utc_ns: int
    track_id: int
    what: Literal["known", "joined", "closed"]
    p_threat: float = 0.0
    coverage: float = 0.0
    earlier_track_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIf:
    """What would have been said.

    Attributes:
        alert_utc_ns: when each alert would have been raised, by track number.
        outcomes: of the passages that ended, by track number.
    """

    alert_utc_ns: Mapping[int, int]
    outcomes: Mapping[int, Outcome]


@dataclass(slots=True, eq=False)
class DecisionLog:
    """Collects the rows of a run.

    Attributes:
        point: of the run, for the zones that must be covered.
        rows: so far, in order of time.
    """

    point: OperatingPoint
    rows: list[LogRow] = field(default_factory=list[LogRow])
    _last: dict[int, Passage] = field(default_factory=dict[int, Passage])

    def take(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take one step of the station: the picture after it, and what it said."""
        t_utc_ns, last = picture.t_utc_ns, self._last
        for track_id, passage in picture.passages.items():
            before = last.get(track_id)
            if before is passage:
                continue
            last[track_id] = passage
            if _who(before) != _who(passage):
                earlier = _who(passage)
                self.rows.append(LogRow(t_utc_ns, track_id, "joined", earlier_track_id=earlier))
            now = passage.verdict
            if before is None or before.verdict is not now:
                self.rows.append(LogRow(t_utc_ns, track_id, "known", now.p_threat, now.coverage))
        wanted = [ZONE_INDEX[zone] for zone in self.point.wanted_zones]
        for event in events:
            if isinstance(event, PassageClosed):
                covered = float(event.covered[wanted].min())
                row = LogRow(t_utc_ns, event.track_id, "closed", event.p_threat, covered)
                self.rows.append(row)
                last.pop(event.track_id, None)
        for track_id in last.keys() - picture.passages.keys():
            del last[track_id]  # went on under another number


def decide_again(rows: Iterable[LogRow], point: OperatingPoint) -> WhatIf:
    """Return what a run would have said at another operating point, its sensors doing the same.

    An alarm stays, and goes along to the number that its person is followed under later, as long
    as it is thought that they are the same.

    Args:
        rows: of a decision log, in order of time.
        point: with the thresholds to try.
    """
    alerts: dict[int, int] = {}
    taken_over: dict[int, int] = {}  # whose alarm somebody has, by their number
    outcomes: dict[int, Outcome] = {}
    for row in rows:
        track_id = row.track_id
        if row.what == "joined":
            earlier = row.earlier_track_id
            if earlier and (earlier in alerts or earlier in taken_over):
                taken_over[track_id] = earlier
            else:
                taken_over.pop(track_id, None)
            continue
        has_alarmed = track_id in alerts or track_id in taken_over
        if row.p_threat >= point.p_alarm and not has_alarmed:
            alerts[track_id] = row.t_utc_ns
            has_alarmed = True
        if row.what != "closed":
            continue
        if has_alarmed:
            outcomes[track_id] = Outcome.ALARM
        elif row.p_threat < point.p_alarm and row.coverage >= point.min_coverage:
            outcomes[track_id] = Outcome.NOTHING_FOUND
        else:
            outcomes[track_id] = Outcome.NOT_SCREENED  # a NaN comes here
    return WhatIf(alert_utc_ns=alerts, outcomes=outcomes)


def _who(passage: Passage | None) -> int:
    """Return who somebody was before, as far as that is more likely than not."""
    if passage is None or passage.joined is None or passage.joined.p_same < SURE:
        return 0
    return passage.joined.track_id
