"""SPE files (Princeton Instruments): 3.0 with its XML footer, and 2.x with its fixed header.

References:
    Teledyne Princeton Instruments, SPE 3.0 File Format Specification, 4411-0158; WinSpec 2.6
    user manual, appendix C (SPE 2.x).
"""

import re

import numpy as np

from standex.edges.spectra.file_bytes import FileBytes
from standex.edges.spectra.measured import (
    AxisUnit,
    MeasuredSpectrum,
    check_size,
    checked,
    number_or_none,
)
from standex.model.errors import DataFileError

_HEADER = 4100
_DTYPES = {0: "<f4", 1: "<i4", 2: "<i2", 3: "<u2", 5: "<f8", 6: "<u1", 8: "<u4"}
_PIXEL_FORMATS = {
    "MonochromeUnsigned16": "<u2",
    "MonochromeUnsigned32": "<u4",
    "MonochromeFloating32": "<f4",
}
_UNITS_2: dict[int, AxisUnit] = {0: "pixel", 2: "nm", 5: "per_cm"}
_MAX_FOOTER = 2**24
_NUMBER = r"[-+0-9.eE]{1,40}"


def is_spe(data: bytes) -> bool:
    """Whether bytes begin as an SPE file does: a version from 1 to 3 and a known number type."""
    if len(data) < _HEADER:
        return False
    version = np.frombuffer(data, "<f4", count=1, offset=1992)[0]
    dtype = int.from_bytes(data[108:110], "little")
    # The mark that WinSpec and LightField put at the end of their header.
    return bool(1 <= version < 4) and dtype in _DTYPES and data[4098:4100] in (b"\x55\x55", b"\0\0")


def parse_spe(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the frames of an SPE file; rows of a frame are rows of the result.

    Raises:
        DataFileError: it is damaged, cut off, an image, or claims what cannot be.
    """
    file = FileBytes(data, where)
    (version,) = file.unpack("<f", 1992, "the header")
    (code,) = file.unpack("<h", 108, "the header")
    (n,) = file.unpack("<H", 42, "the header")
    (n_rows,) = file.unpack("<H", 656, "the header")
    (n_frames,) = file.unpack("<i", 1446, "the header")
    check_size(where, n_spectra=n_rows * n_frames, n_channels=n)
    if version >= 3:
        return _parse_3(file, name, n=n, n_spectra=n_rows * n_frames)
    if code not in _DTYPES:
        raise DataFileError(f"{where}: numbers of an unknown type {code}; damaged")
    counts = file.array(_DTYPES[code], _HEADER, n * n_rows * n_frames, "the frames").reshape(-1, n)
    axis, unit = _axis_2(file, n)
    (exposure_s,) = file.unpack("<f", 10, "the header")
    (laser_nm,) = file.unpack("<d", 3311, "the header")
    (accumulations,) = file.unpack("<I", 668, "the header")
    return (
        checked(
            where,
            name=name,
            axis=axis,
            axis_unit=unit,
            counts=counts,
            counts_unit="counts",
            exposure_s=exposure_s,
            accumulations=accumulations,
            laser_nm=laser_nm if 100 < laser_nm < 20_000 else None,
            instrument="Princeton Instruments",
            provenance=f"{where} (SPE {version:.1f})",
        ),
    )


def _parse_3(file: FileBytes, name: str, *, n: int, n_spectra: int) -> tuple[MeasuredSpectrum, ...]:
    """Read by the footer; it is searched as text, so no entity or reference of XML is followed."""
    (footer_at,) = file.unpack("<Q", 678, "the header")
    if not _HEADER <= footer_at < len(file.data):
        raise DataFileError(
            f"{file.where}: its XML footer should begin at byte {footer_at}, the file has "
            f"{len(file.data)}; it is cut off or damaged: fetch it again"
        )
    footer = file.data[footer_at : footer_at + _MAX_FOOTER].decode("utf-8", "replace")
    pixel_format = _first(r'pixelFormat="(\w{1,40})"', footer)
    if pixel_format not in _PIXEL_FORMATS:
        raise DataFileError(f"{file.where}: pixels of the format {pixel_format!r} are not read")
    frame_bytes = n * n_spectra * np.dtype(_PIXEL_FORMATS[pixel_format]).itemsize
    if _HEADER + frame_bytes > footer_at:
        raise DataFileError(f"{file.where}: frames and footer overlap; the file is damaged")
    counts = file.array(_PIXEL_FORMATS[pixel_format], _HEADER, n * n_spectra, "the frames")
    words = _first(r"<Wavelength[^>]{0,200}>([-+0-9.eE,\s]{1,4000000})<", footer) or ""
    axis, unit = np.arange(n, dtype=float), "pixel"
    if words:
        axis, unit = _numbers(file, words), "nm"
    exposure_ms = number_or_none(_first(rf"<ExposureTime[^>]{{0,200}}>({_NUMBER})<", footer))
    model = _first(r'<Camera [^>]{0,300}model="([^"]{1,100})"', footer)
    return (
        checked(
            file.where,
            name=name,
            axis=axis,
            axis_unit=unit,
            counts=counts.reshape(-1, n),
            counts_unit="counts",
            exposure_s=None if exposure_ms is None else exposure_ms / 1000,
            accumulations=_whole(_first(r"<AccumulationsPerFrame[^>]{0,200}>(\d{1,6})<", footer)),
            laser_nm=number_or_none(_first(rf'laserLine="({_NUMBER})"', footer)),
            instrument=f"Princeton Instruments {model}" if model else "Princeton Instruments",
            provenance=f"{file.where} (SPE 3)",
        ),
    )


def _numbers(file: FileBytes, words: str) -> np.ndarray:
    try:
        return np.array([float(word) for word in words.split(",")])
    except ValueError as error:
        raise DataFileError(f"{file.where}: its wavelengths are not numbers ({error})") from error


def _axis_2(file: FileBytes, n: int) -> tuple[np.ndarray, AxisUnit]:
    """Return the axis of the calibration polynomial of SPE 2.x; pixels where there is none."""
    is_valid, _, unit, order = file.unpack("BBBB", 3098, "the calibration")
    pixel = np.arange(1, n + 1, dtype=float)
    if not is_valid or unit not in _UNITS_2 or order > 5:
        return pixel - 1, "pixel"
    coefficients = file.array("<f8", 3263, 6, "the calibration")[: order + 1]
    return np.polynomial.polynomial.polyval(pixel, coefficients), _UNITS_2[unit]


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match[1] if match else None


def _whole(word: str | None) -> int | None:
    return None if word is None else int(word)
