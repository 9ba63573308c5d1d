"""Several sources as one, each with its own place to wait: none can starve or stop another."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import final

from standex.edges.clock import Clock
from standex.edges.intake import ARRIVED
from standex.edges.service.guard import SensorGuard
from standex.edges.service.reorder import Reorder
from standex.edges.service.sensor_clock import Corrector
from standex.edges.service.supervised import Blueprint, SupervisedSource
from standex.edges.service.tables import SensorTable, WatchTable
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.site import Site
from standex.model.tasking import Task

MOST_WAITING = 256  # of one sensor; beyond, the oldest go
OLD_S = 0.5  # what has waited so long goes where something newer of the same sensor waits
SHED_STANDS_S = 3.0
CLOCK_STANDS_S = 5.0
MOST_AT_ONCE = 64  # of all sensors together; the event loop has other things to do
_POLL_S = 0.02
_LEAVE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorIntake:
    """What was counted about one sensor before the station saw anything of it.

    Attributes:
        n_flooded: left out because there were too many.
        n_repeated: left out because they said the very same as before.
        n_backwards: left out because they had been there already.
        n_late: left out because later ones had gone on.
        n_shed: left out because this computer was too slow.
        behind_s: how far its clock is behind this computer's; None where nothing is known.
        drift_s_per_h: how fast that grows, where it is known.
    """

    n_flooded: int
    n_repeated: int
    n_backwards: int
    n_late: int
    n_shed: int
    behind_s: float | None
    drift_s_per_h: float | None


@final
class _Lane:
    """One sensor's way in."""

    def __init__(self, *, rate_hz: float, table: SensorTable, watch: WatchTable) -> None:
        self.guard = SensorGuard(
            rate_hz=rate_hz, most_hz=table.most_hz, may_repeat=table.may_repeat
        )
        self.corrector = Corrector(
            transport_s=table.transport_s,
            tolerance_s=watch.clock_tolerance_s,
            most_s=watch.clock_correct_up_to_s,
        )
        self.reorder = Reorder(wait_s=watch.reorder_s)
        self.waiting: deque[tuple[Record, int]] = deque()
        self.n_shed = 0
        self.shed_utc_ns: int | None = None
        self.clock_trouble: tuple[int, HealthState, str] | None = None

    def shed(self, now_utc_ns: int) -> None:
        """Leave out the oldest that waits: this computer is too slow."""
        self.waiting.popleft()
        self.n_shed += 1
        self.shed_utc_ns = now_utc_ns

    def newest(self, now_utc_ns: int) -> tuple[Record, int] | None:
        """Return what is next; in a picture of a moving crowd, old records are worth nothing."""
        while len(self.waiting) > 1 and (now_utc_ns - self.waiting[0][1]) * 1e-9 > OLD_S:
            self.shed(now_utc_ns)
        return self.waiting.popleft() if self.waiting else None

    def order(self, record: Record, arrived_utc_ns: int) -> tuple[Record, ...]:
        """Return what may go on now that a record has come, on this computer's time."""
        came_utc_ns = _came_utc_ns(record, arrived_utc_ns)
        if not came_utc_ns:
            return self.reorder.put(record, now_utc_ns=arrived_utc_ns)
        stamp = self.corrector.stamp(record.t_utc_ns, now_utc_ns=came_utc_ns)
        if stamp.problem:
            state = HealthState.DEGRADED if stamp.is_usable else HealthState.FAILED
            self.clock_trouble = (arrived_utc_ns, state, stamp.problem)
        else:
            self.clock_trouble = None
        if not stamp.is_usable:
            return ()
        if stamp.t_utc_ns != record.t_utc_ns:
            record = replace(record, t_utc_ns=stamp.t_utc_ns)
        return self.reorder.put(record, now_utc_ns=arrived_utc_ns)


