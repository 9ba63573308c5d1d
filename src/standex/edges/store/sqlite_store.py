"""SQLite: the store of one computer, in one file with its log beside it.

Every commit waits for the disk (write-ahead log, ``synchronous=FULL``). Deleted bytes are
overwritten in the file (``secure_delete``), and the log, which still holds them, is cut to nothing.
Moving rows from page to page can leave copies that SQLite does not wipe (we saw 3 of 38,000 in
rows that grew); a ``VACUUM``, at once for small stores and hourly for others, rewrites the file
without them. What the disk itself remembers of blocks that were given back is out of reach here:
keep the folder on an encrypted disk.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.link import Dialect, Link
from standex.edges.store.sql_store import SqlStore

_SMALL_BYTES = 4 << 20
_IN_MEMORY_BYTES = 256 << 20
_VACUUM_EVERY_NS = 3600 * 10**9
_WAIT_MS = 5000
_SHORT_WAIT_MS = 250
_LOG_BYTES = 64 << 20
_ADVICE = {
    sqlite3.SQLITE_FULL: "its disk is full: make room, nothing was kept",
    sqlite3.SQLITE_READONLY: "it may not be written to: check the owner of the file and of its "
    "folder, and whether the disk is mounted read-only",
    sqlite3.SQLITE_PERM: "it may not be used: check the owner of the file and of its folder",
    sqlite3.SQLITE_BUSY: "another program has locked it: end that program (fuser names it)",
    sqlite3.SQLITE_LOCKED: "another program has locked it: end that program (fuser names it)",
    sqlite3.SQLITE_CORRUPT: "it is damaged: put the file aside, check the disk, and take back the "
    "last copy with: standex store restore",
    sqlite3.SQLITE_NOTADB: "it is no store: name another file, or put this one aside and take "
    "back the last copy with: standex store restore",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its folder is there and may be "
    "written to",
    sqlite3.SQLITE_IOERR: "its disk fails or is full: check it, nothing was kept",
}
_DIALECT = Dialect(
    whole="INTEGER",
    text="TEXT",
    tables="SELECT name FROM sqlite_master WHERE type = 'table'",
    begin_writing=("BEGIN IMMEDIATE",),
    begin_reading="BEGIN",
    has_partitions=False,
)


def open_sqlite(
    path: Path, *, clock: Clock, create: bool = True, upgrade: bool = False
) -> SqlStore:
    """Open the store in a file.

    Args:
        path: of the file; its folder must be there.
        clock: says when documents are made.
        create: make a store where there is none.
        upgrade: bring an older one to the version of this software.

    Raises:
        StoreError: it cannot be used; says what to do.
    """
    server = SqliteServer(path, create=create)
    return SqlStore(server, clock=clock, create=create, upgrade=upgrade)


@final
class SqliteServer:
    """Makes connections to one file.

    Attributes:
        where: the path.
        dialect: of SQLite.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        """Make an empty file, readable for its owner alone, where there is none."""
        self.where = str(path)
        self.dialect = _DIALECT
        self._path = path.absolute()
        self._vacuumed_utc_ns: int | None = None
        if create:
            try:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise StoreError(
                    f"the store {path} cannot be made or opened ({error.strerror}): check that "
                    "its folder is there and may be written to"
                ) from error
        elif not path.is_file():
            raise StoreError(f"there is no store {path}: make one with: standex store migrate")

    def connect(self) -> "SqliteLink":
        """Return a new connection, with every commit on the disk and every deletion wiped."""
        link = SqliteLink(self._path)
        try:
            _set_up(link, where=self.where)
        except BaseException:
            link.close()
            raise
        return link

    def scrub(self, link: Link, /, *, classes: frozenset[DataClass], now_utc_ns: int) -> bool:
        """Rewrite the file where that is due, and cut the log to nothing.

        Returns:
            False while somebody reads what was there before.
        """
        link.rows(f"PRAGMA busy_timeout = {_SHORT_WAIT_MS}")
        try:
            n_bytes = self.n_bytes(link)
            if self._is_due(now_utc_ns) or (classes and n_bytes <= _SMALL_BYTES):
                store = "MEMORY" if n_bytes <= _IN_MEMORY_BYTES else "FILE"
                link.rows(f"PRAGMA temp_store = {store}")
                link.rows("VACUUM")
                self._vacuumed_utc_ns = now_utc_ns
            return link.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0
        finally:
            link.rows(f"PRAGMA busy_timeout = {_WAIT_MS}")

    def faults(self, link: Link, /) -> tuple[str, ...]:
        """Return what SQLite finds wrong with its pages and indexes."""
        found = [str(row[0]) for row in link.rows("PRAGMA integrity_check(20)")]
        return () if found == ["ok"] else tuple(found)

    def n_bytes(self, link: Link, /) -> int:
        """Return the size of the file, without the log."""
        return link.rows("PRAGMA page_count")[0][0] * link.rows("PRAGMA page_size")[0][0]

    def _is_due(self, now_utc_ns: int) -> bool:
        # An unknown time, or one in the future, counts as long ago.
        before = self._vacuumed_utc_ns
        return before is None or not 0 <= now_utc_ns - before < _VACUUM_EVERY_NS


def _set_up(link: "SqliteLink", *, where: str) -> None:
    link.rows(f"PRAGMA busy_timeout = {_WAIT_MS}")
    mode = link.rows("PRAGMA journal_mode = WAL")
    if mode != [("wal",)]:
        raise StoreError(
            f"{where}: the disk cannot take a write-ahead log (it says {mode[0][0]}): use a local "
            "disk"
        )
    link.rows("PRAGMA synchronous = FULL")
    link.rows("PRAGMA secure_delete = ON")
    link.rows(f"PRAGMA journal_size_limit = {_LOG_BYTES}")


@final
class SqliteLink:
    """One connection.

    Attributes:
        is_broken: never: a file has no line to it that could break.
    """

    def __init__(self, path: Path) -> None:
        """Connect to a file that is there."""
        self.is_broken = False
        self._path = path
        try:
            self._connection = sqlite3.connect(
                f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def rows(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Do a statement, and return the rows that it gives."""
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def many(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Do a statement once for each row of values."""
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def each(self, statement: str, /) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement."""
        try:
            yield from self._connection.execute(statement)
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Let go of the file; what was committed stays."""
        self._connection.close()

    def _explained(self, error: sqlite3.Error) -> StoreError:
        # The lowest byte is the kind; the rest says more than helps.
        code = getattr(error, "sqlite_errorcode", None)
        advice = _ADVICE.get(code & 0xFF if code is not None else -1, "it cannot be used")
        return StoreError(f"the store {self._path}: {advice} ({error})")
