"""SPC files (Galactic, Thermo): new format in both byte orders, and the old one.

References:
    Galactic Industries, Universal Data Format Specification, 1997 (new: version bytes 0x4B and
    0x4C; old: 0x4D).
"""

from typing import Any

import numpy as np

from standex.edges.spectra.file_bytes import FileBytes
from standex.edges.spectra.measured import (
    AxisUnit,
    MeasuredSpectrum,
    check_size,
    check_total,
    checked,
    number_or_none,
)
from standex.model.errors import DataFileError

_OLD, _NEW_LITTLE, _NEW_BIG = 0x4D, 0x4B, 0x4C
_HEADER, _OLD_HEADER, _SUBHEADER, _LOG_HEADER = 512, 256, 32, 64
_IS_16_BIT, _IS_MULTI, _OWN_AXES, _HAS_AXIS = 0x01, 0x04, 0x40, 0x80
_FLOAT = -128  # this exponent says: no exponent, IEEE floats
_AXIS_UNITS: dict[int, AxisUnit] = {1: "per_cm", 2: "um", 3: "nm", 13: "per_cm", 16: "pixel"}
_COUNTS_UNITS = {1: "interferogram", 2: "absorbance", 3: "Kubelka-Munk", 4: "counts"} | {
    11: "percent", 12: "intensity", 13: "relative intensity", 128: "transmission",
    129: "reflectance", 131: "emission",
}  # fmt: skip
_MAX_SPECTRA = 2**16


def is_spc(data: bytes) -> bool:
    """Whether bytes begin as an SPC file does: a version, and flags and types that exist."""
    if len(data) < _OLD_HEADER or data[:4] == b"PK\x03\x04":  # a zip archive, whose K is another
        return False
    if data[1] not in (_OLD, _NEW_LITTLE, _NEW_BIG):
        return False
    if data[1] == _OLD:
        return data[0] < 0x80 and data[8:12] != b"\0\0\0\0" and data[16] < 32
    return data[28] <= 30


