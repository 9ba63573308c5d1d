"""A loop in a thread: called from outside, ended with all its tasks."""

import asyncio
import threading

import pytest

from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.loop_thread import LoopThread


def test_calls_and_ends() -> None:
    thread = LoopThread("test")
    done = threading.Event()

    async def name() -> str:
        return threading.current_thread().name

    assert thread.call(name()) == "test"
    thread.soon(done.set)
    assert done.wait(2.0)
    thread.close()
    thread.soon(done.clear)  # too late: nobody is there
    assert done.is_set()
    thread.close()


def test_tasks_are_ended_with_it() -> None:
    thread = LoopThread("test")
    ended = threading.Event()

    async def for_ever() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async def begin() -> None:
        tasks.add(asyncio.get_running_loop().create_task(for_ever()))
        await asyncio.sleep(0)

    tasks: set[asyncio.Task[None]] = set()
    thread.call(begin())
    thread.close()
    assert ended.is_set()


def test_who_does_not_answer_is_told_of() -> None:
    thread = LoopThread("test")
    with pytest.raises(SapientError, match="no answer"):
        thread.call(asyncio.sleep(60), wait_s=0.02)
    thread.close()
