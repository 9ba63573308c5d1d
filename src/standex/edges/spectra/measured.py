"""One measured spectrum, or several on one axis, with what the file says about the measurement."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from standex.model.errors import DataFileError

AxisUnit = Literal["per_cm", "nm", "um", "pixel"]

MIN_CHANNELS = 4
# A spectrometer has some thousand channels; a Raman map of a laboratory some million values.
MAX_CHANNELS = 2**20
MAX_VALUES = 2**24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredSpectrum:
    """Spectra on one axis as they were measured; None is what the file does not say.

    Attributes:
        name: title of the measurement, else the name of the file.
        axis: strictly rising or strictly falling, as delivered.
        axis_unit: of the axis; per_cm is the Raman shift where there is a laser, else the
            wavenumber of the light.
        counts: raw, nothing taken off; rows are repeats, or points of a map.
        counts_unit: of ``counts``, in the words of the file: an infrared spectrum has no counts.
        dark: with the laser off, in the same unit.
        exposure_s: of one accumulation.
        accumulations: how many exposures each row is the sum or the mean of.
        laser_nm: excitation.
        power_mw: of the laser on the sample, or what the file calls its power.
        range_m: from the instrument to the sample.
        gain_e_per_count: photoelectrons that one count stands for.
        read_noise_e: of one readout, in photoelectrons.
        instrument: maker and model, in words.
        provenance: file, format, and what was concluded and not said there.
    """

    name: str
    axis: Float[np.ndarray, " channels"]
    axis_unit: AxisUnit | None
    counts: Float[np.ndarray, "spectra channels"]
    provenance: str
    counts_unit: str | None = None
    dark: Float[np.ndarray, " channels"] | None = None
    exposure_s: float | None = None
    accumulations: int | None = None
    laser_nm: float | None = None
    power_mw: float | None = None
    range_m: float | None = None
    gain_e_per_count: float | None = None
    read_noise_e: float | None = None
    instrument: str | None = None


def checked(
    where: str,
    *,
    name: str,
    axis: np.ndarray,
    axis_unit: AxisUnit | None,
    counts: np.ndarray,
    provenance: str,
    dark: np.ndarray | None = None,
    **said: Any,
) -> MeasuredSpectrum:
    """Return the spectrum, if it is one.

    Args:
        where: file and place in it, for the messages.
        name: see ``MeasuredSpectrum``.
        axis: one value a channel.
        axis_unit: None where the file does not say and the values do not tell.
        counts: one row a spectrum, or a single row.
        provenance: see ``MeasuredSpectrum``.
        dark: one value a channel.
        said: the other attributes; a number that cannot be (not finite, not above 0) counts as
            not said.

    Raises:
        DataFileError: sizes do not agree or are absurd, a value is not finite, or the axis does
            not rise or fall throughout.
    """
    axis = np.asarray(axis, dtype=np.float64).reshape(-1)
    counts = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    check_size(where, n_spectra=counts.shape[0], n_channels=len(axis))
    if counts.shape[1] != len(axis):
        raise DataFileError(
            f"{where}: {len(axis)} axis values for {counts.shape[1]} intensities; "
            "the file is cut off or damaged: fetch it again"
        )
    if dark is not None:
        dark = np.asarray(dark, dtype=np.float64).reshape(-1)
        if len(dark) != len(axis):
            raise DataFileError(f"{where}: {len(dark)} dark values for {len(axis)} channels")
        _check_finite(where, dark, "dark")
    _check_finite(where, axis, "axis")
    _check_finite(where, counts, "intensity")
    _check_monotonic(where, axis)
    # -0.0 and tiny denormals in a title are of no interest; a control character in a terminal is.
    return MeasuredSpectrum(
        name=printable(name) or "unnamed",
        axis=axis,
        axis_unit=told_by_values(axis, axis_unit),
        counts=counts,
        provenance=printable(provenance, length=2000),
        dark=dark,
        **{key: _sensible(value) for key, value in said.items()},
    )


def check_size(where: str, *, n_spectra: int, n_channels: int) -> None:
    """Refuse sizes that no spectrum has, before anything of that size is made.

    Raises:
        DataFileError: too few or too many channels, no spectra or too many.
    """
    if not MIN_CHANNELS <= n_channels <= MAX_CHANNELS:
        raise DataFileError(
            f"{where}: {n_channels} channels; a spectrum has {MIN_CHANNELS} to {MAX_CHANNELS}: "
            "the file is cut off, damaged, or something else"
        )
    if n_spectra < 1:
        raise DataFileError(f"{where}: there is an axis and no spectrum on it")
    if n_spectra * n_channels > MAX_VALUES:
        raise DataFileError(
            f"{where}: {n_spectra} spectra of {n_channels} channels are more than {MAX_VALUES} "
            "values; split the file"
        )


def check_total(where: str, spectra: list[MeasuredSpectrum]) -> None:
    """Refuse a file of many spectra that together are absurdly large.

    Raises:
        DataFileError: they are.
    """
    total = sum(spectrum.counts.size for spectrum in spectra)
    if total > MAX_VALUES:
        raise DataFileError(f"{where}: more than {MAX_VALUES} values in all; split the file")


def told_by_values(axis: np.ndarray, unit: AxisUnit | None) -> AxisUnit | None:
    """Return the unit of an axis: the stated one, unless its values say that it cannot be.

    Only a Raman shift can be negative; some instruments head such a column "Pixel". An axis that
    counts 0, 1, 2 is one of pixels.
    """
    if axis.min() < 0:
        return "per_cm"
    first, last = min(axis[0], axis[-1]), max(axis[0], axis[-1])
    counts_up = first in (0, 1) and last - first == len(axis) - 1
    if unit is None and counts_up and np.array_equal(axis, np.round(axis)):
        return "pixel"
    return unit


def unit_named(text: str) -> AxisUnit | None:
    """Return the unit that a word from a file stands for, if it is one of an axis."""
    word = text.lower().replace(" ", "").replace("^", "").replace("−", "-").replace("_", "")
    if any(part in word for part in ("cm-1", "1/cm", "cm⁻¹", "cm\xb9", "/cm", "wavenumber")):
        return "per_cm"
    if "ramanshift" in word or word in ("shift", "percm"):
        return "per_cm"
    if "nanomet" in word or word == "nm" or "[nm]" in word or "(nm)" in word:
        return "nm"
    if "micromet" in word or "micron" in word or word in ("um", "µm", "μm"):
        return "um"
    if any(part in word for part in ("[um]", "(um)", "[µm]", "(µm)", "[μm]", "(μm)")):
        return "um"
    return "pixel" if "pixel" in word or "channel" in word else None


def number_or_none(text: object) -> float | None:
    """Return the number that a text begins with ("785 nm", "532,02"), if it does."""
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, int | float):
        return float(text) if -1e300 < text < 1e300 else None
    words = str(text).split()
    if not words or "_" in words[0]:
        return None
    try:
        value = float(words[0].rstrip("%").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def printable(text: str, *, length: int = 200) -> str:
    """Return a text from a file as one line that cannot steer a terminal."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * length])
    return " ".join(line.split())[:length]


def _sensible(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value) or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if math.isfinite(value) and value > 0 else None
    return None


def _check_finite(where: str, values: np.ndarray, what: str) -> None:
    broken = np.argwhere(~np.isfinite(values))
    if len(broken):
        raise DataFileError(
            f"{where}: {what} of channel {broken[0][-1]} is {values[tuple(broken[0])]} "
            f"({len(broken)} such values in all); remove these channels"
        )


def _check_monotonic(where: str, axis: np.ndarray) -> None:
    rises, falls = axis[1:] > axis[:-1], axis[1:] < axis[:-1]
    if rises.all() or falls.all():
        return
    odd = int(np.flatnonzero(~rises if rises.sum() >= falls.sum() else ~falls)[0]) + 1
    how = "repeated" if axis[odd] == axis[odd - 1] else "turns round"
    raise DataFileError(
        f"{where}: the axis neither rises nor falls throughout: at channel {odd} it is "
        f"{how} ({axis[odd - 1]:g}, {axis[odd]:g}); sort it, and keep one value for each place"
    )
