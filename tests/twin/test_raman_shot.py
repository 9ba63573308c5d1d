from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from standex.twin.raman_shot import (
    RamanDevice,
    Target,
    background_electrons,
    expected_electrons,
    expose,
    line_shape,
    molecules_per_m2,
    photons,
    raman_electrons,
    scattered,
    seen_share,
)
from standex.twin.substances import SUBSTANCES, substance

N = 1024
DEVICE = RamanDevice(
    laser_nm=266.0,
    energy_j=3e-3,
    exposure_s=1e-7,
    aperture_m2=0.03,
    efficiency=0.02,
    response=np.ones(N),
    wavelength_nm=np.linspace(269.0, 293.0, N),
    width_nm=0.12,
    gain_e_per_count=0.5,
    read_noise_e=0.0,
    offset_counts=0.0,
    saturation_counts=1e9,
)
BARE = Target(range_m=6.4, surface="nylon")
FILM = (("simulant-a", 200.0),)
COATED = replace(BARE, residues=FILM)


def total(device: RamanDevice, target: Target) -> float:
    return float(raman_electrons(device, target).sum())


def test_photons_of_a_known_laser() -> None:
    # 1 mJ at 532 nm: 2.678e15 photons
    assert photons(1e-3, wavelength_nm=532.0) == pytest.approx(2.678e15, rel=1e-3)


def test_molecules_of_a_known_film() -> None:
    # One mole, 80 g, over 1 m2 is 8 mg/cm2.
    assert molecules_per_m2(8e3, molar_mass_kg_per_mol=0.08) == pytest.approx(6.022e23, rel=1e-3)


@pytest.mark.parametrize("factor", [0.5, 2.0, 3.0])
def test_light_falls_with_the_square_of_the_range(factor) -> None:
    far = replace(COATED, range_m=6.4 * factor)
    assert total(DEVICE, far) == pytest.approx(total(DEVICE, COATED) / factor**2, rel=1e-9)


def test_air_takes_its_share_both_ways() -> None:
    hazy = replace(DEVICE, extinction_per_m=0.05)
    assert total(hazy, COATED) / total(DEVICE, COATED) == pytest.approx(np.exp(-2 * 0.05 * 6.4))


@pytest.mark.parametrize("name", ["energy_j", "aperture_m2", "efficiency"])
def test_light_is_linear_in(name) -> None:
    more = replace(DEVICE, **{name: 2.5 * getattr(DEVICE, name)})
    np.testing.assert_allclose(
        raman_electrons(more, COATED), 2.5 * raman_electrons(DEVICE, COATED), rtol=1e-12
    )


def test_a_thin_film_is_the_closed_form() -> None:
    one = substance("simulant-a")
    film = raman_electrons(DEVICE, replace(COATED, surface="")).sum()
    n_per_m2 = 200e-6 / 80.0 * 6.02214076e23 * 1e4
    strengths = sum(
        band.strength * line_shape(
            DEVICE, shift_per_cm=band.shift_per_cm, width_per_cm=band.width_per_cm
        ).sum()
        for band in one.bands
    )  # fmt: skip
    n_photons = 3e-3 * 266e-9 / (6.62607015e-34 * 299792458.0)
    wanted = n_photons * n_per_m2 * 1.2e-32 * strengths * 0.03 / 6.4**2 * 0.02
    assert film == pytest.approx(wanted, rel=0.02)  # absorbs one or two percent itself


def test_a_thin_film_is_linear_in_its_loading_and_a_thick_one_saturates() -> None:
    def film(name: str, ug_per_cm2: float) -> float:
        return total(DEVICE, Target(range_m=6.4, surface="", residues=((name, ug_per_cm2),)))

    assert film("sugar-like", 200.0) == pytest.approx(2 * film("sugar-like", 100.0), rel=1e-2)
    assert film("simulant-b", 2000.0) == pytest.approx(film("simulant-b", 1000.0), rel=1e-3)
    # however thick: the cross-section over twice the absorption
    one = substance("simulant-b")
    limit = one.cross_section_m2_per_sr / (2 * one.absorption_m2)
    n_per_m2 = molecules_per_m2(2000.0, molar_mass_kg_per_mol=one.molar_mass_kg_per_mol)
    seen = n_per_m2 * seen_share(n_per_m2 * one.absorption_m2)
    assert seen * one.cross_section_m2_per_sr == pytest.approx(limit, rel=1e-6)


def test_a_film_hides_the_cloth_only_where_it_covers() -> None:
    thick = (("simulant-b", 5000.0),)
    cloth = raman_electrons(DEVICE, BARE)
    for covering in (0.25, 1.0):
        film = replace(BARE, surface="", residues=thick, covering=covering)
        both = replace(film, surface="nylon")
        below = raman_electrons(DEVICE, both) - raman_electrons(DEVICE, film)
        np.testing.assert_allclose(below, (1 - covering) * cloth, atol=1e-9 * cloth.max())


def test_nothing_absorbs_more_than_all() -> None:
    assert seen_share(0.0) == 1.0
    assert seen_share(1e-13) == 1.0
    assert seen_share(1e-6) == pytest.approx(1.0, rel=1e-5)
    assert seen_share(50.0) == pytest.approx(0.01)


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("shift_per_cm", [1000.0, 2331.0, 3100.0])
def test_a_band_loses_no_photon_and_stays_in_its_place(shift_per_cm, falling) -> None:
    nm = DEVICE.wavelength_nm[::-1] if falling else DEVICE.wavelength_nm
    device = replace(DEVICE, wavelength_nm=nm)
    shape = line_shape(device, shift_per_cm=shift_per_cm, width_per_cm=5.0)
    assert shape.sum() == pytest.approx(1.0, abs=0.01)
    shift = 1e7 * (1 / 266.0 - 1 / nm)
    assert shift[shape.argmax()] == pytest.approx(shift_per_cm, abs=4)


