"""The only place that reads a clock.

Everything else is told the time: a function that takes ``t_utc_ns`` gives the same answer tomorrow.
"""

import time
from collections.abc import Callable
from typing import Protocol, final, runtime_checkable

import anyio
import anyio.lowlevel

# A step of the system clock (a leap, an operator) is noticed after at most this long.
_LONGEST_NAP_S = 0.5


def forward_s() -> float:
    """Return seconds that only run forwards, from nowhere in particular: to measure a wait by."""
    return time.monotonic()


@runtime_checkable
class Clock(Protocol):
    """Says what time it is, and waits."""

    def utc_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC."""
        ...

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Block this thread until then; return at once when that is past."""
        ...

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run until then; yield once when that is past."""
        ...


@final
class SystemClock:
    """The clock of this computer, kept right by whoever runs it (NTP, PTP)."""

    def utc_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC."""
        return time.time_ns()

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Block this thread until then."""
        _wait(self, t_utc_ns)

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run until then."""
        await _sleep(self, t_utc_ns)


@final
class SteadyClock:
    """A clock that never jumps: the computer's own pace, led slowly to the system clock.

    The time of day may be stepped under a running service (by an operator, by NTP after hours
    without a network). People must not be torn apart by that: this clock goes on at the pace of
    the computer's monotonic clock, and follows the system clock by at most ``SLEW_PER_S``. What
    it does not follow is told by ``off_s``.
    """

    SLEW_PER_S = 500e-6  # as NTP slews; twice what a poor crystal drifts
    FOLLOWED_S = 0.5  # further off it was stepped, and nobody knows which of the two is right

    def __init__(
        self, system: Clock | None = None, *, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Start at the system's time.

        Args:
            system: the clock that is followed.
            monotonic_ns: of the computer's pace.
        """
        self._system = system or SystemClock()
        self._monotonic_ns = monotonic_ns
        self._seen_ns = monotonic_ns()
        self._offset_ns = self._system.utc_ns() - self._seen_ns

    def utc_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC, as far as this clock knows."""
        return self._monotonic_ns() + self._offset_ns

    def off_s(self) -> float:
        """Follow the system clock a little, and return by how much it is ahead of this one.

        To be called now and then, by one thread.
        """
        now_ns = self._monotonic_ns()
        passed_s, self._seen_ns = (now_ns - self._seen_ns) * 1e-9, now_ns
        off_s = (self._system.utc_ns() - now_ns - self._offset_ns) * 1e-9
        if abs(off_s) <= self.FOLLOWED_S:
            most_s = self.SLEW_PER_S * passed_s
            step_s = max(-most_s, min(off_s, most_s))
            self._offset_ns += round(step_s * 1e9)
            off_s -= step_s
        return off_s

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Block this thread until then."""
        _wait(self, t_utc_ns)

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run until then."""
        await anyio.lowlevel.checkpoint()
        while (left_s := (t_utc_ns - self.utc_ns()) * 1e-9) > 0:  # noqa: ASYNC110
            await anyio.sleep(min(left_s, _LONGEST_NAP_S))


@final
class LedClock:
    """The clock of another process of this computer, which says how far it is off the pace."""

    STEADY_NS = 20_000  # reading two clocks one after the other is no better

    def __init__(self, offset_ns: int) -> None:
        """Start ``offset_ns`` ahead of the computer's monotonic clock, which all processes share.

        Args:
            offset_ns: as ``offset_of`` gives it in the process that leads.
        """
        self._offset_ns = offset_ns

    @staticmethod
    def offset_of(clock: Clock) -> int:
        """Return how far a clock is ahead of the computer's pace, nanoseconds."""
        return clock.utc_ns() - time.monotonic_ns()

    def lead(self, offset_ns: int) -> None:
        """Go on with another offset."""
        self._offset_ns = offset_ns

    def utc_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC, as the leading process has them."""
        return time.monotonic_ns() + self._offset_ns

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Block this thread until then."""
        _wait(self, t_utc_ns)

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run until then."""
        await _sleep(self, t_utc_ns)


def _wait(clock: Clock, t_utc_ns: int) -> None:
    while (left_s := (t_utc_ns - clock.utc_ns()) * 1e-9) > 0:
        time.sleep(min(left_s, _LONGEST_NAP_S))


async def _sleep(clock: Clock, t_utc_ns: int) -> None:
    await anyio.lowlevel.checkpoint()
    # There is no event to wait for: the clock itself may be stepped meanwhile.
    while (left_s := (t_utc_ns - clock.utc_ns()) * 1e-9) > 0:  # noqa: ASYNC110
        await anyio.sleep(min(left_s, _LONGEST_NAP_S))


@final
class SimulatedClock:
    """A clock that stands still unless it is waited for or moved; for tests and for the twin.

    Waiting costs no time: the clock jumps to the time waited for. It never goes back. With several
    tasks asleep at once it jumps in the order in which they ask.
    """

    def __init__(self, t_utc_ns: int) -> None:
        self._t_utc_ns = t_utc_ns

    def utc_ns(self) -> int:
        """Return the simulated time."""
        return self._t_utc_ns

    def advance(self, dt_s: float) -> None:
        """Move the clock on by ``dt_s``.

        Raises:
            ValueError: ``dt_s`` is negative or not a number.
        """
        if not dt_s >= 0:
            raise ValueError(f"a clock cannot go back, dt_s = {dt_s}")
        self._t_utc_ns += round(dt_s * 1e9)

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Jump to then, unless that is past."""
        self._t_utc_ns = max(self._t_utc_ns, t_utc_ns)

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        """Let other tasks run once, and jump to then, unless that is past."""
        await anyio.lowlevel.checkpoint()
        self.wait_until_utc_ns(t_utc_ns)
