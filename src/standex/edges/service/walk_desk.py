"""Walk tests as the console runs them: begun, walked through step by step, kept for the charts."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np

from standex.edges.clock import Clock
from standex.edges.recording.codec import decode, encode
from standex.edges.service.walk_test import (
    Walk,
    WalkTest,
    charted,
    planned,
    walk_begun,
    walk_ended,
)
from standex.edges.store.contract import DataClass, Document, Store
from standex.edges.store.retention import Retention
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.event import Event, PassageClosed
from standex.model.picture import Picture
from standex.model.zones import BodyZone

COLLECTION = "walk_tests"
MOST_KEPT = 10_000
LONGEST_S = 3600.0  # a test that nobody ended is over then
_LATELY = 500


@final
class WalkDesk:
    """Runs walk tests; every method from any thread, ``__call__`` as a listener of the writer."""

    def __init__(
        self,
        store: Store,
        *,
        site_id: str,
        clock: Clock,
        retention: Retention,
        n_with: int,
        n_without: int,
        every_hours: float,
        rng: np.random.Generator,
    ) -> None:
        """Keep tests in ``store``.

        Args:
            store: where tests are kept.
            site_id: where.
            clock: of the service.
            retention: how long tests stay.
            n_with: walks with the reference object in a test.
            n_without: walks without it.
            every_hours: how often one is due.
            rng: order of the walks.
        """
        self._store = store
        self._site_id = site_id
        self._clock = clock
        self._retention = retention
        self._n_with, self._n_without = n_with, n_without
        self._every_s = every_hours * 3600
        self._rng = rng
        self._lock = threading.Lock()
        self._closed: deque[PassageClosed] = deque(maxlen=_LATELY)
        self._highest: dict[int, float] = {}

    def __call__(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take note of who is there and who has gone; for the single writer."""
        with self._lock:
            for who, passage in picture.passages.items():
                p = passage.verdict.p_threat
                if p > self._highest.get(who, -1.0):
                    self._highest[who] = p
            for event in events:
                if isinstance(event, PassageClosed):
                    self._closed.append(event)
            if len(self._highest) > 2 * _LATELY:
                known = {*picture.passages, *(one.track_id for one in self._closed)}
                self._highest = {w: p for w, p in self._highest.items() if w in known}

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return all that are kept, newest first."""
        return [told(test) for test in self.tests()]

    def tests(self) -> list[WalkTest]:
        """Return all that are kept, newest first."""
        rows = [decode(WalkTest, one.body) for one in self._store.find(COLLECTION, limit=MOST_KEPT)]
        return sorted(rows, key=lambda test: -test.begun_utc_ns)

    def chart(self) -> Mapping[str, Any]:
        """Return the walks with the reference object over months, and whether they drift."""
        tests = self.tests()
        chart = charted(tests)
        return {
            "t_utc_ms": [t_utc_ns // 10**6 for t_utc_ns in chart.t_utc_ns],
            "log_odds": list(chart.log_odds),
            "upward": list(chart.upward),
            "downward": list(chart.downward),
            "drifts": chart.drifts,
            "message": chart.message,
            "tests": [told(test) for test in tests],
        }

    def begin(self, reference_object: str, zone: str, /, *, by: str) -> Mapping[str, Any]:
        """Begin a test and its first walk.

        Raises:
            RefusedError: one is under way, or there is no such zone.
        """
        now = self._clock.utc_ns()
        if zone not in {one.value for one in BodyZone}:
            zones = ", ".join(one.value for one in BodyZone)
            raise RefusedError(f"no zone {zone!r}; zones are {zones}")
        for test in self.tests():
            if not test.ended_utc_ns and (now - test.begun_utc_ns) * 1e-9 < LONGEST_S:
                raise RefusedError(f"the walk test {test.walk_test_id} is under way; end it first")
        test = planned(
            walk_test_id=f"walk-{now // 10**6}",
            site_id=self._site_id,
            by=by,
            reference_object=reference_object,
            zone=BodyZone(zone),
            t_utc_ns=now,
            n_with=self._n_with,
            n_without=self._n_without,
            rng=self._rng,
        )
        return self._put(walk_begun(test, t_utc_ns=now), version=0)

    def end(self, walk_test_id: str, /, *, by: str) -> Mapping[str, Any]:
        """End the walk under way, score it, and begin the next one; the last one ends the test.

        Raises:
            NotThereError: no test of that id is under way.
        """
        del by  # the audit knows
        document = self._store.get(COLLECTION, walk_test_id)
        test: WalkTest | None = decode(WalkTest, document.body) if document else None
        if document is None or test is None or test.ended_utc_ns:
            raise NotThereError(f"no walk test {walk_test_id} is under way")
        now = self._clock.utc_ns()
        with self._lock:
            closed, highest = tuple(self._closed), dict(self._highest)
        row = test.next_row
        mine = [
            one
            for one in closed
            if row is not None and test.walks[row].from_utc_ns <= one.first_utc_ns
        ]
        best = max((highest.get(one.track_id, 0.0) for one in mine), default=0.0)
        test = walk_ended(test, closed, t_utc_ns=now, p_highest=best)
        if test.next_row is None:
            test = replace(test, ended_utc_ns=now)
        else:
            test = walk_begun(test, t_utc_ns=now)
        return self._put(test, version=document.version)

    def trouble(self) -> str:
        """Return what is to be done about walk tests, or nothing; reads the store."""
        done = [test for test in self.tests() if test.ended_utc_ns]
        now = self._clock.utc_ns()
        if not done:
            return "no walk test was made yet"
        newest = done[0]
        if not newest.has_passed:
            return (
                f"the last walk test failed: {newest.n_found} of {newest.n_with} found, "
                f"{newest.n_false} false"
            )
        age_s = (now - newest.ended_utc_ns) * 1e-9
        if age_s > self._every_s:
            return f"the last walk test was {age_s / 3600:.1f} h ago; one is due"
        chart = charted(done)
        return chart.message if chart.drifts else ""

    def _put(self, test: WalkTest, *, version: int) -> Mapping[str, Any]:
        expires = self._retention.expires_utc_ns(DataClass.OPERATION, test.begun_utc_ns)
        self._store.put(
            Document(
                collection=COLLECTION,
                document_id=test.walk_test_id,
                data_class=DataClass.OPERATION,
                expires_utc_ns=expires,
                version=version,
                body=encode(test),
            )
        )
        return told(test)


def told(test: WalkTest) -> dict[str, Any]:
    """Return a test as plain data, with what the tester shall do now."""
    row = test.next_row
    if test.ended_utc_ns or row is None:
        guide = "passed" if test.has_passed else "failed: find out why before the site goes on"
    else:
        carried = test.walks[row].has_object
        what = f"{test.reference_object} at {test.zone.value}" if carried else "nothing"
        guide = f"walk {row + 1} of {len(test.walks)}: alone, carrying {what}; then end it"
    return {
        "walk_test_id": test.walk_test_id,
        "by": test.by,
        "reference_object": test.reference_object,
        "zone": test.zone.value,
        "begun_utc_ms": test.begun_utc_ns // 10**6,
        "ended_utc_ms": test.ended_utc_ns // 10**6 or None,
        "n_with": test.n_with,
        "n_found": test.n_found,
        "n_false": test.n_false,
        "has_passed": test.has_passed if test.ended_utc_ns else None,
        "guide": guide,
        "walks": [_walk_told(walk) for walk in test.walks],
    }


def _walk_told(walk: Walk) -> dict[str, Any]:
    return {
        "has_object": walk.has_object,
        "from_utc_ms": walk.from_utc_ns // 10**6 or None,
        "to_utc_ms": walk.to_utc_ns // 10**6 or None,
        "result": walk.result.value,
        "p_threat": walk.p_threat,
        "coverage": walk.coverage,
        "alert_id": walk.alert_id,
        "reason": walk.reason,
    }
