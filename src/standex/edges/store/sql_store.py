"""The store over a database server: SQLite and PostgreSQL differ in their links only."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar, final

from standex.edges.clock import Clock
from standex.edges.store import statements
from standex.edges.store.backup_file import read_backup, write_backup
from standex.edges.store.contract import (
    Contents,
    DataClass,
    Deletion,
    Document,
    Entry,
    Stored,
    StoreError,
)
from standex.edges.store.group_commit import GroupCommit
from standex.edges.store.link import Link, Server
from standex.edges.store.migrations import MIGRATIONS, Migration, prepare, version_of
from standex.edges.store.rows import document_of, document_row

T = TypeVar("T")
_MOST_IDLE = 4


@final
class SqlStore:
    """Keeps entries and documents in two tables; see ``standex.edges.store.contract.Store``.

    One thread writes, and puts whatever waits into one transaction that is on the disk when the
    callers go on; reading needs no turn. Expired rows are deleted for good: the server is made to
    wipe their bytes before the deletion is told.

    Attributes:
        where: the place, without secrets.
        found_version: of its tables before they were made or upgraded here.
    """

    def __init__(
        self,
        server: Server,
        *,
        clock: Clock,
        create: bool = True,
        upgrade: bool = False,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> None:
        """Open the store.

        Args:
            server: where it is.
            clock: says when documents were made and changed.
            create: make the tables where there are none.
            upgrade: bring older tables to the version of this software.
            migrations: of its tables.

        Raises:
            StoreError: it cannot be used; says what to do.
        """
        self.where = server.where
        self._server = server
        self._clock = clock
        link = server.connect()
        try:
            self.found_version = prepare(
                link,
                server.dialect,
                where=server.where,
                create=create,
                upgrade=upgrade,
                migrations=migrations,
            )
        except BaseException:
            link.close()
            raise
        self._writer = GroupCommit(server, link)
        self._lock = threading.Lock()
        self._idle: list[Link] = []
        self._is_closed = False
        self._unwiped: dict[DataClass, tuple[int, int]] = {}

    def append(self, entries: Sequence[Entry], /) -> tuple[int, ...]:
        """Keep entries, all or none, and return their sequence numbers."""
        rows = statements.rows_of(entries)
        return self._writer.do(partial(statements.append, rows=rows)) if rows else ()

    def put(self, document: Document, /) -> Document:
        """Keep a document in place of the version that it was read as."""
        return self.put_with(document, ())

    def put_with(self, document: Document, entries: Sequence[Entry], /) -> Document:
        """Do ``put`` and ``append`` in one transaction."""
        rows = statements.rows_of(entries)
        document_row(document)
        now_utc_ns = self._clock.utc_ns()

        def work(link: Link) -> Document:
            kept = statements.put(link, document, now_utc_ns=now_utc_ns)
            if rows:
                statements.append(link, rows)
            return kept

        return self._writer.do(work)

    def remove(self, collection: str, document_id: str, /) -> bool:
        """Delete a document; return whether it was there."""
        return self._writer.do(lambda link: statements.remove(link, collection, document_id))

    def read(
        self, stream: str, /, *, after: int = 0, key: str | None = None, limit: int = 1000
    ) -> tuple[Stored, ...]:
        """Return the first entries of a stream with a sequence above ``after``, in order."""
        return self._look(
            lambda link: statements.read(
                link, stream, after=after, key=key, limit=limit, newest_first=False
            )
        )

    def newest(
        self, stream: str, /, *, key: str | None = None, limit: int = 100
    ) -> tuple[Stored, ...]:
        """Return the last entries of a stream, newest first."""
        return self._look(
            lambda link: statements.read(
                link, stream, after=0, key=key, limit=limit, newest_first=True
            )
        )

    def get(self, collection: str, document_id: str, /) -> Document | None:
        """Return a document, or None."""
        return self._look(lambda link: statements.get(link, collection, document_id))

    def find(self, collection: str, /, *, limit: int = 1000) -> Iterator[Document]:
        """Yield the documents of a collection as they are now, by id."""
        rows = self._look(lambda link: statements.find(link, collection, limit=limit))
        return (document_of(row) for row in rows)

    def delete_expired(self, *, now_utc_ns: int) -> tuple[Deletion, ...]:
        """Delete whatever's time is over, and say what, by class.

        What was deleted and could not be wiped yet, because somebody reads or the disk is full, is
        told as left, and wiped and told as deleted by a later call.
        """
        deleted = self._writer.do(
            lambda link: statements.delete_overdue(link, now_utc_ns=now_utc_ns)
        )
        for data_class, (n, oldest_utc_ns) in deleted.items():
            before = self._unwiped.get(data_class, (0, oldest_utc_ns))
            self._unwiped[data_class] = (before[0] + n, min(before[1], oldest_utc_ns))
        try:
            is_wiped = self._writer.alone(
                lambda link: self._server.scrub(
                    link, classes=frozenset(self._unwiped), now_utc_ns=now_utc_ns
                )
            )
        except StoreError:
            is_wiped = False
        told = tuple(
            Deletion(
                data_class=data_class,
                n_deleted=n if is_wiped else 0,
                oldest_utc_ns=oldest_utc_ns,
                n_left=0 if is_wiped else n,
            )
            for data_class, (n, oldest_utc_ns) in self._unwiped.items()
        )
        if is_wiped:
            self._unwiped = {}
        return told

    def n_overdue(self, *, now_utc_ns: int) -> int:
        """Return how many entries and documents should be gone."""
        return self._look(lambda link: statements.n_overdue(link, now_utc_ns=now_utc_ns))

    def contents(self) -> tuple[Contents, ...]:
        """Return what is kept; documents are as old as their first version here."""
        return self._look(lambda link: self._at_one_moment(link, statements.contents))

    def check(self) -> None:
        """Write something, and read it.

        Raises:
            StoreError: the store cannot be used.
        """
        written = self._writer.do(statements.check)
        if self._look(statements.read_check) < written:
            raise StoreError(
                f"{self.where} does not give back what it was given: check the disk, then "
                "restore a backup with: standex store restore"
            )

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with what is on the disk; this reads all of it."""
        return self._look(self._server.faults)

    def version(self) -> int:
        """Return the version of the tables."""
        return self._look(lambda link: version_of(link, self._server.dialect))

    def n_bytes(self) -> int:
        """Return the space that is taken."""
        return self._look(self._server.n_bytes)

    def backup(self, path: Path, /) -> None:
        """Write a copy of everything, taken at one moment, that either server can take back.

        It holds what is to be deleted later; whoever keeps it must delete it in time.
        """
        head = {"tables": MIGRATIONS[-1].version}

        def work(link: Link) -> None:
            write_backup(path, head, statements.dump(link))

        self._look(lambda link: self._at_one_moment(link, work))

    def restore(self, path: Path, /) -> int:
        """Take back a copy into this store, which must be empty; what is overdue is left out.

        Returns:
            How many entries and documents were left out.

        Raises:
            StoreError: the store is not empty, or the copy is not whole; nothing was kept.
        """
        now_utc_ns = self._clock.utc_ns()

        def work(link: Link) -> int:
            if not statements.is_empty(link):
                raise StoreError(
                    f"{self.where} is not empty: restore into a new store, and name that one in "
                    "the configuration"
                )
            last, rows = read_backup(path, tables=MIGRATIONS[-1].version)
            try:
                return statements.load(link, last, rows, now_utc_ns=now_utc_ns)
            except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
                raise StoreError(f"{path} is no backup of a store: {error}") from error

        return self._writer.do(work)

    def close(self) -> None:
        """Do what waits, and let go of the server; once is enough."""
        self._writer.close()
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()

    def _look(self, work: Callable[[Link], T]) -> T:
        """Read with a link of one's own; again with a new one where an idle one had broken."""
        with self._reader() as link:
            try:
                return work(link)
            except StoreError:
                if not link.is_broken:
                    raise
        self._drop_idle()
        with self._reader() as link:
            return work(link)

    def _at_one_moment(self, link: Link, work: Callable[[Link], T]) -> T:
        link.rows(self._server.dialect.begin_reading)
        try:
            return work(link)
        finally:
            if not link.is_broken:
                link.rows("ROLLBACK")  # nothing was written

    @contextmanager
    def _reader(self) -> Generator[Link]:
        with self._lock:
            if self._is_closed:
                raise StoreError(f"{self.where} has been closed")
            link = self._idle.pop() if self._idle else None
        link = link or self._server.connect()
        try:
            yield link
        finally:
            with self._lock:
                is_kept = not (self._is_closed or link.is_broken or len(self._idle) >= _MOST_IDLE)
                if is_kept:
                    self._idle.append(link)
            if not is_kept:
                link.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()
