"""What the header of a text file says of the measurement, in the words of several makers."""

import re
from collections.abc import Iterable
from typing import Any

from standex.edges.spectra.measured import AxisUnit, number_or_none, unit_named

# Key as written (small letters, without "#" and unit in brackets) -> attribute, factor to its unit.
_NUMBERS: dict[str, tuple[str, float]] = {
    "intigration times": ("exposure_s", 1e-3),  # BWTek, spelt so
    "integration times": ("exposure_s", 1e-3),
    "acq. time": ("exposure_s", 1.0),  # Horiba, in seconds
    "exposure_s": ("exposure_s", 1.0),
    "exposure time": ("exposure_s", 1.0),
    "average number": ("accumulations", 1.0),
    "accumulations": ("accumulations", 1.0),
    "scan averaging": ("accumulations", 1.0),  # Wasatch
    "laser": ("laser_nm", 1.0),
    "laser_nm": ("laser_nm", 1.0),
    "laser wavelength": ("laser_nm", 1.0),
    "laser_wavelength": ("laser_nm", 1.0),
    "excitation wavelength": ("laser_nm", 1.0),
    "laser power mw": ("power_mw", 1.0),
    "power_mw": ("power_mw", 1.0),
    "range_m": ("range_m", 1.0),
    "gain_e_per_count": ("gain_e_per_count", 1.0),
    "read_noise_e": ("read_noise_e", 1.0),
}
_TITLES = ("title", "graphname", "label", "name")
_INSTRUMENTS = ("model", "instrument")
_MAX_LINES, _MAX_CHARACTERS, _MAX_KEY = 2000, 600, 64


def header_pairs(lines: Iterable[str]) -> dict[str, str]:
    """Return key and value of the header's lines; the first of a key counts.

    Lines are ``key;value``, ``key,value``, ``#key=<tab>value`` or ``key = value``.
    """
    found: dict[str, str] = {}
    for line, _ in zip(lines, range(_MAX_LINES), strict=False):
        # Looked through by hand: a pattern over blanks takes for ever on a line full of them.
        text = line[:_MAX_CHARACTERS].strip().lstrip("#/%").lstrip()
        at = next((k for k, c in enumerate(text[:_MAX_KEY]) if c in "=;,\t:"), 0)
        if at > 0:
            found.setdefault(text[:at].strip().lower(), text[at + 1 :].strip())
    return found


def said_by(pairs: dict[str, str]) -> dict[str, Any]:
    """Return the attributes of a spectrum that header pairs state."""
    said: dict[str, Any] = {}
    for key, text in pairs.items():
        bare = re.sub(r"\s*\([^)]*\)", "", key)
        value = number_or_none(text)
        if bare in _NUMBERS and value is not None:
            attribute, factor = _NUMBERS[bare]
            said.setdefault(attribute, value * factor)
        if key == "integration time" and "enlighten version" in pairs and value is not None:
            said["exposure_s"] = value / 1000  # Wasatch: milliseconds, and does not say so
    if "accumulations" in said:
        said["accumulations"] = int(min(said["accumulations"], 1e9))
    if not 100 < said.get("laser_nm", 532) < 20_000:
        del said["laser_nm"]  # a power, or a switch, by the name of "laser"
    for key in _INSTRUMENTS:
        if pairs.get(key):
            said.setdefault("instrument", pairs[key])
    return said


def title_of(pairs: dict[str, str]) -> str | None:
    """Return the title that a header gives, if it does."""
    return next((pairs[key] for key in _TITLES if pairs.get(key)), None)


def axis_unit_of(pairs: dict[str, str]) -> AxisUnit | None:
    """Return the unit of the axis, where a line of the header states it (WITec, Horiba, ours)."""
    for key in ("xaxisunit", "axis_unit", "axisunit[1]", "xunits"):
        if key in pairs:
            return unit_named(pairs[key])
    return None


def counts_unit_of(pairs: dict[str, str]) -> str | None:
    """Return the unit of the intensities, where a line of the header states it."""
    for key in ("dataunit", "counts_unit", "axisunit[0]", "yunits"):
        if pairs.get(key):
            text = pairs[key]
            return "counts" if text.lower() in ("cnt", "ccd cts", "cts", "counts") else text
    return None
