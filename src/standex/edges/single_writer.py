"""The one place where the picture changes: observations in, events out to whoever listens."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, final, runtime_checkable

from standex.edges.clock import Clock
from standex.edges.health_board import HealthBoard
from standex.edges.live_status import RunCounts
from standex.model.event import Event, Order, Task
from standex.model.hints import Hints, no_hints
from standex.model.observation import Health, HealthReason, HealthState, Observation
from standex.model.picture import Picture
from standex.model.ports import Sink
from standex.model.record import Record
from standex.station import Station

SCENE_PERIOD_S = 0.2
RECORDING = "recording"

Listener = Callable[[Picture, tuple[Event, ...]], object]


@runtime_checkable
class Recorder(Protocol):
    """The part of a recording that a running station needs."""

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Keep one step of the station."""
        ...

    def record(self, record: Record, /) -> None:
        """Keep a raw record, where the profile allows it."""
        ...

    def hints(self, hints: Hints, /) -> None:
        """Keep where the sensors were asked to look."""
        ...

    def scene(self, picture: Picture, /) -> None:
        """Keep where the people are, for viewers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outputs:
    """Where what happens goes.

    Attributes:
        recorder: the recording, or None.
        sinks: other systems.
        listeners: told the picture and the events of each step.
    """

    recorder: Recorder | None = None
    sinks: tuple[Sink, ...] = ()
    listeners: tuple[Listener, ...] = ()


class _Held(NamedTuple):
    """What waits for the end of a context; see ``SingleWriter.together``."""

    source_id: str
    observations: tuple[Observation, ...]
    is_word: bool


@final
class SingleWriter:
    """Holds the picture; every call is one step, and none of them raises.

    What fails (a batch that the station refuses, a full disk, a sink) is said as health and the
    rest goes on: of all things that may stop, the watch over the people is the last.

    Attributes:
        picture: as it is now.
        hints: where to look next.
    """

    def __init__(
        self,
        station: Station,
        *,
        started_utc_ns: int,
        outputs: Outputs,
        board: HealthBoard,
        counts: RunCounts,
        clock: Clock,
        picture: Picture | None = None,
    ) -> None:
        """Start with an empty picture, or with the one that a service had before."""
        self.picture = picture or station.start(started_utc_ns)
        self.hints = no_hints(started_utc_ns)
        self._station = station
        self._outputs = outputs
        self._board = board
        self._counts = counts
        self._clock = clock
        self._scene_utc_ns = started_utc_ns
        self._failed: dict[str, str] = {}
        self._takers: list[Callable[[Task], object]] = []
        self._held: list[_Held] | None = None
        self._kept_hints: Hints | None = None

    def listen(self, take: Callable[[Task], object]) -> None:
        """Give every task from now on to ``take``, before anybody else is told."""
        self._takers.append(take)

    def take(self, source_id: str, observations: tuple[Observation, ...]) -> None:
        """Put observations through the station, and tell everybody.

        Args:
            source_id: the sensor they come from, which is blamed when they cannot be used.
            observations: in their order.
        """
        observations = self._board.through(observations)
        if self._held is not None:
            self._held.append(_Held(source_id, observations, is_word=False))
        elif self._step(source_id, observations):
            self._well(source_id)

    def take_all(self, said: Sequence[tuple[str, tuple[Observation, ...]]]) -> None:
        """Put what several sensors have said through the station as one step, in order of time.

        A step costs much the same whatever is in it. What cannot be used is found by taking each
        by itself, so that one sensor's fault is nobody else's loss.

        Args:
            said: by source, as for ``take``; what one source said in its order.
        """
        with self.together():
            for source_id, observations in said:
                self.take(source_id, observations)

    def say(self, health: Health | None) -> None:
        """Put what the service itself has to say through the station."""
        if health is None:
            return
        if self._held is None:
            self._step(health.sensor_id, (health,))
        else:
            self._held.append(_Held(health.sensor_id, (health,), is_word=True))

    @contextmanager
    def together(self) -> Generator[None]:
        """Put all that is said within this context through the station as one step at its end.

        What is said of fifty sensors at once must not cost fifty steps: it is said when the
        computer has least time for it.
        """
        if self._held is not None:
            yield
            return
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            if held:
                self._at_once(held)

    def order(self, order: Order) -> None:
        """Put somebody's order through the station, and tell everybody.

        Raises:
            ValueError: the order means nothing here; nothing was changed.
        """
        picture, events = self._station.obey(self.picture, order)
        self.picture = picture
        self._kept_hints = None  # with this step a new file may begin, which needs them
        self._counts.updated(events, took_s=0.0)
        self._publish((), events)

    def keep(self, record: Record, hints: Hints) -> None:
        """Keep a raw record and the hints that it will be read with, those once."""
        recorder = self._outputs.recorder
        if recorder is not None:

            def write() -> None:
                if hints is not self._kept_hints:
                    recorder.hints(hints)
                    self._kept_hints = hints  # only now: what could not be kept is tried again
                recorder.record(record)

            self._guarded(RECORDING, write)
            self._tell_failures()

    def _at_once(self, held: Sequence["_Held"]) -> None:
        """Put what went through the board already through the station, as one step if it goes."""
        entries = (entry for one in held for entry in one.observations)
        together = tuple(sorted(entries, key=lambda entry: entry.t_utc_ns))
        is_one_step = len(held) > 1 and self._step("", together, is_trial=True)
        well = [
            one.source_id
            for one in held
            if (is_one_step or self._step(one.source_id, one.observations)) and not one.is_word
        ]
        with self.together():
            for source_id in well:
                self._well(source_id)

    def _well(self, source_id: str) -> None:
        self.say(self._board.clear(source_id, "update", t_utc_ns=self._clock.utc_ns()))

    def _step(
        self, source_id: str, observations: tuple[Observation, ...], *, is_trial: bool = False
    ) -> bool:
        began_ns = self._clock.utc_ns()
        try:
            picture, events, hints = self._station.update(self.picture, observations)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others' data still count
            if is_trial:
                return False
            self._counts.n_dropped_batches += 1
            word = self._board.stand(
                source_id,
                "update",
                t_utc_ns=began_ns,
                state=HealthState.FAILED,
                reason=HealthReason.DATA_QUALITY,
                message=f"what it said cannot be used and was dropped "
                f"({type(error).__name__}: {error})",
            )
            if word is not None:  # said once while it stands, so that this cannot go round
                self.say(word)
            return False
        self.picture, self.hints = picture, hints
        self._counts.updated(events, took_s=(self._clock.utc_ns() - began_ns) * 1e-9)
        self._publish(observations, events)
        return True

    def _publish(self, observations: tuple[Observation, ...], events: tuple[Event, ...]) -> None:
        picture, t_utc_ns = self.picture, self.picture.t_utc_ns
        for event in events:
            if isinstance(event, Task):
                for take in self._takers:
                    self._guarded(event.sensor_id, partial(take, event))
        recorder = self._outputs.recorder
        if recorder is not None:
            self._guarded(RECORDING, lambda: recorder.publish(t_utc_ns, observations, events))
            if t_utc_ns - self._scene_utc_ns >= SCENE_PERIOD_S * 1e9:
                self._scene_utc_ns = t_utc_ns
                self._guarded(RECORDING, lambda: recorder.scene(picture))
        for sink in self._outputs.sinks:
            name = type(sink).__name__
            self._guarded(name, lambda sink=sink: sink.publish(t_utc_ns, observations, events))
        for listener in self._outputs.listeners:
            name = getattr(listener, "__qualname__", type(listener).__name__)
            self._guarded(name, lambda listener=listener: listener(picture, events))
        self._tell_failures()

    def _guarded(self, name: str, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - an output must not stop the watch
            self._failed.setdefault(name, str(error) or type(error).__name__)

    def _tell_failures(self) -> None:
        failed, self._failed = self._failed, {}
        for name, message in failed.items():
            self.say(
                self._board.stand(
                    name,
                    "output",
                    t_utc_ns=self._clock.utc_ns(),
                    state=HealthState.FAILED,
                    reason=HealthReason.DISCONNECTED,
                    message=message,
                )
            )
