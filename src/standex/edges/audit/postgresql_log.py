"""The audit log in PostgreSQL: committed when a call returns."""

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast, final

from standex.edges.audit.contract import AuditError
from standex.edges.audit.sql_log import TABLES_VERSION, SqlAuditLog

if TYPE_CHECKING:
    from typing import LiteralString

    import psycopg

_LOCK = 0x5354_4158  # of this log, among the advisory locks of the database
_TABLES = (
    "CREATE TABLE audit_about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE audit_rows (
        seq BIGINT PRIMARY KEY, t_utc_ns BIGINT NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL,
        what TEXT NOT NULL, of_what TEXT NOT NULL, why TEXT NOT NULL,
        request_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, prev_hash TEXT NOT NULL,
        row_hash TEXT NOT NULL)""",
    """CREATE TABLE audit_heads (
        log_id TEXT NOT NULL, seq BIGINT NOT NULL, row_hash TEXT NOT NULL,
        t_utc_ns BIGINT NOT NULL, key_id TEXT NOT NULL, signature TEXT NOT NULL)""",
    """CREATE TABLE audit_seals (
        log_id TEXT NOT NULL, first_seq BIGINT PRIMARY KEY, last_seq BIGINT NOT NULL,
        prev_hash TEXT NOT NULL, last_hash TEXT NOT NULL, newest_utc_ns BIGINT NOT NULL,
        t_utc_ns BIGINT NOT NULL, keep_s BIGINT NOT NULL, key_id TEXT NOT NULL,
        signature TEXT NOT NULL)""",
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is not changed'; END $$""",
    """CREATE FUNCTION audit_grow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.seq <> 1 + COALESCE((SELECT MAX(seq) FROM audit_rows),
                                       (SELECT MAX(last_seq) FROM audit_seals), 0) THEN
                RAISE EXCEPTION 'the audit log only grows at its end';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE FUNCTION audit_sealed_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM audit_seals
                           WHERE OLD.seq BETWEEN first_seq AND last_seq) THEN
                RAISE EXCEPTION 'the audit log is not deleted from';
            END IF;
            RETURN OLD;
        END $$""",
    """CREATE TRIGGER audit_rows_insert BEFORE INSERT ON audit_rows
        FOR EACH ROW EXECUTE FUNCTION audit_grow()""",
    """CREATE TRIGGER audit_rows_delete BEFORE DELETE ON audit_rows
        FOR EACH ROW EXECUTE FUNCTION audit_sealed_only()""",
    """CREATE TRIGGER audit_rows_update BEFORE UPDATE ON audit_rows
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    *(
        f"""CREATE TRIGGER {table}_change BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()"""
        for table in ("audit_heads", "audit_seals", "audit_about")
    ),
    *(
        f"""CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"""
        for table in ("audit_rows", "audit_heads", "audit_seals", "audit_about")
    ),
)


def open_postgresql(conninfo: str, *, password: str = "", read_only: bool = False) -> SqlAuditLog:
    """Open the audit log in a database; make its tables where there are none.

    Args:
        conninfo: ``postgresql://user@host/database``, without a password.
        password: from a file or the environment; empty where the server asks for none.
        read_only: change nothing; there must be a log.

    Raises:
        AuditError: there is none, or it cannot be used.
    """
    database = _PostgreSql(conninfo, password=password, read_only=read_only)
    try:
        return SqlAuditLog(database, where=conninfo.partition("?")[0])
    except BaseException:
        database.close()
        raise


@final
class _PostgreSql:
    """One connection, used by one thread at a time; satisfies ``Database``.

    A connection that the server closed is made again by the next call that is not within a
    transaction; the call that notices fails, and its transaction with it.
    """

    def __init__(self, conninfo: str, *, password: str, read_only: bool) -> None:
        try:
            import psycopg  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise AuditError(
                "PostgreSQL needs the package psycopg; install standex[postgresql]"
            ) from error
        self._psycopg = psycopg
        self._conninfo, self._password, self._read_only = conninfo, password, read_only
        self._is_busy = False
        self._connection = self._connect()
        try:
            if not read_only:
                self._set_up()
            self.execute("SELECT COUNT(*) FROM audit_about")
        except BaseException:
            self.close()
            raise

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Carry out one statement; return its rows."""
        if self._connection.closed and not self._is_busy:
            self._connection = self._connect()
        try:
            text = cast("LiteralString", sql.replace("?", "%s"))  # statements of this room only
            cursor = self._connection.execute(text, tuple(parameters) or None)
            return cursor.fetchall() if cursor.description else []
        except self._psycopg.Error as error:
            raise self._wrong(error) from error

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold off every other writer; on leaving, all or nothing stays."""
        if self._connection.closed:
            self._connection = self._connect()
        self._is_busy = True
        try:
            with self._connection.transaction():
                self.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield
        except self._psycopg.Error as error:
            raise self._wrong(error) from error
        finally:
            self._is_busy = False

    def swept(self) -> None:
        """Let the server reuse the space; what it keeps in its own log is its administrator's."""
        self.execute("VACUUM FULL audit_rows")

    def check(self) -> str:
        """Return what is wrong with the tables themselves, or nothing."""
        try:
            self.execute("SELECT COUNT(*) FROM audit_rows")
        except AuditError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        from standex.edges.postgresql_line import Line  # noqa: PLC0415 - needs the driver

        more: dict[str, str] = {"password": self._password} if self._password else {}
        try:
            connection = Line.to(self._conninfo, **more)
            connection.execute("SET synchronous_commit = on")
            connection.read_only = self._read_only
        except self._psycopg.Error as error:
            raise self._wrong(error) from error
        return connection

    def _set_up(self) -> None:
        with self.transaction():
            if self.execute("SELECT 1 WHERE to_regclass('audit_about') IS NOT NULL"):
                return
            for statement in _TABLES:
                self.execute(statement)
            about = (("version", str(TABLES_VERSION)), ("log_id", secrets.token_hex(16)))
            for pair in about:
                self.execute("INSERT INTO audit_about VALUES (?, ?)", pair)

    def _wrong(self, error: Exception) -> AuditError:
        words = " ".join(str(error).split())
        return AuditError(
            f"the audit log in PostgreSQL cannot be used ({words}): see that the server runs, and "
            "that this user may use the database"
        )
