from dataclasses import replace

import numpy as np
import pytest

from standex.twin.libs_shot import (
    BOLTZMANN_EV_PER_K,
    LINES,
    MATERIALS,
    Plasma,
    atoms,
    film_share,
    libs_electrons,
    libs_shots,
    line_strengths,
)
from standex.twin.raman_shot import RamanDevice

N = 4000
DEVICE = RamanDevice(
    laser_nm=1064.0,
    energy_j=0.05,
    exposure_s=1e-6,
    aperture_m2=0.03,
    efficiency=0.02,
    response=np.ones(N),
    wavelength_nm=np.linspace(230.0, 830.0, N),
    width_nm=0.5,
    gain_e_per_count=1.0,
    read_noise_e=0.0,
    offset_counts=0.0,
    saturation_counts=65535.0,
)
PLASMA = Plasma()
COTTON = atoms("cotton", air_share=0.3)


def light(device: RamanDevice = DEVICE, *, range_m: float = 5.0, **other) -> np.ndarray:
    return libs_electrons(device, replace(PLASMA, **other), COTTON, range_m=range_m)


def test_light_falls_with_the_square_of_the_range() -> None:
    np.testing.assert_allclose(light(range_m=10.0), light() / 4, rtol=1e-9)


def test_light_is_linear_above_the_threshold_and_nothing_below() -> None:
    twice = replace(DEVICE, energy_j=0.09)  # 0.08 above, instead of 0.04
    np.testing.assert_allclose(light(twice), 2 * light(), rtol=1e-9)
    assert not light(replace(DEVICE, energy_j=0.010)).any()


def test_photons_are_shared_out_and_not_lost() -> None:
    """All that is emitted between the ends of the axis is found on it."""
    lines = light(continuum=0.0).sum()
    wanted = 1e13 * 0.04 * 0.03 / (4 * np.pi * 25.0) * 0.02
    assert lines == pytest.approx(wanted, rel=1e-3)
    assert light(continuum=0.4).sum() == pytest.approx(wanted, rel=0.1)  # its tails are outside


def test_lines_of_one_element_tell_the_temperature() -> None:
    """A Boltzmann plot: ln(I / (g A)) falls with the upper energy as -1 / (k T)."""
    rows = [row for row, line in enumerate(LINES) if line.element in {"Ca", "O"}]
    strength = line_strengths({"Ca": 1.0, "O": 1.0}, temperature_k=9000.0)[rows]
    energy = np.array([LINES[row].upper_ev for row in rows])
    ga = np.array([LINES[row].weight * LINES[row].rate_per_s for row in rows])
    slope = np.polyfit(energy, np.log(strength / ga), 1)[0]
    assert -1 / (BOLTZMANN_EV_PER_K * slope) == pytest.approx(9000.0)


def test_lines_are_where_they_belong() -> None:
    found = libs_electrons(DEVICE, replace(PLASMA, continuum=0.0), {"H": 1.0}, range_m=5.0)
    assert DEVICE.wavelength_nm[found.argmax()] == pytest.approx(656.279, abs=0.2)


def test_a_film_takes_the_place_of_what_is_below() -> None:
    assert film_share(0.0) == 0.0
    assert film_share(1.0) == pytest.approx(1 / 300, rel=0.01)
    assert film_share(1e5) == 1.0
    thick = atoms("cotton", "simulant-a", 1e5, air_share=0.0)
    assert {name: share for name, share in thick.items() if share} == MATERIALS["simulant-a"]
    half = atoms("cotton", "simulant-a", 300.0 * np.log(2), air_share=0.0)
    assert half["C"] == pytest.approx(0.5 * MATERIALS["cotton"]["C"])
    assert atoms("cotton", air_share=1.0)["N"] == MATERIALS["air"]["N"]


def test_no_material_has_more_atoms_than_all() -> None:
    for name, share in MATERIALS.items():
        assert 0.9 < sum(share.values()) < 1.01, name
        assert set(share) <= {line.element for line in LINES}


def test_shots_vary_and_their_mean_does_not(rng) -> None:
    shots = libs_shots(DEVICE, PLASMA, COTTON, range_m=5.0, n_shots=400, rng=rng).sum(axis=1)
    assert shots.std() / shots.mean() == pytest.approx(0.15, rel=0.2)
    assert shots.mean() == pytest.approx(light().sum(), rel=0.05)


def test_materials_that_the_twin_does_not_have_are_named() -> None:
    with pytest.raises(ValueError, match="no material 'gravel'; there are cotton"):
        atoms("gravel", air_share=0.3)
