"""When a frame was taken: from its stream time and when it arrived.

A stream's own time runs evenly and says nothing about UTC; the time of arrival is UTC and late by a
delay that is never negative. So the least difference of the two over the last seconds is taken for
what lies between them, as in one-way clock filters. What is constant of the delay (exposure,
coding, the way) cannot be seen from here: see ``camera_clocks``.

References:
    Mills, RFC 5905 (NTP 4), section 10: the clock filter keeps the sample of least delay.
"""

import math
from dataclasses import dataclass
from typing import final

WINDOW_S = 10.0
JUMP_S = 2.0  # a stream time so far from where it must be has been set anew
LEAST_STEP_NS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When a frame was taken.

    Attributes:
        t_utc_ns: later than that of the frame before.
        problem: what is wrong with the stream's own time, or nothing; then it is the arrival.
    """

    t_utc_ns: int
    problem: str = ""


@final
class CaptureClock:
    """Follows the clock of one stream."""

    def __init__(self, *, offset_s: float = 0.0) -> None:
        """Start anew.

        Args:
            offset_s: by how much this camera's times are known to be late; taken off.
        """
        self._offset_ns = round(offset_s * 1e9)
        self._last_stream_s = -math.inf
        self._last_utc_ns = 0
        self._window_utc_ns = 0
        self._least_ns: int | None = None
        self._least_before_ns: int | None = None

    def stamp(self, stream_s: float | None, *, arrived_utc_ns: int) -> Stamp:
        """Return when a frame was taken.

        Args:
            stream_s: by the stream; None or not finite where it does not say.
            arrived_utc_ns: by this computer.
        """
        if stream_s is None or not math.isfinite(stream_s):
            self._forget()
            return self._stamp(arrived_utc_ns, "its frames carry no time; that of arrival is taken")
        stream_ns = round(stream_s * 1e9)
        between_ns = arrived_utc_ns - stream_ns
        problem = ""
        expected_ns = self._between_ns()
        backwards_s = self._last_stream_s - stream_s
        if backwards_s >= 0:
            problem = f"its own time ran backwards by {backwards_s:.3f} s"
        elif expected_ns is not None and abs(between_ns - expected_ns) > JUMP_S * 1e9:
            problem = f"its own time jumped by {(expected_ns - between_ns) * 1e-9:+.1f} s"
        if problem:
            self._forget()
        self._last_stream_s = stream_s
        self._learn(between_ns, arrived_utc_ns)
        between_now_ns = self._between_ns()
        assert between_now_ns is not None  # noqa: S101 - just learnt
        return self._stamp(stream_ns + between_now_ns, problem)

    def _between_ns(self) -> int | None:
        known = [one for one in (self._least_ns, self._least_before_ns) if one is not None]
        return min(known, default=None)

    def _learn(self, between_ns: int, arrived_utc_ns: int) -> None:
        if self._least_ns is None:
            self._window_utc_ns = arrived_utc_ns
            self._least_ns = between_ns
        elif arrived_utc_ns - self._window_utc_ns > WINDOW_S / 2 * 1e9:
            # Half a window goes at a time, so that a clock that runs slow is followed too.
            self._window_utc_ns = arrived_utc_ns
            self._least_before_ns, self._least_ns = self._least_ns, between_ns
        else:
            self._least_ns = min(self._least_ns, between_ns)

    def _forget(self) -> None:
        self._least_ns = self._least_before_ns = None
        self._last_stream_s = -math.inf

    def _stamp(self, t_utc_ns: int, problem: str) -> Stamp:
        self._last_utc_ns = max(t_utc_ns - self._offset_ns, self._last_utc_ns + LEAST_STEP_NS)
        return Stamp(t_utc_ns=self._last_utc_ns, problem=problem)
