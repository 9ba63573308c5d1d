"""Recorded raw records once more, at the pace at which they came."""

import threading
from collections.abc import Iterator
from typing import final

from standex.edges.clock import Clock
from standex.model.ports import Source
from standex.model.record import Record


@final
class ShiftedClock:
    """The pace of another clock, at another time; satisfies ``Clock``."""

    def __init__(self, clock: Clock) -> None:
        """Follow ``clock``, at first at the same time."""
        self._clock = clock
        self._offset_ns = 0

    def restart(self, t_utc_ns: int) -> None:
        """Go on from ``t_utc_ns``, as the devices' clocks did when they were recorded."""
        self._offset_ns = t_utc_ns - self._clock.utc_ns()

    def utc_ns(self) -> int:
        """Return the shifted time."""
        return self._clock.utc_ns() + self._offset_ns

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Block this thread until the shifted time."""
        self._clock.wait_until_utc_ns(t_utc_ns - self._offset_ns)

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run until the shifted time."""
        await self._clock.sleep_until_utc_ns(t_utc_ns - self._offset_ns)


@final
class PacedSource:
    """Yields what another source has, each record when its time has come."""

    def __init__(self, source: Source, *, clock: Clock) -> None:
        """Pace ``source`` by ``clock``."""
        self._source = source
        self._clock = clock
        self._is_over = threading.Event()

    def close(self) -> None:
        """Let ``records`` come to its end."""
        self._is_over.set()

    def records(self) -> Iterator[Record]:
        """Yield each record at its time.

        Raises:
            StandexError: as the other source raises it.
        """
        for record in self._source.records():
            while (left_s := (record.t_utc_ns - self._clock.utc_ns()) * 1e-9) > 0:
                if self._is_over.wait(min(left_s, 0.5)):
                    return
            if self._is_over.is_set():
                return
            yield record
