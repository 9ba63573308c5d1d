"""Runs ``Station.perceive``: heavy sensors in a process of their own, light ones on the spot."""

import threading
from collections.abc import Collection
from types import TracebackType
from typing import Any, final

from anyio import CapacityLimiter, to_thread

from standex.edges.child_process import Child, Line, settle_in, start_child
from standex.model.errors import StandexError
from standex.model.hints import Hints
from standex.model.observation import Observation
from standex.model.record import Record
from standex.model.site import Site
from standex.station import Station

# Light enough for the event loop; a technology that nobody here knows is taken to be heavy.
LIGHT_TECHNOLOGIES = frozenset({"floor-positions", "sapient", "surrogate"})
_POLL_S = 0.2


def heavy_sensors(site: Site) -> frozenset[str]:
    """Return the sensors whose records take long to make sense of."""
    return frozenset(
        spec.sensor_id for spec in site.sensors if spec.technology not in LIGHT_TECHNOLOGIES
    )


@final
class PerceivePool:
    """Perceives records; a sensor's state goes in and comes out, none is kept here.

    Between ``with`` and its end there is one worker process, where any sensor is heavy.
    """

    def __init__(self, station: Station, *, heavy: Collection[str]) -> None:
        """Make a pool.

        Args:
            station: whose ``perceive`` is run; the worker gets a copy.
            heavy: sensors whose records go to the worker.
        """
        self._station = station
        self._heavy = frozenset(heavy)
        self._child: Child | None = None
        self._one_at_a_time = threading.Lock()
        self._is_over = threading.Event()

    def __enter__(self) -> "PerceivePool":
        """Start the worker and wait until it is ready."""
        if self._heavy:
            self._started()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the worker."""
        self._is_over.set()
        with self._one_at_a_time:
            self._drop()

    def is_heavy(self, sensor_id: str) -> bool:
        """Return whether the records of a sensor go to the worker."""
        return sensor_id in self._heavy

    async def perceive(
        self, state: Any, record: Record, hints: Hints, *, limiter: CapacityLimiter | None = None
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the sensor's next state and what its record says.

        Raises:
            StandexError: the worker process has ended; the next call starts another.
            Exception: whatever the technology raises that is no RecordError.
        """
        if not self.is_heavy(record.sensor_id):
            return self._station.perceive(state, record, hints)
        return await to_thread.run_sync(
            self._in_worker, state, record, hints, abandon_on_cancel=True, limiter=limiter
        )

    def _in_worker(
        self, state: Any, record: Record, hints: Hints
    ) -> tuple[Any, tuple[Observation, ...]]:
        with self._one_at_a_time:
            child = self._child or self._started()
            try:
                child.line.send((state, record, hints))
                result = self._answer(child)
            except (EOFError, OSError) as error:
                self._drop()
                raise StandexError(
                    "the worker process for heavy sensors has ended (out of memory?); "
                    "it is started again with the next record"
                ) from error
        if isinstance(result, Exception):
            raise result
        return result

    def _started(self) -> Child:
        self._child = start_child(_work, self._station, name="standex-perceive")
        self._answer(self._child)
        return self._child

    def _answer(self, child: Child) -> Any:
        while not child.line.poll(_POLL_S):
            if self._is_over.is_set():
                raise EOFError
        return child.line.recv()

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.stop()


def _work(line: Line, station: Station) -> None:
    settle_in()
    try:
        line.send("ready")
        while True:
            state, record, hints = line.recv()
            try:
                result: Any = station.perceive(state, record, hints)
            except Exception as error:  # noqa: BLE001 - foreign code; the parent says what it was
                result = _portable(error)
            line.send(result)
    except (EOFError, OSError):
        return


def _portable(error: Exception) -> Exception:
    """Return an exception that survives the way to another process."""
    return StandexError(f"{type(error).__name__}: {error}")
