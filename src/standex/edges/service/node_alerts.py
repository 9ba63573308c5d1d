"""What sensors' own nodes raise by themselves: written down, and shown for a while.

A node may send an alert of its own (BSI Flex 335 v2, 4.8). What it rests on is not known here, so
it is never a verdict on anybody: staff read it as the maker's words.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

from standex.edges.clock import Clock

SHOWN_S = 60.0
MOST_SHOWN = 8
MOST_WRITTEN_PER_MIN = 60  # of all nodes; beyond, only how many: the audit is kept for months

Write = Callable[[str, str, Mapping[str, Any]], object]
"""Given the sensor, the words, and whatever else is to be kept."""


@dataclass(frozen=True, slots=True)
class _Shown:
    t_utc_ns: int
    words: str


@final
class NodeAlerts:
    """Remembers the newest; from any thread."""

    def __init__(self, write: Write, *, clock: Clock) -> None:
        """Write them down by ``write``."""
        self._write, self._clock = write, clock
        self._lock = threading.Lock()
        self._shown: deque[_Shown] = deque(maxlen=MOST_SHOWN)
        self._minute_utc_ns = 0
        self._n_written = self._n_left_out = 0

    def __call__(self, sensor_id: str, kind: str, words: str, /) -> None:
        """Take one."""
        now = self._clock.utc_ns()
        said = f"{sensor_id}: {kind}" + (f", {words}" if words else "")
        with self._lock:
            self._shown.append(_Shown(now, said))
            if abs(now - self._minute_utc_ns) > 60e9:
                body = {"left_out": self._n_left_out} if self._n_left_out else {}
                self._minute_utc_ns, self._n_written, self._n_left_out = now, 0, 0
            else:
                body = {}
            if self._n_written >= MOST_WRITTEN_PER_MIN:
                self._n_left_out += 1
                return
            self._n_written += 1
        self._write(sensor_id, f"{kind}: {words}", body)

    @property
    def words(self) -> str:
        """Return what was raised within the last minute, the newest first; or nothing."""
        since = self._clock.utc_ns() - SHOWN_S * 1e9
        with self._lock:
            newest = [one.words for one in reversed(self._shown) if one.t_utc_ns >= since]
        return "; ".join(dict.fromkeys(newest))
