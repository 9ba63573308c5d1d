"""The audit log in a SQLite file: on the disk when a call returns."""

import os
import secrets
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, final

from standex.edges.audit.contract import AuditError
from standex.edges.audit.sql_log import TABLES_VERSION, SqlAuditLog

_BUSY_S = 10.0
_TABLES = (
    "CREATE TABLE audit_about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE audit_rows (
        seq INTEGER PRIMARY KEY, t_utc_ns INTEGER NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL,
        what TEXT NOT NULL, of_what TEXT NOT NULL, why TEXT NOT NULL,
        request_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, prev_hash TEXT NOT NULL,
        row_hash TEXT NOT NULL) STRICT""",
    """CREATE TABLE audit_heads (
        log_id TEXT NOT NULL, seq INTEGER NOT NULL, row_hash TEXT NOT NULL,
        t_utc_ns INTEGER NOT NULL, key_id TEXT NOT NULL, signature TEXT NOT NULL) STRICT""",
    """CREATE TABLE audit_seals (
        log_id TEXT NOT NULL, first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,
        prev_hash TEXT NOT NULL, last_hash TEXT NOT NULL, newest_utc_ns INTEGER NOT NULL,
        t_utc_ns INTEGER NOT NULL, keep_s INTEGER NOT NULL, key_id TEXT NOT NULL,
        signature TEXT NOT NULL) STRICT""",
    # "INSERT OR REPLACE" deletes without asking the triggers of deletion: it is refused here.
    """CREATE TRIGGER audit_rows_insert BEFORE INSERT ON audit_rows
        WHEN NEW.seq <> 1 + COALESCE((SELECT MAX(seq) FROM audit_rows),
                                     (SELECT MAX(last_seq) FROM audit_seals), 0)
          OR EXISTS (SELECT 1 FROM audit_rows WHERE request_id = NEW.request_id)
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows at its end'); END""",
    """CREATE TRIGGER audit_rows_delete BEFORE DELETE ON audit_rows
        WHEN NOT EXISTS (SELECT 1 FROM audit_seals WHERE OLD.seq BETWEEN first_seq AND last_seq)
        BEGIN SELECT RAISE(ABORT, 'the audit log is not deleted from'); END""",
    """CREATE TRIGGER audit_seals_insert BEFORE INSERT ON audit_seals
        WHEN EXISTS (SELECT 1 FROM audit_seals WHERE last_seq >= NEW.first_seq)
        BEGIN SELECT RAISE(ABORT, 'a seal is never replaced'); END""",
    *(
        f"""CREATE TRIGGER {table}_{when.lower()} BEFORE {when} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END"""
        for table, when in (
            ("audit_rows", "UPDATE"),
            ("audit_heads", "UPDATE"),
            ("audit_heads", "DELETE"),
            ("audit_seals", "UPDATE"),
            ("audit_seals", "DELETE"),
            ("audit_about", "UPDATE"),
            ("audit_about", "DELETE"),
        )
    ),
)


def open_sqlite(path: Path, *, read_only: bool = False) -> SqlAuditLog:
    """Open the audit log in a file; make it where there is none.

    Args:
        path: of the file, best one of its own.
        read_only: change nothing; there must be a log.

    Raises:
        AuditError: there is none, or it cannot be used.
    """
    database = _Sqlite(path, read_only=read_only)
    try:
        return SqlAuditLog(database, where=str(path))
    except BaseException:
        database.close()
        raise


@final
class _Sqlite:
    """One connection, used by one thread at a time; satisfies ``Database``."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        if read_only and not path.is_file():
            raise AuditError(f"there is no audit log {path}: name the file that the service writes")
        try:
            if not read_only:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = _connect(path, read_only=read_only)
        except (OSError, sqlite3.Error) as error:
            raise self._wrong(error) from error
        try:
            if not read_only:
                self._set_up()
            self._connection.execute("SELECT COUNT(*) FROM audit_about")
        except (sqlite3.Error, AuditError) as error:
            self.close()
            raise self._wrong(error) from error

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Carry out one statement; return its rows."""
        try:
            return self._connection.execute(sql, tuple(parameters)).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise self._wrong(error) from error

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold off every other writer; on leaving, all or nothing stays."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise

    def swept(self) -> None:
        """Let nothing of what was deleted stay in the file or its log."""
        self.execute("VACUUM")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> str:
        """Return what is wrong with the file itself, or nothing."""
        try:
            found = self.execute("PRAGMA integrity_check(5)")
        except AuditError as error:
            return str(error)
        words = "; ".join(str(line[0]) for line in found)
        return "" if words == "ok" else f"{self._path}: {words}"

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _set_up(self) -> None:
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA secure_delete = ON")
        with self.transaction():
            if self.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_about'"):
                return
            for statement in _TABLES:
                self.execute(statement)
            about = (("version", str(TABLES_VERSION)), ("log_id", secrets.token_hex(16)))
            for pair in about:
                self.execute("INSERT INTO audit_about VALUES (?, ?)", pair)

    def _wrong(self, error: Exception) -> AuditError:
        if isinstance(error, AuditError):
            return error
        return AuditError(
            f"the audit log {self._path} cannot be used ({error}): make room, see that this user "
            "may write there and that the file is the right one, or restore it"
        )


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    def open_as(options: str) -> sqlite3.Connection:
        uri = f"{path.resolve().as_uri()}?{options}"
        return sqlite3.connect(
            uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )

    connection = open_as("mode=ro" if read_only else "mode=rw")
    if read_only:
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.OperationalError:  # a folder that cannot be written: nobody writes there
            connection.close()
            connection = open_as("mode=ro&immutable=1")
    return connection
