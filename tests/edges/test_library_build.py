from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from standex.edges.library_build import build_entry
from standex.edges.library_recipe import EntryRecipe, find_recipes
from standex.edges.spectra import MeasuredSpectrum, write_csv
from standex.edges.spectral_library import load_library
from standex.model.errors import StandexError

AXIS = np.linspace(200.0, 1800.0, 801)
LINE = 400 * np.exp(-0.5 * ((AXIS - 1001.4) / 5) ** 2)
HUMP = 1e4 * np.exp(-0.5 * ((AXIS - 900) / 700) ** 2)


def recipe(**changed) -> EntryRecipe:
    said = {"name": "a", "item_class": "nothing", "licence": "MIT", "source": "here"}
    return EntryRecipe.model_validate(said | changed)


def written(folder: Path, counts=LINE + HUMP, **changed) -> Path:
    fields = {"axis": AXIS, "axis_unit": "per_cm", "laser_nm": 785.0, **changed}
    spectrum = MeasuredSpectrum(
        name="a", counts=np.atleast_2d(counts), provenance="by hand", **fields
    )
    write_csv(folder / "a.csv", spectrum)
    return folder / "a.csv"


def test_the_line_is_left_and_the_background_is_not(tmp_path: Path) -> None:
    entry = build_entry(written(tmp_path), recipe(), kind="raman")
    np.testing.assert_allclose(entry.intensity, LINE / 400, atol=0.03)
    assert entry.axis_per_cm[entry.intensity.argmax()] == pytest.approx(1001.4, abs=1)
    assert (entry.laser_nm, entry.licence, entry.item_class) == (785.0, "MIT", "nothing")
    assert str(tmp_path) not in entry.provenance


def test_repeats_are_joined_so_that_a_cosmic_ray_is_no_line(tmp_path: Path) -> None:
    counts = np.tile(LINE + 100, (3, 1))
    counts[1, 100] += 1e6
    entry = build_entry(written(tmp_path, counts, dark=np.full(801, 40.0)), recipe(), kind="raman")
    np.testing.assert_allclose(entry.intensity, LINE / 400, atol=0.02)


@pytest.mark.parametrize(
    ("kind", "unit", "axis", "wanted"),
    [
        ("raman", "nm", 1e7 / (1e7 / 785.0 - AXIS), AXIS),
        ("raman", "um", 1e4 / (1e7 / 785.0 - AXIS), AXIS),
        ("libs", "nm", np.linspace(220.0, 940.0, 801), 1e7 / np.linspace(220.0, 940.0, 801)[::-1]),
        ("ir", "um", np.linspace(2.0, 16.0, 801), 1e4 / np.linspace(2.0, 16.0, 801)[::-1]),
        ("ir", "per_cm", AXIS[::-1], AXIS),
    ],
)
def test_every_axis_becomes_per_cm_and_rises(tmp_path, kind, unit, axis, wanted) -> None:
    path = written(tmp_path, axis=axis, axis_unit=unit)
    entry = build_entry(path, recipe(background_width_per_cm=0), kind=kind)
    np.testing.assert_allclose(entry.axis_per_cm, wanted, atol=1e-3)


def test_bounds_and_a_shift_measured_on_a_standard(tmp_path: Path) -> None:
    entry = build_entry(
        written(tmp_path),
        recipe(min_per_cm=600, max_per_cm=1400, axis_shift_per_cm=-2.0),
        kind="raman",
    )
    assert entry.axis_per_cm[0] >= 600
    assert entry.axis_per_cm[-1] <= 1400
    assert entry.axis_per_cm[entry.intensity.argmax()] == pytest.approx(999.4, abs=1)
    assert "axis moved by -2 per cm" in entry.provenance


@pytest.mark.parametrize(
    ("changed", "said", "message"),
    [
        ({"axis_unit": None}, {}, "does not say the unit of its axis"),
        ({"axis": np.arange(801.0), "axis_unit": "pixel"}, {}, "has an axis of pixels"),
        ({"axis_unit": "nm", "laser_nm": None}, {}, "give laser_nm"),
        ({}, {"min_per_cm": 1799}, "1 channels between"),
        ({}, {"spectrum": "other"}, "0 of its spectra fit"),
        ({"counts": np.full(801, -5.0)}, {"background_width_per_cm": 0}, "nothing is left"),
    ],
)
def test_what_gives_no_entry_is_refused(tmp_path, changed, said, message: str) -> None:
    with pytest.raises(StandexError, match=message):
        build_entry(written(tmp_path, **changed), recipe(**said), kind="raman")


@pytest.mark.data
@pytest.mark.slow
def test_the_shipped_library_is_what_its_recipe_makes(data_dir: Path) -> None:
    with resources.as_file(resources.files("standex") / "libraries") as folder:
        recipes = find_recipes([folder / "benign-reference-1.toml"], folder=data_dir / "spectra")
    shipped = load_library("benign-reference-1")
    assert len(recipes) == len(shipped.entries)
    for (path, one), entry in zip(recipes, shipped.entries, strict=True):
        made = build_entry(path, one, kind="raman")
        assert (made.name, made.provenance) == (entry.name, entry.provenance)
        np.testing.assert_array_equal(made.axis_per_cm, entry.axis_per_cm)
        np.testing.assert_allclose(made.intensity, entry.intensity, atol=2e-5)
