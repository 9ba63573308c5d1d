import gc
import os
import signal
import sys
import weakref

import anyio
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.service.own_process import (
    LOOK_AT_ALL_S,
    SWITCH_S,
    running_evenly,
    stop_on_signal,
)


def test_what_is_there_is_not_looked_through_while_the_watch_runs() -> None:
    before_s, n_before = sys.getswitchinterval(), gc.get_freeze_count()
    with running_evenly(SimulatedClock(0)):
        assert gc.get_freeze_count() > n_before
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == pytest.approx(before_s)


def test_what_stays_is_set_aside_and_looked_through_once_an_hour() -> None:
    """Else what is known of people, and stays for minutes, stops the watch every few seconds."""

    class Ring:
        me: object

    clock, alive = SimulatedClock(0), []
    with running_evenly(clock):
        ring = Ring()
        ring.me = ring
        alive.append(weakref.ref(ring))
        gc.collect()
        n_aside = gc.get_freeze_count()
        kept = [[] for _ in range(1000)]
        gc.collect()
        assert gc.get_freeze_count() >= n_aside + len(kept)
        del ring
        gc.collect()
        assert alive[0]() is not None  # among what is set aside
        clock.advance(LOOK_AT_ALL_S + 1)
        gc.collect()
        assert alive[0]() is None


def test_the_first_signal_asks_and_the_second_ends() -> None:
    async def run() -> None:
        stop = anyio.Event()
        async with anyio.create_task_group() as group:
            await group.start(stop_on_signal, stop)
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await anyio.sleep(60)

    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        anyio.run(run)
