"""JCAMP-DX files, versions 4.24 and 5: one block or several linked ones, numbers in any form.

Read are the tables XYDATA=(X++(Y..Y)), XYPOINTS and PEAK TABLE=(XY..XY); n-tuples (NMR, mass
spectra) are not.

References:
    McDonald, Wilks, Applied Spectroscopy 42 (1988) 151; JCAMP-DX 5.01, IUPAC 1999.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from standex.edges.spectra.jcamp_numbers import line_numbers, plain_numbers
from standex.edges.spectra.measured import (
    MAX_CHANNELS,
    MeasuredSpectrum,
    check_size,
    check_total,
    checked,
    number_or_none,
    unit_named,
)
from standex.edges.spectra.text_table import decoded
from standex.model.errors import DataFileError

_TABLES = ("XYDATA", "XYPOINTS", "PEAKTABLE")
_MAX_BLOCKS = 1000
_SAID = {
    "$STANDEXEXPOSURE": "exposure_s",
    "$STANDEXLASERNM": "laser_nm",
    "$STANDEXPOWERMW": "power_mw",
    "$STANDEXRANGEM": "range_m",
    "$STANDEXGAIN": "gain_e_per_count",
    "$STANDEXREADNOISE": "read_noise_e",
    "$STANDEXACCUMULATIONS": "accumulations",
    "EXCITATIONWAVELENGTH": "laser_nm",
    "$EXCITATIONWAVELENGTH": "laser_nm",
    "$LASERWAVELENGTH": "laser_nm",
    "$INTEGRATIONTIME": "exposure_s",
}


@dataclass(slots=True)
class _Block:
    """One block while it is read: labels, and the lines of its table with their numbers."""

    labels: dict[str, str] = field(default_factory=dict)
    table: str = ""
    rows: list[tuple[int, str]] = field(default_factory=list)


def is_jcamp(data: bytes) -> bool:
    """Whether a file begins with the label TITLE, maybe after remarks."""
    start = data[:4096].decode("latin-1").lstrip("\ufeff\xef\xbb\xbf \r\n\t")
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith("$$")]
    return bool(lines) and _label(lines[0])[0] in ("TITLE", "JCAMPDX")


def parse_jcamp(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a JCAMP-DX file, one for each block that holds one.

    A dark spectrum and repeats that we wrote as blocks of their own join the one before them.

    Raises:
        DataFileError: the file is cut off or damaged, or holds no spectrum.
    """
    found: list[MeasuredSpectrum] = []
    rows: list[np.ndarray] = []
    for block in _blocks(decoded(data, where=where), where):
        if not block.table:
            continue
        spectrum = _spectrum(block, where, name)
        role = block.labels.get("$STANDEXROLE")
        if role in ("dark", "repeat") and found and np.array_equal(found[-1].axis, spectrum.axis):
            if role == "dark":
                found[-1] = _changed(found[-1], where, dark=spectrum.counts[0])
            else:
                rows.append(spectrum.counts[0])
                check_size(where, n_spectra=len(rows) + 1, n_channels=len(spectrum.axis))
            continue
        _add_rows(found, rows, where)
        found.append(spectrum)
        check_total(where, found)
    _add_rows(found, rows, where)
    if not found:
        raise DataFileError(
            f"{where}: JCAMP-DX without XYDATA, XYPOINTS or PEAK TABLE; n-tuples are not read"
        )
    return tuple(found)


def _blocks(text: str, where: str) -> list[_Block]:
    done: list[_Block] = []
    stack: list[_Block] = []
    in_table = False
    for number, whole in enumerate(text.split("\n"), start=1):
        line = whole.split("$$", 1)[0]
        if line.lstrip().startswith("##"):
            label, value = _label(line.lstrip())
            in_table = False
            if label == "TITLE":
                stack.append(_Block(labels={"TITLE": value}))
            elif label == "END" and stack:
                done.append(stack.pop())
            elif stack:
                in_table = label in _TABLES
                if in_table:
                    stack[-1].table = value.replace(" ", "").upper()
                    stack[-1].rows = []
                else:
                    stack[-1].labels.setdefault(label, value)
            if len(done) + len(stack) > _MAX_BLOCKS:
                raise DataFileError(f"{where}: more than {_MAX_BLOCKS} blocks; split the file")
        elif in_table and line.strip():
            stack[-1].rows.append((number, line))
    if any(block.table for block in stack):
        raise DataFileError(f"{where}: ends without ##END=; it is cut off: fetch it again")
    return done + stack


def _label(line: str) -> tuple[str, str]:
    """Return a label without blanks, dashes, slashes and underscores, as the standard compares."""
    label, _, value = line.removeprefix("##").partition("=")
    return re.sub(r"[\s\-/_]", "", label[:200]).upper(), value.strip()


