"""Writes spectra as text: CSV with a header that says everything, and JCAMP-DX."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from standex.edges.spectra.measured import MeasuredSpectrum, printable
from standex.model.errors import StandexError

_SAID = ("exposure_s", "accumulations", "laser_nm", "power_mw", "range_m", "gain_e_per_count",
         "read_noise_e", "instrument", "counts_unit")  # fmt: skip
_JCAMP_LABELS = {
    "exposure_s": "$STANDEX EXPOSURE",
    "accumulations": "$STANDEX ACCUMULATIONS",
    "laser_nm": "$STANDEX LASER NM",
    "power_mw": "$STANDEX POWER MW",
    "range_m": "$STANDEX RANGE M",
    "gain_e_per_count": "$STANDEX GAIN",
    "read_noise_e": "$STANDEX READ NOISE",
    "instrument": "$STANDEX INSTRUMENT",
}
_JCAMP_UNITS = {"per_cm": "1/CM", "nm": "NANOMETERS", "um": "MICROMETERS", "pixel": "PIXEL"}


def write_csv(path: Path, spectrum: MeasuredSpectrum) -> None:
    """Write one axis and its spectra as columns, every number in full.

    Raises:
        StandexError: the file cannot be written.
    """
    head = ["# standex spectrum 1", f"# name = {spectrum.name}"]
    if spectrum.axis_unit is not None:
        head.append(f"# axis_unit = {spectrum.axis_unit}")
    for key in _SAID:
        value = getattr(spectrum, key)
        if value is not None:
            head.append(f"# {key} = {value}")
    head.append(f"# provenance = {printable(spectrum.provenance)}")
    columns, names = [spectrum.axis], ["axis"]
    if spectrum.dark is not None:
        columns, names = [*columns, spectrum.dark], [*names, "dark"]
    columns += list(spectrum.counts)
    names += [f"counts_{row}" for row in range(len(spectrum.counts))]
    rows = (",".join(map(repr, map(float, row))) for row in zip(*columns, strict=True))
    _write(path, [*head, ",".join(names), *rows])


def write_jcamp(path: Path, spectra: tuple[MeasuredSpectrum, ...]) -> None:
    """Write spectra as JCAMP-DX 4.24; repeats and dark become linked blocks of their own.

    Raises:
        StandexError: the file cannot be written.
    """
    blocks = [block for spectrum in spectra for block in _jcamp_blocks(spectrum)]
    if len(blocks) == 1:
        lines = blocks[0]
    else:
        lines = [
            f"##TITLE={_title(spectra[0])}",
            "##JCAMP-DX=4.24",
            "##DATA TYPE=LINK",
            f"##BLOCKS={len(blocks)}",
            *(line for block in blocks for line in block),
            "##END=",
        ]
    _write(path, lines)


def _jcamp_blocks(spectrum: MeasuredSpectrum) -> Iterator[list[str]]:
    first, *repeats = spectrum.counts
    yield _jcamp_block(spectrum, first, role="")
    if spectrum.dark is not None:
        yield _jcamp_block(spectrum, spectrum.dark, role="dark")
    for counts in repeats:
        yield _jcamp_block(spectrum, counts, role="repeat")


def _jcamp_block(spectrum: MeasuredSpectrum, counts: np.ndarray, *, role: str) -> list[str]:
    axis = spectrum.axis
    n = len(axis)
    lines = [
        f"##TITLE={_title(spectrum)}",
        "##JCAMP-DX=4.24",
        f"##DATA TYPE={'RAMAN SPECTRUM' if spectrum.laser_nm else 'SPECTRUM'}",
        f"##ORIGIN={_label_text(spectrum.provenance)}",
        "##OWNER=not stated",
        f"##XUNITS={_JCAMP_UNITS.get(spectrum.axis_unit or '', 'ARBITRARY UNITS')}",
        f"##YUNITS={_label_text(spectrum.counts_unit or 'ARBITRARY UNITS')}",
        *([f"##$STANDEX ROLE={role}"] if role else []),
    ]
    for key, label in _JCAMP_LABELS.items():
        value = getattr(spectrum, key)
        if value is not None:
            lines.append(f"##{label}={_label_text(str(value))}")
    lines += [
        f"##FIRSTX={float(axis[0])!r}",
        f"##LASTX={float(axis[-1])!r}",
        f"##FIRSTY={float(counts[0])!r}",
        f"##NPOINTS={n}",
        "##XFACTOR=1",
        "##YFACTOR=1",
    ]
    if np.array_equal(np.linspace(axis[0], axis[-1], n), axis):
        lines.append("##XYDATA=(X++(Y..Y))")
        bounds = [*range(0, n, 5), n]
        for start, stop in pairwise(bounds):
            words = [float(axis[start]), *map(float, counts[start:stop])]
            lines.append(" ".join(map(repr, words)))
    else:
        lines.append("##XYPOINTS=(XY..XY)")
        lines += [f"{float(x)!r}, {float(y)!r}" for x, y in zip(axis, counts, strict=True)]
    return [*lines, "##END="]


def _title(spectrum: MeasuredSpectrum) -> str:
    return _label_text(spectrum.name) or "unnamed"


def _label_text(text: str) -> str:
    """Return a text that neither begins a remark nor ends a line; Latin letters only."""
    return printable(text).replace("$$", "$ $").encode("latin-1", "replace").decode("latin-1")


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(
            f"{path}: cannot be written ({error.strerror}); choose another folder"
        ) from error
