"""Watches a run and keeps, in bounded memory, what a report of it needs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import final

import numpy as np

from standex.edges.report.patches import n_looks_with_patch, with_telling_patches
from standex.edges.report.series import ThinnedSeries
from standex.edges.report.summary import LeftOut, RunSummary, SensorHistory, TrackLine
from standex.model.event import Event, PassageClosed, TaskClosed
from standex.model.observation import Coverage, Health
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.site import Site
from standex.model.tasking import Task
from standex.model.tracks import Tracks
from standex.model.zones import ZONE_INDEX

MAX_PEOPLE = 2000
MAX_ENTRIES = 30_000  # of all ledgers together
MAX_EVENTS = 20_000  # tasks fill at most half of them
MAX_HEALTH_CHANGES = 2000  # of a sensor
MAX_TRACK_ROWS = 600  # of a person: two minutes at 5 Hz, longer ones coarser
MAX_ALARMED_WITH_PATCHES = 50
MAX_OTHERS_WITH_PATCHES = 3
MAX_PATCHES_PER_PERSON = 4
TRACK_INTERVAL_S = 0.2
COVERAGE_INTERVAL_S = 1.0
MAX_COVERAGE_ROWS = 3600


@final
class Collector:
    """Feed it every picture and its events; ask for the result at any time.

    Memory, beside the one picture it holds on to: tracks 14 kB, a ledger entry about 1 kB, an
    event about 0.7 kB, a patch as large as it is (100 x 100 cells: 80 kB). At the bounds above
    that is at most 29 + 30 + 14 + 17 MB; ten minutes with 500 people of 40 entries each come to
    about 25 MB. What goes past a bound is counted, and the report says so.

    Pictures are kept of people for whom a check was requested and, on a site in exercise mode,
    of at most three for whom nothing was found: for comparison. On a live site the pictures of
    these people are let go.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._wanted = [ZONE_INDEX[zone] for zone in site.operating_point.wanted_zones]
        self._first_utc_ns: int | None = None
        self._last_utc_ns = 0
        self._n_updates = 0
        self._n_people: Counter[Outcome] = Counter()
        self._n_tasks = 0
        self._n_entries = 0
        self._n_alarmed_with_patches = 0
        self._others: list[int] = []  # people with patches for whom nothing was found
        self._left_out: Counter[str] = Counter()
        self._inside: Mapping[int, Passage] = {}
        self._closed: dict[int, Passage] = {}
        self._tracks: dict[int, ThinnedSeries] = {}
        self._events: list[Event] = []
        self._health: dict[str, list[Health]] = {}
        self._coverage: dict[str, ThinnedSeries] = {}

    def step(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take in one update of the station."""
        self._n_updates += 1
        if self._first_utc_ns is None:
            self._first_utc_ns = picture.t_utc_ns
        self._last_utc_ns = max(self._last_utc_ns, picture.t_utc_ns)
        self._follow(picture.tracks)
        for health in picture.health.values():
            self._note_health(health)
        for coverage in picture.coverage.values():
            self._note_coverage(coverage)
        for event in events:
            self._note_event(event)
            if isinstance(event, PassageClosed):
                self._close(event)
        self._inside = picture.passages

    def result(self) -> RunSummary:
        """Return what was kept so far; the collector can go on."""
        inside: list[Passage] = []
        for passage in self._inside.values():
            n_kept = MAX_PATCHES_PER_PERSON if passage.alert_id else 0
            inside.append(with_telling_patches(passage, self._site, at_most=n_kept))
        known = {**self._closed, **{passage.track_id: passage for passage in inside}}
        return RunSummary(
            site=self._site,
            first_utc_ns=self._first_utc_ns or 0,
            last_utc_ns=self._last_utc_ns,
            n_updates=self._n_updates,
            n_people=dict(self._n_people),
            n_tasks=self._n_tasks,
            passages=tuple(self._closed.values()),
            inside=tuple(inside),
            tracks=tuple(
                self._line(track_id, known[track_id].verdict.outcome)
                for track_id in self._tracks
                if track_id in known
            ),
            events=tuple(self._events),
            sensors=tuple(self._sensor(spec.sensor_id) for spec in self._site.sensors),
            left_out=LeftOut(**self._left_out),
        )

    def _follow(self, tracks: Tracks) -> None:
        for row in np.flatnonzero(tracks.is_confirmed):
            track_id = int(tracks.track_id[row])
            series = self._tracks.get(track_id)
            if series is None:
                if len(self._tracks) >= MAX_PEOPLE:
                    continue
                series = self._tracks[track_id] = ThinnedSeries(
                    2, interval_s=TRACK_INTERVAL_S, max_rows=MAX_TRACK_ROWS
                )
            if series.is_due(tracks.t_utc_ns):
                x, y = tracks.mean[row, :2]
                series.append(tracks.t_utc_ns, float(x), float(y))

    def _note_health(self, health: Health) -> None:
        changes = self._health.setdefault(health.sensor_id, [])
        if changes and (changes[-1].state, changes[-1].reason) == (health.state, health.reason):
            return
        if len(changes) >= MAX_HEALTH_CHANGES:
            self._left_out["n_health_changes"] += 1
            changes.pop()  # the last word is the one that must be right
        changes.append(health)

    def _note_coverage(self, coverage: Coverage) -> None:
        series = self._coverage.get(coverage.sensor_id)
        if series is None:
            series = self._coverage[coverage.sensor_id] = ThinnedSeries(
                2, interval_s=COVERAGE_INTERVAL_S, max_rows=MAX_COVERAGE_ROWS
            )
        if series.is_due(coverage.t_utc_ns):
            p_detect = coverage.p_detect[self._wanted].max(initial=0.0)
            p_report = coverage.p_report.mean() if coverage.p_report.size else 0.0
            series.append(coverage.t_utc_ns, float(p_report), float(p_detect))

    def _note_event(self, event: Event) -> None:
        self._n_tasks += isinstance(event, Task)
        is_task = isinstance(event, Task | TaskClosed)
        if len(self._events) >= (MAX_EVENTS // 2 if is_task else MAX_EVENTS):
            self._left_out["n_events"] += 1
        else:
            self._events.append(event)

    def _close(self, event: PassageClosed) -> None:
        self._n_people[event.outcome] += 1
        if len(self._closed) >= MAX_PEOPLE:
            self._left_out["n_people"] += 1
            return
        passage = _final(event, self._inside.get(event.track_id), self._site)
        if self._n_entries + len(passage.entries) > MAX_ENTRIES:
            self._left_out["n_ledgers"] += 1
            passage = replace(passage, entries=())
        self._n_entries += len(passage.entries)
        self._closed[passage.track_id] = self._with_few_patches(passage)

    def _with_few_patches(self, passage: Passage) -> Passage:
        n_with = n_looks_with_patch(passage)
        if n_with == 0:
            return passage
        n_kept = 0
        if passage.alert_id:
            if self._n_alarmed_with_patches < MAX_ALARMED_WITH_PATCHES:
                self._n_alarmed_with_patches += 1
                n_kept = MAX_PATCHES_PER_PERSON
        elif passage.verdict.outcome is Outcome.NOTHING_FOUND and self._site.exercise:
            n_kept = MAX_PATCHES_PER_PERSON if self._makes_room(passage) else 0
        return with_telling_patches(passage, self._site, at_most=n_kept)

    def _makes_room(self, passage: Passage) -> bool:
        """Return whether this person is among the few others; whoever has fewer looks goes."""
        if len(self._others) >= MAX_OTHERS_WITH_PATCHES:
            least = min(
                (self._closed[other] for other in self._others), key=lambda p: len(p.entries)
            )
            if len(least.entries) >= len(passage.entries):
                return False
            self._others.remove(least.track_id)
            self._closed[least.track_id] = with_telling_patches(least, self._site, at_most=0)
        self._others.append(passage.track_id)
        return True

    def _line(self, track_id: int, outcome: Outcome) -> TrackLine:
        t_utc_ns, position_site_m = self._tracks[track_id].arrays()
        return TrackLine(
            track_id=track_id, outcome=outcome, t_utc_ns=t_utc_ns, position_site_m=position_site_m
        )

    def _sensor(self, sensor_id: str) -> SensorHistory:
        empty = ThinnedSeries(2, interval_s=COVERAGE_INTERVAL_S, max_rows=2)
        t_utc_ns, rows = self._coverage.get(sensor_id, empty).arrays()
        return SensorHistory(
            sensor_id=sensor_id,
            changes=tuple(self._health.get(sensor_id, ())),
            t_utc_ns=t_utc_ns,
            p_report=rows[:, 0],
            p_detect=rows[:, 1],
        )


def _final(event: PassageClosed, before: Passage | None, site: Site) -> Passage:
    """Return the passage as it was when it ended; the picture has it no longer.

    The ledger is the one of the picture before. Somebody who is in no picture before was
    there all the same: with an empty ledger, at no known place.
    """
    wanted = [ZONE_INDEX[zone] for zone in site.operating_point.wanted_zones]
    verdict = Verdict(
        outcome=event.outcome,
        p_threat=event.p_threat,
        zone=event.zone,
        coverage=float(event.covered[wanted].min()),
        reason=event.reason,
    )
    nowhere = np.full(2, np.nan)
    return Passage(
        track_id=event.track_id,
        first_utc_ns=event.first_utc_ns,
        last_utc_ns=event.last_utc_ns,
        position_site_m=before.position_site_m if before else nowhere,
        velocity_site_m_per_s=before.velocity_site_m_per_s if before else nowhere,
        is_past_screening=True,
        covered=event.covered,
        entries=before.entries if before else (),
        log_posterior=before.log_posterior if before else site.log_prior(),
        verdict=verdict,
        alert_id=event.alert_id,
    )
