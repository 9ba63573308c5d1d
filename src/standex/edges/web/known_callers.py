"""Who has signed in, also while nobody can be asked.

Sessions and accounts are in the store. When that is gone, whoever was looking a moment before goes
on looking: an alarm must not be hidden by a database that restarts. Nothing can be done that way,
only looked at; nobody is let in who was not in already.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import anyio
from anyio.to_thread import run_sync

from standex.edges.access.bearer_token import hash_of
from standex.edges.clock import Clock
from standex.edges.store.contract import StoreError
from standex.edges.web.service_view import Caller

ANSWER_S, DEED_S = 4.0, 6.0
"""So long a store is waited for by who looks, and by who does something."""

AGAIN_S = 3.0
"""So long nobody else waits for a store that has just not answered."""

LATELY_S = 30.0
"""Only who was known so shortly before the store went is known without it."""

MOST_WITHOUT_S = 8 * 3600.0
MOST_KNOWN, MOST_ASKING = 2000, 8
_SILENT = "the store does not answer, so nobody can be asked who you are; try again in a moment"


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    asked_utc_ns: int


@final
class KnownCallers:
    """Asks the sign-in whose token it is; used in one event loop."""

    def __init__(self, ask: Callable[[str], Caller | None], *, clock: Clock) -> None:
        """Know nobody yet.

        Args:
            ask: whose token it is, from the store; called in a worker thread.
            clock: of the service.
        """
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._gone_since_utc_ns: int | None = None
        self._ask_again_utc_ns = 0
        self._lock = threading.Lock()
        self._n_asking = 0

    async def of(self, token: str, *, only_looks: bool) -> Caller | None:
        """Return whose token it is, or None.

        Args:
            token: that was presented.
            only_looks: nothing is to be changed, so that who was known lately is known enough.

        Raises:
            StoreError: the store is gone, and it is not known otherwise.
        """
        fallback = self._remembered if only_looks else _refused
        if self._n_asking >= MOST_ASKING or self._clock.utc_ns() < self._ask_again_utc_ns:
            return fallback(token, StoreError(_SILENT))
        try:
            with anyio.fail_after(ANSWER_S if only_looks else DEED_S):
                caller = await run_sync(self._counted, token, abandon_on_cancel=True)
        except TimeoutError:
            self._ask_again_utc_ns = self._clock.utc_ns() + round(AGAIN_S * 1e9)
            return fallback(token, StoreError(_SILENT))
        except StoreError as error:
            return fallback(token, error)
        return self._learnt(token, caller)

    def forget(self, token: str) -> None:
        """Let a token be known no more: its session has been ended."""
        self._known.pop(hash_of(token), None)

    def _counted(self, token: str) -> Caller | None:
        with self._lock:
            self._n_asking += 1
        try:
            return self._ask(token)
        finally:
            with self._lock:
                self._n_asking -= 1

    def _learnt(self, token: str, caller: Caller | None) -> Caller | None:
        self._gone_since_utc_ns = None
        if caller is None:
            self.forget(token)
            return None
        name = hash_of(token)
        self._known[name] = _Known(caller, self._clock.utc_ns())
        self._known.move_to_end(name)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return caller

    def _remembered(self, token: str, error: StoreError) -> Caller:
        """Return who it was when it could last be asked.

        Raises:
            StoreError: nobody who may still be let in.
        """
        now = self._clock.utc_ns()
        if self._gone_since_utc_ns is None:
            self._gone_since_utc_ns = now
        gone = self._gone_since_utc_ns
        known = self._known.get(hash_of(token))
        if (
            known is None
            or gone - known.asked_utc_ns > LATELY_S * 1e9
            or now - gone > MOST_WITHOUT_S * 1e9
            or now >= known.caller.expires_utc_ns
        ):
            raise error
        return known.caller


def _refused(_: str, error: StoreError) -> Caller:
    """Let nobody do anything who cannot be asked after.

    Raises:
        StoreError: always.
    """
    raise error
