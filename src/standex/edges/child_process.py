"""Processes beside this one: started fresh, one BLAS thread each, gone when this one is gone."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, final, runtime_checkable

from threadpoolctl import threadpool_limits

_STOP_S = 2.0


@runtime_checkable
class Line(Protocol):
    """One end of a pipe between processes."""

    def send(self, obj: Any, /) -> None:
        """Send a value; it is copied."""
        ...

    def recv(self) -> Any:
        """Wait for a value."""
        ...

    def poll(self, timeout: float | None = 0.0, /) -> bool:
        """Return whether a value is there, after at most ``timeout`` seconds."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Child:
    """A process and the line to it."""

    process: SpawnProcess
    line: Line

    def stop(self) -> None:
        """End it: by itself if it listens, else at once; nothing is left behind."""
        self.line.close()
        self.process.join(_STOP_S)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_STOP_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def start_child(target: Callable[..., None], *arguments: Any, name: str) -> Child:
    """Start ``target(line, *arguments)`` in a process of its own.

    Spawned, not forked: a fork of a process with threads inherits their locks.

    Args:
        target: a function of a module; it calls :func:`settle_in` first, and ends when the line
            is closed (``EOFError``, ``BrokenPipeError``).
        *arguments: what it is given; sent over as copies.
        name: for those who look at the list of processes.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=True)
    process = context.Process(target=target, args=(theirs, *arguments), name=name, daemon=True)
    process.start()
    theirs.close()
    return Child(process=process, line=ours)


def settle_in() -> None:
    """Make this process a good child; called first thing in it.

    Ctrl-C goes to all processes of a terminal: the parent ends in order, and its children with it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(limits=1)
    parent = multiprocessing.parent_process()

    def leave_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
