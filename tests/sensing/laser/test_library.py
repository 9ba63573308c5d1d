"""Reference spectra: refused where no fit could use them, joined and chosen by name."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Origin
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary

AXIS = np.linspace(200.0, 2000.0, 50)


def entry(name: str = "salt") -> LibraryEntry:
    return LibraryEntry(
        name=name,
        item_class="benign_residue",
        axis_per_cm=AXIS,
        intensity=np.exp(-(((AXIS - 1000) / 50) ** 2)),
        provenance="drawn",
        licence="CC0",
        origin=Origin.SIMULATED,
    )


def library(*names: str) -> SpectralLibrary:
    return SpectralLibrary(
        library_id="test 1", kind="raman", entries=tuple(entry(name) for name in names)
    )


@pytest.mark.parametrize("field", ["name", "item_class", "provenance", "licence"])
def test_an_entry_says_what_it_is_and_whose(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} must not be empty"):
        replace(entry(), **{field: "  "})


@pytest.mark.parametrize(
    "axis", [AXIS[::-1], np.r_[AXIS[:-1], AXIS[-2]], np.r_[AXIS[:-1], np.nan]], ids=str
)
def test_an_axis_ascends(axis: np.ndarray) -> None:
    with pytest.raises(ValueError, match="strictly ascending"):
        replace(entry(), axis_per_cm=axis)
    with pytest.raises(ValueError, match="at least 4"):
        replace(entry(), axis_per_cm=AXIS[:3], intensity=np.ones(3))


def test_an_intensity_is_finite_and_somewhere_above_zero() -> None:
    for intensity in (np.zeros(50), np.full(50, np.nan), np.r_[np.ones(49), np.inf]):
        with pytest.raises(ValueError, match="must be finite and somewhere above 0"):
            replace(entry(), intensity=intensity)


@pytest.mark.parametrize("field", ["laser_nm", "resolution_per_cm"])
@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_widths_and_wavelengths_are_not_negative(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} must be 0 or more"):
        replace(entry(), **{field: value})


def test_a_library_has_a_version_and_no_name_twice() -> None:
    with pytest.raises(ValueError, match="library_id"):
        SpectralLibrary(library_id=" ", kind="raman", entries=(entry(),))
    with pytest.raises(ValueError, match="no entries"):
        SpectralLibrary(library_id="test 1", kind="raman", entries=())
    with pytest.raises(ValueError, match=r"used twice: \['a'\]"):
        library("a", "b", "a")


def test_entries_are_chosen_in_the_order_asked_for() -> None:
    chosen = library("a", "b", "c").chosen(("c", "a"), library_id="test 2")
    assert chosen.names == ("c", "a")
    assert chosen.item_classes == ("benign_residue", "benign_residue")
    assert chosen.library_id == "test 2"
    with pytest.raises(ValueError, match=r"no entries \['z'\]"):
        library("a").chosen(("z",), library_id="test 2")


def test_a_site_joins_its_own_library() -> None:
    joined = library("a").joined(library("b"), library_id="site 1")
    assert joined.names == ("a", "b")
    with pytest.raises(ValueError, match="used twice"):
        library("a").joined(library("a"), library_id="site 1")
    with pytest.raises(ValueError, match="'raman' and 'libs'"):
        library("a").joined(replace(library("b"), kind="libs"), library_id="site 1")


def test_what_a_detector_cannot_see_is_said() -> None:
    short = replace(entry("short"), axis_per_cm=np.linspace(200.0, 500.0, 50))
    both = SpectralLibrary(library_id="test 1", kind="raman", entries=(entry(), short))
    kept, left_out = both.on_axis(np.linspace(300.0, 1900.0, 100), min_covered=0.5)
    assert kept is not None
    assert kept.names == ("salt",)
    assert left_out == ("short",)
    assert both.on_axis(np.linspace(3000.0, 4000.0, 100), min_covered=0.5) == (
        None,
        ("salt", "short"),
    )
    with pytest.raises(ValueError, match="min_covered"):
        both.on_axis(AXIS, min_covered=0.0)
