"""Raman Open Database files (.rod): CIF with the dictionary of Raman spectra.

References:
    El Mendili et al., Raman Open Database, J. Appl. Cryst. 52 (2019) 618; Hall, Allen, Brown,
    The Crystallographic Information File, Acta Cryst. A47 (1991) 655.
"""

import re
from collections.abc import Iterator

import numpy as np

from standex.edges.spectra.measured import (
    MAX_VALUES,
    MeasuredSpectrum,
    checked,
    number_or_none,
)
from standex.edges.spectra.text_table import decoded
from standex.model.errors import DataFileError

_SHIFT, _INTENSITY = "_raman_spectrum.raman_shift", "_raman_spectrum.intensity"
_DEVICE, _MEASUREMENT = "_raman_measurement_device", "_raman_measurement"
_TOKEN = re.compile(r"'(?:[^'\n]|'(?=\S)){0,2000}'|\"(?:[^\"\n]|\"(?=\S)){0,2000}\"|#[^\n]*|\S+")


def is_rod(data: bytes) -> bool:
    """Whether a text holds the table of a Raman spectrum as CIF."""
    return _SHIFT.encode() in data and b"loop_" in data


def parse_rod(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a ROD file, one for each data block.

    Raises:
        DataFileError: the file is cut off or damaged, or holds no spectrum.
    """
    text = decoded(data, where=where)
    blocks = re.split(r"(?m)^data_(\S*)[^\n]*$", text)
    found = [
        _spectrum(content, f"{where}, block {title[:40]}", title or name)
        for title, content in zip(blocks[1::2], blocks[2::2], strict=True)
        if _SHIFT in content
    ]
    if not found:
        raise DataFileError(f"{where}: CIF without a table {_SHIFT}, {_INTENSITY}")
    return tuple(found)


def _spectrum(text: str, where: str, title: str) -> MeasuredSpectrum:
    items, columns = _contents(list(_tokens(text)), where)
    laser_nm = number_or_none(items.get(f"{_DEVICE}.excitation_laser_wavelength"))
    maker = [items.get(f"{_DEVICE}.{key}", "") for key in ("company", "model")]
    return checked(
        where,
        name=items.get("_chemical_name_mineral") or items.get("_chemical_name_common") or title,
        axis=columns[_SHIFT],
        axis_unit="per_cm",
        counts=columns[_INTENSITY],
        laser_nm=laser_nm,
        power_mw=number_or_none(items.get(f"{_DEVICE}.power_on_sample")),
        exposure_s=number_or_none(items.get(f"{_MEASUREMENT}.integration_time")),
        accumulations=_whole(items.get(f"{_MEASUREMENT}.number_of_accumulations")),
        instrument=" ".join(word for word in maker if word) or None,
        provenance=f"{where} (Raman Open Database)",
    )


def _tokens(text: str) -> Iterator[str]:
    """Yield the words of CIF; a text between lines that begin with ";" is one word."""
    for number, part in enumerate(re.split(r"(?m)^;", text)):
        if number % 2:
            yield "'" + part.strip()
            continue
        for match in _TOKEN.finditer(part):
            if not match[0].startswith("#"):
                yield match[0]


def _contents(tokens: list[str], where: str) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return single items, and the two columns of the spectrum."""
    items: dict[str, str] = {}
    columns: dict[str, np.ndarray] = {}
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.lower() == "loop_":
            names, values, at = _loop(tokens, at)
            if _SHIFT in names and _INTENSITY in names:
                columns |= _numbers(names, values, where)
        elif token.startswith("_") and at < len(tokens) and not tokens[at].startswith("_"):
            items.setdefault(token, tokens[at].strip("'\"").strip())
            at += 1
    if not columns:
        raise DataFileError(f"{where}: no table of {_SHIFT} and {_INTENSITY}; damaged")
    return items, columns


def _loop(tokens: list[str], at: int) -> tuple[list[str], list[str], int]:
    start = at
    while at < len(tokens) and tokens[at].startswith("_"):
        at += 1
    names, start = tokens[start:at], at
    while at < len(tokens) and not (tokens[at].startswith("_") or tokens[at].lower() == "loop_"):
        at += 1
    return names, tokens[start:at], at


def _numbers(names: list[str], values: list[str], where: str) -> dict[str, np.ndarray]:
    if len(values) % len(names) or len(values) > MAX_VALUES:
        raise DataFileError(
            f"{where}: {len(values)} values do not fill a table of {len(names)} columns; "
            "it is cut off or damaged: fetch it again"
        )
    columns: dict[str, np.ndarray] = {}
    for name in (_SHIFT, _INTENSITY):
        words = values[names.index(name) :: len(names)]
        try:
            # A standard uncertainty follows in brackets: 12.3(4).
            columns[name] = np.array([float(word.partition("(")[0]) for word in words])
        except ValueError as error:
            raise DataFileError(f"{where}: column {name} is not all numbers ({error})") from error
    return columns


def _whole(text: str | None) -> int | None:
    value = number_or_none(text)
    return None if value is None or not 0 < value < 1e9 else int(value)
