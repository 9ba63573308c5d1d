"""One thread that writes: whatever waits is done in one transaction, and each caller told alone.

Waiting for the disk costs milliseconds, whatever is written; so those who come while the disk works
go together the next time. Each piece of work has a savepoint: one that fails takes none with it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, final

from standex.edges.store.contract import StoreError
from standex.edges.store.link import Link, Server

T = TypeVar("T")
_MOST_TOGETHER = 256


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    do: Callable[[Link], Any]
    is_alone: bool
    done: Future[Any] = field(default_factory=Future)


@final
class GroupCommit:
    """Does work with the one link that writes."""

    def __init__(self, server: Server, link: Link) -> None:
        """Take over ``link``, and start the thread."""
        self._server = server
        self._link = link
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Link], T], /) -> T:
        """Do work in a transaction; it is on the disk when this returns.

        Raises:
            StoreError: nothing was kept, or the link was lost before the server could answer; and
                whatever ``work`` raises.
        """
        return self._put(_Work(do=work, is_alone=False))

    def alone(self, work: Callable[[Link], T], /) -> T:
        """Do work outside any transaction, while nobody else here writes."""
        return self._put(_Work(do=work, is_alone=True))

    def close(self) -> None:
        """Do what waits, then let go of the link; once is enough."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._waiting.put(None)
        self._thread.join()

    def _put(self, work: _Work) -> Any:
        with self._lock:
            if self._is_closed:
                raise StoreError(f"{self._server.where} has been closed")
            self._waiting.put(work)
        return work.done.result()

    def _run(self) -> None:
        try:
            is_open = True
            while is_open:
                is_open = self._turn()
        finally:
            self._link.close()

    def _turn(self) -> bool:
        """Wait for work, and do it with all that waits behind it; return whether there is more."""
        work = self._waiting.get()
        together: list[_Work] = []
        while work is not None and not work.is_alone:
            together.append(work)
            if len(together) == _MOST_TOGETHER:
                break
            try:
                work = self._waiting.get_nowait()
            except Empty:
                break
        if together:
            self._guarded(together, self._do_together)
        if work is not None and work.is_alone:
            self._guarded([work], self._do_alone)
        return work is not None

    def _guarded(self, group: list[_Work], do: Callable[[list[_Work]], list[Any]]) -> None:
        outcomes: list[Any]
        try:
            outcomes = do(group)
        except BaseException as error:  # noqa: BLE001 - every caller waits for a word
            outcomes = [error for _ in group]
        for work, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                work.done.set_exception(outcome)
            else:
                work.done.set_result(outcome)

    def _usable(self) -> Link:
        if self._link.is_broken:
            self._link.close()
            self._link = self._server.connect()
        return self._link

    def _do_alone(self, group: list[_Work]) -> list[Any]:
        return [work.do(self._usable()) for work in group]

    def _do_together(self, group: list[_Work]) -> list[Any]:
        link = self._begun()
        outcomes: list[Any] = []
        try:
            for work in group:
                outcomes.append(_one(link, work))  # noqa: PERF401 - kept when one raises
            link.rows("COMMIT")
        except BaseException:
            _roll_back(link)
            raise
        return outcomes

    def _begun(self) -> Link:
        """Return a link in a transaction; one that broke while nothing was asked is replaced."""
        first, *others = self._server.dialect.begin_writing
        link = self._usable()
        try:
            link.rows(first)
        except StoreError:
            if not link.is_broken:
                raise
            link = self._usable()
            link.rows(first)
        try:
            for statement in others:
                link.rows(statement)
        except StoreError:
            _roll_back(link)
            raise
        return link


def _one(link: Link, work: _Work) -> Any:
    """Do one piece of work; return what it gives or raises, raise when all is lost."""
    link.rows("SAVEPOINT one")
    try:
        outcome = work.do(link)
    except Exception as error:  # noqa: BLE001 - handed to the caller
        try:
            link.rows("ROLLBACK TO SAVEPOINT one")
        except StoreError:
            # The server has taken the whole transaction back; the first word says why.
            if isinstance(error, StoreError):
                raise error from None
            raise
        outcome = error
    link.rows("RELEASE SAVEPOINT one")
    return outcome


def _roll_back(link: Link) -> None:
    try:
        if not link.is_broken:
            link.rows("ROLLBACK")
    except StoreError:
        return  # there is no transaction any more, which is what was wanted
