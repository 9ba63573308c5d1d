"""Puts records of one sensor that overtook each other on the way back into their order.

A record waits only while an earlier number is missing, and never longer than told; and only of a
sensor that was seen to overtake itself lately: on a line that keeps its order, a missing number is
a lost record, and nobody waits for it. What comes too late is left out and counted.
"""

import heapq
from typing import final

from standex.model.record import Record

MOST_WAITING = 64
LEARNT_FOR_S = 600.0  # after the last record that was overtaken


@final
class Reorder:
    """Holds back records of one sensor for as long as an earlier one may still come.

    Attributes:
        n_late: left out because later ones had gone on already.
        n_reordered: that came before an earlier one, and were put right.
    """

    def __init__(self, *, wait_s: float) -> None:
        """Hold nothing back for longer than ``wait_s``."""
        self.n_late = self.n_reordered = 0
        self._wait_ns = round(wait_s * 1e9)
        self._next: int | None = None
        self._gone_utc_ns = 0
        self._waiting: list[tuple[int, int, int, Record]] = []
        self._n = 0
        self._overtook_utc_ns: int | None = None

    def put(self, record: Record, *, now_utc_ns: int) -> tuple[Record, ...]:
        """Take a record in; return those that may go on now, in order."""
        if self._next is not None and record.sequence < self._next:
            if record.t_utc_ns <= self._gone_utc_ns:
                self.n_late += 1
                self._overtook_utc_ns = now_utc_ns
                return self.due(now_utc_ns=now_utc_ns)
            self._next = None  # counted anew: the device was started again
        if self._waiting and record.sequence < self._waiting[0][0]:
            self.n_reordered += 1
            self._overtook_utc_ns = now_utc_ns
        self._n += 1
        heapq.heappush(self._waiting, (record.sequence, self._n, now_utc_ns, record))
        return self.due(now_utc_ns=now_utc_ns)

    def due(self, *, now_utc_ns: int) -> tuple[Record, ...]:
        """Return what may go on now: nothing is missing before it, or it has waited enough."""
        out: list[Record] = []
        since = self._overtook_utc_ns
        is_learnt = since is not None and abs(now_utc_ns - since) <= LEARNT_FOR_S * 1e9
        wait_ns = self._wait_ns if is_learnt else 0
        while self._waiting:
            sequence, _, since_utc_ns, record = self._waiting[0]
            is_next = self._next is None or sequence <= self._next
            has_waited = abs(now_utc_ns - since_utc_ns) >= wait_ns
            if not (is_next or has_waited or len(self._waiting) > MOST_WAITING):
                break
            heapq.heappop(self._waiting)
            self._next = sequence + 1
            self._gone_utc_ns = max(self._gone_utc_ns, record.t_utc_ns)
            out.append(record)
        return tuple(out)

    @property
    def is_waiting(self) -> bool:
        """Return whether anything is held back."""
        return bool(self._waiting)
