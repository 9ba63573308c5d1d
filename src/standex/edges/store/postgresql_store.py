"""PostgreSQL: the store of a site with a database server of its own.

Every commit waits for the server's disk. Each class of data has its own partition; what shows
people is wiped by rewriting its partition (``VACUUM FULL``), which is small because it is kept for
minutes or hours. The server's write-ahead log, its archive and its standbys are not in reach of a
client: whoever runs them sees to it that they forget as soon as the retention says (no archive, or
one that is deleted in time; ``wal_recycle = off``), and that the disk is encrypted.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.link import Dialect, Link
from standex.edges.store.rows import MUST_EXPIRE
from standex.edges.store.sql_store import SqlStore

try:
    import psycopg
    from psycopg import conninfo
except ImportError:  # the extra is not installed; said when a server is asked for
    psycopg = conninfo = None

# One writer at a time, also between two services that were started by mistake. Any number will do
# that nobody else in this database uses; this one is "standex" on a telephone.
_WRITER = 7826339
_AT_ONCE = 1000
_LOCAL = {"", "localhost", "127.0.0.1", "::1"}
_ADVICE = {
    "53100": "its disk is full: make room, nothing was kept",
    "25006": "it may only be read: name the primary server, not a standby",
    "28P01": "the password is wrong: check the file that holds it",
    "28000": "it does not let this user in: check the user and pg_hba.conf",
    "3D000": "there is no such database: make it with createdb",
    "42501": "this user may not do that: make it the owner of the database",
    "55P03": "another program holds a lock: look in pg_stat_activity and end it",
    "XX001": "it is damaged: put it aside, check the disk, and take back the last copy with: "
    "standex store restore",
}
_DIALECT = Dialect(
    whole="BIGINT",
    text='TEXT COLLATE "C"',
    tables="SELECT tablename::text FROM pg_tables WHERE schemaname = ANY (current_schemas(false))",
    begin_writing=("BEGIN", f"SELECT pg_advisory_xact_lock({_WRITER})"),
    begin_reading="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    has_partitions=True,
)


def open_postgresql(
    url: str,
    *,
    password: str | None,
    clock: Clock,
    create: bool = True,
    upgrade: bool = False,
) -> SqlStore:
    """Open the store in a database.

    Args:
        url: ``postgresql://user@host:port/database``; a host elsewhere must prove with its
            certificate who it is, unless ``sslmode`` says otherwise.
        password: of the user, or None where the server asks for none.
        clock: says when documents are made.
        create: make the tables where there are none.
        upgrade: bring older ones to the version of this software.

    Raises:
        StoreError: it cannot be used; says what to do.
    """
    server = PostgresqlServer(url, password=password)
    return SqlStore(server, clock=clock, create=create, upgrade=upgrade)


@final
class PostgresqlServer:
    """Makes connections to one database.

    Attributes:
        where: user, host and database, without the password.
        dialect: of PostgreSQL.
    """

    def __init__(self, url: str, *, password: str | None) -> None:
        """Read the address; nothing is asked of the server yet."""
        if psycopg is None or conninfo is None:
            raise StoreError(
                "a store in PostgreSQL needs a driver: pip install 'standex[postgresql]'"
            )
        try:
            settings = {k: str(v) for k, v in conninfo.conninfo_to_dict(url).items() if v}
        except psycopg.Error as error:
            raise StoreError(f"the address of the database cannot be read: {error}") from error
        host = settings.get("host", "")
        if host not in _LOCAL and not host.startswith("/"):
            settings.setdefault("sslmode", "verify-full")
        self.dialect = _DIALECT
        self.where = "PostgreSQL {}@{}:{}/{}".format(
            settings.get("user", ""),
            host or "local",
            settings.get("port", "5432"),
            settings.get("dbname", ""),
        )
        self._settings = {"target_session_attrs": "read-write", **settings}
        if password is not None:
            self._settings["password"] = password

    def connect(self) -> "PostgresqlLink":
        """Return a new connection whose commits are on the server's disk."""
        link = PostgresqlLink(self.where, self._settings)
        try:
            link.rows("SET synchronous_commit = on")
            link.rows("SET lock_timeout = '5s'")
        except BaseException:
            link.close()
            raise
        return link

    def scrub(self, link: Link, /, *, classes: frozenset[DataClass], now_utc_ns: int) -> bool:  # noqa: ARG002 - nothing here waits for a time
        """Rewrite the partitions of the classes that show people, and tidy the others."""
        for data_class in sorted(classes):
            how = "VACUUM (FULL)" if data_class in MUST_EXPIRE else "VACUUM"
            for table in ("store_entries", "store_documents"):
                link.rows(f"{how} {table}_{data_class.value}")
        return True

    def faults(self, link: Link, /) -> tuple[str, ...]:
        """Read every row, which fails where the server cannot; nothing more is asked of it."""
        for table in ("store_entries", "store_documents"):
            link.rows(f"SELECT sum(length(body)) FROM {table}")  # noqa: S608
        return ()

    def n_bytes(self, link: Link, /) -> int:
        """Return the size of the tables with their indexes."""
        return int(
            link.rows(
                "SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM "
                "(SELECT relid FROM pg_partition_tree('store_entries') "
                "UNION ALL SELECT relid FROM pg_partition_tree('store_documents')) AS parts"
            )[0][0]
        )


@final
class PostgresqlLink:
    """One connection.

    Attributes:
        is_broken: the server has gone or has hung up.
    """

    def __init__(self, where: str, settings: dict[str, str]) -> None:
        """Connect."""
        assert psycopg is not None  # noqa: S101 - the server has said so otherwise
        self.is_broken = False
        self._where = where
        self._errors = psycopg.Error
        try:
            from standex.edges.postgresql_line import Line  # noqa: PLC0415 - needs the driver

            self._connection = Line.to("", **settings)
        except psycopg.Error as error:
            self.is_broken = True
            raise self._explained(error) from error

    def rows(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Do a statement, and return the rows that it gives."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_own(statement), values or None)
                return cursor.fetchall() if cursor.description else []
        except self._errors as error:
            raise self._explained(error) from error

    def many(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Do a statement once for each row of values."""
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(_own(statement), rows)
        except self._errors as error:
            raise self._explained(error) from error

    def each(self, statement: str, /) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement, some at a time."""
        self.rows(f"DECLARE each_row NO SCROLL CURSOR FOR {statement}")
        while rows := self.rows(f"FETCH {_AT_ONCE} FROM each_row"):
            yield from rows
        self.rows("CLOSE each_row")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _explained(self, error: Exception) -> StoreError:
        if not self.is_broken:
            self.is_broken = self._connection.closed
        code = getattr(error, "sqlstate", None) or ""
        advice = _ADVICE.get(code)
        if advice is None and self.is_broken:
            advice = (
                "it cannot be reached: check that it runs and that the address is right; whether "
                "it kept what it was given last is not known, giving it again does no harm"
            )
        return StoreError(f"{self._where}: {advice or 'it refuses'} ({str(error).strip()})")


def _own(statement: str) -> bytes:
    """Return a statement with the marks for values that this driver knows."""
    return statement.replace("?", "%s").encode()
