"""Asks store and audit every two seconds whether they are there.

Hours may pass without an alarm, and a database that is gone must not be found out by one. A
question that is not answered is told before anybody gives up on it.
"""

import threading
from collections.abc import Callable
from typing import final

from standex.edges.audit.contract import AuditLog
from standex.edges.clock import Clock
from standex.edges.store.contract import Store
from standex.model.errors import StandexError

EVERY_S = 2.0
PATIENCE_S = 2.0
_JOIN_S = 1.0
_NOTHING = "nothing"


@final
class StoreWatch:
    """A thread that asks; entered and left."""

    def __init__(self, store: Store, audit: AuditLog, *, clock: Clock) -> None:
        """Ask nothing yet."""
        self._questions: tuple[Callable[[], object], ...] = (
            lambda: store.get(_NOTHING, _NOTHING),
            audit.last,
        )
        self._clock = clock
        self._asked_utc_ns: int | None = None
        self._said = ""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="store watch", daemon=True)

    @property
    def problem(self) -> str:
        """Return what is wrong, in words, or nothing."""
        asked = self._asked_utc_ns
        since_s = 0.0 if asked is None else (self._clock.utc_ns() - asked) * 1e-9
        if since_s > PATIENCE_S:
            return (
                f"store or audit have not answered for {since_s:.0f} s: look at the database, its "
                "disk and the line to it"
            )
        return self._said

    def __enter__(self) -> "StoreWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; who hangs in a question is not waited for."""
        self._is_over.set()
        self._thread.join(_JOIN_S)

    def _work(self) -> None:
        while not self._is_over.is_set():
            self._asked_utc_ns = self._clock.utc_ns()
            try:
                for ask in self._questions:
                    ask()
                self._said = ""
            except StandexError as error:
                self._said = str(error)
            self._asked_utc_ns = None
            self._is_over.wait(EVERY_S)
