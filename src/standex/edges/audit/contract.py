"""Who did what: the rows of the audit log, and the one interface to it.

A row is never changed and never deleted on its own: each holds the SHA-256 of the one before, and
the hash of the last one is signed from time to time and copied to a place under other hands. Old
rows leave together, as a sealed segment, and the signed seal stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from standex.model.errors import StandexError


class AuditError(StandexError):
    """The audit log cannot be written or read; says which, and what to do."""


class RequestClashError(AuditError):
    """The request was something else before; the log itself is well."""


class What(StrEnum):
    """What can be done that somebody may have to answer for."""

    SERVICE_STARTED = "service_started"
    SERVICE_STOPPED = "service_stopped"
    SETTINGS_CHANGED = "settings_changed"
    SITE_CHANGED = "site_changed"
    CALIBRATION_CHANGED = "calibration_changed"
    PICTURE_RESTORED = "picture_restored"
    OVERLOAD = "overload"
    CLOCK_STEPPED = "clock_stepped"
    NODE_ALERT = "node_alert"

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    REFUSED = "refused"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_REMOVED = "account_removed"
    SENSOR_ADMITTED = "sensor_admitted"
    SENSOR_REFUSED = "sensor_refused"
    SENSOR_CREDENTIAL_MADE = "sensor_credential_made"
    SENSOR_CREDENTIAL_REVOKED = "sensor_credential_revoked"

    ALARM_RAISED = "alarm_raised"
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_ACKNOWLEDGED = "incident_acknowledged"
    INCIDENT_TAKEN = "incident_taken"
    INCIDENT_HANDED_OVER = "incident_handed_over"
    INCIDENT_ESCALATED = "incident_escalated"
    INCIDENT_NOTED = "incident_noted"
    INCIDENT_SHELVED = "incident_shelved"
    INCIDENT_UNSHELVED = "incident_unshelved"
    INCIDENT_DISMISSED = "incident_dismissed"
    INCIDENT_RESOLVED = "incident_resolved"
    INCIDENT_CLOSED = "incident_closed"

    STOPPED = "stopped"
    ARMED = "armed"
    DISARMED = "disarmed"
    OPERATING_POINT_PROPOSED = "operating_point_proposed"
    OPERATING_POINT_CONFIRMED = "operating_point_confirmed"
    OPERATING_POINT_REFUSED = "operating_point_refused"
    OPERATING_POINT_CHANGED = "operating_point_changed"
    PUBLIC_ALERT_CONFIRMED = "public_alert_confirmed"
    WALK_TEST_STARTED = "walk_test_started"
    WALK_TEST_SCORED = "walk_test_scored"
    SCREENING_DECLINED = "screening_declined"
    EXERCISE_STARTED = "exercise_started"
    EXERCISE_ENDED = "exercise_ended"

    EVIDENCE_WRITTEN = "evidence_written"
    EVIDENCE_SEEN = "evidence_seen"
    EVIDENCE_EXPORTED = "evidence_exported"
    REPLAY_SEEN = "replay_seen"
    AUDIT_SEEN = "audit_seen"
    AUDIT_EXPORTED = "audit_exported"
    AUDIT_SEALED = "audit_sealed"
    PRIVACY_SEEN = "privacy_seen"
    DATA_DELETED = "data_deleted"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What is to be written down.

    Attributes:
        t_utc_ns: when it was done.
        who: account, sensor or node, or ``service``; never a passer-by.
        role: as which they did it; for two roles, both, parted by a comma; may be empty.
        what: of which kind.
        of_what: to what: an alert's id, a sensor's id, an account; may be empty.
        why: in their words; may be empty.
        request_id: unique for ever; the same one again is one row.
        body: more of it, as plain JSON data.
    """

    t_utc_ns: int
    who: str
    role: str
    what: What
    of_what: str
    why: str
    request_id: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A row as it is stored; texts, so that what was hashed is what is read.

    Attributes:
        seq: counts up from 1 without a gap.
        t_utc_ns: when it was done.
        who: who did it.
        role: as which.
        what: a word of ``What``, or of a later version of it.
        of_what: to what.
        why: in their words.
        request_id: unique for ever.
        body: canonical JSON.
        prev_hash: of the row before, hexadecimal.
        row_hash: of this one.
    """

    seq: int
    t_utc_ns: int
    who: str
    role: str
    what: str
    of_what: str
    why: str
    request_id: str
    body: str
    prev_hash: str
    row_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """Somebody who held the key says: at this time the log ended with this row.

    Attributes:
        log_id: of which log.
        seq: of its last row.
        row_hash: of that row.
        t_utc_ns: when it was signed.
        key_id: of the key, from its public half.
        signature: Ed25519, hexadecimal.
    """

    log_id: str
    seq: int
    row_hash: str
    t_utc_ns: int
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What stays of rows that were deleted because their time was over.

    Attributes:
        log_id: of which log.
        first_seq: of the segment.
        last_seq: of the segment.
        prev_hash: that its first row continued.
        last_hash: of its last row; the next row continues it.
        newest_utc_ns: the latest time of a row in it.
        t_utc_ns: when it was sealed and deleted.
        keep_s: how long rows had to stay.
        key_id: of the key.
        signature: Ed25519, hexadecimal.
    """

    log_id: str
    first_seq: int
    last_seq: int
    prev_hash: str
    last_hash: str
    newest_utc_ns: int
    t_utc_ns: int
    keep_s: int
    key_id: str
    signature: str


@runtime_checkable
class AuditLog(Protocol):
    """One log, from any thread; every call is one transaction, done when it returns."""

    @property
    def log_id(self) -> str:
        """Return what this log is called; made by chance when it was created."""
        ...

    def append(self, entries: Sequence[AuditEntry], /) -> tuple[AuditRow, ...]:
        """Write entries, all or none, and return their rows; they are on the disk then.

        An entry whose request is known already is not written again: its old row is returned.

        Raises:
            RequestClashError: a known request asked for something else; nothing was written.
            AuditError: nothing was written.
            ValueError: an entry is no plain text and JSON, or too long.
        """
        ...

    def last(self) -> tuple[int, str]:
        """Return number and hash of the last row; 0 and the log's beginning when there is none."""
        ...

    def rows(self, *, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return the first rows with a number above ``after``, in order."""
        ...

    def newest(
        self,
        *,
        before: int = 0,
        limit: int = 100,
        who: str = "",
        what: str = "",
        of_what: str = "",
    ) -> tuple[AuditRow, ...]:
        """Return the last rows, newest first; below ``before`` unless that is 0; of these only."""
        ...

    def keep_head(self, head: SignedHead, /) -> None:
        """Keep a signed head beside the rows."""
        ...

    def heads(self) -> tuple[SignedHead, ...]:
        """Return the signed heads, by time."""
        ...

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals, in order."""
        ...

    def drop(self, seal: Seal, /) -> int:
        """Keep the seal and delete its rows, in one transaction; return how many there were.

        Raises:
            AuditError: the seal does not fit the rows; nothing was deleted.
        """
        ...

    def check(self) -> str:
        """Return what is wrong with the files or tables themselves, or nothing."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
