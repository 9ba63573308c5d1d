"""A copy of a store in one file: gzip, one JSON list to a line, with a checksum at the end.

It holds rows and not pages, so that what SQLite kept can be taken over by PostgreSQL, and back.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from standex.edges.store.contract import StoreError

_FORMAT = "standex-store-backup"
_LONGEST_LINE = 32 << 20
_FIELDS = {"entry": 10, "document": 9}


def write_backup(path: Path, head: Mapping[str, Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows so that the file is there whole, for its owner alone, or not at all.

    Raises:
        StoreError: there is no complete copy at ``path``.
    """
    part = path.with_name(path.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
                digest, n = hashlib.sha256(), 0
                for row in chain([("head", {"format": _FORMAT, **head})], rows):
                    line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
                    digest.update(line)
                    packed.write(line)
                    n += 1
                packed.write(json.dumps(["end", n, digest.hexdigest()]).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"no backup was written to {path}: {error.strerror or error}; check that the folder "
            "is there, may be written to, and has room"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def read_backup(path: Path, *, tables: int) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """Return the last sequence number of a copy, and its rows.

    Args:
        path: of the file.
        tables: newest version of the tables that is known.

    Raises:
        StoreError: it is no backup or not a whole one; the rows may raise this at their end.
    """
    lines = _lines(path)
    (_, head), last = next(lines), next(lines)
    if head.get("tables", tables + 1) > tables:
        lines.close()
        raise StoreError(f"{path} was written by newer software: use that to restore it")
    if len(last) != 2 or last[0] != "last" or not isinstance(last[1], int):
        lines.close()
        raise _broken(path, "it does not say how far its log goes")
    return last[1], _rows(path, lines)


def _rows(path: Path, lines: Generator[list[Any]]) -> Iterator[tuple[Any, ...]]:
    with closing(lines):
        for row in lines:
            if _FIELDS.get(row[0]) != len(row):
                raise _broken(path, f"a line of it is {row[0]!r} with {len(row)} fields")
            yield tuple(row)


def _lines(path: Path) -> Generator[list[Any]]:
    """Yield the lines before the last, which proves them."""
    digest, n, is_first = hashlib.sha256(), 0, True
    try:
        with gzip.open(path, "rb") as packed:
            while line := packed.readline(_LONGEST_LINE):
                row = json.loads(line)
                if not (isinstance(row, list) and row and isinstance(row[0], str)):
                    raise _broken(path, "a line of it is no list")
                if row[0] == "end":
                    if row != ["end", n, digest.hexdigest()] or packed.read(1):
                        raise _broken(path, "its checksum does not fit")
                    return
                if is_first and not (len(row) == 2 and _is_head(row)):
                    raise _broken(path, "it does not begin as one")
                is_first = False
                digest.update(line)
                n += 1
                yield row
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise _broken(path, str(error)) from error
    raise _broken(path, "its end is missing")


def _is_head(row: list[Any]) -> bool:
    return row[0] == "head" and isinstance(row[1], dict) and row[1].get("format") == _FORMAT


def _broken(path: Path, why: str) -> StoreError:
    return StoreError(f"{path} is not a whole backup of a store: {why}; take another one")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
