"""What a store needs of a database server; SQLite and PostgreSQL are two of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from standex.edges.store.contract import DataClass


@runtime_checkable
class Link(Protocol):
    """One connection, used by one thread at a time; everything that fails is a ``StoreError``.

    Attributes:
        is_broken: nothing will come through it any more.
    """

    is_broken: bool

    def rows(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Do a statement with ``?`` for values, and return the rows that it gives."""
        ...

    def many(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Do a statement once for each row of values."""
        ...

    def each(self, statement: str, /) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement, within a transaction, without holding them all."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Where the servers' languages differ.

    Attributes:
        whole: the type of 64-bit integers.
        text: the type of text that is ordered by code points.
        tables: statement that lists the names of tables.
        begin_writing: statements after which no other writer is at work until the end.
        begin_reading: statement after which everything is read as of one moment.
        has_partitions: each class of data has files of its own, which are wiped alone.
    """

    whole: str
    text: str
    tables: str
    begin_writing: tuple[str, ...]
    begin_reading: str
    has_partitions: bool


@runtime_checkable
class Server(Protocol):
    """Makes links, and does what only one kind of server can do.

    Attributes:
        where: its place, for messages; no secrets in it.
        dialect: its language.
    """

    where: str
    dialect: Dialect

    def connect(self) -> Link:
        """Return a new link."""
        ...

    def scrub(self, link: Link, /, *, classes: frozenset[DataClass], now_utc_ns: int) -> bool:
        """Let no byte of what was deleted stay, outside a transaction; return whether it is so."""
        ...

    def faults(self, link: Link, /) -> tuple[str, ...]:
        """Return what is wrong with what is on the disk; this reads all of it."""
        ...

    def n_bytes(self, link: Link, /) -> int:
        """Return the space that is taken."""
        ...
