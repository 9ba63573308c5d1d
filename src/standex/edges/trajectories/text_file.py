"""Text files of numbers, plain or gzip: what is in them and on which line."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from jaxtyping import Float, Int

from standex.model.errors import DataFileError

GZIP_MAGIC = b"\x1f\x8b"
# A gzip file of some megabytes can unpack to more than the memory; recordings are far smaller.
MAX_BYTES = 2**30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberTable:
    """Rows of numbers and where they stand.

    Attributes:
        values: one row per line of the file that holds numbers; all finite.
        line: number of each row's line, the first line of the file is 1.
    """

    values: Float[np.ndarray, "rows columns"]
    line: Int[np.ndarray, " rows"]


def recording_name(path: Path) -> str:
    """Return the file name without ``.gz`` and without its suffix."""
    bare = path.with_suffix("") if path.suffix == ".gz" else path
    return bare.stem


def read_start(path: Path, *, size: int) -> bytes:
    """Return the first bytes of a file, unpacked where it is gzip.

    Raises:
        DataFileError: the file cannot be opened, or not unpacked.
    """
    try:
        with path.open("rb") as file:
            start = file.read(size)
            if not start.startswith(GZIP_MAGIC):
                return start
            file.seek(0)
            return _unpacked(file, size=size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(
            f"{path}: the gzip file is damaged or truncated ({error}); fetch it again"
        ) from error
    except (OSError, ValueError) as error:
        raise DataFileError(
            f"{path}: cannot be read ({error}); check path and permissions"
        ) from error


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, plain or gzip.

    Raises:
        DataFileError: the file cannot be read, is not text, or unpacks to more than 1 GiB.
    """
    content = read_start(path, size=MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DataFileError(
            f"{path}: holds more than {MAX_BYTES} bytes; cut the recording in pieces"
        )
    if b"\0" in content:
        raise DataFileError(
            f"{path}: holds binary data, text was expected; check that it is the right file"
        )
    # Comments may come in any old encoding; in a row of numbers a replaced byte is no number.
    # Only "\n" counts as a line end, so that line numbers are those of an editor.
    return content.decode("utf-8-sig", errors="replace").split("\n")


def parse_numbers(
    path: Path,
    lines: list[str],
    *,
    separator: str | None,
    widths: tuple[int, ...],
    layout: str,
    first_line: int = 1,
) -> NumberTable:
    """Turn lines into a table; blank lines and lines that begin with ``#`` are passed over.

    Args:
        path: the file, for the messages.
        lines: the file's lines.
        separator: between two numbers; None for any white space.
        widths: numbers of columns that the format allows; all rows must have the same.
        layout: the columns in words, for the messages.
        first_line: lines before this one are passed over.

    Raises:
        DataFileError: a row has other columns or holds something else than finite numbers, or
            there is no row.
    """
    rows: list[list[float]] = []
    numbers: list[int] = []
    for number, text in enumerate(lines[first_line - 1 :], start=first_line):
        stripped = text.strip()
        if not stripped or stripped.startswith("#"):
            continue
        fields = stripped.split(separator)
        width = len(rows[0]) if rows else len(fields)
        if len(fields) != width or width not in widths:
            raise DataFileError(
                f"{path}, line {number}: {len(fields)} columns where {layout} was expected"
            )
        # Python reads "1_0" as ten; no recorder writes that.
        if "_" in stripped:
            raise DataFileError(f"{path}, line {number}: not numbers: {excerpt(stripped)}")
        try:
            rows.append([float(field) for field in fields])
        except ValueError as error:
            raise DataFileError(
                f"{path}, line {number}: not numbers: {excerpt(stripped)}; {layout} was expected"
            ) from error
        numbers.append(number)
    if not rows:
        raise DataFileError(f"{path}: holds no row of numbers; {layout} was expected")
    table = NumberTable(values=np.array(rows), line=np.array(numbers))
    broken = ~np.isfinite(table.values).all(axis=1)
    if broken.any():
        raise DataFileError(
            f"{path}, line {table.line[broken][0]}: NaN or infinite values "
            f"({np.sum(broken)} such rows in all); remove them"
        )
    return table


def excerpt(text: str) -> str:
    """Return the beginning of a text, quoted, for a message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _unpacked(file: IO[bytes], *, size: int) -> bytes:
    with gzip.GzipFile(fileobj=file) as unpacked:
        return unpacked.read(size)
