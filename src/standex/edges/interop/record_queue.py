"""Records of many sensors on their way into one iterator: bounded, and fair.

Each sensor has a queue of its own, and they are emptied in turn: one that floods loses its own
oldest records, which the gap in its numbers tells, and takes nothing from the others. Where whoever
empties them cannot keep up, the newest win: a full queue of a fast sensor would be seconds of the
past.
"""

import threading
from collections import deque
from collections.abc import Iterator
from typing import final

from standex.edges.intake import ARRIVED
from standex.model.record import Record

N_WAITING = 64
OLD_S = 0.5  # what came so much earlier than another of the same sensor makes room for it


@final
class RecordQueue:
    """Filled from any thread, emptied by one iterator."""

    def __init__(self, *, n_waiting: int = N_WAITING) -> None:
        """Make a queue that keeps the newest ``n_waiting`` records of each sensor."""
        self._n_waiting = n_waiting
        self._of: dict[str, deque[Record]] = {}
        self._changed = threading.Condition()
        self._is_over = False
        self._dropped: dict[str, int] = {}

    def put(self, record: Record) -> None:
        """Take a record; the oldest of the same sensor makes room where there is none."""
        with self._changed:
            queue = self._of.setdefault(record.sensor_id, deque())
            while queue and (len(queue) >= self._n_waiting or _is_old(queue[0], record)):
                queue.popleft()
                self._dropped[record.sensor_id] = self._dropped.get(record.sensor_id, 0) + 1
            queue.append(record)
            self._changed.notify()

    def dropped(self) -> dict[str, int]:
        """Return how many records of each sensor made room for newer ones."""
        with self._changed:
            return dict(self._dropped)

    def close(self) -> None:
        """Let ``records`` come to its end."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def records(self) -> Iterator[Record]:
        """Yield records as they come, the sensors in turn, until the queue is closed."""
        return (record for batch in self.batches() for record in batch)

    def batches(self) -> Iterator[list[Record]]:
        """Yield the next record of every sensor that has one, until the queue is closed."""
        while (turn := self._next_turn()) is not None:
            yield turn

    def _next_turn(self) -> list[Record] | None:
        with self._changed:
            while not self._is_over:
                turn = [queue.popleft() for queue in self._of.values() if queue]
                if turn:
                    return turn
                self._changed.wait()
        return None


def _is_old(record: Record, newest: Record) -> bool:
    """Return whether it came too long before another; False where nobody says when they came."""
    if ARRIVED not in record.arrays or ARRIVED not in newest.arrays:
        return False
    return (_came_utc_ns(newest) - _came_utc_ns(record)) * 1e-9 > OLD_S


def _came_utc_ns(record: Record) -> int:
    return int(record.arrays[ARRIVED]) or record.t_utc_ns  # 0: stamped where it came