@final
class MergedSource:
    """Satisfies ``LiveSource``, ``TellingSource`` and ``Tasked`` for all sources of a site."""

    def __init__(
        self,
        blueprints: Sequence[Blueprint],
        site: Site,
        *,
        watch: WatchTable,
        sensors: Mapping[str, SensorTable],
        clock: Clock,
        against: Callable[[], Mapping[str, Health]] = dict,
    ) -> None:
        """Make it; nothing runs before records are asked for.

        Args:
            blueprints: of the sources; each sensor is served by one of them.
            site: whose sensors.
            watch: how they are watched.
            sensors: what is known of single ones.
            clock: arrivals are timed by.
            against: what others have to say against sensors; it goes behind what is known here.
        """
        self._site = site
        self._against = against
        self._clock = clock
        self._lanes = {
            spec.sensor_id: _Lane(
                rate_hz=spec.rate_hz,
                table=sensors.get(spec.sensor_id, SensorTable()),
                watch=watch,
            )
            for spec in site.sensors
        }
        self._ready = threading.Condition()
        self._turns: deque[str] = deque()
        self._is_over = threading.Event()
        self._sources = [
            SupervisedSource(one, deliver=self._deliver, clock=clock) for one in blueprints
        ]

    @property
    def sources(self) -> tuple[SupervisedSource, ...]:
        """Return the sources."""
        return tuple(self._sources)

    def __enter__(self) -> "MergedSource":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all sources, and wait for them a little."""
        self.close()
        for source in self._sources:
            source.join(_LEAVE_S)

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from any thread."""
        self._is_over.set()
        for source in self._sources:
            source.close()
        with self._ready:
            self._ready.notify_all()

    def take(self, task: Task, /) -> None:
        """Hand a task to the source of its sensor."""
        for source in self._sources:
            if task.sensor_id in source.blueprint.sensors:
                source.take(task)

    def records(self) -> Iterator[Record]:
        """Yield records of all sources as they come, each sensor's in order."""
        return (record for batch in self.batches() for record in batch)

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield what has come since the last time, each sensor's records in order."""
        for source in self._sources:
            source.start()
        while not self._is_over.is_set():
            if batch := self._next():
                yield batch
            if all(source.is_over for source in self._sources) and not self._turns:
                break

    def troubles(self) -> dict[str, Health]:
        """Return what is wrong now, by sensor: the worst of it."""
        now_utc_ns = self._clock.utc_ns()
        told: dict[str, Health] = dict(self._against())
        for source in self._sources:
            told |= source.troubles()
        for name, lane in self._lanes.items():
            for state, reason, message in _against(lane, now_utc_ns):
                if name not in told or told[name].state is not HealthState.FAILED:
                    told[name] = Health(
                        sensor_id=name,
                        t_utc_ns=now_utc_ns,
                        state=state,
                        reason=reason,
                        message=message,
                    )
        return told

    def intake(self) -> dict[str, SensorIntake]:
        """Return what was counted, by sensor."""
        out: dict[str, SensorIntake] = {}
        for name, lane in self._lanes.items():
            known = lane.corrector.clock.estimate()
            out[name] = SensorIntake(
                n_flooded=lane.guard.n_flooded,
                n_repeated=lane.guard.n_repeated,
                n_backwards=lane.guard.n_backwards,
                n_late=lane.reorder.n_late,
                n_shed=lane.n_shed,
                behind_s=known.behind_s if known else None,
                drift_s_per_h=known.drift_s_per_h if known else None,
            )
        return out

    def _deliver(self, records: Sequence[Record]) -> None:
        """Take records from a source, in that source's thread."""
        now_utc_ns = self._clock.utc_ns()
        admitted = [
            record
            for record in records
            if self._lanes[record.sensor_id].guard.admit(record, now_utc_ns=now_utc_ns)
        ]
        if not admitted:
            return
        with self._ready:
            for record in admitted:
                lane = self._lanes[record.sensor_id]
                lane.waiting.append((record, now_utc_ns))
                if len(lane.waiting) > MOST_WAITING:
                    lane.shed(now_utc_ns)
                else:
                    self._turns.append(record.sensor_id)
            self._ready.notify()

    def _next(self) -> list[Record]:
        """Wait a little; return what may go on."""
        with self._ready:
            if not self._turns:
                self._ready.wait(_POLL_S)
            now_utc_ns = self._clock.utc_ns()
            names = self._next_turns()
            # What a turn stood for may have been left out.
            entries = [(name, self._lanes[name].newest(now_utc_ns)) for name in names]
        out = [
            record
            for name, entry in entries
            if entry is not None
            for record in self._lanes[name].order(*entry)
        ]
        for lane in self._lanes.values():
            if lane.reorder.is_waiting:
                out += lane.reorder.due(now_utc_ns=now_utc_ns)
        return out

    def _next_turns(self) -> list[str]:
        """Return whose turns are next, each sensor's once: its mailbox is small."""
        names: dict[str, None] = {}
        again: list[str] = []
        while self._turns and len(names) < MOST_AT_ONCE and len(again) < MOST_AT_ONCE:
            name = self._turns.popleft()
            if name in names:
                again.append(name)
            names[name] = None
        self._turns.extendleft(reversed(again))
        return list(names)


def _came_utc_ns(record: Record, arrived_utc_ns: int) -> int:
    """Return when a record came to this computer; 0 where it was stamped here."""
    told = record.arrays.get(ARRIVED)
    if told is None or told.shape != () or told.dtype.kind != "i":
        return arrived_utc_ns
    return min(int(told), arrived_utc_ns)


def _against(lane: _Lane, now_utc_ns: int) -> Iterator[tuple[HealthState, HealthReason, str]]:
    """Yield what stands against a sensor, the least first."""
    if lane.clock_trouble is not None:
        since_utc_ns, state, message = lane.clock_trouble
        if abs(now_utc_ns - since_utc_ns) <= CLOCK_STANDS_S * 1e9:
            yield state, HealthReason.CLOCK, message
    if lane.shed_utc_ns is not None and now_utc_ns - lane.shed_utc_ns <= SHED_STANDS_S * 1e9:
        yield (
            HealthState.DEGRADED,
            HealthReason.SHEDDING,
            f"records are being left out: this computer is too slow ({lane.n_shed} so far)",
        )
    trouble = lane.guard.trouble(now_utc_ns=now_utc_ns)
    if trouble is not None:
        yield trouble.state, trouble.reason, trouble.message
