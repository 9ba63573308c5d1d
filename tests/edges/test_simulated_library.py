import numpy as np
import pytest

from standex.edges.simulated_library import SIMULANTS, simulated_library
from standex.edges.spectral_library import load_library
from standex.model.calibration import Origin
from standex.twin.substances import of_kind, substance


@pytest.fixture(scope="module")
def library():
    return simulated_library(library_id="simulants-sim-1", seed=1)


def test_it_holds_what_the_twin_can_wear_and_touch(library) -> None:
    wanted = {one.name for kind in ("fabric", "residue") for one in of_kind(kind)} | {"air"}
    assert set(library.names) == wanted
    classes = dict(zip(library.names, library.item_classes, strict=True))
    assert {name for name, of in classes.items() if of.startswith("threat")} == set(SIMULANTS)
    assert classes["cotton"] == classes["air"] == "nothing"


def test_every_entry_says_that_it_is_simulated(library) -> None:
    for entry in library.entries:
        assert entry.origin is Origin.SIMULATED
        assert "SIMULATED" in entry.provenance


def test_the_strongest_band_is_where_it_is(library) -> None:
    for name in ("simulant-a", "simulant-b", "sugar-like", "polyester"):
        entry = library.entries[library.names.index(name)]
        band = max(substance(name).bands, key=lambda one: one.strength / one.width_per_cm)
        at_per_cm = entry.axis_per_cm[np.argmax(entry.intensity)]
        assert at_per_cm == pytest.approx(band.shift_per_cm, abs=6.0)


def test_the_shipped_one_is_this_one(library) -> None:
    shipped = load_library("simulants-sim-1")
    assert shipped.names == library.names
    for one, other in zip(shipped.entries, library.entries, strict=True):
        np.testing.assert_allclose(one.intensity, other.intensity, atol=1e-9)


def test_other_noise_with_another_seed() -> None:
    other = simulated_library(library_id="simulants-sim-1", seed=2)
    first = simulated_library(library_id="simulants-sim-1", seed=1)
    assert not np.array_equal(first.entries[0].intensity, other.entries[0].intensity)
    np.testing.assert_allclose(first.entries[0].intensity, other.entries[0].intensity, atol=0.02)
