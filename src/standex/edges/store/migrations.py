"""The tables of the store, version by version.

A store is brought from its version to the newest one step at a time, in one transaction. A store
that newer software has made is left alone: what it holds is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.link import Dialect, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step.

    Attributes:
        version: of the store after it; counts up from 1 without gaps.
        name: what it is for.
        statements: with ``{whole}`` and ``{text}`` for types, ``{and_class}`` behind the columns of
            keys, and ``{by_class}`` behind tables that have a part for each class of data.
        by_class: those tables.
    """

    version: int
    name: str
    statements: tuple[str, ...]
    by_class: tuple[str, ...] = ()


MIGRATIONS = (
    Migration(
        version=1,
        name="entries and documents",
        statements=(
            # One counter for all streams: it is taken back with the transaction that moved it, so
            # that gaps mean deletion and nothing else, and it never gives a number twice.
            "CREATE TABLE store_counters (name {text} PRIMARY KEY, last {whole} NOT NULL)",
            "INSERT INTO store_counters VALUES ('entries', 0), ('checks', 0)",
            "CREATE TABLE store_entries (sequence {whole} NOT NULL, "
            "entry_id {text} NOT NULL, stream {text} NOT NULL, kind {text} NOT NULL, "
            "key {text} NOT NULL, t_utc_ns {whole} NOT NULL, data_class {text} NOT NULL, "
            "expires_utc_ns {whole} NOT NULL, body {text} NOT NULL, "
            "PRIMARY KEY (sequence{and_class}), UNIQUE (entry_id{and_class})){by_class}",
            "CREATE INDEX store_entries_stream ON store_entries (stream, sequence)",
            "CREATE INDEX store_entries_key ON store_entries (stream, key, sequence)",
            "CREATE INDEX store_entries_expiry ON store_entries (expires_utc_ns)",
            "CREATE TABLE store_documents (collection {text} NOT NULL, "
            "document_id {text} NOT NULL, data_class {text} NOT NULL, "
            "expires_utc_ns {whole} NOT NULL, version {whole} NOT NULL, body {text} NOT NULL, "
            "made_utc_ns {whole} NOT NULL, changed_utc_ns {whole} NOT NULL, "
            "PRIMARY KEY (collection, document_id{and_class})){by_class}",
            "CREATE INDEX store_documents_expiry ON store_documents (expires_utc_ns)",
        ),
        by_class=("store_entries", "store_documents"),
    ),
)


def version_of(link: Link, dialect: Dialect) -> int:
    """Return the version of the tables behind a link; 0 where there are none."""
    if ("store_versions",) not in link.rows(dialect.tables):
        return 0
    return int(link.rows("SELECT coalesce(max(version), 0) FROM store_versions")[0][0])


def prepare(
    link: Link,
    dialect: Dialect,
    *,
    where: str,
    create: bool,
    upgrade: bool,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> int:
    """Make the tables fit this software, where that is allowed, and return their old version.

    Args:
        link: to the server.
        dialect: its language.
        where: its place, for messages.
        create: make tables where there are none.
        upgrade: bring older tables to the newest version.
        migrations: all steps there are.

    Raises:
        StoreError: the tables are newer, or not there, or older, and may not be changed.
    """
    newest = migrations[-1].version
    version = version_of(link, dialect)
    if version == newest:
        return version
    _refuse(version, newest, where=where, create=create, upgrade=upgrade)
    for statement in dialect.begin_writing:
        link.rows(statement)
    try:
        # Read again: somebody else may have done it before our turn to write came.
        started = version_of(link, dialect)
        _refuse(started, newest, where=where, create=create, upgrade=upgrade)
        if started == 0:
            link.rows(
                "CREATE TABLE store_versions "
                f"(version {dialect.whole} PRIMARY KEY, name {dialect.text} NOT NULL)"
            )
        for step in migrations[started:]:
            _apply(link, dialect, step)
            link.rows("INSERT INTO store_versions VALUES (?, ?)", (step.version, step.name))
        link.rows("COMMIT")
    except BaseException:
        if not link.is_broken:
            link.rows("ROLLBACK")
        raise
    return version


def _refuse(version: int, newest: int, *, where: str, create: bool, upgrade: bool) -> None:
    if version > newest:
        raise StoreError(
            f"{where} was made by newer software (version {version} of the tables, this one "
            f"knows up to {newest}): install that software again, or restore a backup into a "
            "new store with: standex store restore"
        )
    if version == 0 and not create:
        raise StoreError(f"there is no store in {where}: make one with: standex store migrate")
    if 0 < version < newest and not upgrade:
        raise StoreError(
            f"{where} was made by older software (version {version} of the tables, this one "
            f"needs {newest}): stop the service, keep a copy with: standex store backup, then: "
            "standex store migrate"
        )


def _apply(link: Link, dialect: Dialect, step: Migration) -> None:
    parts = dialect.has_partitions
    for statement in step.statements:
        link.rows(
            statement.format(
                whole=dialect.whole,
                text=dialect.text,
                and_class=", data_class" if parts else "",
                by_class=" PARTITION BY LIST (data_class)" if parts else "",
            )
        )
    for table in step.by_class if parts else ():
        for data_class in DataClass:
            link.rows(
                f"CREATE TABLE {table}_{data_class.value} PARTITION OF {table} "
                f"FOR VALUES IN ('{data_class.value}')"
            )
