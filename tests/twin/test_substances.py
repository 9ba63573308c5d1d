import numpy as np
import pytest

from standex.twin.substances import SUBSTANCES, of_kind, substance


@pytest.mark.parametrize("name", SUBSTANCES)
def test_band_lists_are_possible(name) -> None:
    one = substance(name)
    shift = np.array([band.shift_per_cm for band in one.bands])
    assert (np.diff(shift) > 0).all()
    assert shift.min() > 200
    assert shift.max() < 3600
    assert all(0 < band.width_per_cm < 100 for band in one.bands)
    assert max(band.strength for band in one.bands) == 1.0
    assert all(0 < band.strength <= 1 for band in one.bands)


@pytest.mark.parametrize("name", SUBSTANCES)
def test_each_has_what_its_kind_needs(name) -> None:
    one = substance(name)
    is_molecule = one.kind in {"residue", "gas"}
    assert (one.cross_section_m2_per_sr > 0) == is_molecule
    assert (one.scatter_per_sr > 0) == (not is_molecule)
    assert (one.molar_mass_kg_per_mol > 0) == (one.kind == "residue")
    assert (one.share_of_air > 0) == (one.kind == "gas")


def test_air_is_nitrogen_and_oxygen() -> None:
    assert {gas.bands[0].shift_per_cm for gas in of_kind("gas")} == {2331, 1556}
    assert sum(gas.share_of_air for gas in of_kind("gas")) == pytest.approx(0.99, abs=0.01)


def test_no_two_residues_share_their_strongest_band() -> None:
    strongest = sorted(
        max(one.bands, key=lambda band: band.strength).shift_per_cm for one in of_kind("residue")
    )
    assert (np.diff(strongest) > 20).all() or len(set(strongest)) == len(strongest)


def test_what_the_twin_does_not_have_is_named() -> None:
    with pytest.raises(ValueError, match="no substance 'gravel'; it has cotton"):
        substance("gravel")
