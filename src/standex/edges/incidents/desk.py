"""The desk: all incidents of a site, fed by the station, worked on by people, kept in the store.

What the station says is shown first and kept right after, since a slow disk must not delay an
alarm; what people do is kept first and shown then, since what was acknowledged must not be lost.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.incidents.actions import Action, acted
from standex.edges.incidents.explain import explained, patches_of
from standex.edges.incidents.filing import (
    COLLECTION,
    LEDGERS,
    document_of,
    entries_of,
    known_expired,
    ledger_document,
    stored_events,
    stored_incidents,
)
from standex.edges.incidents.incident import Incident, Reach, Rules
from standex.edges.incidents.overview import Overview, overview
from standex.edges.incidents.station_events import (
    after_events,
    after_picture,
    after_time,
    exercise_over,
)
from standex.edges.store.contract import ConflictError, Store, StoreError
from standex.model.event import Event
from standex.model.picture import Passage, Picture
from standex.model.site import LineRole, Site
from standex.model.tasking import Task

TICK_S = 0.1
PATCHES_KEPT_S = 360.0  # pictures on the generic figure, after the person has gone; never stored


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskChange:
    """What has changed at the desk.

    Attributes:
        incidents: as they are now.
        gone: ids of those that were deleted because their time was over.
        overview: of all.
    """

    incidents: tuple[Incident, ...]
    gone: tuple[str, ...]
    overview: Overview


Listener = Callable[[DeskChange], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """The last that was known of a person with an incident."""

    passage: Passage
    tasks: tuple[Task, ...]
    n_filed: int = -1


@final
class IncidentDesk:
    """Takes in what the station says, in a thread of its own; every method from any thread."""

    def __init__(
        self, site: Site, *, store: Store, clock: Clock, rules: Rules | None = None
    ) -> None:
        self.rules = rules or Rules()
        self._site, self._store, self._clock = site, store, clock
        self._exits = frozenset(line.line_id for line in site.lines if line.role is LineRole.EXIT)
        # Where both are held, filing comes first; nobody waits for a disk while holding the other.
        self._filing = threading.RLock()
        self._lock = threading.RLock()
        self._wake = threading.Condition()
        # By exercise; the station's own under an empty name.
        self._events: deque[tuple[str, Event]] = deque()
        self._pictures: dict[str, Picture] = {}
        self._incidents: dict[str, Incident] = {}
        self._saved: dict[str, Incident] = {}
        self._versions: dict[str, int] = {}
        self._known: dict[str, _Known] = {}
        self._listeners: list[Listener] = []
        self._overview = overview((), now_utc_ns=clock.utc_ns(), rules=self.rules)
        self._problem = ""
        self._is_closing = False
        self._gone: frozenset[str] = frozenset()
        self._is_to_keep = threading.Event()
        self._threads: tuple[threading.Thread, ...] = ()

    # What the service does.

    def recover(self) -> None:
        """Take up what is kept, and what the station had said before anybody could keep it.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._filing, self._lock:
            for incident, version in stored_incidents(self._store):
                self._incidents[incident.incident_id] = incident
                self._saved[incident.incident_id] = incident
                self._versions[incident.incident_id] = version
            events = tuple(stored_events(self._store))
            after = after_events(self._incidents, events, site=self._site, rules=self.rules)
            self._incidents = after
        self.step()

    def offer(self, picture: Picture, events: tuple[Event, ...], *, exercise: str = "") -> None:
        """Take in one update of the station; returns at once, whatever the store does.

        Args:
            picture: as it is then.
            events: said with it.
            exercise: whose shadow it is of; empty for the station itself.
        """
        with self._wake:
            self._pictures[exercise] = picture
            self._events.extend((exercise, event) for event in events)
            if events:
                self._wake.notify()

    def end_exercise(self, exercise: str, *, text: str) -> None:
        """Close what an exercise has opened as drills, and let everybody know; ``text`` says so."""
        self.step()  # what its shadow said last is in it
        now = self._clock.utc_ns()
        with self._filing:
            with self._lock:
                ended = exercise_over(self._incidents, exercise, t_utc_ns=now, text=text)
                self._incidents |= ended
                self._look_over(now)
                self._tell(tuple(ended.values()), frozenset())
            self._save_all()

    def start(self) -> None:
        """Begin to work; what is shown waits for no database: that has a thread of its own."""
        self._threads = (
            threading.Thread(target=self._work, name="incidents", daemon=True),
            threading.Thread(target=self._keep, name="incidents kept", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Work on what has come, and end."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        self._is_to_keep.set()
        for thread in self._threads:
            thread.join()
        self.step()

    def step(self) -> None:
        """Work on what has come, once."""
        self._take_in()
        self._save_all()

    def _take_in(self) -> None:
        with self._wake:
            events = tuple(self._events)
            self._events.clear()
            pictures, self._pictures = self._pictures, {}
        now = self._clock.utc_ns()
        with self._lock:
            after = dict(self._incidents)
            for exercise, some in groupby(events, key=lambda one: one[0]):
                said = [event for _, event in some]
                after = after_events(
                    after, said, site=self._site, rules=self.rules, exercise=exercise
                )
            for exercise, picture in pictures.items():
                # A picture knows nothing of the people of another: they are not lost from it.
                mine = {name: one for name, one in after.items() if one.exercise == exercise}
                after |= after_picture(mine, picture, rules=self.rules, exit_line_ids=self._exits)
                self._remember(mine, picture)
            after = after_time(after, now_utc_ns=now, rules=self.rules)
            gone = known_expired(after.values(), now_utc_ns=now, rules=self.rules)
            after = {name: one for name, one in after.items() if name not in gone}
            self._forget(gone, now)
            changed = self._changed(after)
            self._incidents = after
            self._look_over(now)
            self._gone |= gone
            self._tell(changed, gone)

    # What people do.

    def incidents(self) -> tuple[Incident, ...]:
        """Return all that are kept."""
        with self._lock:
            return tuple(self._incidents.values())

    def get(self, incident_id: str) -> Incident | None:
        """Return one, or None."""
        with self._lock:
            return self._incidents.get(incident_id)

    def overview(self) -> Overview:
        """Return them as they are to be shown."""
        with self._lock:
            return self._overview

    def act(
        self, incident_id: str, action: Action, *, note: Callable[[Incident], None]
    ) -> Incident:
        """Do something with an incident, and return it as it is then.

        Args:
            incident_id: of one that is there.
            action: what, by whom; the same request is done once.
            note: called before anything is done and when it can be done; it may refuse.

        Raises:
            KeyError: there is no such incident.
            ActionRefusedError: it cannot be done now.
            StoreError: it could not be kept, and so was not done.
        """
        with self._filing:
            before = self.get(incident_id)
            if before is None:
                raise KeyError(incident_id)
            after = acted(before, action, self.rules)
            if after is before:
                return before
            note(after)
            self._save(after)
            with self._lock:
                now = self._incidents.get(incident_id, before)
                if now is not before:  # the station spoke meanwhile: what people did holds, too
                    after = acted(now, action, self.rules)
                self._incidents[incident_id] = after
                self._look_over(self._clock.utc_ns())
                self._tell((after,), frozenset())
            return after

    def why(self, incident_id: str) -> Mapping[str, Any] | None:
        """Return the ledger behind an incident in plain words and figures, or None.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._lock:
            known = self._known.get(incident_id)
        if known is not None:
            return explained(known.passage, self._site, known.tasks)
        document = self._store.get(LEDGERS, incident_id)
        return None if document is None else document.body

    def patches(self, incident_id: str) -> list[dict[str, Any]]:
        """Return the pictures on the generic figure, as long as they are in memory."""
        with self._lock:
            known = self._known.get(incident_id)
        return [] if known is None else patches_of(known.passage)

    @property
    def problem(self) -> str:
        """Return why the last incident could not be kept, or nothing."""
        return self._problem

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Let somebody know of every change, from whatever thread; return how to stop that."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    # Inside.

    def _work(self) -> None:
        while True:
            with self._wake:
                if not self._events and not self._is_closing:
                    self._wake.wait(TICK_S)
                if self._is_closing:
                    return
            self._take_in()
            self._is_to_keep.set()

    def _keep(self) -> None:
        while not self._is_closing:
            self._is_to_keep.wait()
            self._is_to_keep.clear()
            self._save_all()

    def _changed(self, after: Mapping[str, Incident]) -> tuple[Incident, ...]:
        return tuple(
            one
            for name, one in after.items()
            if name not in self._incidents or self._incidents[name].version != one.version
        )

    def _look_over(self, now_utc_ns: int) -> None:
        self._overview = overview(
            self._incidents.values(),
            now_utc_ns=now_utc_ns,
            rules=self.rules,
            was_flood=self._overview.is_flood,
        )

    def _tell(self, changed: tuple[Incident, ...], gone: frozenset[str]) -> None:
        if not changed and not gone:
            return
        change = DeskChange(incidents=changed, gone=tuple(sorted(gone)), overview=self._overview)
        for listener in tuple(self._listeners):
            listener(change)

    def _remember(self, incidents: Mapping[str, Incident], picture: Picture) -> None:
        """Keep the passages behind incidents: of those who have gone, as they were."""
        for passage in picture.passages.values():
            name = passage.alert_id
            if name in incidents:
                before = self._known.get(name)
                self._known[name] = _Known(
                    passage=passage,
                    tasks=picture.tasking.open,
                    n_filed=-1 if before is None else before.n_filed,
                )

    def _forget(self, gone: frozenset[str], now_utc_ns: int) -> None:
        old = now_utc_ns - round(PATCHES_KEPT_S * 1e9)
        for name, known in tuple(self._known.items()):
            # Deleted only once the ledger is in the store, unless its time is over.
            is_filed = known.n_filed == len(known.passage.entries)
            if name in gone or (is_filed and known.passage.last_utc_ns < old):
                del self._known[name]

    def _save_all(self) -> None:
        with self._filing:
            with self._lock:
                gone, self._gone = self._gone, frozenset()
            for name in gone:
                self._saved.pop(name, None)
                self._versions.pop(name, None)
            try:
                for incident in self.incidents():
                    saved = self._saved.get(incident.incident_id)
                    if saved is None or saved.version != incident.version:
                        self._save(incident)
                    self._file(incident)
            except StoreError as error:
                self._problem = str(error)  # told; tried again with the next step
            else:
                self._problem = ""

    def _save(self, incident: Incident) -> None:
        name = incident.incident_id
        entries = entries_of(self._saved.get(name), incident, self.rules)
        version = self._versions.get(name, 0)
        try:
            kept = self._store.put_with(
                document_of(incident, version=version, rules=self.rules), entries
            )
        except ConflictError:
            # A write that was not answered may have been done all the same.
            there = self._store.get(COLLECTION, name)
            version = 0 if there is None else there.version
            kept = self._store.put_with(
                document_of(incident, version=version, rules=self.rules), entries
            )
        self._saved[name], self._versions[name] = incident, kept.version

    def _file(self, incident: Incident) -> None:
        """Keep the ledger: when the check was requested, and when the person has gone."""
        with self._lock:
            known = self._known.get(incident.incident_id)
        n = -1 if known is None else len(known.passage.entries)
        if known is None or known.n_filed == n:
            return
        if known.n_filed >= 0 and incident.reach is not Reach.GONE:
            return
        there = self._store.get(LEDGERS, incident.incident_id)
        self._store.put(
            ledger_document(
                incident,
                explained(known.passage, self._site, known.tasks),
                version=0 if there is None else there.version,
                rules=self.rules,
            )
        )
        with self._lock:
            latest = self._known.get(incident.incident_id, known)
            self._known[incident.incident_id] = replace(latest, n_filed=n)
