"""An event loop in a thread of its own, for connections that must not stall the watch."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar, final

from standex.edges.interop.sapient.errors import SapientError

T = TypeVar("T")
_JOIN_S = 5.0


@final
class LoopThread:
    """Runs coroutines for callers in other threads."""

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def call(self, coroutine: Coroutine[Any, Any, T], *, wait_s: float = _JOIN_S) -> T:
        """Return what a coroutine returns, from another thread.

        Raises:
            SapientError: it took too long.
        """
        future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(wait_s)
        except TimeoutError:
            future.cancel()
            raise SapientError(f"no answer from {self._thread.name} in {wait_s:g} s") from None

    def soon(self, call: Callable[..., object], *args: Any) -> None:
        """Have something called in the loop, as soon as it comes to it; never waits."""
        with suppress(RuntimeError):  # closed meanwhile: then there is nobody to do it
            self._loop.call_soon_threadsafe(call, *args)

    def close(self) -> None:
        """End all tasks and the thread."""
        self.soon(self._loop.stop)
        self._thread.join(_JOIN_S)
