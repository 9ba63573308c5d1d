"""A measured spectrum of any known format: recognised by what is in the file."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from standex.edges.spectra.cif import is_rod, parse_rod
from standex.edges.spectra.file_bytes import read_bytes
from standex.edges.spectra.jcamp_dx import is_jcamp, parse_jcamp
from standex.edges.spectra.measured import AxisUnit, MeasuredSpectrum
from standex.edges.spectra.nexus import HDF5_MAGIC
from standex.edges.spectra.nexus_apart import parse_nexus_apart
from standex.edges.spectra.opus import OPUS_MAGIC, parse_opus
from standex.edges.spectra.oras_json import parse_oras_json
from standex.edges.spectra.rows_table import is_rows_table, parse_rows_table
from standex.edges.spectra.spc import is_spc, parse_spc
from standex.edges.spectra.spe import is_spe, parse_spe
from standex.edges.spectra.text import parse_text
from standex.edges.spectra.wdf import WDF_MAGIC, parse_wdf

_Parse = Callable[..., tuple[MeasuredSpectrum, ...]]
# Tried in this order: magic bytes first, then what only looks like a format.
_FORMATS: tuple[tuple[Callable[[bytes], bool], _Parse], ...] = (
    (lambda data: data.startswith(HDF5_MAGIC), parse_nexus_apart),
    (lambda data: data.startswith(WDF_MAGIC), parse_wdf),
    (lambda data: data.startswith(OPUS_MAGIC), parse_opus),
    (is_spe, parse_spe),
    (lambda data: b"\0" in data and not _is_utf_16(data) and is_spc(data), parse_spc),
    (is_jcamp, parse_jcamp),
    (is_rod, parse_rod),
    (lambda data: data.lstrip()[:1] == b"{", parse_oras_json),
)


def read_spectrum(
    path: str | os.PathLike[str], *, axis_unit: AxisUnit | None = None
) -> tuple[MeasuredSpectrum, ...]:
    """Read the spectra of a file, whatever the format.

    Read are text with columns (plain, BWTek, Horiba, WITec, Renishaw, Wasatch), tables with a
    spectrum in each row, JCAMP-DX, SPC, WDF, SPE, OPUS, ROD (CIF), NeXus, JSON of ORAS. The name
    of the file does not matter. Nothing is resampled, sorted or subtracted.

    Args:
        path: the file, at most 128 MiB.
        axis_unit: for a text file that does not say it. A file that does is believed.

    Returns:
        One value for each axis in the file, in its order.

    Raises:
        DataFileError: the file is missing, foreign, cut off or damaged, or what it claims cannot
            be; the message says what, where, and what to do.
        StandexError: a NeXus file, and the optional package h5py is not installed.
    """
    path = Path(path)
    found = parse_spectrum(read_bytes(path), where=str(path), name=path.stem, axis_unit=axis_unit)
    # Messages need the whole path; what is kept with the data and passed on must not have it.
    return tuple(
        replace(one, provenance=one.provenance.replace(str(path), path.name)) for one in found
    )


def parse_spectrum(
    data: bytes, *, where: str, name: str, axis_unit: AxisUnit | None = None
) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a file's bytes; see ``read_spectrum``.

    Args:
        data: of the whole file.
        where: the file, for the messages.
        name: where the file gives no title.
        axis_unit: for a text file that does not say it.

    Raises:
        DataFileError: as ``read_spectrum``.
        StandexError: as ``read_spectrum``.
    """
    # A damaged number may overflow; what comes of it is found to be not finite.
    with np.errstate(all="ignore"):
        for is_format, parse in _FORMATS:
            if is_format(data):
                return parse(data, where=where, name=name)
        if is_rows_table(data):
            return parse_rows_table(data, where=where, name=name, axis_unit=axis_unit)
        return parse_text(data, where=where, name=name, axis_unit=axis_unit)


def _is_utf_16(data: bytes) -> bool:
    return data.startswith((b"\xff\xfe", b"\xfe\xff"))
