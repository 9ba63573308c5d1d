"""Spectra that are looked for, and spectra that are in the way: values with where they came from.

Names and classes are whatever a site says; nothing here knows a substance by name.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Origin

LibraryKind = Literal["raman", "libs", "ir"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LibraryEntry:
    """One reference spectrum, with its provenance and licence.

    The axis is the Raman shift in a Raman library, the wavenumber of the light itself
    (1e7 / wavelength in nm) in a LIBS or infrared one, so one fit serves all three.

    Attributes:
        name: unique in its library.
        item_class: what finding it says about the person: one of the site's item classes.
        axis_per_cm: strictly ascending.
        intensity: any linear unit, background taken off; negative samples (noise) may stay.
        provenance: instrument, sample, date, or publication, in words.
        licence: under which it may be used and passed on.
        origin: measured, or simulated from a list of bands.
        laser_nm: excitation it was measured with; 0 where there is none or it is not stated.
        resolution_per_cm: full width at half maximum of the instrument's own line; 0: far
            narrower than any line of the spectrum.
    """

    name: str
    item_class: str
    axis_per_cm: Float[np.ndarray, " k"]
    intensity: Float[np.ndarray, " k"]
    provenance: str
    licence: str
    origin: Origin
    laser_nm: float = 0.0
    resolution_per_cm: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no fit could use.

        Raises:
            ValueError: a text is empty, the axis is not finite and strictly ascending with at
                least four samples, the intensity is not finite or nowhere above zero, or a width
                or wavelength is negative or not finite.
        """
        for field in ("name", "item_class", "provenance", "licence"):
            if not getattr(self, field).strip():
                raise ValueError(f"library entry {self.name!r}: {field} must not be empty")
        axis, intensity = self.axis_per_cm, self.intensity
        if len(axis) < 4 or not np.isfinite(axis).all() or not (np.diff(axis) > 0).all():
            raise ValueError(
                f"library entry {self.name!r}: axis_per_cm must have at least 4 finite, strictly "
                f"ascending samples, got {len(axis)}"
            )
        if not np.isfinite(intensity).all() or not (intensity > 0).any():
            raise ValueError(
                f"library entry {self.name!r}: intensity must be finite and somewhere above 0"
            )
        for field in ("laser_nm", "resolution_per_cm"):
            value = getattr(self, field)
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(
                    f"library entry {self.name!r}: {field} must be 0 or more, got {value}"
                )

    def covered(self, axis_per_cm: Float[np.ndarray, " channels"]) -> float:
        """Return the share of a detector's channels that lie on this entry's axis."""
        inside = (axis_per_cm >= self.axis_per_cm[0]) & (axis_per_cm <= self.axis_per_cm[-1])
        return float(inside.mean())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectralLibrary:
    """A versioned set of reference spectra of one kind.

    Attributes:
        library_id: name and version; changes whenever an entry does.
        kind: "raman", "libs" or "ir"; says what the axis of the entries is.
        entries: in the order in which every score is given.
    """

    library_id: str
    kind: LibraryKind
    entries: tuple[LibraryEntry, ...]

    def __post_init__(self) -> None:
        """Refuse a library that cannot be told apart or scored.

        Raises:
            ValueError: ``library_id`` is empty, there is no entry, or two share a name.
        """
        if not self.library_id.strip():
            raise ValueError("library_id must not be empty")
        if not self.entries:
            raise ValueError(f"library {self.library_id!r} has no entries")
        names = self.names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"library {self.library_id!r}: names used twice: {twice[:5]}")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the entries' names, in order."""
        return tuple(entry.name for entry in self.entries)

    @property
    def item_classes(self) -> tuple[str, ...]:
        """Return the entries' classes, in order."""
        return tuple(entry.item_class for entry in self.entries)

    def chosen(self, names: tuple[str, ...], *, library_id: str) -> "SpectralLibrary":
        """Return a library of the named entries, in the order asked for.

        Raises:
            ValueError: a name is not in this library.
        """
        by_name = {entry.name: entry for entry in self.entries}
        absent = [name for name in names if name not in by_name]
        if absent:
            raise ValueError(f"library {self.library_id!r} has no entries {absent[:5]}")
        entries = tuple(by_name[name] for name in names)
        return replace(self, library_id=library_id, entries=entries)

    def joined(self, other: "SpectralLibrary", *, library_id: str) -> "SpectralLibrary":
        """Return one library of both, as a site does with its own, restricted one.

        Raises:
            ValueError: the kinds differ, or a name is in both.
        """
        if other.kind != self.kind:
            raise ValueError(f"cannot join libraries of kind {self.kind!r} and {other.kind!r}")
        return SpectralLibrary(
            library_id=library_id, kind=self.kind, entries=self.entries + other.entries
        )

    def on_axis(
        self, axis_per_cm: Float[np.ndarray, " channels"], *, min_covered: float
    ) -> tuple["SpectralLibrary | None", tuple[str, ...]]:
        """Return what a detector's axis allows, and the names that it does not.

        What is left out is said, so that the caller can report it as not covered.

        Args:
            axis_per_cm: the detector's channels.
            min_covered: share of them that an entry must cover, in (0, 1].

        Raises:
            ValueError: ``min_covered`` is outside (0, 1].
        """
        if not 0 < min_covered <= 1:
            raise ValueError(f"min_covered must be in (0, 1], got {min_covered}")
        fits = [entry.covered(axis_per_cm) >= min_covered for entry in self.entries]
        kept = tuple(e for e, fit in zip(self.entries, fits, strict=True) if fit)
        left_out = tuple(e.name for e, fit in zip(self.entries, fits, strict=True) if not fit)
        return (replace(self, entries=kept) if kept else None), left_out
