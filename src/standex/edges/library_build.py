"""Library entries from measured spectra: repeats joined, axis in per cm, background taken off."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from standex.edges.library_recipe import EntryRecipe
from standex.edges.spectra import MeasuredSpectrum, read_spectrum
from standex.edges.spectra.background import smooth_background
from standex.model.errors import StandexError
from standex.sensing.laser.library import LibraryEntry, LibraryKind

# Of the axis, and of the intensity over its largest value: far below what any of them is worth.
_AXIS_DECIMALS, _INTENSITY_DECIMALS = 3, 5
_DESPIKED_FROM = 3


def build_entry(path: Path, recipe: EntryRecipe, *, kind: LibraryKind) -> LibraryEntry:
    """Return the entry that a recipe makes of a measured file.

    Three repeats or more are joined by their median, so a cosmic ray in one of them is not a
    line; two by their mean. The dark is taken off where the file has one. The largest intensity
    is 1.

    Args:
        path: of the measured file.
        recipe: how.
        kind: of the library: with "raman" the axis becomes the shift from the laser, else the
            wavenumber of the light.

    Raises:
        DataFileError: the file cannot be read.
        StandexError: the file does not give what the recipe or the kind needs.
    """
    measured = _chosen(path, read_spectrum(path, axis_unit=recipe.axis_unit), recipe)
    laser_nm = recipe.laser_nm or measured.laser_nm
    axis = _axis_per_cm(path, measured, recipe, kind=kind, laser_nm=laser_nm)
    rows = measured.counts if measured.dark is None else measured.counts - measured.dark
    joined = np.median(rows, axis=0) if len(rows) >= _DESPIKED_FROM else rows.mean(axis=0)
    order = np.argsort(axis)
    axis, joined = axis[order], joined[order]
    kept = (axis >= recipe.min_per_cm) & (axis <= recipe.max_per_cm)
    axis, joined = np.round(axis[kept], _AXIS_DECIMALS), joined[kept]
    if len(axis) < 16:
        raise StandexError(
            f"{path}: {len(axis)} channels between {recipe.min_per_cm:g} and "
            f"{recipe.max_per_cm:g} per cm; at least 16 are wanted: change the bounds"
        )
    if recipe.background_width_per_cm > 0:
        step_per_cm = float(np.median(np.diff(axis)))
        width = max(recipe.background_width_per_cm / step_per_cm, 3.0)
        joined = joined - smooth_background(joined, width_channels=width)
    peak = float(joined.max())
    if not peak > 0:
        raise StandexError(f"{path}: nothing is left above the background; no spectrum of anything")
    try:
        return LibraryEntry(
            name=recipe.name,
            item_class=recipe.item_class,
            axis_per_cm=axis,
            intensity=np.round(joined / peak, _INTENSITY_DECIMALS) + 0.0,
            provenance=_provenance(path, measured, recipe, n_rows=len(rows)),
            licence=recipe.licence,
            origin=recipe.origin,
            laser_nm=float(laser_nm or 0.0) if kind == "raman" else 0.0,
            resolution_per_cm=recipe.resolution_per_cm,
        )
    except ValueError as error:
        raise StandexError(f"{path}: {error}") from error


def _chosen(
    path: Path, found: tuple[MeasuredSpectrum, ...], recipe: EntryRecipe
) -> MeasuredSpectrum:
    fitting = [one for one in found if recipe.spectrum in one.name]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(repr(one.name) for one in found[:10])
    raise StandexError(
        f"{path}: {len(fitting)} of its spectra fit spectrum = {recipe.spectrum!r}; "
        f"name one of {names}"
    )


def _axis_per_cm(
    path: Path,
    measured: MeasuredSpectrum,
    recipe: EntryRecipe,
    *,
    kind: LibraryKind,
    laser_nm: float | None,
) -> Float[np.ndarray, " channels"]:
    unit = measured.axis_unit
    if unit is None or unit == "pixel":
        said = "does not say the unit of its axis" if unit is None else "has an axis of pixels"
        raise StandexError(
            f"{path}: {said}; give axis_unit in its TOML, or calibrate the axis first"
        )
    if unit == "per_cm":
        return measured.axis + recipe.axis_shift_per_cm
    wavelength_nm = measured.axis * (1e3 if unit == "um" else 1.0)
    if not (wavelength_nm > 0).all():
        raise StandexError(f"{path}: wavelengths must be above 0")
    light_per_cm = 1e7 / wavelength_nm
    if kind != "raman":
        return light_per_cm + recipe.axis_shift_per_cm
    if laser_nm is None:
        raise StandexError(
            f"{path}: an axis in {unit} needs the laser for a Raman shift; give laser_nm"
        )
    return 1e7 / laser_nm - light_per_cm + recipe.axis_shift_per_cm


def _provenance(path: Path, measured: MeasuredSpectrum, recipe: EntryRecipe, *, n_rows: int) -> str:
    """Return the source, the file by its bare name (no folders of whoever built it), and how."""
    parts = [recipe.source, f"file {path.name}"]
    if measured.instrument:
        parts.append(measured.instrument)
    if measured.exposure_s:
        parts.append(f"{measured.exposure_s:g} s")
    if n_rows > 1:
        parts.append(f"{n_rows} repeats joined")
    if measured.dark is not None:
        parts.append("dark taken off")
    width = recipe.background_width_per_cm
    parts.append(
        f"background wider than {width:g} per cm taken off" if width else "background kept"
    )
    if recipe.axis_shift_per_cm:
        parts.append(f"axis moved by {recipe.axis_shift_per_cm:+g} per cm")
    return "; ".join(parts)
