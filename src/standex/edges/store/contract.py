"""What a station keeps beside its recordings, and the one interface to it.

Two shapes are enough: an append-only **log** of entries in streams (what the station said, what
people did), and **documents** by collection and id (accounts, incidents, walk tests, keys of
requests). Every entry and document says of which class of data it is: that decides for how long it
may stay. The audit log is a table of its own that nothing here can change or delete; see
``standex.edges.audit``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from standex.model.errors import StandexError


class StoreError(StandexError):
    """The store cannot be read or written; says which, and what to do."""


class ConflictError(StoreError):
    """Somebody else changed the document meanwhile; read it again."""


class DataClass(StrEnum):
    """What something kept is, and so for how long.

    Attributes:
        RAW: what devices delivered, and anything that shows a body.
        TRACK: where people were, and what was known about them.
        ALARM: the evidence of an alarmed passage, and the incident.
        AUDIT: who did what.
        ACCOUNT: who may sign in.
        OPERATION: the state of the system itself: walk tests, operating points, health.
    """

    RAW = "raw"
    TRACK = "track"
    ALARM = "alarm"
    AUDIT = "audit"
    ACCOUNT = "account"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened.

    Attributes:
        entry_id: unique for ever; the same one again is taken once.
        stream: which log; ``events`` is what the station said.
        kind: what it is, such as ``alert``.
        key: of what, such as the alert's id.
        t_utc_ns: when.
        data_class: of which class.
        expires_utc_ns: when it must be gone.
        body: the rest, as plain JSON data.
    """

    entry_id: str
    stream: str
    kind: str
    key: str
    t_utc_ns: int
    data_class: DataClass
    expires_utc_ns: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An entry at its place in the store's one order.

    Attributes:
        sequence: counts up from 1 over all streams, with gaps where entries have expired.
        entry: what was kept.
    """

    sequence: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that changes.

    Attributes:
        collection: such as ``incidents``.
        document_id: unique in it.
        data_class: of which class.
        expires_utc_ns: when it must be gone; 0 for never.
        version: 0 for a new one; counts up with each change.
        body: plain JSON data.
    """

    collection: str
    document_id: str
    data_class: DataClass
    expires_utc_ns: int
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What was deleted because its time was over.

    Attributes:
        data_class: which class.
        n_deleted: entries and documents.
        oldest_utc_ns: the earliest time at which one of them should have been gone; 0 when none.
        n_left: what is overdue and could not be deleted.
    """

    data_class: DataClass
    n_deleted: int
    oldest_utc_ns: int
    n_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is kept, by class and place: the material of the privacy report.

    Attributes:
        place: stream or collection, such as ``log/events``.
        data_class: which class.
        n: how many.
        oldest_utc_ns: 0 when there are none.
        newest_utc_ns: 0 when there are none.
        latest_expiry_utc_ns: when the last of them will be gone; 0 for never.
        keys: the names of the fields that their bodies hold.
    """

    place: str
    data_class: DataClass
    n: int
    oldest_utc_ns: int
    newest_utc_ns: int
    latest_expiry_utc_ns: int
    keys: tuple[str, ...] = field(default=())


@runtime_checkable
class Store(Protocol):
    """One store, from any thread; every call is one transaction, done when it returns."""

    def append(self, entries: Sequence[Entry], /) -> tuple[int, ...]:
        """Keep entries, all or none, and return their sequence numbers.

        They are on the disk when this returns. An entry whose id is known already is not kept
        again: its old number is returned.

        Raises:
            StoreError: nothing was kept.
        """
        ...

    def read(
        self, stream: str, /, *, after: int = 0, key: str | None = None, limit: int = 1000
    ) -> tuple[Stored, ...]:
        """Return the first entries of a stream with a sequence above ``after``, in order."""
        ...

    def newest(
        self, stream: str, /, *, key: str | None = None, limit: int = 100
    ) -> tuple[Stored, ...]:
        """Return the last entries of a stream, newest first."""
        ...

    def put(self, document: Document, /) -> Document:
        """Keep a document in place of the version that it was read as; return it with its new one.

        Raises:
            ConflictError: the stored version is another one.
            StoreError: nothing was kept.
        """
        ...

    def put_with(self, document: Document, entries: Sequence[Entry], /) -> Document:
        """Do ``put`` and ``append`` in one transaction."""
        ...

    def get(self, collection: str, document_id: str, /) -> Document | None:
        """Return a document, or None."""
        ...

    def find(self, collection: str, /, *, limit: int = 1000) -> Iterator[Document]:
        """Yield the documents of a collection, by id."""
        ...

    def remove(self, collection: str, document_id: str, /) -> bool:
        """Delete a document; return whether it was there."""
        ...

    def delete_expired(self, *, now_utc_ns: int) -> tuple[Deletion, ...]:
        """Delete whatever's time is over so that no byte of it stays; say what, by class."""
        ...

    def contents(self) -> tuple[Contents, ...]:
        """Return what is kept."""
        ...

    def check(self) -> None:
        """Write and read something.

        Raises:
            StoreError: the store cannot be used.
        """
        ...

    def backup(self, path: Path, /) -> None:
        """Write a copy of everything, taken at one moment, while others go on.

        Raises:
            StoreError: there is no complete copy at ``path``.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
