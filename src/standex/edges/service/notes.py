"""What the service itself writes down in the audit, and what access tells it."""

import itertools
from collections.abc import Mapping
from typing import Any, final

from standex.edges.access.access_event import AccessEvent
from standex.edges.access.audited import NOBODY, what_of
from standex.edges.audit.contract import AuditEntry, AuditError, What
from standex.edges.audit.writer import AuditWriter
from standex.edges.clock import Clock

SERVICE = "service"
_MOST_WORD = 200


@final
class Notes:
    """Writes into the audit for the service; from any thread.

    Attributes:
        n_lost: entries of the service's own that could not even be handed over.
    """

    def __init__(self, audit: AuditWriter, *, clock: Clock) -> None:
        self.n_lost = 0
        self._audit = audit
        self._clock = clock
        self._numbers = itertools.count(1)
        self._started_utc_ns = clock.utc_ns()

    def say(
        self, what: What, of_what: str, why: str = "", body: Mapping[str, Any] | None = None
    ) -> None:
        """Write something down without waiting; a watch goes on without an audit."""
        try:
            self._audit.submit(self.entry(what, of_what, why, body))
        except (AuditError, ValueError):
            self.n_lost += 1

    def say_now(
        self, what: What, of_what: str, why: str = "", body: Mapping[str, Any] | None = None
    ) -> None:
        """Write something down; it is on the disk when this returns.

        Raises:
            AuditError: it is not.
        """
        self._audit.append((self.entry(what, of_what, why, body),))

    def entry(
        self, what: What, of_what: str, why: str = "", body: Mapping[str, Any] | None = None
    ) -> AuditEntry:
        """Return an entry of the service's own."""
        number = next(self._numbers)
        return AuditEntry(
            t_utc_ns=self._clock.utc_ns(),
            who=SERVICE,
            role="",
            what=what,
            of_what=of_what[:_MOST_WORD],
            why=why,
            request_id=f"{SERVICE}-{self._started_utc_ns}-{number}",
            body=dict(body or {}),
        )

    def told(self, event: AccessEvent) -> None:
        """Write down what was done about access, before it holds.

        Raises:
            AuditError: it could not be written down, and so must not be done.
        """
        number = next(self._numbers)
        entry = AuditEntry(
            t_utc_ns=event.t_utc_ns,
            who=(event.by or event.of or NOBODY)[:_MOST_WORD],
            role="",
            what=what_of(event),
            of_what=event.of[:_MOST_WORD],
            why=event.detail,
            request_id=f"access-{self._started_utc_ns}-{number}",
            body={"action": event.action.value, "address": event.address},
        )
        self._audit.append((entry,))