def _spectrum(block: _Block, where: str, name: str) -> MeasuredSpectrum:
    labels = block.labels
    place = f"{where}, block {labels['TITLE'][:40]!r}"
    if block.table.startswith("(X++(Y"):
        axis, counts = _from_lines(block, place)
    elif block.table.startswith(("(XY", "(X,Y")):
        axis, counts = _from_pairs(block, place)
    else:
        raise DataFileError(f"{place}: a table of the form {block.table[:40]!r} is not read")
    said: dict[str, Any] = {
        attribute: number_or_none(labels[key]) for key, attribute in _SAID.items() if key in labels
    }
    if said.get("accumulations") is not None:
        said["accumulations"] = int(min(said["accumulations"] or 0, 1e9))
    y_unit = labels.get("YUNITS", "")
    return checked(
        place,
        name=labels["TITLE"] or name,
        axis=axis,
        axis_unit=unit_named(labels.get("XUNITS", "")),
        counts=counts,
        counts_unit={"COUNTS": "counts", "ARBITRARY UNITS": None}.get(y_unit.upper(), y_unit),
        instrument=labels.get("SPECTROMETERDATASYSTEM") or labels.get("$STANDEXINSTRUMENT"),
        provenance="; ".join(
            part
            for part in (f"{where} (JCAMP-DX)", labels.get("ORIGIN"), labels.get("OWNER"))
            if part
        ),
        **said,
    )


def _from_lines(block: _Block, place: str) -> tuple[np.ndarray, np.ndarray]:
    """Return axis and intensities of lines that begin with an abscissa."""
    first, last = (_needed(block, key, place) for key in ("FIRSTX", "LASTX"))
    n = _whole(block, place)
    check_size(place, n_spectra=1, n_channels=n)
    values: list[float] = []
    is_difference = False
    for number, line in block.rows:
        at = f"{place}, line {number}"
        row, next_is_difference = line_numbers(line, where=at, limit=MAX_CHANNELS)
        ordinates = row[1:]
        if is_difference and values and ordinates:
            if ordinates[0] != values[-1]:
                raise DataFileError(
                    f"{at}: begins with {ordinates[0]:g}, the line before ended with "
                    f"{values[-1]:g}; a line is missing or damaged: fetch the file again"
                )
            ordinates = ordinates[1:]
        values += ordinates
        is_difference = next_is_difference
        if len(values) > n:
            raise DataFileError(f"{at}: more than the {n} values of NPOINTS; the file is damaged")
    if len(values) != n:
        raise DataFileError(
            f"{place}: {len(values)} values where NPOINTS says {n}; it is cut off: fetch it again"
        )
    factor = number_or_none(block.labels.get("YFACTOR"))
    return np.linspace(first, last, n), np.array(values) * (1.0 if factor is None else factor)


def _from_pairs(block: _Block, place: str) -> tuple[np.ndarray, np.ndarray]:
    values: list[float] = []
    for number, line in block.rows:
        values += plain_numbers(line, where=f"{place}, line {number}")
        if len(values) > 2 * MAX_CHANNELS:
            raise DataFileError(f"{place}: more than {MAX_CHANNELS} pairs; split the file")
    said = number_or_none(block.labels.get("NPOINTS"))
    if len(values) % 2 or (said is not None and said != len(values) // 2):
        raise DataFileError(
            f"{place}: {len(values) / 2:g} pairs where NPOINTS says {said}; it is cut off or "
            "damaged: fetch it again"
        )
    pairs = np.array(values).reshape(-1, 2)
    factors = [number_or_none(block.labels.get(key)) for key in ("XFACTOR", "YFACTOR")]
    scale = [1.0 if factor is None else factor for factor in factors]
    return pairs[:, 0] * scale[0], pairs[:, 1] * scale[1]


def _needed(block: _Block, key: str, place: str) -> float:
    value = number_or_none(block.labels.get(key))
    if value is None:
        raise DataFileError(f"{place}: {key} is missing or no number; the file is damaged")
    return value


def _whole(block: _Block, place: str) -> int:
    value = _needed(block, "NPOINTS", place)
    return int(value) if 0 <= value <= 2**40 else -1


def _add_rows(found: list[MeasuredSpectrum], rows: list[np.ndarray], where: str) -> None:
    """Join the repeats that followed the last spectrum to it."""
    if rows:
        found[-1] = _changed(found[-1], where, counts=np.vstack((found[-1].counts, *rows)))
        rows.clear()


def _changed(spectrum: MeasuredSpectrum, where: str, **changed: np.ndarray) -> MeasuredSpectrum:
    values: dict[str, Any] = {
        key: getattr(spectrum, key) for key in MeasuredSpectrum.__dataclass_fields__
    }
    values.update(changed)
    return checked(where, **values)
