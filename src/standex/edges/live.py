"""Runs a station on a source, in real time.

Records come from a thread, wait in a mailbox for each sensor (the newest win), are perceived
beside each other, and are put through the single writer one batch at a time. Whatever fails is said
as health of its sensor, and the rest goes on.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, final

import anyio
import numpy as np
from anyio import from_thread, to_thread

from standex.edges.clock import Clock
from standex.edges.health_board import HealthBoard
from standex.edges.intake import Intake
from standex.edges.live_ports import BatchSource, LiveSource, Perceiver, TellingSource
from standex.edges.live_status import LiveStatus, RunCounts
from standex.edges.mailbox import Mailbox
from standex.edges.single_writer import Outputs, SingleWriter
from standex.edges.watchdog import Watchdog
from standex.model.observation import Health, HealthReason, HealthState, Observation
from standex.model.picture import Picture
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.station import Station

STATUS_PERIOD_S = 1 / 8
WATCH_PERIOD_S = 0.1
GATHER_S = 0.02  # between two steps; what many sensors say meanwhile is one step
SHEDDING_OVER_S = 3.0  # without a loss: then it is said to have ended
NO_ANSWER_S = 4.0
LIGHT_CAPACITY = 8  # frames of a light sensor cost nothing; a burst of them is not dropped
_DRAIN_S = 10.0


Perceived = Callable[[Any, Record, tuple[Observation, ...]], None]


def _ignore(*_: object) -> None:
    """Show it to nobody."""


async def run(
    station: Station,
    source: LiveSource,
    *,
    pool: Perceiver,
    clock: Clock,
    started_utc_ns: int,
    is_simulated: bool,
    outputs: Outputs | None = None,
    on_status: Callable[[LiveStatus], None] = _ignore,
    stop: anyio.Event | None = None,
    picture: Picture | None = None,
    on_writer: Callable[[SingleWriter], None] = _ignore,
    status_period_s: float = STATUS_PERIOD_S,
    on_perceived: Perceived = _ignore,
) -> LiveStatus:
    """Run until the source ends or ``stop`` is set, and return how it went.

    Args:
        station: of the site.
        source: of records, each yielded when its time has come.
        pool: where records are perceived; entered.
        clock: that the records' times are held against.
        started_utc_ns: what the picture starts with; silence counts from then.
        is_simulated: whether the source is the twin.
        outputs: where what happens goes.
        on_status: shown how it goes, a few times a second.
        stop: ends the run in good order.
        picture: to go on with; None for an empty one.
        on_writer: given, before anything runs, what takes orders; in this event loop alone.
        status_period_s: after a step ``on_status`` is shown it unless it was less long ago.
        on_perceived: given each record with the state before it and what was said on it.

    Raises:
        StandexError: the source failed. What it had delivered has been worked on, and the failure
            was said as health of ``source``.
    """
    service = _Service(
        station,
        pool=pool,
        clock=clock,
        started_utc_ns=started_utc_ns,
        is_simulated=is_simulated,
        outputs=outputs or Outputs(),
        picture=picture,
        on_perceived=on_perceived,
    )
    on_writer(service.writer)
    shown_s = -math.inf

    def show(*, least_s: float = 0.0) -> None:
        nonlocal shown_s
        now_s = anyio.current_time()
        if now_s - shown_s >= least_s:
            shown_s = now_s
            on_status(service.status())

    problems: list[Exception] = []
    if isinstance(source, Tasked):
        service.tell(source)
    async with anyio.create_task_group() as beside:
        # What is new is shown at once, and how old everything is when nothing is new.
        beside.start_soon(_repeat, show, STATUS_PERIOD_S)
        beside.start_soon(_repeat, service.watch, WATCH_PERIOD_S)
        beside.start_soon(service.gather, partial(show, least_s=status_period_s))
        if isinstance(source, TellingSource):
            beside.start_soon(_repeat, lambda: service.heed(source.troubles()), WATCH_PERIOD_S)
        beside.start_soon(_end_when_told, stop, source)
        try:
            async with anyio.create_task_group() as sensors:
                for sensor_id in service.mailboxes:
                    sensors.start_soon(service.follow, sensor_id)
                problems += await _delivered(source, service)
                service.close()
                # A worker that hangs must not keep the recording from being closed.
                sensors.cancel_scope.deadline = anyio.current_time() + _DRAIN_S
        finally:
            source.close()
        service.step()
        beside.cancel_scope.cancel()
    final_status = service.status()
    on_status(final_status)
    if problems:
        raise problems[0]
    return final_status


async def _delivered(source: LiveSource, service: "_Service") -> list[Exception]:
    """Bring every record to the service; return what the source failed with, if it did."""

    def pump() -> None:
        # The way into the event loop costs more than a record: those that are there go together.
        if isinstance(source, BatchSource):
            for records in source.batches():
                from_thread.run_sync(service.post_all, records)
            return
        for record in source.records():
            from_thread.run_sync(service.post, record)

    try:
        await to_thread.run_sync(pump, abandon_on_cancel=True)
    except Exception as error:  # noqa: BLE001 - told as health, and raised at the end
        service.blame_source(error)
        return [error]
    return []


async def _repeat(call: Callable[[], None], period_s: float) -> None:
    while True:
        call()
        await anyio.sleep(period_s)


async def _end_when_told(stop: anyio.Event | None, source: LiveSource) -> None:
    if stop is not None:
        await stop.wait()
        source.close()


@final
class _Service:
    """The parts of one run; all methods are called in the event loop."""

    def __init__(
        self,
        station: Station,
        *,
        pool: Perceiver,
        clock: Clock,
        started_utc_ns: int,
        is_simulated: bool,
        outputs: Outputs,
        picture: Picture | None,
        on_perceived: Perceived,
    ) -> None:
        specs = {spec.sensor_id: spec for spec in station.site.sensors}
        self.mailboxes = {
            name: Mailbox(capacity=1 if pool.is_heavy(name) else LIGHT_CAPACITY) for name in specs
        }
        self._states: dict[str, Any] = {
            name: technology.start() for name, technology in station.technologies.items()
        }
        self._pool, self._clock, self._on_perceived = pool, clock, on_perceived
        self._board = HealthBoard()
        self._counts = RunCounts(
            station.site, started_utc_ns=started_utc_ns, is_simulated=is_simulated
        )
        self._intake = Intake(specs)
        self._watchdog = Watchdog(
            {name: spec.rate_hz for name, spec in specs.items()}, since_utc_ns=started_utc_ns
        )
        self.writer = SingleWriter(
            station,
            started_utc_ns=started_utc_ns,
            outputs=outputs,
            board=self._board,
            counts=self._counts,
            clock=clock,
            picture=picture,
        )
        self._said: list[tuple[Record, tuple[Observation, ...]]] = []
        self._has_said = anyio.Event()
        self._loss_utc_ns: dict[str, int] = {}
        self._busy_since_utc_ns: dict[str, int] = {}

    def status(self) -> LiveStatus:
        """Return how it goes."""
        return self._counts.status(
            self.writer.picture, unknown=self._intake.unknown, now_utc_ns=self._clock.utc_ns()
        )

    def tell(self, source: Tasked) -> None:
        """Give every task from now on to where the records come from."""
        self.writer.listen(source.take)

    def close(self) -> None:
        """Say that nothing more comes."""
        for mailbox in self.mailboxes.values():
            mailbox.close()

    def blame_source(self, error: Exception) -> None:
        """Say that the source has failed."""
        self._stand("source", "source", HealthReason.DISCONNECTED, f"the source ended: {error}")

    def post_all(self, records: Sequence[Record]) -> None:
        """Take records from the source, each sensor's in their order."""
        with self.writer.together():
            for record in records:
                self.post(record)

    def post(self, record: Record) -> None:
        """Take a record from the source."""
        name, now = record.sensor_id, self._clock.utc_ns()
        if not self._intake.is_known(record):
            if self._intake.count_unknown(record):
                known = ", ".join(self.mailboxes)
                self._stand(
                    name,
                    "unknown",
                    HealthReason.BAD_RECORD,
                    f"the site does not know this sensor: dropped; it knows {known}",
                )
            return
        if self._watchdog.heard(name, now_utc_ns=now):
            self._clear(name, "silent")
        admission, counts = self._intake.admit(record, now_utc_ns=now), self._counts.of[name]
        if not admission.is_accepted:
            counts.n_refused += 1
            self._stand(name, "refused", admission.reason, admission.message)
            return
        self._clear(name, "refused")
        counts.n_records += 1
        counts.n_lost += admission.n_lost
        n_shed = self.mailboxes[name].put(record)
        counts.n_shed += n_shed
        if admission.n_lost or n_shed:
            self._loss_utc_ns[name] = now
            where = "this computer is too slow" if n_shed else "their numbers never arrived"
            self._stand(
                name,
                "shedding",
                HealthReason.SHEDDING,
                f"records are being left out: {where}",
                state=HealthState.DEGRADED,
            )

    async def follow(self, sensor_id: str) -> None:
        """Perceive one sensor's records, one after the other, until its mailbox is closed."""
        counts = self._counts.of[sensor_id]
        while (record := await self.mailboxes[sensor_id].get()) is not None:
            hints = self.writer.hints
            self.writer.keep(record, hints)
            self._busy_since_utc_ns[sensor_id] = self._clock.utc_ns()
            try:
                state, observations = await self._pool.perceive(
                    self._states[sensor_id], record, hints
                )
            except Exception as error:  # noqa: BLE001 - foreign code; the other sensors go on
                counts.n_errors += 1
                self._stand(
                    sensor_id,
                    "technology",
                    HealthReason.BAD_RECORD,
                    f"its technology failed on a record ({type(error).__name__}: {error})",
                )
                continue
            finally:
                self._busy_since_utc_ns.pop(sensor_id, None)
                self._clear(sensor_id, "no answer")
            self._on_perceived(self._states[sensor_id], record, observations)
            self._states[sensor_id] = state
            self._clear(sensor_id, "technology")
            self._said.append((record, observations))
            self._has_said.set()

    async def gather(self, on_step: Callable[[], object]) -> None:
        """Put what was said through the station, at once where little is, else together."""
        while True:
            await self._has_said.wait()
            self._has_said = anyio.Event()
            self.step()
            on_step()
            await anyio.sleep(GATHER_S)

    def step(self) -> None:
        """Put what was said through the station now."""
        said, self._said = self._said, []
        self.writer.take_all([(record.sensor_id, entries) for record, entries in said])
        now = self._clock.utc_ns()
        for record, _ in said:
            self._counts.of[record.sensor_id].done(record.t_utc_ns, now_utc_ns=now)

    def watch(self) -> None:
        """Look for sensors that are silent, workers that hang, and losses that have ended."""
        with self.writer.together():
            self._watch(self._clock.utc_ns())

    def _watch(self, now: int) -> None:
        for name in self._watchdog.newly_silent(now_utc_ns=now):
            if name in self._loss_utc_ns:
                message = (
                    "no records come, the last ones were going missing; look at its line and at "
                    "how busy this computer is"
                )
            else:
                message = "no records come; look at its power and its line"
            self._stand(name, "silent", HealthReason.DISCONNECTED, message)
            self._uncover(name, now)
        for name, since in self._busy_since_utc_ns.items():
            if (now - since) * 1e-9 > NO_ANSWER_S:
                self._stand(
                    name,
                    "no answer",
                    HealthReason.DATA_QUALITY,
                    f"its technology has been at one record for over {NO_ANSWER_S:g} s",
                )
        for name, at in list(self._loss_utc_ns.items()):
            if (now - at) * 1e-9 > SHEDDING_OVER_S:
                del self._loss_utc_ns[name]
                self._clear(name, "shedding")

    def heed(self, troubles: Mapping[str, Health]) -> None:
        """Let what the source knows stand against its sensors, in its words."""
        with self.writer.together():
            for name in self.mailboxes:
                said = troubles.get(name)
                if said is None:
                    self._clear(name, "source")
                else:
                    # The source knows why a sensor is silent; that is worth more than that it is.
                    self._stand(name, "source", said.reason, said.message, state=said.state)
                    self._clear(name, "silent")

    def _uncover(self, sensor_id: str, now_utc_ns: int) -> None:
        """Take back what a silent sensor could see: it sees nobody now."""
        last = self.writer.picture.coverage.get(sensor_id)
        if last is not None:
            nothing = replace(
                last,
                t_utc_ns=now_utc_ns,
                p_report=np.zeros(last.p_report.shape),
                p_detect=np.zeros(last.p_detect.shape),
            )
            self.writer.take(sensor_id, (nothing,))

    def _stand(
        self,
        sensor_id: str,
        cause: str,
        reason: HealthReason,
        message: str,
        *,
        state: HealthState = HealthState.FAILED,
    ) -> None:
        word = self._board.stand(
            sensor_id,
            cause,
            t_utc_ns=self._clock.utc_ns(),
            state=state,
            reason=reason,
            message=message,
        )
        self.writer.say(word)

    def _clear(self, sensor_id: str, cause: str) -> None:
        self.writer.say(self._board.clear(sensor_id, cause, t_utc_ns=self._clock.utc_ns()))
