"""What the service does to its own process: signals, and nothing that stops all of it at once."""

import gc
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

import anyio
from anyio.abc import TaskStatus

from standex.edges.clock import Clock

SWITCH_S = 1e-3  # so long another thread may make the watch wait for its turn
LOOK_AT_ALL_S = 3600.0  # so often Python looks for rubbish among all that there is
_ALL = 2  # the oldest of its generations


@contextmanager
def running_evenly(clock: Clock) -> Generator[None]:
    """Keep Python from stopping the watch; entered when all is made, before the watch begins.

    Looking for rubbish among all that there is, every few seconds, would stop the watch for a tenth
    of a second, and for longer the more is known of people. What has been looked through is set
    aside; once an hour all of it is looked through after all, for what has become rubbish since.

    Args:
        clock: that tells when an hour is over.
    """
    before_s = sys.getswitchinterval()
    looked_utc_ns = clock.utc_ns()

    def set_aside(phase: str, info: dict[str, int]) -> None:
        nonlocal looked_utc_ns
        if info["generation"] != _ALL:
            return
        if phase == "stop":
            gc.freeze()
        elif abs((now := clock.utc_ns()) - looked_utc_ns) > LOOK_AT_ALL_S * 1e9:
            looked_utc_ns = now
            gc.unfreeze()

    gc.collect()
    gc.freeze()
    gc.callbacks.append(set_aside)
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)
        gc.callbacks.remove(set_aside)
        gc.unfreeze()


async def stop_on_signal(stop: anyio.Event, *, task_status: TaskStatus[None]) -> None:
    """End in good order on the first signal, at once on the second."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            if stop.is_set():
                raise KeyboardInterrupt
            stop.set()
