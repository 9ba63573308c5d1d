"""JSON files of the ORAS software (also read by ORPL): raw accumulations with their background."""

import json
from typing import Any

import numpy as np

from standex.edges.spectra.measured import MeasuredSpectrum, checked, number_or_none
from standex.model.errors import DataFileError

_MAX_BYTES = 2**23


def parse_oras_json(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the accumulations of a file as rows of one value; the axis is that of pixels.

    Raises:
        DataFileError: it is no JSON of this kind, or damaged.
    """
    if len(data) > _MAX_BYTES:
        raise DataFileError(f"{where}: larger than {_MAX_BYTES} bytes; split the file")
    try:
        document: Any = json.loads(data)
        if not isinstance(document, dict) or "RawSpectra" not in document:
            raise DataFileError(f"{where}: JSON without RawSpectra; not of ORAS or ORPL")
        counts = np.asarray(document["RawSpectra"], dtype=np.float64)
        dark = np.asarray(document.get("Background", []), dtype=np.float64)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise DataFileError(f"{where}: no such JSON ({error}); fetch it again") from error
    if counts.ndim == 1:
        counts = counts[:, None]
    if counts.ndim != 2 or dark.ndim != 1:
        raise DataFileError(f"{where}: RawSpectra has {counts.ndim} dimensions, 2 are wanted")
    exposure_ms = number_or_none(document.get("ExpTime"))
    return (
        checked(
            where,
            name=str(document.get("Comment") or name),
            axis=np.arange(len(counts), dtype=float),
            axis_unit="pixel",
            counts=counts.T,
            counts_unit="counts",
            dark=dark if dark.size else None,
            exposure_s=None if exposure_ms is None else exposure_ms / 1000,
            laser_nm=number_or_none(document.get("Wavelength")),
            power_mw=number_or_none(document.get("Power")),
            provenance=f"{where} (JSON of ORAS)",
        ),
    )
