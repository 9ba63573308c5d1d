"""The store for those who must not wait: a queue before it, and patience when it is gone.

The loop hands entries over and goes on; another thread writes them, as many together as there are.
While the store cannot be written to, entries stay in the queue in their order and are tried again;
each is taken once, because its id is. When the queue is full, the oldest that are not urgent make
room, and are counted.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

import anyio
from anyio.to_thread import run_sync

from standex.edges.store.contract import DataClass, Entry, Store, StoreError
from standex.edges.store.rows import entry_row

_MOST_WAITING = 10_000
_MOST_URGENT = 100_000
_MOST_TOGETHER = 500
_FIRST_RETRY_S = 0.2
_LAST_RETRY_S = 5.0
_FLUSH_S = 5.0


@dataclass(slots=True, kw_only=True)
class WriterCounts:
    """What became of the entries that were handed over.

    Attributes:
        n_written: are on the disk.
        n_dropped: made room for others and are lost.
        n_urgent_lost: urgent ones that there was no room for; an alarm to whoever runs the system.
        n_failures: how often the store could not be written to.
    """

    n_written: int = 0
    n_dropped: int = 0
    n_urgent_lost: int = 0
    n_failures: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class _Batch:
    """Entries that are kept together or not at all, and who waits for them."""

    entries: tuple[Entry, ...]
    is_urgent: bool
    is_awaited: bool
    done: anyio.Event = field(default_factory=anyio.Event)
    numbers: tuple[int, ...] = ()
    error: StoreError | None = None


@final
class StoreWriter:
    """Writes entries from one event loop into a store.

    ``run`` must be under way in a task for anything to be written; when it is cancelled it writes
    what waits, if that takes less than five seconds.

    Attributes:
        gone: why the store cannot be written to; empty while it can.
        counts: what became of the entries.
    """

    def __init__(
        self,
        store: Store,
        *,
        tell: Callable[[str], object] | None = None,
        most_waiting: int = _MOST_WAITING,
        most_urgent: int = _MOST_URGENT,
    ) -> None:
        """Write into ``store``.

        Args:
            store: where entries go.
            tell: called in the loop when the store goes (why) and when it is back ("").
            most_waiting: so many hand-overs may wait.
            most_urgent: so many, when only urgent ones are left.
        """
        self.gone = ""
        self.counts = WriterCounts()
        self._store = store
        self._tell = tell
        self._most_waiting = most_waiting
        self._most_urgent = most_urgent
        self._waiting: deque[_Batch] = deque()
        self._room = anyio.Semaphore(most_waiting)
        self._arrived = anyio.Event()
        self._asked = anyio.Event()

    @property
    def n_waiting(self) -> int:
        """How many hand-overs are not on the disk yet."""
        return len(self._waiting)

    async def append(self, entries: Sequence[Entry], /, *, urgent: bool = False) -> tuple[int, ...]:
        """Keep entries, and return their sequence numbers when they are on the disk.

        Waits while too many others wait.

        Args:
            entries: kept all or none.
            urgent: when the store is gone, try again later, although the caller is told.

        Raises:
            StoreError: they are not on the disk (yet, where urgent).
            ValueError: an entry cannot be kept.
        """
        _check(entries)
        async with self._room:
            batch = _Batch(entries=tuple(entries), is_urgent=urgent, is_awaited=True)
            self._waiting.append(batch)
            self._arrived.set()
            self._asked.set()
            try:
                await batch.done.wait()
            finally:
                batch.is_awaited = False
        if batch.error is not None:
            raise batch.error
        return batch.numbers

    def keep(self, entries: Sequence[Entry], /, *, urgent: bool | None = None) -> bool:
        """Hand entries over and go on; to be called in the loop.

        Args:
            entries: kept all or none.
            urgent: may not make room for others; by default, where one is of an alarm.

        Returns:
            False when something urgent had to be refused: there is no room at all.

        Raises:
            ValueError: an entry cannot be kept.
        """
        _check(entries)
        if urgent is None:
            urgent = any(entry.data_class is DataClass.ALARM for entry in entries)
        if len(self._waiting) >= self._most_waiting and not self._make_room():
            if not urgent:
                self.counts.n_dropped += len(entries)
                return True
            if len(self._waiting) >= self._most_urgent:
                self.counts.n_urgent_lost += len(entries)
                return False
        self._waiting.append(_Batch(entries=tuple(entries), is_urgent=urgent, is_awaited=False))
        self._arrived.set()
        return True

    async def run(self) -> None:
        """Write what is handed over, until this is cancelled."""
        retry_s = _FIRST_RETRY_S
        try:
            while True:
                await self._arrived.wait()
                if await self._write():
                    retry_s = _FIRST_RETRY_S
                    continue
                # Whoever waits for an answer is not left waiting for the pause to end.
                with anyio.move_on_after(retry_s):
                    await self._asked.wait()
                retry_s = min(2 * retry_s, _LAST_RETRY_S)
        finally:
            with anyio.move_on_after(_FLUSH_S, shield=True):
                while self._waiting and await self._write():
                    pass
            self._give_up()

    async def _write(self) -> bool:
        """Write what waits, as one; return whether the store took it."""
        batches: list[_Batch] = []
        while self._waiting and len(batches) < _MOST_TOGETHER:
            batches.append(self._waiting.popleft())
        self._asked = anyio.Event()
        if not batches:
            self._arrived = anyio.Event()
            return True
        entries = [entry for batch in batches for entry in batch.entries]
        try:
            numbers = await run_sync(self._store.append, entries)
        except StoreError as error:
            self._failed(batches, error)
            return False
        except BaseException:
            self._waiting.extendleft(reversed(batches))
            raise
        start = 0
        for batch in batches:
            batch.numbers = numbers[start : start + len(batch.entries)]
            start += len(batch.entries)
            batch.done.set()
        self.counts.n_written += len(entries)
        self._say("")
        return True

    def _failed(self, batches: Sequence[_Batch], error: StoreError) -> None:
        self.counts.n_failures += 1
        for batch in reversed(batches):
            was_awaited = batch.is_awaited
            if was_awaited:
                batch.error = error
                batch.done.set()
            if batch.is_urgent or not was_awaited:
                batch.is_awaited = False
                self._waiting.appendleft(batch)
        self._say(str(error))

    def _make_room(self) -> bool:
        """Drop the oldest that is neither urgent nor waited for; return whether there was one."""
        for i, batch in enumerate(self._waiting):
            if not (batch.is_urgent or batch.is_awaited):
                del self._waiting[i]
                self.counts.n_dropped += len(batch.entries)
                return True
        return False

    def _give_up(self) -> None:
        """Tell those who still wait that nobody writes any more."""
        for batch in self._waiting:
            if batch.is_awaited:
                batch.error = StoreError("the writer has stopped; nothing was kept")
                batch.done.set()

    def _say(self, gone: str) -> None:
        if gone != self.gone:
            is_news = not (gone and self.gone)  # another reason for the same is none
            self.gone = gone
            if is_news and self._tell is not None:
                self._tell(gone)


def _check(entries: Sequence[Entry]) -> None:
    """Refuse here what the store would refuse, so that it cannot stand in the way of others."""
    for entry in entries:
        entry_row(entry)
