"""Which column of a text table is the axis, which are spectra, which is the dark."""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.edges.spectra.measured import AxisUnit, unit_named
from standex.edges.spectra.text_table import TextTable
from standex.model.errors import DataFileError

# What a program has already worked on, and what is no intensity at all.
_NOT_RAW = ("subtracted", "%tr", "absorbance", "irradiance", "reference", "transmi", "baseline")
_DARK = ("dark", "background", "backgr")
_AXIS = (
    "wavelength",
    "lambda",
    "wave",
    "wvl",
    "xaxis",
    "x-axis",
    "x",
    "axis",
)  # and no unit with it
_RAW = ("raw", "intens", "counts", "accumulation", "signal", "processed", "#")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The parts of a table.

    Attributes:
        axis: one value a row.
        axis_unit: by the name of its column.
        groups: spectra by the name of their columns without its number ("raw data #2"), one row a
            spectrum; one group named "" where there are no names.
        dark: None where no column is called so.
        notes: what was concluded.
    """

    axis: Float[np.ndarray, " channels"]
    axis_unit: AxisUnit | None
    groups: dict[str, Float[np.ndarray, "spectra channels"]]
    dark: Float[np.ndarray, " channels"] | None
    notes: tuple[str, ...]


def split_columns(table: TextTable, *, laser_nm: float | None, where: str) -> Columns:
    """Tell axis, dark and spectra apart, by the names of the columns or else by the numbers.

    Rows at either end that have no axis or no intensity (pixels outside of what an instrument
    evaluates) are left out.

    Args:
        table: the table.
        laser_nm: with a laser, a column of Raman shift is preferred to one of wavelength.
        where: the file, for the messages.

    Raises:
        DataFileError: no column can be the axis, or cells within are empty.
    """
    values, names = table.values, [name.lower() for name in table.names]
    axis_at = _axis_column(table, names, laser_nm, where)
    unit = unit_named(names[axis_at]) if names else None
    others = [column for column in range(values.shape[1]) if column != axis_at]
    dark_at = next((c for c in others if names and _has(names[c], _DARK) and not _taken(names[c])),
                   None)  # fmt: skip
    spectra = [c for c in others if c != dark_at and not (names and _is_other(names[c]))]
    if not spectra:
        raise DataFileError(f"{where}: no column of intensities beside {', '.join(table.names)}")
    used = [axis_at, *spectra]
    rows = _inner_rows(table, used, where)
    notes = () if names else ("columns told by their numbers",)
    if names and unit is None and laser_nm is None:
        notes = (f"axis column {table.names[axis_at]!r}",)
    n_left_out = len(values) - (rows.stop - rows.start)
    if n_left_out:
        notes = (*notes, f"{n_left_out} rows without values at the ends left out")
    return Columns(
        axis=values[rows, axis_at],
        axis_unit=unit,
        groups={
            group: values[rows][:, columns].T
            for group, columns in _grouped(table.names, spectra).items()
        },
        dark=None if dark_at is None else values[rows, dark_at],
        notes=notes,
    )


def _grouped(names: tuple[str, ...], spectra: list[int]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for column in spectra:
        bare = re.sub(r"[\s#_.(\[]*\d*[)\]]?$", "", names[column]) if names else ""
        groups.setdefault(bare, []).append(column)
    return groups


def _axis_column(table: TextTable, names: list[str], laser_nm: float | None, where: str) -> int:
    if names:
        found = {unit_named(name): column for column, name in reversed(list(enumerate(names)))}
        shift = [c for c, name in enumerate(names) if "shift" in name]
        # Where both stand, "wavenumber" beside "Raman shift" is that of the light itself.
        wanted = [*shift, *(found[u] for u in ("per_cm", "nm", "um", "pixel") if u in found)]
        if laser_nm is None and "nm" in found:
            wanted.insert(0, found["nm"])
        wanted += [column for column, name in enumerate(names) if name in _AXIS]
        for column in wanted:
            if _is_steady(table.values[:, column]):
                return column
        if wanted:
            return wanted[0]  # the fault in it is told with its place, later
    steady = [c for c in range(table.values.shape[1]) if _is_steady(table.values[:, c])]
    if steady:
        return steady[0]
    spread = [_n_turns(table.values[:, c]) for c in range(table.values.shape[1])]
    if min(spread) < max(len(table.values) // 10, 2):
        return spread.index(min(spread))
    raise DataFileError(
        f"{where}: no column rises or falls throughout, so none can be the axis; "
        "export the axis with the intensities"
    )


def _n_turns(column: np.ndarray) -> int:
    kept = column[np.isfinite(column)]
    rises, falls = int((kept[1:] > kept[:-1]).sum()), int((kept[1:] < kept[:-1]).sum())
    return len(column) - 1 - max(rises, falls)


def _is_steady(column: np.ndarray) -> bool:
    """Whether a column rises or falls throughout, where it is not empty."""
    kept = column[np.isfinite(column)]
    if len(kept) < 2:
        return False
    return bool((kept[1:] > kept[:-1]).all() or (kept[1:] < kept[:-1]).all())


def _inner_rows(table: TextTable, used: list[int], where: str) -> slice:
    whole = np.asarray(np.isfinite(table.values[:, used]).all(axis=1))
    if not whole.any():
        raise DataFileError(f"{where}: no row has both axis and intensity")
    first, stop = int(whole.argmax()), len(whole) - int(whole[::-1].argmax())
    if not whole[first:stop].all():
        odd = first + int((~whole[first:stop]).argmax())
        n_odd = int((~whole[first:stop]).sum())
        raise DataFileError(
            f"{where}, line {table.line[odd]}: an empty cell, NaN or infinite value "
            f"({n_odd} such rows between whole ones); remove these rows"
        )
    outside = np.concatenate((table.values[:first], table.values[stop:]))[:, used]
    # At the ends an instrument leaves cells empty; it writes no infinity there.
    if np.isinf(outside).any():
        raise DataFileError(f"{where}: an infinite value at an end of the table; remove the row")
    return slice(first, stop)


def _has(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)


def _taken(name: str) -> bool:
    return "subtracted" in name or "corrected" in name


def _is_other(name: str) -> bool:
    """Whether a column is a second axis, or what was made from the raw intensities."""
    if _has(name, _NOT_RAW) or name in _AXIS:
        return True
    return unit_named(name) is not None and not _has(name, _RAW)
