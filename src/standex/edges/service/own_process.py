"""What the service does to its own process: signals, and nothing that stops all of it at once."""

import gc
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

import anyio
from anyio.abc import TaskStatus

SWITCH_S = 1e-3  # so long another thread may make the watch wait for its turn


@contextmanager
def running_evenly() -> Generator[None]:
    """Keep Python from stopping the watch; entered when all is made, before the watch begins.

    What is there then stays: looking through all of it for rubbish, every few seconds, would stop
    the watch for a tenth of a second.
    """
    before_s = sys.getswitchinterval()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)
        gc.unfreeze()


async def stop_on_signal(stop: anyio.Event, *, task_status: TaskStatus[None]) -> None:
    """End in good order on the first signal, at once on the second."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            if stop.is_set():
                raise KeyboardInterrupt
            stop.set()
