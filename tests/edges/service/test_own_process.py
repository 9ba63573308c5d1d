import gc
import os
import signal
import sys

import anyio
import pytest

from standex.edges.service.own_process import SWITCH_S, running_evenly, stop_on_signal


def test_what_is_there_is_not_looked_through_while_the_watch_runs() -> None:
    before_s, n_before = sys.getswitchinterval(), gc.get_freeze_count()
    with running_evenly():
        assert gc.get_freeze_count() > n_before
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == pytest.approx(before_s)


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
