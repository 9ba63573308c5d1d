"""The walk test of each shift: a reference object is carried through, and the station is scored.

The tester walks ``n_with`` times with the reference object at a stated zone and ``n_without`` times
without it, in an order that the guide gives. A passage counts for a walk when it is the only one
that ended in its time; with two people in the walk has to be repeated. A test passes when the
object was found on every walk that counted and nobody without it was sent for a check. What months
of tests come to is the subject of ``walk_chart``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from standex.edges.service.sensor_says import SensorSay
from standex.model.event import PassageClosed
from standex.model.picture import Outcome
from standex.model.zones import BodyZone


class WalkResult(StrEnum):
    """What came of one walk.

    Attributes:
        WAITING: it is yet to come, or under way.
        RIGHT: found what was there, or nothing where nothing was.
        MISSED: the object was there and was not found, or was not screened.
        FALSE_ALARM: nothing was there.
        REPEAT: nobody or more than one person went through; it does not count.
    """

    WAITING = "waiting"
    RIGHT = "right"
    MISSED = "missed"
    FALSE_ALARM = "false_alarm"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk through the site.

    Attributes:
        has_object: whether the reference object is carried.
        from_utc_ns: when it was begun; 0 before.
        to_utc_ns: when it was over; 0 before.
        result: what came of it.
        p_threat: the largest posterior of the passage.
        coverage: the least covered wanted zone at its end.
        alert_id: of the alert, or empty.
        reason: in plain words.
        first_utc_ns: when the tester was first followed; by it the walk is found in a recording.
        p_alarm: from which posterior on a check was requested then; 0 where that was not kept.
        sensors: what each sensor alone said of the tester.
    """

    has_object: bool
    from_utc_ns: int = 0
    to_utc_ns: int = 0
    result: WalkResult = WalkResult.WAITING
    p_threat: float = 0.0
    coverage: float = 0.0
    alert_id: str = ""
    reason: str = ""
    first_utc_ns: int = 0
    p_alarm: float = 0.0
    sensors: tuple[SensorSay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of somebody beside what was said when they had gone.

    Attributes:
        p_highest: largest posterior.
        p_alarm: from which a check was requested then.
        sensors: what each sensor alone said.
    """

    p_highest: float = 0.0
    p_alarm: float = 0.0
    sensors: tuple[SensorSay, ...] = ()


NOTHING_SEEN: Mapping[int, Seen] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTest:
    """One test.

    Attributes:
        walk_test_id: unique.
        site_id: where.
        by: account of the tester.
        reference_object: which.
        zone: where it is carried.
        begun_utc_ns: when.
        ended_utc_ns: 0 while it is under way.
        walks: in the order in which they are walked.
    """

    walk_test_id: str
    site_id: str
    by: str
    reference_object: str
    zone: BodyZone
    begun_utc_ns: int
    ended_utc_ns: int
    walks: tuple[Walk, ...]

    @property
    def next_row(self) -> int | None:
        """Return which walk is next or under way; None when all are done."""
        rows = (row for row, walk in enumerate(self.walks) if walk.result is WalkResult.WAITING)
        return next(rows, None)

    @property
    def n_with(self) -> int:
        """Return on how many walks that counted the object was carried."""
        return sum(walk.has_object for walk in self.counting)

    @property
    def n_found(self) -> int:
        """Return on how many of them it was found."""
        return sum(w.has_object and w.result is WalkResult.RIGHT for w in self.counting)

    @property
    def n_false(self) -> int:
        """Return how many walks without it were sent for a check."""
        return sum(walk.result is WalkResult.FALSE_ALARM for walk in self.counting)

    @property
    def has_passed(self) -> bool:
        """Return whether every walk is done, the object was always found, and nothing else was."""
        return (
            self.next_row is None
            and self.n_with > 0
            and self.n_found == self.n_with
            and self.n_false == 0
        )

    @property
    def counting(self) -> tuple[Walk, ...]:
        """Return the walks that are over and count."""
        without = (WalkResult.WAITING, WalkResult.REPEAT)
        return tuple(walk for walk in self.walks if walk.result not in without)


def planned(
    *,
    walk_test_id: str,
    site_id: str,
    by: str,
    reference_object: str,
    zone: BodyZone,
    t_utc_ns: int,
    n_with: int,
    n_without: int,
    rng: np.random.Generator,
) -> WalkTest:
    """Return a test with its walks in an order that nobody can foresee."""
    kinds = [True] * n_with + [False] * n_without
    order = [kinds[row] for row in rng.permutation(len(kinds))]
    return WalkTest(
        walk_test_id=walk_test_id,
        site_id=site_id,
        by=by,
        reference_object=reference_object,
        zone=zone,
        begun_utc_ns=t_utc_ns,
        ended_utc_ns=0,
        walks=tuple(Walk(has_object=has) for has in order),
    )


def walk_begun(test: WalkTest, *, t_utc_ns: int) -> WalkTest:
    """Return the test with its next walk under way; walking again begins it anew."""
    row = test.next_row
    if row is None:
        return test
    return _with(test, row, replace(test.walks[row], from_utc_ns=t_utc_ns))


def walk_ended(
    test: WalkTest,
    closed: Iterable[PassageClosed],
    *,
    t_utc_ns: int,
    seen: Mapping[int, Seen] = NOTHING_SEEN,
) -> WalkTest:
    """Return the test with the walk under way scored; one that does not count comes once more.

    Args:
        test: with a walk under way.
        closed: passages that have ended lately.
        t_utc_ns: when the walk was over.
        seen: what more is known of those who went through, by number.

    Raises:
        ValueError: no walk is under way.
    """
    row = test.next_row
    if row is None or not test.walks[row].from_utc_ns:
        raise ValueError("no walk is under way; begin one first")
    walk = replace(test.walks[row], to_utc_ns=t_utc_ns)
    mine = [one for one in closed if walk.from_utc_ns <= one.first_utc_ns <= t_utc_ns]
    if len(mine) != 1:
        who = "nobody" if not mine else f"{len(mine)} people"
        done = replace(walk, result=WalkResult.REPEAT, reason=f"{who} went through: walk once more")
        again = Walk(has_object=walk.has_object)
        walks = (*test.walks[:row], done, again, *test.walks[row + 1 :])
        return replace(test, walks=walks)
    (passage,) = mine
    more = seen.get(passage.track_id, Seen())
    has_alarmed = passage.outcome is Outcome.ALARM or bool(passage.alert_id)
    if walk.has_object:
        result = WalkResult.RIGHT if has_alarmed else WalkResult.MISSED
    else:
        result = WalkResult.FALSE_ALARM if has_alarmed else WalkResult.RIGHT
    return _with(
        test,
        row,
        replace(
            walk,
            result=result,
            p_threat=max(passage.p_threat, more.p_highest),
            coverage=float(passage.covered.min()) if passage.covered.size else 0.0,
            alert_id=passage.alert_id,
            reason=passage.reason,
            first_utc_ns=passage.first_utc_ns,
            p_alarm=more.p_alarm,
            sensors=more.sensors,
        ),
    )


def _with(test: WalkTest, row: int, walk: Walk) -> WalkTest:
    return replace(test, walks=(*test.walks[:row], walk, *test.walks[row + 1 :]))
