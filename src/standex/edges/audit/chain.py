"""What is hashed and what is signed, byte by byte; anybody can compute it with other tools.

A row's hash is the SHA-256 of the JSON array ``["standex.audit.1", seq, t_utc_ns, who, role, what,
of_what, why, request_id, body, prev_hash]``, in ASCII, without spaces, all but the two numbers as
strings; ``body`` is the text as it is stored. The first row continues the SHA-256 of
``["standex.audit.1", log_id]``. Heads and seals are signed in the same form, under other names.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from standex.edges.audit.contract import AuditEntry, AuditRow, Seal, SignedHead

ROW_FORM, HEAD_FORM, SEAL_FORM = "standex.audit.1", "standex.audit.head.1", "standex.audit.seal.1"
MAX_WORD, MAX_TEXT, MAX_BODY = 256, 8_000, 256 * 1024
_MAX_UTC_NS = 2**63 - 1
_T = TypeVar("_T", AuditRow, SignedHead, Seal)


def canonical(data: Any) -> str:
    """Return JSON in its one form: sorted, in ASCII, without spaces.

    Raises:
        ValueError: it holds what JSON does not know.
    """
    try:
        return json.dumps(data, allow_nan=False, separators=(",", ":"), sort_keys=True)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"this is no plain JSON data: {error}") from error


def beginning(log_id: str) -> str:
    """Return what the first row of a log continues."""
    return _sha256([ROW_FORM, log_id])


def hash_of(row: AuditRow) -> str:
    """Return the hash that a row should have."""
    return _sha256([ROW_FORM, row.seq, row.t_utc_ns, *said_by(row), row.body, row.prev_hash])


def said_by(row: AuditRow) -> tuple[str, ...]:
    """Return the words of a row, in the order in which they are hashed."""
    return row.who, row.role, row.what, row.of_what, row.why, row.request_id


def next_row(entry: AuditEntry, *, seq: int, prev_hash: str) -> AuditRow:
    """Return the row that an entry becomes as number ``seq``, after the row with that hash."""
    row = AuditRow(
        seq=seq,
        t_utc_ns=entry.t_utc_ns,
        who=entry.who,
        role=entry.role,
        what=str(entry.what),
        of_what=entry.of_what,
        why=entry.why,
        request_id=entry.request_id,
        body=canonical(dict(entry.body)),
        prev_hash=prev_hash,
        row_hash="",
    )
    return replace(row, row_hash=hash_of(row))


def is_same_request(row: AuditRow, entry: AuditEntry) -> bool:
    """Return whether a row says what the entry says; when it was asked again does not matter."""
    said = (entry.who, entry.role, str(entry.what), entry.of_what, entry.why, entry.request_id)
    return said_by(row) == said and row.body == canonical(dict(entry.body))


def checked(entry: AuditEntry) -> AuditEntry:
    """Return the entry.

    Raises:
        ValueError: a text is too long or cannot be stored everywhere, or the body is no JSON.
    """
    words = {"who": entry.who, "role": entry.role, "of_what": entry.of_what}
    words["request_id"] = entry.request_id
    for name, text in words.items():
        _check_text(name, text, at_most=MAX_WORD)
    _check_text("why", entry.why, at_most=MAX_TEXT)
    if not entry.who or not entry.request_id:
        raise ValueError("an audit entry must say who, and have a request_id")
    if not 0 <= entry.t_utc_ns <= _MAX_UTC_NS:
        raise ValueError(f"t_utc_ns must be from 0 to 2**63 - 1, got {entry.t_utc_ns}")
    n_bytes = len(canonical(dict(entry.body)))
    if n_bytes > MAX_BODY:
        raise ValueError(f"the body of an audit entry has {n_bytes} bytes, at most {MAX_BODY}")
    return entry


def _check_text(name: str, text: str, *, at_most: int) -> None:
    if len(text) > at_most:
        raise ValueError(f"{name} has {len(text)} characters, at most {at_most}")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{name} holds a character that no database keeps: {text[:40]!r}")


def head_message(head: SignedHead) -> bytes:
    """Return what the signature of a head is about."""
    said = [HEAD_FORM, head.log_id, head.seq, head.row_hash, head.t_utc_ns, head.key_id]
    return canonical(said).encode()


def seal_message(seal: Seal) -> bytes:
    """Return what the signature of a seal is about."""
    said = [seal.log_id, seal.first_seq, seal.last_seq, seal.prev_hash, seal.last_hash]
    return canonical(
        [SEAL_FORM, *said, seal.newest_utc_ns, seal.t_utc_ns, seal.keep_s, seal.key_id]
    ).encode()


def plain(value: AuditRow | SignedHead | Seal) -> dict[str, Any]:
    """Return a row, head or seal as JSON data."""
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def from_plain(cls: type[_T], data: Mapping[str, Any]) -> _T:
    """Return the row, head or seal that ``plain`` made the data from.

    Raises:
        ValueError: a field is missing, too many, or of another type.
    """
    fields = cls.__dataclass_fields__
    if set(data) != set(fields):
        raise ValueError(f"no {cls.__name__}: its fields are {', '.join(sorted(map(str, data)))}")
    for name, field in fields.items():
        if type(data[name]) is not field.type:
            raise ValueError(f"{cls.__name__}.{name} is {data[name]!r:.60}")
    return cls(**data)


def _sha256(data: Any) -> str:
    return hashlib.sha256(canonical(data).encode()).hexdigest()
