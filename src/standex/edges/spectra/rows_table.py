"""Tables with a spectrum in each row and the axis in the names of the columns (LIBS points)."""

import csv

import numpy as np

from standex.edges.spectra.measured import AxisUnit, MeasuredSpectrum, check_size, checked
from standex.edges.spectra.text_table import decoded
from standex.model.errors import DataFileError

_MIN_CHANNELS = 16
_HEADER_LINES = 3
_MAX_ROWS = 2**14
_NAMES = ("sample id", "sample", "name", "libs id", "id")


def is_rows_table(data: bytes) -> bool:
    """Whether one of the first lines ends with numbers that rise or fall throughout."""
    if b"\0" in data[:65536]:
        return False
    lines = data[: 2**20].decode("latin-1").split("\n")[:_HEADER_LINES]
    # A line of the table itself is no header: only words begin one.
    return any(len(_axis(line.split(","))) >= _MIN_CHANNELS for line in lines)


def parse_rows_table(
    data: bytes, *, where: str, name: str, axis_unit: AxisUnit | None = None
) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a table as rows of one value.

    Args:
        data: of the file.
        where: the file, for the messages.
        name: of the result.
        axis_unit: where the file does not say it; such tables do not.

    Raises:
        DataFileError: a row is broken or cut off.
    """
    lines = decoded(data, where=where).split("\n")
    try:
        rows = list(csv.reader(line for line in lines[: _MAX_ROWS + 1] if line.strip()))
    except csv.Error as error:
        raise DataFileError(f"{where}: no table of cells between commas ({error})") from error
    if len(rows) > _MAX_ROWS:
        raise DataFileError(f"{where}: more than {_MAX_ROWS} rows; split the file")
    at = next((k for k, row in enumerate(rows[:_HEADER_LINES]) if _is_head(row)), None)
    if at is None:
        raise DataFileError(f"{where}: no line names a wavelength for each column")
    axis = _axis(rows[at])
    n = len(axis)
    check_size(where, n_spectra=len(rows) - at - 1, n_channels=n)
    counts: list[list[float]] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if len(row) != len(rows[at]):
            raise DataFileError(
                f"{where}, row {number}: {len(row)} cells where the head has {len(rows[at])}; "
                "the file is cut off or damaged: fetch it again"
            )
        try:
            counts.append([float(cell) for cell in row[-n:]])
        except ValueError as error:
            raise DataFileError(f"{where}, row {number}: {error}; mend the row") from error
    return (
        checked(
            where,
            name=name,
            axis=np.array(axis),
            axis_unit=axis_unit,
            counts=np.array(counts),
            provenance=f"{where} (table with a spectrum in each row)",
        ),
    )


def _is_head(row: list[str]) -> bool:
    return len(_axis(row)) >= _MIN_CHANNELS


def _axis(cells: list[str]) -> list[float]:
    """Return the numbers that a head ends with, as long as they fall when read backwards."""
    found: list[float] = []
    for cell in reversed(cells):
        try:
            value = float(cell)
        except ValueError:
            break
        if not 0 < value < 1e6 or (found and not value < found[-1]):
            break
        found.append(value)
    # All cells are numbers in a row of intensities, never in a head.
    return found[::-1] if len(found) < len(cells) else []
