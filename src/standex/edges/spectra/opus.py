"""OPUS files (Bruker): a directory of blocks, each of parameters or of intensities.

Of what a file holds, finished spectra are read (Raman, absorbance, transmission, reflectance,
single channel); interferograms and series over time are not.

References:
    The layout as described by the packages brukeropusreader and brukeropus.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from standex.edges.spectra.file_bytes import FileBytes
from standex.edges.spectra.measured import (
    AxisUnit,
    MeasuredSpectrum,
    check_size,
    check_total,
    checked,
)
from standex.model.errors import DataFileError

OPUS_MAGIC = b"\n\n\xfe\xfe"
_ENTRY = 12
_MAX_BLOCKS = 1000
_MAX_PARAMETERS = 1000
# Bits 4 to 9 of a block's type: what sort of parameters; 0: none, these are intensities.
_STATUS = 1
_SPECTRA = {1: "single channel", 4: "absorbance", 5: "transmission", 6: "Kubelka-Munk"} | {
    10: "Raman intensity", 11: "emission", 12: "reflectance", 16: "attenuated total reflection",
}  # fmt: skip
_COMPACT = 4  # its intensities are the last bytes of the block
_UNITS: dict[str, AxisUnit] = {"WN": "per_cm", "MI": "um", "PNT": "pixel"}
_Parameters = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class _Block:
    role: int  # sample, reference or their ratio
    sort: int
    quantity: int
    derivative: int
    packing: int
    offset: int
    size: int


def parse_opus(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the finished spectra of an OPUS file.

    Raises:
        DataFileError: it is damaged, cut off, or holds none.
    """
    file = FileBytes(data, where)
    blocks = list(_directory(file))
    said = _said([_parameters(file, block) for block in blocks if block.sort > _STATUS])
    found: list[MeasuredSpectrum] = []
    for block in blocks:
        if block.sort != 0 or block.derivative or block.quantity not in _SPECTRA:
            continue
        key = (block.role, block.quantity)
        status = [b for b in blocks if b.sort == _STATUS and (b.role, b.quantity) == key]
        if status:
            found.append(_spectrum(file, block, _parameters(file, status[0]), said, name))
            check_total(where, found)
    if not found:
        raise DataFileError(f"{where}: an OPUS file without a finished spectrum on one axis")
    return tuple(found)


def _directory(file: FileBytes) -> Iterator[_Block]:
    start, _, n_blocks = file.unpack("<3i", 12, "the header")
    if not 0 < n_blocks <= _MAX_BLOCKS:
        raise DataFileError(f"{file.where}: claims {n_blocks} blocks; the file is damaged")
    for row in range(n_blocks):
        kind, words, offset = file.unpack("<Iii", start + _ENTRY * row, "the directory")
        if offset <= 0:
            return
        yield _Block(
            role=kind >> 2 & 0x3,
            sort=kind >> 4 & 0x3F,
            quantity=kind >> 10 & 0x7F,
            derivative=kind >> 17 & 0x3,
            packing=kind >> 19 & 0x7,
            offset=offset,
            size=4 * words,
        )


def _parameters(file: FileBytes, block: _Block) -> _Parameters:
    """Return the parameters of a block; what is no parameter ends it."""
    found: _Parameters = {}
    offset, end = block.offset, min(block.offset + block.size, len(file.data))
    for _ in range(_MAX_PARAMETERS):
        if offset + 8 > end:
            break
        key, kind, halves = struct.unpack_from("<3sxhH", file.data, offset)
        offset, size = offset + 8, 2 * halves
        if key == b"END" or offset + size > end:
            break
        label = key.decode("latin-1")
        if kind == 0 and size >= 4:
            found[label] = float(struct.unpack_from("<i", file.data, offset)[0])
        elif kind == 1 and size >= 8:
            found[label] = struct.unpack_from("<d", file.data, offset)[0]
        elif kind > 1:
            found[label] = file.text(offset, size, label)
        offset += size
    return found


def _spectrum(
    file: FileBytes, block: _Block, status: _Parameters, said: dict[str, object], name: str
) -> MeasuredSpectrum:
    n_said, first, last = (_number(status, key) for key in ("NPT", "FXV", "LXV"))
    if n_said is None or first is None or last is None:
        raise DataFileError(f"{file.where}: does not say its axis (NPT, FXV, LXV); damaged")
    n = int(n_said)
    check_size(file.where, n_spectra=1, n_channels=n)
    if 4 * n > block.size:
        raise DataFileError(
            f"{file.where}: claims {n} values in a block of {block.size} bytes; damaged"
        )
    factor = _number(status, "CSF")
    start = block.offset + (block.size - 4 * n if block.packing == _COMPACT else 0)
    counts = file.array("<i4" if status.get("DPF") == 2 else "<f4", start, n, "the intensities")
    return checked(
        file.where,
        name=str(said["name"] or name),
        axis=np.linspace(first, last, n),
        axis_unit=_UNITS.get(str(status.get("DXU"))),
        counts=counts * (1.0 if factor is None else factor),
        counts_unit=_SPECTRA[block.quantity],
        provenance=f"{file.where} (OPUS)",
        accumulations=said["accumulations"],
        laser_nm=said["laser_nm"] if block.quantity == 10 else None,
        power_mw=said["power_mw"] if block.quantity == 10 else None,
        instrument=said["instrument"],
    )


def _said(groups: list[_Parameters]) -> dict[str, object]:
    every: _Parameters = {}
    for group in groups:
        every = group | every
    scans, laser_per_cm = _number(every, "NSS"), _number(every, "RLW")
    return {
        "name": every.get("SNM"),
        "accumulations": int(scans) if scans is not None and 0 < scans < 2**31 else None,
        "laser_nm": 1e7 / laser_per_cm if laser_per_cm is not None and laser_per_cm > 1 else None,
        "power_mw": _number(every, "RLP"),
        "instrument": f"Bruker {every['INS']}" if every.get("INS") else "Bruker",
    }


def _number(parameters: _Parameters, key: str) -> float | None:
    value = parameters.get(key)
    return value if isinstance(value, float) and abs(value) < 1e15 else None
