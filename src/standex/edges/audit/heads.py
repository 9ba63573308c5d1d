"""Signed heads, and the places they are copied to.

A chain of hashes cannot show that its end was cut off. A head, signed and copied to where whoever
could cut the log cannot write, can. A copy is a text file with one head in each line, in JSON; it
only grows.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from standex.edges.audit.chain import canonical, from_plain, head_message, plain, seal_message
from standex.edges.audit.contract import AuditError, AuditLog, Seal, SignedHead
from standex.edges.audit.keys import SigningKey

COPY_NAME = "audit-heads.jsonl"
_MAX_LINE = 4096


def sign_head(log: AuditLog, key: SigningKey, *, t_utc_ns: int) -> SignedHead:
    """Return a signature of where the log ends now."""
    seq, row_hash = log.last()
    head = SignedHead(
        log_id=log.log_id,
        seq=seq,
        row_hash=row_hash,
        t_utc_ns=t_utc_ns,
        key_id=key.key_id,
        signature="",
    )
    return replace(head, signature=key.sign(head_message(head)))


def sign_seal(seal: Seal, key: SigningKey) -> Seal:
    """Return the seal, signed."""
    seal = replace(seal, key_id=key.key_id, signature="")
    return replace(seal, signature=key.sign(seal_message(seal)))


def copy_path(place: str) -> Path:
    """Return the file that a place for copies means: a folder, a file or a ``file:`` address.

    Raises:
        AuditError: it is another kind of address.
    """
    if "://" not in place and not place.startswith("file:"):
        path = Path(place)
    else:
        parts = urlsplit(place)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise AuditError(
                f"heads cannot be copied to {place}: name a folder, a file or a file: address; a "
                "share of another computer is mounted by the system"
            )
        path = Path(unquote(parts.path))
    return path if path.suffix else path / COPY_NAME


def copy_head(head: SignedHead, path: Path) -> None:
    """Add a head to a copy; it is on the disk when this returns.

    Raises:
        AuditError: it could not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A line that was cut by a crash is ended first, so that the next one can be read.
        needs_end = path.exists() and path.stat().st_size > 0 and not _ends_well(path)
        with path.open("ab") as file:
            file.write(b"\n" * needs_end + canonical(plain(head)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AuditError(
            f"the audit log's head cannot be copied to {path}: {error.strerror}; make room there, "
            "or name another place"
        ) from error


def read_copy(path: Path) -> tuple[tuple[SignedHead, ...], int]:
    """Return the heads in a copy, and how many of its lines are none.

    Raises:
        AuditError: it cannot be read.
    """
    heads: list[SignedHead] = []
    n_bad = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(_MAX_LINE):
                if not line.strip():
                    continue
                try:
                    heads.append(from_plain(SignedHead, json.loads(line)))
                except (ValueError, TypeError, RecursionError):
                    n_bad += 1
    except OSError as error:
        raise AuditError(f"cannot read the copy of the heads {path}: {error.strerror}") from error
    return tuple(heads), n_bad


def read_copies(places: Iterable[str]) -> tuple[tuple[SignedHead, ...], int]:
    """Return the heads in all copies, and how many lines are none; see ``read_copy``."""
    read = [read_copy(copy_path(place)) for place in places]
    return tuple(head for heads, _ in read for head in heads), sum(n for _, n in read)


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