def parse_spc(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of an SPC file; those on one axis are rows of one.

    Raises:
        DataFileError: it is damaged, cut off, or claims what cannot be.
    """
    file = FileBytes(data, where)
    (version,) = file.unpack("B", 1, "the version")
    if version == _OLD:
        return _parse_old(file, name)
    return _parse_new(file, name, order=">" if version == _NEW_BIG else "<")


def _parse_new(file: FileBytes, name: str, *, order: str) -> tuple[MeasuredSpectrum, ...]:
    flags, _, _, exponent = file.unpack("BBBb", 0, "the header")
    n, first, last, n_sub = file.unpack(f"{order}iddi", 4, "the header")
    x_type, y_type = file.unpack("BB", 28, "the header")
    n_sub = max(n_sub, 1)
    if n_sub > _MAX_SPECTRA:
        raise DataFileError(f"{file.where}: claims {n_sub} spectra; the file is damaged")
    said = _log(file, *file.unpack(f"{order}i", 248, "the header"), order=order)
    said.setdefault("counts_unit", _COUNTS_UNITS.get(y_type))
    title = file.text(88, 130, "the memo") or name
    unit = _AXIS_UNITS.get(x_type)
    where_next, axis = _HEADER, None
    own_axes = bool(flags & _OWN_AXES)
    if not own_axes:
        check_size(file.where, n_spectra=n_sub, n_channels=n)
        if flags & _HAS_AXIS:
            axis = file.array(f"{order}f4", where_next, n, "the axis")
            where_next += 4 * n
        else:
            axis = _even(file, first, last, n)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for row in range(n_sub):
        (sub_exponent,) = file.unpack("b", where_next + 1, f"spectrum {row}")
        (n_own,) = file.unpack(f"{order}i", where_next + 16, f"spectrum {row}")
        where_next += _SUBHEADER
        if own_axes:
            n = n_own or n
            check_size(f"{file.where}, spectrum {row}", n_spectra=1, n_channels=n)
            axis = file.array(f"{order}f4", where_next, n, f"the axis of spectrum {row}")
            where_next += 4 * n
        used = sub_exponent if flags & _IS_MULTI else exponent
        values, size = _values(
            file, where_next, n, exponent=used, is_16=bool(flags & _IS_16_BIT), order=order
        )
        where_next += size
        assert axis is not None  # noqa: S101 - one of the two above
        pairs.append((axis, values))
    return _together(file, pairs, title, unit, said)


def _parse_old(file: FileBytes, name: str) -> tuple[MeasuredSpectrum, ...]:
    flags, _, exponent = file.unpack("<BBh", 0, "the header")
    n_float, first, last, x_type, y_type = file.unpack("<3fBB", 4, "the header")
    n = int(n_float) if 0 < n_float < 2**30 else 0
    check_size(file.where, n_spectra=1, n_channels=n)
    axis = _even(file, first, last, n)
    title = file.text(64, 130, "the memo") or name
    size = n * (2 if flags & _IS_16_BIT else 4)
    # The first subheader is the end of the header; the number of spectra is what the file holds.
    offset, n_rows = _OLD_HEADER, 1
    if flags & _IS_MULTI:
        n_rows = max((len(file.data) - _OLD_HEADER + _SUBHEADER) // (_SUBHEADER + size), 1)
    check_size(file.where, n_spectra=n_rows, n_channels=n)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for row in range(n_rows):
        (sub_exponent,) = file.unpack("b", offset - _SUBHEADER + 1, f"spectrum {row}")
        used = sub_exponent if flags & _IS_MULTI and sub_exponent else exponent
        values, size = _old_values(file, offset, n, exponent=used, is_16=bool(flags & _IS_16_BIT))
        pairs.append((axis, values))
        offset += size + _SUBHEADER
    said: dict[str, Any] = {"counts_unit": _COUNTS_UNITS.get(y_type)}
    return _together(file, pairs, title, _AXIS_UNITS.get(x_type), said)


def _values(
    file: FileBytes, offset: int, n: int, *, exponent: int, is_16: bool, order: str
) -> tuple[np.ndarray, int]:
    """Return intensities, and how many bytes they take."""
    if exponent == _FLOAT:
        return file.array(f"{order}f4", offset, n, "the intensities"), 4 * n
    bits = 16 if is_16 else 32
    whole = file.array(f"{order}i{bits // 8}", offset, n, "the intensities")
    return np.ldexp(whole, exponent - bits), n * bits // 8


def _old_values(
    file: FileBytes, offset: int, n: int, *, exponent: int, is_16: bool
) -> tuple[np.ndarray, int]:
    """Return intensities of the old format: whole numbers, the upper half of each comes first."""
    exponent = max(min(exponent, 1000), -1000)
    if is_16:
        return np.ldexp(file.array("<i2", offset, n, "the intensities"), exponent - 16), 2 * n
    halves = file.array("<u2", offset, 2 * n, "the intensities").reshape(n, 2)
    whole = halves[:, 0] * 2.0**16 + halves[:, 1]
    return np.ldexp(np.where(whole < 2.0**31, whole, whole - 2.0**32), exponent - 32), 4 * n


def _even(file: FileBytes, first: float, last: float, n: int) -> np.ndarray:
    if not (np.isfinite(first) and np.isfinite(last)):
        raise DataFileError(f"{file.where}: the axis goes from {first} to {last}")
    return np.linspace(first, last, n)


def _together(
    file: FileBytes,
    pairs: list[tuple[np.ndarray, np.ndarray]],
    title: str,
    unit: AxisUnit | None,
    said: dict[str, Any],
) -> tuple[MeasuredSpectrum, ...]:
    """Return one value for each axis."""
    if all(axis is pairs[0][0] for axis, _ in pairs):
        groups = [(pairs[0][0], np.array([values for _, values in pairs]))]
    else:
        groups = [(axis, values[None]) for axis, values in pairs]
    found = [
        checked(
            file.where,
            name=title,
            axis=axis,
            axis_unit=unit,
            counts=counts,
            provenance=f"{file.where} (SPC)",
            **said,
        )
        for axis, counts in groups
    ]
    check_total(file.where, found)
    return tuple(found)


def _log(file: FileBytes, offset: int, *, order: str) -> dict[str, Any]:
    """Return what the log of the file says; WiRE and others write KEY=VALUE lines there."""
    if offset <= 0:
        return {}
    size, _, start = file.unpack(f"{order}3i", offset, "the log")
    if not _LOG_HEADER <= start <= size:
        return {}
    lines = file.text(offset + start, min(size - start, len(file.data)), "the log").splitlines()
    keys = dict(line.split("=", 1) for line in lines[:1000] if "=" in line)
    exposure_ms = number_or_none(keys.get("Exposure_time", "").removeprefix("Time:"))
    repeats = number_or_none(keys.get("Accumulations", "").removeprefix("Accumulations:"))
    return {
        "exposure_s": None if exposure_ms is None else exposure_ms / 1000,
        "accumulations": None if repeats is None else int(repeats),
        "laser_nm": number_or_none(keys.get("Laser", "").removeprefix("Laser:")),
        "instrument": _named("Renishaw WiRE, instrument", keys.get("Serial_number")),
    }


def _named(maker: str, serial: str | None) -> str | None:
    return f"{maker} {serial.strip()}" if serial and serial.strip() else None
