"""A source that is started again whenever it breaks off."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Literal, final

from standex.edges.clock import Clock
from standex.edges.live_ports import BatchSource, LiveSource, TellingSource
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.model.tasking import Task

WELL_AFTER_S = 10.0  # a source that ran so long may start again without waiting long


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blueprint:
    """A source, and what to do with it.

    Attributes:
        name: of the source.
        sensors: whose records it brings; those of others are left out.
        make: makes it anew; what it returns is entered where it can be.
        on_end: what follows when it ends by itself.
        first_wait_s: before it is started again for the first time; doubled each time.
        longest_wait_s: between two attempts.
    """

    name: str
    sensors: tuple[str, ...]
    make: Callable[[], LiveSource]
    on_end: Literal["restart", "stay", "stop"] = "restart"
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0


@final
class SupervisedSource:
    """Runs one source in a thread of its own, for as long as the service runs.

    Attributes:
        blueprint: of the source.
        n_starts: how often it was started.
        n_foreign: records left out because they claimed to be of a sensor that it does not serve.
        is_over: whether it has ended for good.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        *,
        deliver: Callable[[Sequence[Record]], object],
        clock: Clock,
    ) -> None:
        """Make it; nothing runs yet.

        Args:
            blueprint: of the source.
            deliver: takes records as they come, in the source's thread.
            clock: times of health are of.
        """
        self.blueprint = blueprint
        self.n_starts = self.n_foreign = 0
        self.is_over = False
        self._deliver = deliver
        self._clock = clock
        self._is_closing = threading.Event()
        self._running: LiveSource | None = None
        self._said: tuple[str, int] = ("it is being started", clock.utc_ns())
        self._is_down = True
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self._keep_running, name=f"source {blueprint.name}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End it; may be called from any thread."""
        self._is_closing.set()
        with self._lock:
            running = self._running
        if running is not None:
            running.close()

    def join(self, timeout_s: float) -> None:
        """Wait until it has ended."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def take(self, task: Task, /) -> None:
        """Hand a task on; one for a source that is down is lost, and runs out by itself."""
        running = self._running
        if isinstance(running, Tasked):
            running.take(task)

    def troubles(self) -> dict[str, Health]:
        """Return what is wrong with its sensors."""
        if self._is_down:
            message, since_utc_ns = self._said
            return {
                sensor_id: Health(
                    sensor_id=sensor_id,
                    t_utc_ns=since_utc_ns,
                    state=HealthState.FAILED,
                    reason=HealthReason.DISCONNECTED,
                    message=f"source {self.blueprint.name}: {message}",
                )
                for sensor_id in self.blueprint.sensors
            }
        running = self._running
        if not isinstance(running, TellingSource):
            return {}
        told: Mapping[str, Health] = running.troubles()
        return {name: told[name] for name in self.blueprint.sensors if name in told}

    def _keep_running(self) -> None:
        one, wait_s = self.blueprint, self.blueprint.first_wait_s
        while not self._is_closing.is_set():
            began_utc_ns = self._clock.utc_ns()
            self.n_starts += 1
            problem = self._run_once()
            if self._is_closing.is_set() or (not problem and one.on_end != "restart"):
                break
            if (self._clock.utc_ns() - began_utc_ns) * 1e-9 > WELL_AFTER_S:
                wait_s = one.first_wait_s
            again = f"it is started again in {wait_s:g} s (attempt {self.n_starts + 1})"
            self._down(f"it broke off ({problem}); {again}" if problem else f"it ended; {again}")
            self._is_closing.wait(wait_s)
            wait_s = min(2 * wait_s, one.longest_wait_s)
        self._down("it has ended")
        self.is_over = one.on_end == "stop" or self._is_closing.is_set()

    def _run_once(self) -> str:
        """Run the source until it ends; return what it broke off with, or nothing."""
        mine = frozenset(self.blueprint.sensors)
        try:
            with ExitStack() as stack:
                source = self.blueprint.make()
                stack.callback(source.close)
                if isinstance(source, AbstractContextManager):
                    stack.enter_context(source)
                with self._lock:
                    self._running = source
                self._is_down = False
                if self._is_closing.is_set():
                    return ""
                for records in _batches(source):
                    known = [record for record in records if record.sensor_id in mine]
                    self.n_foreign += len(records) - len(known)
                    self._deliver(known)
                    if self._is_closing.is_set():
                        break
        except Exception as error:  # noqa: BLE001 - foreign code; the other sources go on
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        finally:
            with self._lock:
                self._running = None
        return ""

    def _down(self, message: str) -> None:
        self._said = (message, self._clock.utc_ns())
        self._is_down = True


def _batches(source: LiveSource) -> Iterator[Sequence[Record]]:
    return (
        source.batches() if isinstance(source, BatchSource) else ([one] for one in source.records())
    )
