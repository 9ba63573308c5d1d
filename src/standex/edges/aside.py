"""What is shown in a terminal, shown by a thread of its own.

A terminal may stand still for as long as it likes: Ctrl-S, a slow line, a pipe that nobody reads.
Who watches people must not stand still with it.
"""

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import final

from standex.edges.live_status import LiveStatus
from standex.edges.terminal import View

MOST_LINES = 1000
END_S = 1.0
"""So long the last words are waited for at the end."""


@final
class AsideView:
    """A view that never holds up whoever shows: the newest status wins, and a dead screen is left.

    What is shown must be a state of its own, as a ``LiveStatus`` is.
    """

    def __init__(self, view: View) -> None:
        """Show it on ``view``, which is entered and left with this one."""
        self._view = view
        self._changed = threading.Condition()
        self._next: LiveStatus | None = None
        self._is_over = False
        self._thread = threading.Thread(target=self._show_all, name="terminal", daemon=True)

    def __enter__(self) -> "AsideView":
        self._view.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join(END_S)
        if not self._thread.is_alive():  # else the terminal is not to be had, to give it back
            self._view.__exit__(kind, error, traceback)

    def show(self, status: LiveStatus, /) -> None:
        """Let it be shown as soon as the terminal can."""
        with self._changed:
            self._next = status
            self._changed.notify_all()

    def _show_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._is_over)
                status, self._next = self._next, None
            if status is None:
                return
            try:
                self._view.show(status)
            except OSError:
                return  # nobody is there any more; the console and the log are


@final
class AsideLines:
    """Prints lines one after the other, and keeps nobody waiting who says one."""

    def __init__(self, write: Callable[[str], object], *, n_waiting: int = MOST_LINES) -> None:
        """Print with ``write``, where at most ``n_waiting`` lines wait; later ones are counted."""
        self._write = write
        self._n_waiting = n_waiting
        self._lines = deque[str]()
        self._n_left_out = 0
        self._changed = threading.Condition()
        self._is_over = False
        self._thread = threading.Thread(target=self._print_all, name="lines", daemon=True)

    def __enter__(self) -> "AsideLines":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join(END_S)

    def say(self, line: str) -> None:
        """Let a line be printed after those before it."""
        with self._changed:
            if len(self._lines) >= self._n_waiting:
                self._n_left_out += 1
            else:
                self._lines.append(line)
            self._changed.notify_all()

    def _print_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._is_over)
                if not self._lines:
                    return
                line = self._lines.popleft()
                n_left_out, self._n_left_out = self._n_left_out, 0
                if n_left_out:
                    self._lines.append(f"{n_left_out} lines were left out here: nobody read them")
            try:
                self._write(line)
            except OSError:
                return
