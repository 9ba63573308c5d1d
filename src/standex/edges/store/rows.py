"""Entries and documents as rows of a table, and what may not become one.

Bodies are kept as JSON text with escapes, so that any string that JSON can hold comes back as it
was, whatever the server thinks of it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from standex.edges.store.contract import DataClass, Document, Entry, Stored

Row = tuple[Any, ...]

ENTRY_COLUMNS = "entry_id, stream, kind, key, t_utc_ns, data_class, expires_utc_ns, body"
DOCUMENT_COLUMNS = "collection, document_id, data_class, expires_utc_ns, version, body"
MUST_EXPIRE = frozenset({DataClass.RAW, DataClass.TRACK, DataClass.ALARM})
_LONGEST_NAME = 512
_LARGEST_BODY = 4 << 20
_LARGEST_WHOLE = 2**63 - 1
_DEEPEST = 4
_MOST_FIELDS = 500


def entry_row(entry: Entry) -> Row:
    """Return an entry in the order of ``ENTRY_COLUMNS``.

    Raises:
        ValueError: it cannot be kept: a name is empty or too long, the body is not plain JSON, or
            it shows people and says no time at which it must be gone.
    """
    _check_names(entry_id=entry.entry_id, stream=entry.stream, kind=entry.kind)
    if entry.key:
        _check_names(key=entry.key)
    _check_wholes(t_utc_ns=entry.t_utc_ns, expires_utc_ns=entry.expires_utc_ns)
    _check_expiry(entry.data_class, entry.expires_utc_ns)
    return (
        entry.entry_id,
        entry.stream,
        entry.kind,
        entry.key,
        entry.t_utc_ns,
        entry.data_class.value,
        entry.expires_utc_ns,
        _text(entry.body),
    )


def document_row(document: Document) -> Row:
    """Return a document in the order of ``DOCUMENT_COLUMNS``.

    Raises:
        ValueError: it cannot be kept, as with entries.
    """
    _check_names(collection=document.collection, document_id=document.document_id)
    _check_wholes(expires_utc_ns=document.expires_utc_ns, version=document.version)
    _check_expiry(document.data_class, document.expires_utc_ns)
    return (
        document.collection,
        document.document_id,
        document.data_class.value,
        document.expires_utc_ns,
        document.version,
        _text(document.body),
    )


def stored_of(row: Sequence[Any]) -> Stored:
    """Return an entry from its sequence and ``ENTRY_COLUMNS``."""
    sequence, entry_id, stream, kind, key, t_utc_ns, data_class, expires_utc_ns, body = row
    entry = Entry(
        entry_id=entry_id,
        stream=stream,
        kind=kind,
        key=key,
        t_utc_ns=t_utc_ns,
        data_class=DataClass(data_class),
        expires_utc_ns=expires_utc_ns,
        body=json.loads(body),
    )
    return Stored(sequence=sequence, entry=entry)


def document_of(row: Sequence[Any]) -> Document:
    """Return a document from ``DOCUMENT_COLUMNS``."""
    collection, document_id, data_class, expires_utc_ns, version, body = row
    return Document(
        collection=collection,
        document_id=document_id,
        data_class=DataClass(data_class),
        expires_utc_ns=expires_utc_ns,
        version=version,
        body=json.loads(body),
    )


def add_field_names(names: set[str], body: str) -> None:
    """Add the names of a body's fields, ``outer.inner`` where one is within another."""
    for name in _field_names(json.loads(body), "", 1):
        if len(names) >= _MOST_FIELDS:
            names.add("...")
            return
        names.add(name)


def _field_names(value: Any, outer: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield outer + key
            if depth < _DEEPEST:
                yield from _field_names(inner, f"{outer}{key}.", depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _field_names(inner, outer, depth)


def _text(body: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(dict(body), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the body is not plain JSON data: {error}") from error
    if len(text) > _LARGEST_BODY:
        raise ValueError(f"the body has {len(text)} bytes, over {_LARGEST_BODY}")
    return text


def _check_names(**names: str) -> None:
    for what, name in names.items():
        if not 0 < len(name) <= _LONGEST_NAME or "\0" in name:
            raise ValueError(
                f"{what} must have 1 to {_LONGEST_NAME} characters, none of them NUL: {name[:80]!r}"
            )
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{what} is not text: {name[:80]!r}") from error


def _check_wholes(**wholes: int) -> None:
    for what, whole in wholes.items():
        if not 0 <= whole <= _LARGEST_WHOLE:
            raise ValueError(f"{what} must be 0 to {_LARGEST_WHOLE}: {whole}")


def _check_expiry(data_class: DataClass, expires_utc_ns: int) -> None:
    if data_class in MUST_EXPIRE and not expires_utc_ns:
        raise ValueError(
            f"what is of class {data_class.value} must say when it is to be gone: "
            f"expires_utc_ns = 0 (see standex.edges.store.retention)"
        )
