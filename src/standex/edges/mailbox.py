"""Where records wait for a busy sensor's turn: the newest ones win."""

from collections import deque
from typing import final

import anyio

from standex.model.record import Record


@final
class Mailbox:
    """Holds the newest records of one sensor; for tasks of one event loop.

    A picture of a moving crowd that is a second old is worth less than a gap that is told.
    """

    def __init__(self, *, capacity: int) -> None:
        """Make an empty box for at most ``capacity`` records."""
        self._waiting: deque[Record] = deque()
        self._capacity = capacity
        self._changed = anyio.Event()
        self._is_closed = False

    def put(self, record: Record) -> int:
        """Take a record in; return how many older ones had to go."""
        self._waiting.append(record)
        n_dropped = 0
        while len(self._waiting) > self._capacity:
            self._waiting.popleft()
            n_dropped += 1
        self._changed.set()
        return n_dropped

    def close(self) -> None:
        """Say that nothing more comes."""
        self._is_closed = True
        self._changed.set()

    async def get(self) -> Record | None:
        """Return the oldest record that waits, or None once closed and empty."""
        while not self._waiting:
            if self._is_closed:
                return None
            self._changed = anyio.Event()
            await self._changed.wait()
        return self._waiting.popleft()
