"""Text files with columns: plain, BWTek, Horiba, WITec, Renishaw, Wasatch, and what we write.

Delimiter, decimal mark, header, order of rows and of columns are told by what is in the file.
"""

import re

from standex.edges.spectra.measured import AxisUnit, MeasuredSpectrum, checked, unit_named
from standex.edges.spectra.text_columns import split_columns
from standex.edges.spectra.text_headers import (
    axis_unit_of,
    counts_unit_of,
    header_pairs,
    said_by,
    title_of,
)
from standex.edges.spectra.text_table import TextTable, decoded, find_table

_MAKERS = (
    (r"^File Version;BW", "BWTek text"),
    (r"^//Exported ASCII-File", "WITec text"),
    (r"^#Acq\. time", "Horiba text"),
    (r"^#Wave\t", "Renishaw text"),
    (r"^ENLIGHTEN Version", "Wasatch text"),
    (r"^# standex spectrum", "CSV of standex"),
)


def parse_text(
    data: bytes, *, where: str, name: str, axis_unit: AxisUnit | None = None
) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a text file: repeats as rows of one value, other columns apart.

    Args:
        data: of the file.
        where: the file, for the messages.
        name: where the file gives no title.
        axis_unit: where the file does not say it.

    Raises:
        DataFileError: there is no table, it is broken, or no column can be its axis.
    """
    text = decoded(data, where=where)
    table = find_table(text.split("\n"), where=where)
    pairs = header_pairs(table.header)
    said = said_by(pairs)
    columns = split_columns(table, laser_nm=said.get("laser_nm"), where=where)
    unit = axis_unit_of(pairs) or columns.axis_unit or _unit_in_row(table) or axis_unit
    form = next((maker for pattern, maker in _MAKERS if re.match(pattern, text)), "text")
    # BWTek's title is the model of the spectrometer.
    title = (None if form == "BWTek text" else title_of(pairs)) or name
    return tuple(
        checked(
            where,
            name=f"{title}, {group}" if len(columns.groups) > 1 else title,
            axis=columns.axis,
            axis_unit=unit,
            counts=counts,
            counts_unit=counts_unit_of(pairs),
            dark=columns.dark,
            provenance="; ".join((f"{where} ({form})", *columns.notes)),
            **said,
        )
        for group, counts in columns.groups.items()
    )


def _unit_in_row(table: TextTable) -> AxisUnit | None:
    """Return the unit from a row of units below the names ("nm, CCD cts"), as WITec writes it."""
    lines = [line for line in table.header if line.strip()]
    return unit_named(lines[-1].split(table.delimiter)[0]) if lines else None
