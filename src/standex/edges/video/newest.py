"""Where frames wait between the threads that read cameras and the one that works on them.

One place a camera: a new frame takes the place of one that still waits. So memory is bounded by the
number of cameras, and delay by the time of one round, however slow the work is.
"""

import threading
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class Newest(Generic[T]):
    """The newest of each; safe between threads."""

    def __init__(self, names: Iterable[Hashable]) -> None:
        """Make an empty place for each name."""
        self._waiting: dict[Hashable, T] = {}
        self._n_dropped = dict.fromkeys(names, 0)
        self._open = set(self._n_dropped)
        self._changed = threading.Condition()

    def put(self, name: Hashable, item: T) -> None:
        """Let an item wait; one that waited already is dropped, and counted."""
        with self._changed:
            if name not in self._open:
                return
            if self._waiting.pop(name, None) is not None:
                self._n_dropped[name] += 1
            self._waiting[name] = item  # behind all others: everybody has their turn
            self._changed.notify()

    def end(self, name: Hashable) -> None:
        """Say that nothing more comes of a name; what waits stays."""
        with self._changed:
            self._open.discard(name)
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more comes of anybody, and let go what waits."""
        with self._changed:
            self._open.clear()
            self._waiting.clear()
            self._changed.notify_all()

    def take(self, *, timeout_s: float) -> tuple[Hashable, T] | None:
        """Return who has waited longest, with the item; None when nobody came in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._open, timeout_s)
            if not self._waiting:
                return None
            name = next(iter(self._waiting))
            return name, self._waiting.pop(name)

    @property
    def is_over(self) -> bool:
        """Return whether nothing waits and nothing more comes."""
        with self._changed:
            return not self._waiting and not self._open

    def n_dropped(self, name: Hashable) -> int:
        """Return how many items of a name had to go."""
        with self._changed:
            return self._n_dropped[name]
