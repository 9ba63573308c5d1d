"""What is done to the tables, in statements that both servers know.

Every function that writes is called within a transaction that nobody else writes beside, so it may
look first and write then.
"""

# ruff: noqa: S608 - what is put into statements are names written in this package

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from standex.edges.store.contract import (
    ConflictError,
    Contents,
    DataClass,
    Document,
    Entry,
    Stored,
)
from standex.edges.store.link import Link
from standex.edges.store.rows import (
    DOCUMENT_COLUMNS,
    ENTRY_COLUMNS,
    add_field_names,
    document_of,
    document_row,
    entry_row,
    stored_of,
)

_TABLES = ("store_entries", "store_documents")
_AT_ONCE = 500
_INSERT_ENTRY = f"INSERT INTO store_entries (sequence, {ENTRY_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"
_INSERT_DOCUMENT = (
    f"INSERT INTO store_documents ({DOCUMENT_COLUMNS}, made_utc_ns, changed_utc_ns) "
    "VALUES (?,?,?,?,?,?,?,?)"
)
_DELETE_DOCUMENT = "DELETE FROM store_documents WHERE collection = ? AND document_id = ?"


def append(link: Link, rows: Sequence[tuple[Any, ...]]) -> tuple[int, ...]:
    """Insert rows of entries that are not there yet; return the sequence of each."""
    ids = [row[0] for row in rows]
    numbers: dict[str, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        numbers.update(
            link.rows(  # pyright: ignore[reportArgumentType] - pairs, as asked for
                f"SELECT entry_id, sequence FROM store_entries WHERE entry_id IN ({marks})",
                some,
            )
        )
    new = {row[0]: row for row in reversed(rows) if row[0] not in numbers}
    if new:
        last = _count_up(link, "entries", len(new))
        fresh = [new.pop(one) for one in ids if one in new]
        first = last - len(fresh) + 1
        numbers.update((row[0], first + i) for i, row in enumerate(fresh))
        link.many(_INSERT_ENTRY, [(numbers[row[0]], *row) for row in fresh])
    return tuple(numbers[one] for one in ids)


def put(link: Link, document: Document, *, now_utc_ns: int) -> Document:
    """Replace the version of a document that it was read as.

    Raises:
        ConflictError: another version is there, or none.
    """
    collection, document_id, data_class, expires_utc_ns, version, body = document_row(document)
    found = link.rows(
        "SELECT version, made_utc_ns FROM store_documents WHERE collection = ? AND document_id = ?",
        (collection, document_id),
    )
    held, made_utc_ns = found[0] if found else (0, now_utc_ns)
    if held != version:
        raise ConflictError(
            f"{document_id} in {collection} is at version {held}, not {version}: somebody else "
            "has changed it, read it again"
        )
    if found:
        # Deleted and put at the end, not changed in place: a row that grows would split its page,
        # and leave a copy of its neighbours where nothing ever wipes it.
        link.rows(_DELETE_DOCUMENT, (collection, document_id))
    link.rows(
        _INSERT_DOCUMENT,
        (
            *(collection, document_id, data_class, expires_utc_ns, version + 1, body),
            *(made_utc_ns, now_utc_ns),
        ),
    )
    row = (collection, document_id, data_class, expires_utc_ns, version + 1, body)
    return document_of(row)


def remove(link: Link, collection: str, document_id: str) -> bool:
    """Delete a document; return whether it was there."""
    place = (collection, document_id)
    there = link.rows(
        "SELECT version FROM store_documents WHERE collection = ? AND document_id = ?", place
    )
    link.rows(_DELETE_DOCUMENT, place)
    return bool(there)


def read(
    link: Link, stream: str, *, after: int, key: str | None, limit: int, newest_first: bool
) -> tuple[Stored, ...]:
    """Return entries of a stream, in order or newest first."""
    of_key = "" if key is None else "AND key = ? "
    order = "DESC" if newest_first else "ASC"
    rows = link.rows(
        f"SELECT sequence, {ENTRY_COLUMNS} FROM store_entries "
        f"WHERE stream = ? AND sequence > ? {of_key}ORDER BY sequence {order} LIMIT ?",
        (stream, after, *(() if key is None else (key,)), limit),
    )
    return tuple(stored_of(row) for row in rows)


def get(link: Link, collection: str, document_id: str) -> Document | None:
    """Return a document, or None."""
    rows = link.rows(
        f"SELECT {DOCUMENT_COLUMNS} FROM store_documents WHERE collection = ? AND document_id = ?",
        (collection, document_id),
    )
    return document_of(rows[0]) if rows else None


def find(link: Link, collection: str, *, limit: int) -> list[tuple[Any, ...]]:
    """Return the rows of a collection, by id."""
    return link.rows(
        f"SELECT {DOCUMENT_COLUMNS} FROM store_documents "
        "WHERE collection = ? ORDER BY document_id LIMIT ?",
        (collection, limit),
    )


def delete_overdue(link: Link, *, now_utc_ns: int) -> dict[DataClass, tuple[int, int]]:
    """Delete what is overdue; return how many of each class, and since when the first was."""
    deleted: dict[DataClass, tuple[int, int]] = {}
    for table in _TABLES:
        overdue = "WHERE expires_utc_ns > 0 AND expires_utc_ns <= ?"
        for name, n, oldest_utc_ns in link.rows(
            f"SELECT data_class, count(*), min(expires_utc_ns) FROM {table} {overdue} "
            "GROUP BY data_class",
            (now_utc_ns,),
        ):
            before = deleted.get(DataClass(name), (0, oldest_utc_ns))
            deleted[DataClass(name)] = (before[0] + n, min(before[1], oldest_utc_ns))
        link.rows(f"DELETE FROM {table} {overdue}", (now_utc_ns,))
    return deleted


def n_overdue(link: Link, *, now_utc_ns: int) -> int:
    """Return how many entries and documents should be gone."""
    where = "WHERE expires_utc_ns > 0 AND expires_utc_ns <= ?"
    counts = (
        link.rows(f"SELECT count(*) FROM {table} {where}", (now_utc_ns,)) for table in _TABLES
    )
    return sum(rows[0][0] for rows in counts)


def contents(link: Link) -> tuple[Contents, ...]:
    """Return what is kept, within a transaction."""
    names: dict[tuple[str, str], set[str]] = {}
    counts: list[tuple[Any, ...]] = []
    for table, place, first, last in (
        ("store_entries", "'log/' || stream", "t_utc_ns", "t_utc_ns"),
        ("store_documents", "'documents/' || collection", "made_utc_ns", "changed_utc_ns"),
    ):
        counts += link.rows(
            f"SELECT {place} AS place, data_class, count(*), min({first}), max({last}), "
            f"min(expires_utc_ns), max(expires_utc_ns) FROM {table} "
            "GROUP BY place, data_class ORDER BY place, data_class"
        )
        for where, data_class, body in link.each(f"SELECT {place}, data_class, body FROM {table}"):
            add_field_names(names.setdefault((where, data_class), set()), body)
    return tuple(
        Contents(
            place=place,
            data_class=DataClass(data_class),
            n=n,
            oldest_utc_ns=oldest,
            newest_utc_ns=newest,
            # One that stays for ever is later than all others.
            latest_expiry_utc_ns=latest if earliest else 0,
            keys=tuple(sorted(names.get((place, data_class), ()))),
        )
        for place, data_class, n, oldest, newest, earliest, latest in counts
    )


def check(link: Link) -> int:
    """Write something and return what it should read as."""
    return _count_up(link, "checks", 1)


def read_check(link: Link) -> int:
    """Return what the last check wrote."""
    return int(link.rows("SELECT last FROM store_counters WHERE name = 'checks'")[0][0])


def dump(link: Link) -> Iterator[tuple[Any, ...]]:
    """Yield everything, within a transaction: the counter, entries, documents."""
    yield ("last", link.rows("SELECT last FROM store_counters WHERE name = 'entries'")[0][0])
    for row in link.each(f"SELECT sequence, {ENTRY_COLUMNS} FROM store_entries ORDER BY sequence"):
        yield ("entry", *row)
    for row in link.each(
        f"SELECT made_utc_ns, changed_utc_ns, {DOCUMENT_COLUMNS} FROM store_documents "
        "ORDER BY collection, document_id"
    ):
        yield ("document", *row)


def is_empty(link: Link) -> bool:
    """Return whether nothing was ever kept."""
    last = link.rows("SELECT last FROM store_counters WHERE name = 'entries'")[0][0]
    return not last and not link.rows("SELECT version FROM store_documents LIMIT 1")


def load(link: Link, last: int, rows: Iterable[tuple[Any, ...]], *, now_utc_ns: int) -> int:
    """Insert what ``dump`` gave, without what is overdue; return how many were left out.

    Raises:
        ValueError: a row is not what this software would have kept.
    """
    n_overdue = 0
    entries: list[tuple[Any, ...]] = []
    for what, *values in rows:
        whole = tuple(values)
        expires_utc_ns = whole[7] if what == "entry" else whole[5]
        if 0 < expires_utc_ns <= now_utc_ns:
            n_overdue += 1
        elif what == "entry":
            entries.append(_checked_entry(whole, last))
        else:
            row = document_row(document_of(whole[2:]))
            link.rows(_INSERT_DOCUMENT, (*row, *whole[:2]))
        if len(entries) >= _AT_ONCE:
            link.many(_INSERT_ENTRY, entries)
            entries = []
    link.many(_INSERT_ENTRY, entries)
    _count_up(link, "entries", last)
    return n_overdue


def _checked_entry(row: tuple[Any, ...], last: int) -> tuple[Any, ...]:
    stored = stored_of(row)
    if not 0 < stored.sequence <= last:
        raise ValueError(f"an entry at {stored.sequence}, where the last one is at {last}")
    return (stored.sequence, *entry_row(stored.entry))


def _count_up(link: Link, name: str, n: int) -> int:
    return int(
        link.rows(
            "UPDATE store_counters SET last = last + ? WHERE name = ? RETURNING last", (n, name)
        )[0][0]
    )


def rows_of(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """Return entries as rows, all of them fit to be kept."""
    return [entry_row(entry) for entry in entries]