def test_a_sharp_line_is_as_wide_as_the_spectrometer() -> None:
    shape = line_shape(DEVICE, shift_per_cm=1500.0, width_per_cm=0.01)
    above = DEVICE.wavelength_nm[shape > shape.max() / 2]
    channel_nm = np.diff(DEVICE.wavelength_nm)[0]
    assert np.ptp(above) + channel_nm == pytest.approx(0.12, abs=1.5 * channel_nm)


def test_air_is_seen_at_its_own_lines() -> None:
    air = raman_electrons(replace(DEVICE, air_column_m=1.0), Target(range_m=5.0, surface=""))
    shift = 1e7 * (1 / 266.0 - 1 / DEVICE.wavelength_nm)
    near = [np.abs(shift - at) < 40 for at in (1556, 2331)]
    assert air[near[0] | near[1]].sum() / air.sum() > 0.97
    assert air[near[1]].sum() / air[near[0]].sum() == pytest.approx(0.781 / 0.209, rel=0.25)


def test_nothing_comes_of_nothing() -> None:
    assert not raman_electrons(DEVICE, Target(range_m=5.0, surface="")).any()
    assert not expected_electrons(DEVICE, COATED, energy=0.0).any()
    lit = replace(DEVICE, dark_e_per_s=2e7, ambient_e_per_s=3e7)
    np.testing.assert_allclose(background_electrons(lit), 5.0)
    np.testing.assert_allclose(expected_electrons(lit, COATED, energy=0.0), 5.0)


@pytest.mark.parametrize("name", SUBSTANCES)
def test_everything_scatters_a_little_everywhere_and_never_less_than_nothing(name) -> None:
    spectrum = scattered(DEVICE, name)
    assert (spectrum >= 0).all()
    assert spectrum.max() > 0


def test_cross_sections_follow_the_laser() -> None:
    """Photons of one molecule: nu_0 nu_s^3; from 488 to 266 nm nitrogen gains about a factor 12."""
    nm = np.linspace(280.0, 287.0, 4000)
    device = replace(DEVICE, wavelength_nm=nm, response=np.ones(4000))
    gained = scattered(device, "nitrogen").sum() / substance("nitrogen").cross_section_m2_per_sr
    nu_0, nu_1 = 1e7 / 266.0, 1e7 / 488.0
    wanted = nu_0 * (nu_0 - 2331) ** 3 / (nu_1 * (nu_1 - 2331) ** 3)
    assert gained == pytest.approx(wanted, rel=0.01)


def test_fluorescence_follows_its_place() -> None:
    leather = replace(BARE, surface="leather-like")
    dim = raman_electrons(DEVICE, replace(leather, fluorescence=0.0))
    usual = raman_electrons(DEVICE, leather) - dim
    bright = raman_electrons(DEVICE, replace(leather, fluorescence=3.0)) - dim
    np.testing.assert_allclose(bright, 3 * usual, rtol=1e-6, atol=1e-12)
    tilted = raman_electrons(DEVICE, replace(leather, fluorescence_tilt=0.5)) - dim
    assert tilted[-1] == pytest.approx(1.5 * usual[-1], rel=1e-6)
    assert tilted[0] == pytest.approx(0.5 * usual[0], rel=1e-6)
    # Broad: no band of it is narrower than a hundred channels.
    assert np.abs(np.diff(usual)).max() < 0.01 * usual.max()


@pytest.mark.parametrize("gain_e_per_count", [0.05, 0.5])
def test_variance_over_mean_is_one_over_the_gain(gain_e_per_count, rng) -> None:
    device = replace(DEVICE, gain_e_per_count=gain_e_per_count)
    counts = expose(np.full((400, 200), 50.0), device, rng)
    n = counts.size - 1
    ratio = counts.var(ddof=1) / counts.mean() * gain_e_per_count
    low, high = chi2.interval(1 - 1e-6, n)
    assert 0.99 * low / n < ratio < 1.01 * high / n  # the mean errs too


def test_read_noise_and_offset_are_those_of_the_electronics(rng) -> None:
    device = replace(DEVICE, read_noise_e=5.0, offset_counts=100.0, gain_e_per_count=0.1)
    counts = expose(np.zeros((200, 200)), device, rng)
    assert counts.mean() == pytest.approx(100.0, abs=1.5)
    assert counts.std() == pytest.approx(50.0, rel=0.02)


def test_counts_are_whole_and_end_at_the_top(rng) -> None:
    device = replace(DEVICE, saturation_counts=65535.0, read_noise_e=3.0)
    counts = expose(np.geomspace(1.0, 1e7, 2000)[None, :], device, rng)
    assert (counts == np.rint(counts)).all()
    assert counts.max() == 65535.0
    assert counts.min() >= 0.0


def test_cosmic_rays_hit_as_often_as_stated(rng) -> None:
    device = replace(DEVICE, cosmic_per_shot=0.5)
    shots = np.full((1000, 256), 1.0)
    hit = (expose(shots, device, rng).max(axis=1) > 200).sum()
    assert 0.33 < hit / 1000 < 0.46  # 1 - exp(-0.5) = 0.393
    assert expose(shots, device, rng, with_cosmic_rays=False).max() < 200


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"range_m": 0.0}, "range_m must be positive"),
        ({"range_m": float("nan")}, "range_m must be positive"),
        ({"covering": 0.0}, "covering must be inside"),
        ({"residues": (("simulant-a", -1.0),)}, "loadings must be >= 0"),
    ],
)
def test_targets_that_are_none_are_refused(setting, match) -> None:
    with pytest.raises(ValueError, match=match):
        replace(BARE, **setting)
