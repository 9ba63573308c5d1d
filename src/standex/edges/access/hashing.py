"""Passwords hashed with argon2id, a few at a time, so that signing in is no way to stop a service.

One check takes a fifth of a second and 64 MiB on purpose. So checks go through one thread with a
short queue: whoever comes when it is full is told to come again, and the watch loses no time.

References:
    RFC 9106; the second recommended choice, with one lane to leave the other cores alone.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar, final

from standex.edges.access.passwords import is_too_long, normalized
from standex.model.errors import StandexError

try:
    from argon2 import PasswordHasher, Type
    from argon2.exceptions import InvalidHashError, VerificationError
except ImportError as error:
    raise StandexError(
        "accounts need the package argon2-cffi; install it with pip install 'standex[service]'"
    ) from error

T = TypeVar("T")


class BusyError(StandexError):
    """Too many passwords are being checked; nothing was found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashCost:
    """What one hash costs.

    Attributes:
        memory_kib: memory, in KiB.
        n_passes: over that memory.
        n_lanes: threads.
        n_at_once: checks at the same time.
        n_waiting: checks that may wait for their turn; as many again of people known here.
    """

    memory_kib: int = 65536
    n_passes: int = 3
    n_lanes: int = 1
    n_at_once: int = 1
    n_waiting: int = 8


@final
class PasswordHashing:
    """Hashes and checks passwords off the event loop; close it when done."""

    def __init__(self, cost: HashCost | None = None) -> None:
        cost = cost or HashCost()
        self._hasher = PasswordHasher(
            time_cost=cost.n_passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.n_lanes,
            type=Type.ID,
        )
        # Whoever has no account waits just as long: nobody learns from the time who has one.
        self._nobody = self._hasher.hash("nobody's password, which nobody can have")
        self._threads = ThreadPoolExecutor(cost.n_at_once, thread_name_prefix="passwords")
        self._limit = cost.n_at_once + cost.n_waiting
        # Strangers can fill the queue, and not these places.
        self._limit_of_known = self._limit + cost.n_waiting
        self._n_under_way = 0
        self._counting = threading.Lock()

    def hash_now(self, password: str) -> str:
        """Return the hash of a password, in this thread."""
        return self._hasher.hash(normalized(password))

    async def hash(self, password: str) -> str:
        """Return the hash of a new password, of somebody who is in already.

        Raises:
            BusyError: too many others wait.
        """
        return await asyncio.wrap_future(self._begin(self.hash_now, password, is_known=True))

    async def is_right(self, password: str, password_hash: str, *, is_known: bool = False) -> bool:
        """Return whether a password is the one that was hashed.

        An empty hash is of nobody: the answer is no, after the same work.

        Args:
            password: as it was given.
            password_hash: of the account.
            is_known: somebody of that name has come in from there before.

        Raises:
            BusyError: too many others wait.
        """
        if is_too_long(password):
            return False
        return await asyncio.wrap_future(
            self._begin(self._check, password, password_hash, is_known=is_known)
        )

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether a hash was made at another cost than is asked for now."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads go; checks that wait are dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _check(self, password: str, password_hash: str) -> bool:
        try:
            is_same = self._hasher.verify(password_hash or self._nobody, normalized(password))
        except (VerificationError, InvalidHashError):
            return False
        return is_same and bool(password_hash)

    def _begin(self, work: Callable[..., T], *args: str, is_known: bool) -> Future[T]:
        with self._counting:
            if self._n_under_way >= (self._limit_of_known if is_known else self._limit):
                raise BusyError("too many people are signing in at once; try again in some seconds")
            self._n_under_way += 1
        try:
            future = self._threads.submit(work, *args)
        except RuntimeError as error:
            self._done()
            raise BusyError("the service is stopping; nobody can sign in") from error
        # Whoever gives up waiting does not make the thread free: the work itself counts.
        future.add_done_callback(self._done)
        return future

    def _done(self, _: "Future[T] | None" = None) -> None:
        with self._counting:
            self._n_under_way -= 1
