"""Walk tests as the console runs them: begun, walked through step by step, kept for the charts."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, final

import numpy as np

from standex.edges.clock import Clock
from standex.edges.recording.codec import decode, encode
from standex.edges.service.sensor_says import SensorSays
from standex.edges.service.trouble_codes import trouble_parts
from standex.edges.service.walk_chart import (
    BASE,
    RUN_TESTS,
    ControlChart,
    charted,
    control_charts,
    trouble_words,
)
from standex.edges.service.walk_test import (
    Seen,
    Walk,
    WalkTest,
    planned,
    walk_begun,
    walk_ended,
)
from standex.edges.store.contract import DataClass, Document, Store
from standex.edges.store.retention import Retention
from standex.edges.web.replay_walks import KnownWalk
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.event import Event, PassageClosed
from standex.model.picture import Passage, Picture
from standex.model.site import Site
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
        site: Site,
        says: SensorSays,
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
            site: where.
            says: takes apart what each sensor said.
            clock: of the service.
            retention: how long tests stay.
            n_with: walks with the reference object in a test.
            n_without: walks without it.
            every_hours: how often one is due.
            rng: order of the walks.
        """
        self._store = store
        self._site = site
        self._says = says
        self._clock = clock
        self._retention = retention
        self._n_with, self._n_without = n_with, n_without
        self._every_s = every_hours * 3600
        self._rng = rng
        self._lock = threading.Lock()
        self._closed: deque[PassageClosed] = deque(maxlen=_LATELY)
        self._seen: dict[int, Seen] = {}
        self._before: Mapping[int, Passage] = {}
        self._open_until_utc_ns = 0
        self._decoded: dict[str, tuple[int, WalkTest]] = {}
        self._charts: tuple[tuple[tuple[str, int], ...], tuple[ControlChart, ...]] = ((), ())

    @property
    def is_under_way(self) -> bool:
        """Return whether somebody may be carrying the reference object just now."""
        return self._clock.utc_ns() < self._open_until_utc_ns

    def __call__(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take note of who is there and who has gone; for the single writer."""
        gone, self._before = self._before, picture.passages
        if not self.is_under_way:
            return
        p_alarm = picture.point(self._site.operating_point).p_alarm
        with self._lock:
            for who, passage in picture.passages.items():
                known = self._seen.get(who)
                p = passage.verdict.p_threat
                if known is None or p > known.p_highest:
                    self._seen[who] = Seen(p_highest=p, p_alarm=p_alarm)
            for event in events:
                if not isinstance(event, PassageClosed):
                    continue
                self._closed.append(event)
                passage = gone.get(event.track_id)  # of the step before: now they are not in it
                if passage is not None:
                    known = self._seen.get(event.track_id, Seen(p_alarm=p_alarm))
                    said = self._says.of(passage, picture)
                    self._seen[event.track_id] = replace(known, sensors=said)
            if len(self._seen) > 2 * _LATELY:
                known_ids = {*picture.passages, *(one.track_id for one in self._closed)}
                self._seen = {who: one for who, one in self._seen.items() if who in known_ids}

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return all that are kept, newest first."""
        return [told(test) for test in self.tests()]

    def tests(self) -> list[WalkTest]:
        """Return all that are kept, newest first."""
        tests = (test for _, test in self._read().values())
        return sorted(tests, key=lambda test: -test.begun_utc_ns)

    def chart(self) -> Mapping[str, Any]:
        """Return the walks with the reference object over months, and whether they drift."""
        tests = self.tests()
        chart = charted(tests, n_with=self._n_with)
        return {
            "t_utc_ms": [t_utc_ns // 10**6 for t_utc_ns in chart.t_utc_ns],
            "log_odds": list(chart.log_odds),
            "upward": list(chart.upward),
            "downward": list(chart.downward),
            "drifts": chart.drifts,
            "message": chart.message,
            "message_parts": trouble_parts(chart.message),
            "tests": [told(test) for test in tests],
        }

    def control(self) -> Mapping[str, Any]:
        """Return whether the station and each sensor do as at commissioning, and by which rule."""
        technologies = {spec.sensor_id: spec.technology for spec in self._site.sensors}
        return {
            "n_base_wanted": BASE,
            "false_signal_every_tests": RUN_TESTS,
            "charts": [
                {**_chart_told(one), "technology": technologies.get(one.subject, "")}
                for one in self.control_charts()
            ],
        }

    def control_charts(self) -> tuple[ControlChart, ...]:
        """Return the control charts of all tests that are kept."""
        read = self._read()
        versions = tuple(sorted((name, version) for name, (version, _) in read.items()))
        known, charts = self._charts
        if known != versions or not charts:
            tests = [test for _, test in read.values()]
            charts = control_charts(tests, n_with=self._n_with, n_without=self._n_without)
            self._charts = versions, charts
        return charts

    def walks_between(self, from_utc_ns: int, to_utc_ns: int) -> tuple[KnownWalk, ...]:
        """Return the walks that were walked in a span of time and count."""
        return tuple(
            KnownWalk(
                has_object=walk.has_object,
                from_utc_ns=walk.from_utc_ns,
                to_utc_ns=walk.to_utc_ns,
                first_utc_ns=walk.first_utc_ns,
            )
            for test in self.tests()
            for walk in test.counting
            if walk.from_utc_ns < to_utc_ns and walk.to_utc_ns > from_utc_ns
        )

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
            site_id=self._site.site_id,
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
            closed, seen = tuple(self._closed), dict(self._seen)
        test = walk_ended(test, closed, t_utc_ns=now, seen=seen)
        if test.next_row is None:
            test = replace(test, ended_utc_ns=now)
        else:
            test = walk_begun(test, t_utc_ns=now)
        return self._put(test, version=document.version)

    def trouble(self) -> str:
        """Return what is to be done about walk tests, or nothing; reads the store."""
        return "; ".join(self._troubles())

    def _troubles(self) -> Iterator[str]:
        done = [test for test in self.tests() if test.ended_utc_ns]
        if not done:
            yield "no walk test was made yet"
            return
        newest = done[0]
        age_s = (self._clock.utc_ns() - newest.ended_utc_ns) * 1e-9
        if not newest.has_passed:
            yield (
                f"the last walk test failed: {newest.n_found} of {newest.n_with} found, "
                f"{newest.n_false} false"
            )
        elif age_s > self._every_s:
            yield f"the last walk test was {age_s / 3600:.1f} h ago; one is due"
        for one in self.control_charts():
            day = datetime.fromtimestamp(one.since_utc_ns * 1e-9, UTC).date().isoformat()
            if words := trouble_words(one, day=day):
                yield words
        chart = charted(done, n_with=self._n_with)
        if chart.drifts:
            yield chart.message

    def _read(self) -> dict[str, tuple[int, WalkTest]]:
        """Return version and test by id, decoding only what has changed: a year is a thousand."""
        decoded = {
            one.document_id: known
            if (known := self._decoded.get(one.document_id)) and known[0] == one.version
            else (one.version, decode(WalkTest, one.body))
            for one in self._store.find(COLLECTION, limit=MOST_KEPT)
        }
        open_ones = [test.begun_utc_ns for _, test in decoded.values() if not test.ended_utc_ns]
        self._decoded = decoded
        self._open_until_utc_ns = max(open_ones, default=0) + round(LONGEST_S * 1e9)
        return decoded

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
        if not test.ended_utc_ns:
            self._open_until_utc_ns = test.begun_utc_ns + round(LONGEST_S * 1e9)
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


def _chart_told(chart: ControlChart) -> dict[str, Any]:
    plain = asdict(chart)
    return {
        **{name: value for name, value in plain.items() if not name.endswith("utc_ns")},
        "wrong": chart.wrong.value,
        "standing": chart.standing.value,
        "t_utc_ms": [t // 10**6 for t in chart.t_utc_ns],
        "restarted_utc_ms": [t // 10**6 for t in chart.restarted_utc_ns],
        "since_utc_ms": chart.since_utc_ns // 10**6 or None,
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
