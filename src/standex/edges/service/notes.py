"""What the service itself writes down in the audit, and what access tells it."""

import itertools
from collections.abc import Mapping
from typing import Any, final

from standex.edges.access.access_event import AccessAction, AccessEvent
from standex.edges.audit.contract import AuditEntry, AuditError, What
from standex.edges.audit.writer import AuditWriter
from standex.edges.clock import Clock

SERVICE = "service"
_MOST_WORD = 200

_DONE: dict[AccessAction, What] = {
    AccessAction.SIGN_IN: What.SIGNED_IN,
    AccessAction.SIGN_OUT: What.SIGNED_OUT,
    AccessAction.SET_PASSWORD: What.ACCOUNT_CHANGED,
    AccessAction.ADD_ACCOUNT: What.ACCOUNT_ADDED,
    AccessAction.SET_ROLES: What.ACCOUNT_CHANGED,
    AccessAction.ENABLE_ACCOUNT: What.ACCOUNT_CHANGED,
    AccessAction.DISABLE_ACCOUNT: What.ACCOUNT_CHANGED,
    AccessAction.REMOVE_ACCOUNT: What.ACCOUNT_REMOVED,
    AccessAction.END_SESSIONS: What.ACCOUNT_CHANGED,
    AccessAction.MAKE_LINK: What.ACCOUNT_CHANGED,
    AccessAction.MAKE_AUTHORITY: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.ISSUE_CERTIFICATE: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.ISSUE_TOKEN: What.SENSOR_CREDENTIAL_MADE,
    AccessAction.REVOKE_SENSOR: What.SENSOR_CREDENTIAL_REVOKED,
    AccessAction.ADMIT_SENSOR: What.SENSOR_ADMITTED,
}
_REFUSED: dict[AccessAction, What] = {
    AccessAction.SIGN_IN: What.SIGN_IN_REFUSED,
    AccessAction.ADMIT_SENSOR: What.SENSOR_REFUSED,
}


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
        what = _DONE[event.action] if event.is_done else _REFUSED.get(event.action, What.REFUSED)
        number = next(self._numbers)
        entry = AuditEntry(
            t_utc_ns=event.t_utc_ns,
            who=(event.by or event.of or "nobody")[:_MOST_WORD],
            role="",
            what=what,
            of_what=event.of[:_MOST_WORD],
            why=event.detail,
            request_id=f"access-{self._started_utc_ns}-{number}",
            body={"action": event.action.value, "address": event.address},
        )
        self._audit.append((entry,))
