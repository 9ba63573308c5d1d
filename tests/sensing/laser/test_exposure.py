from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.laser.exposure import (
    Beam,
    hazard_distance_m,
    mpe_j_per_m2,
    mpe_of_shots_j_per_m2,
)

UV = Beam(wavelength_nm=266.0, pulse_energy_j=3e-3, pulse_s=1e-8, diameter_m=0.03)
RED = Beam(
    wavelength_nm=785.0, pulse_energy_j=1e-6, pulse_s=1e-6, diameter_m=0.005, divergence_rad=1e-3
)


@pytest.mark.parametrize(
    ("wavelength_nm", "exposure_s", "limit"),
    [
        (266.0, 1e-8, 30.0),
        (266.0, 1.0, 30.0),
        (308.0, 1.0, 10 ** (0.2 * 13)),
        (355.0, 1e-8, 56.0),  # 5.6e3 * 0.01
        (532.0, 1e-8, 2e-3),
        (532.0, 0.25, 18 * 0.25**0.75),  # 6.36: 25 W/m2 over a blink
        (785.0, 1e-8, 2e-3 * 10**0.17),
        (1064.0, 1e-8, 2e-2),
    ],
)
def test_values_of_the_table(wavelength_nm, exposure_s, limit) -> None:
    assert mpe_j_per_m2(wavelength_nm, exposure_s) == pytest.approx(limit)


def test_a_blink_at_a_visible_laser_is_25_watts_a_square_metre() -> None:
    assert mpe_j_per_m2(532.0, 0.25) / 0.25 == pytest.approx(25.4, abs=0.1)


def test_ultraviolet_adds_up() -> None:
    # The published setting: one pulse of 3 mJ/cm2 at 266 nm is the whole of a day.
    one = mpe_of_shots_j_per_m2(UV, 1, within_s=0.0)
    assert one * 1e-4 == pytest.approx(3e-3)
    assert mpe_of_shots_j_per_m2(UV, 6, within_s=1.0) == pytest.approx(one / 6)


def test_more_shots_allow_less_each() -> None:
    for beam in (UV, RED):
        limits = [mpe_of_shots_j_per_m2(beam, n, within_s=0.5) for n in (1, 2, 5, 20)]
        assert all(np.diff(limits) < 0)


def test_at_the_hazard_distance_the_exposure_is_the_limit() -> None:
    away_m = hazard_distance_m(RED, 1, within_s=0.0)
    assert 0 < away_m < np.inf
    area_m2 = np.pi / 4 * (RED.diameter_m + away_m * RED.divergence_rad) ** 2
    assert RED.pulse_energy_j / area_m2 == pytest.approx(mpe_j_per_m2(785.0, 1e-6))


def test_a_wide_beam_is_harmless_everywhere_and_a_narrow_one_nowhere() -> None:
    # 3 mJ on 7 cm2 are 4.2 J/m2: six of them stay below 30.
    assert hazard_distance_m(UV, 6, within_s=1.0) == 0.0
    assert hazard_distance_m(replace(UV, diameter_m=0.005), 6, within_s=1.0) == np.inf


@pytest.mark.parametrize(
    ("wavelength_nm", "exposure_s"), [(150.0, 1e-8), (1550.0, 1e-8), (532.0, 1e-12), (532.0, 60.0)]
)
def test_where_other_rules_hold_it_says_so(wavelength_nm, exposure_s) -> None:
    with pytest.raises(ValueError, match="must be"):
        mpe_j_per_m2(wavelength_nm, exposure_s)


@pytest.mark.parametrize("changes", [{"pulse_energy_j": 0.0}, {"divergence_rad": -1.0},
                                     {"diameter_m": np.nan}])  # fmt: skip
def test_a_beam_that_is_none(changes) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        replace(RED, **changes)


def test_no_shot_has_no_limit() -> None:
    with pytest.raises(ValueError, match="n_shots"):
        mpe_of_shots_j_per_m2(UV, 0, within_s=1.0)
