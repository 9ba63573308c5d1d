"""The table of numbers in a text file: which delimiter, which decimal mark, where it begins.

A file is lines of anything (a header), then rows of numbers to its end. Nothing is skipped within
the rows: a broken row is an error that names its line.
"""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.edges.spectra.measured import MAX_CHANNELS, MAX_VALUES, printable
from standex.model.errors import DataFileError

# In order of preference where several fit: "1,5;2,5" is read by both of ";", and not by ",".
_STYLES: tuple[tuple[str | None, str], ...] = (
    ("\t", "."),
    ("\t", ","),
    (";", "."),
    (";", ","),
    (",", "."),
    (None, "."),
    (None, ","),
)
_SAMPLE = 12
MAX_TEXT_BYTES = 2**25
_MAX_COLUMNS = 2**13
_EMPTY = {"", "na", "n/a", "-", "--"}
_REMARKS = ("#", "//", "%")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTable:
    """Rows of numbers, and what stood before them.

    Attributes:
        values: NaN where a cell is empty.
        line: number of each row's line; the first line of the file is 1.
        names: of the columns, as the last line before the rows gives them; empty where it does
            not have as many.
        header: lines before the rows.
        delimiter: None for white space.
    """

    values: Float[np.ndarray, "rows columns"]
    line: tuple[int, ...]
    names: tuple[str, ...]
    header: tuple[str, ...]
    delimiter: str | None


def decoded(data: bytes, *, where: str) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or else Latin-1.

    Raises:
        DataFileError: it is not text, or more than 32 MiB of it.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise DataFileError(f"{where}: text of more than {MAX_TEXT_BYTES} bytes; split the file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data:
        raise DataFileError(
            f"{where}: binary, and not of a known format of spectra (SPC, WDF, SPE, OPUS, HDF5); "
            "export it from its program as text or JCAMP-DX"
        )
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def find_table(lines: list[str], *, where: str) -> TextTable:
    """Return the table that a text ends with.

    Args:
        lines: of the file.
        where: the file, for the messages.

    Raises:
        DataFileError: there is none, a row within it is broken, or it is too large.
    """
    last = _last_row(lines)
    delimiter, mark = _style(lines[: last + 1], where)
    rows, numbers = _rows_up_from(lines, last, delimiter, mark, where)
    if not rows:
        raise DataFileError(
            f"{where}, line {last + 1}: {_excerpt(lines[last])} is no row of numbers like those "
            "before; the file is cut off or damaged: remove the line, or fetch the file again"
        )
    first = numbers[-1]
    _refuse_broken(lines, first, len(rows[0]), delimiter, mark, where)
    values = np.array(rows[::-1])
    header = tuple(lines[:first])
    names = _names(header, values.shape[1], delimiter)
    if np.isnan(values[:, -1]).all():  # a delimiter at the end of each line
        values, names = values[:, :-1], names[:-1]
    if values.shape[1] < 2:
        raise DataFileError(f"{where}: one column of numbers; export the axis with the intensities")
    return TextTable(
        values=values,
        line=tuple(number + 1 for number in reversed(numbers)),
        names=names,
        header=header,
        delimiter=delimiter,
    )


def cells(line: str, delimiter: str | None) -> list[str]:
    """Return the cells of a line; one that is empty stands for a value that is not there."""
    stripped = line.strip() if delimiter is None else line.strip(" ")
    return [cell.strip() for cell in stripped.split(delimiter)]


def _row(line: str, delimiter: str | None, mark: str) -> list[float] | None:
    """Return the numbers of a row, NaN for an empty cell; None where it is no row."""
    parts = cells(line, delimiter)
    if not 2 <= len(parts) <= _MAX_COLUMNS:
        return None
    row: list[float] = []
    for part in parts:
        if part.lower() in _EMPTY:
            row.append(float("nan"))
            continue
        if (mark == "," and "." in part) or "_" in part:  # Python reads "1_0" as ten
            return None
        try:
            row.append(float(part.replace(",", ".") if mark == "," else part))
        except ValueError:
            return None
    is_number = [value == value for value in row]  # noqa: PLR0124 - NaN is not itself
    return row if any(is_number) else None


def _last_row(lines: list[str]) -> int:
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number].strip()
        if text and not text.startswith(_REMARKS):
            return number
    return 0


def _style(lines: list[str], where: str) -> tuple[str | None, str]:
    """Return the delimiter and decimal mark that most of the last rows agree with."""
    sample = [line for line in lines[-4 * _SAMPLE :] if line.strip()][-_SAMPLE:]
    best, most = _STYLES[0], 0
    for delimiter, mark in _STYLES:
        n_rows = sum(_row(line, delimiter, mark) is not None for line in sample)
        if n_rows > most:
            best, most = (delimiter, mark), n_rows
    if not most or most < len(sample) // 2:
        end = _excerpt(sample[-1]) if sample else "an empty line"
        raise DataFileError(
            f"{where}: no table of numbers with two columns or more (it ends with {end}); "
            "export the spectrum as columns of axis and intensity"
        )
    return best


def _rows_up_from(
    lines: list[str], last: int, delimiter: str | None, mark: str, where: str
) -> tuple[list[list[float]], list[int]]:
    """Return the rows and their places, the last one first, up to what is no such row."""
    rows: list[list[float]] = []
    numbers: list[int] = []
    for number in range(last, -1, -1):
        if not lines[number].strip():
            continue
        row = _row(lines[number], delimiter, mark)
        if row is None or (rows and len(row) != len(rows[0])):
            break
        rows.append(row)
        numbers.append(number)
        if len(rows) > MAX_CHANNELS or len(rows) * len(row) > MAX_VALUES:
            raise DataFileError(
                f"{where}: a table of more than {MAX_CHANNELS} rows; split the file"
            )
    return rows, numbers


def _refuse_broken(
    lines: list[str], first: int, width: int, delimiter: str | None, mark: str, where: str
) -> None:
    """Refuse a table that goes on above the line that seemed to be the end of the header."""
    above = [n for n in range(max(first - 8, 0), first) if lines[n].strip()]
    if len(above) < 3:
        return
    *before, odd = above
    others = [_row(lines[n], delimiter, mark) for n in before]
    alike = [row for row in others[-2:] if row is not None]
    if len(alike) == 2 and len(alike[0]) == len(alike[1]):
        raise DataFileError(
            f"{where}, line {odd + 1}: {_excerpt(lines[odd])} stands between rows of "
            f"{len(alike[1])} and {width} numbers; mend or remove the line"
        )


def _names(header: tuple[str, ...], width: int, delimiter: str | None) -> tuple[str, ...]:
    """Return the names of the columns: the last line of the header that has as many words."""
    for line in list(reversed([line for line in header if line.strip()]))[:3]:
        for split in (delimiter, None):
            text = line.strip().removeprefix("//")
            found = [cell.lstrip("#").strip() for cell in cells(text, split)]
            # Two tabs in a row are one gap where a program lines its names up.
            found = [cell for cell in found if cell] if len(found) != width else found
            if len(found) == width and any(re.search("[A-Za-z]", cell) for cell in found):
                return tuple(printable(cell, length=80) for cell in found)
    return ()


def _excerpt(text: str) -> str:
    return repr(printable(text, length=60))
