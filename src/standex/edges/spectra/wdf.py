"""WDF files (Renishaw WiRE): blocks with a name and a size; spectra, axis and laser are read.

References:
    The layout as described by A. Henderson (doi 10.5281/zenodo.495477) and the package
    renishawWiRE.
"""

from standex.edges.spectra.file_bytes import FileBytes
from standex.edges.spectra.measured import AxisUnit, MeasuredSpectrum, check_size, checked
from standex.model.errors import DataFileError

WDF_MAGIC = b"WDF1"
_BLOCK_HEADER = 16
_AXIS_UNITS: dict[int, AxisUnit] = {1: "per_cm", 2: "per_cm", 3: "nm", 5: "um", 16: "pixel"}
_COUNTS_UNITS = {6: "counts", 7: "electrons", 17: "intensity", 18: "relative intensity"}
_MAX_BLOCKS = 10_000


def parse_wdf(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a WDF file as rows of one value; maps are rows, too.

    Raises:
        DataFileError: it is damaged, cut off, or claims what cannot be.
    """
    file = FileBytes(data, where)
    n, _, n_spectra, accumulations = file.unpack("<iqqi", 0x3C, "the header")
    n_axis = file.unpack("<i", 0x58, "the header")[0]
    counts_unit, laser_per_cm = file.unpack("<if", 0x98, "the header")
    check_size(where, n_spectra=n_spectra, n_channels=n)
    if n_axis != n:
        raise DataFileError(f"{where}: an axis of {n_axis} for spectra of {n} channels; damaged")
    blocks = _blocks(file)
    counts_at, axis_at = _find(file, blocks, b"DATA"), _find(file, blocks, b"XLST")
    axis_unit = file.unpack("<ii", axis_at, "the axis")[1]
    return (
        checked(
            where,
            name=file.text(0xF0, 160, "the title") or name,
            axis=file.array("<f4", axis_at + 8, n, "the axis"),
            axis_unit=_AXIS_UNITS.get(axis_unit),
            counts=file.array("<f4", counts_at, n * n_spectra, "the spectra").reshape(-1, n),
            counts_unit=_COUNTS_UNITS.get(counts_unit),
            accumulations=accumulations,
            laser_nm=1e7 / laser_per_cm if laser_per_cm > 0 else None,
            instrument="Renishaw WiRE",
            provenance=f"{where} (WDF; file {name})",
        ),
    )


def _blocks(file: FileBytes) -> dict[bytes, int]:
    """Return where the contents of each block begin; the first of a name counts."""
    found: dict[bytes, int] = {}
    offset = 0
    for _ in range(_MAX_BLOCKS):
        if offset + _BLOCK_HEADER > len(file.data):
            break
        kind, _, size = file.unpack("<4siq", offset, "a block")
        if size < _BLOCK_HEADER:
            raise DataFileError(f"{file.where}: a block of {size} bytes at {offset}; damaged")
        found.setdefault(kind, offset + _BLOCK_HEADER)
        offset += size
    return found


def _find(file: FileBytes, blocks: dict[bytes, int], kind: bytes) -> int:
    if kind not in blocks:
        raise DataFileError(
            f"{file.where}: has no block {kind.decode()}; it is cut off or damaged: fetch it again"
        )
    return blocks[kind]
