"""Reduced mobility in closed form, its uncertainty against chance, and the reactant ion found."""

import numpy as np
import pytest

from standex.sensing.vapour.drift_time import (
    NoReactantIonError,
    ReadingError,
    reactant_ion,
    reduced_mobility_cm2_per_vs,
    relative_mobility_std,
)

TUBE = {"temperature_c": 45.0, "pressure_hpa": 1005.0, "drift_v": 5000.0, "drift_length_m": 0.098}
AXIS_MS = np.arange(1200) * 0.01 + 2.0


def test_reduced_mobility() -> None:
    # 9.8 cm at 5000 V in 7.6 ms, brought to 0 C and 1013.25 hPa.
    expected = 9.8**2 / (5000 * 7.6e-3) * (273.15 / 318.15) * (1005 / 1013.25)
    assert reduced_mobility_cm2_per_vs(7.6, **TUBE) == pytest.approx(expected)


def test_relative_to_the_reactant_ion_the_tube_is_gone() -> None:
    here = reduced_mobility_cm2_per_vs(np.array([7.6, 9.5]), **TUBE)
    there = reduced_mobility_cm2_per_vs(
        np.array([7.6, 9.5]), **{**TUBE, "temperature_c": 20.0, "drift_v": 3000.0}
    )
    np.testing.assert_allclose(here[0] / here[1], there[0] / there[1])
    np.testing.assert_allclose(here[0] / here[1], 9.5 / 7.6)


def test_its_uncertainty_is_that_of_drawn_readings(rng) -> None:
    error = ReadingError()
    drawn = [
        float(
            reduced_mobility_cm2_per_vs(
                7.6 + error.drift_time_ms * rng.standard_normal(),
                temperature_c=45 + error.temperature_c * rng.standard_normal(),
                pressure_hpa=1005 + error.pressure_hpa * rng.standard_normal(),
                drift_v=5000 + error.drift_v * rng.standard_normal(),
                drift_length_m=0.098 + error.drift_length_m * rng.standard_normal(),
            )
        )
        for _ in range(2000)
    ]
    expected = relative_mobility_std(7.6, **TUBE, error=error)
    assert np.std(drawn) / np.mean(drawn) == pytest.approx(expected, rel=0.1)


def test_the_reactant_ion_is_found_as_surely_as_it_says(rng) -> None:
    z = []
    for _ in range(200):
        place = 7.6 + 0.1 * rng.uniform()
        spectrum = 100 + 500 * np.exp(-0.5 * ((AXIS_MS - place) / 0.08) ** 2)
        spectrum += 2.0 * rng.standard_normal(len(AXIS_MS))
        ion = reactant_ion(
            AXIS_MS, spectrum, expected_ms=7.7, tolerance=0.05, noise_std=2.0, least_height=50.0
        )
        z.append((ion.drift_time_ms - place) / ion.drift_time_std_ms)
    assert np.abs(z).max() < 6
    assert 0.7 < np.std(z) < 1.4
    assert ion.width_ms == pytest.approx(0.08, rel=0.1)
    assert ion.height == pytest.approx(500, rel=0.05)


@pytest.mark.parametrize("place", [6.0, 9.0, 100.0])
def test_without_a_reactant_ion_it_says_so(rng, place: float) -> None:
    spectrum = 100 + 500 * np.exp(-0.5 * ((AXIS_MS - place) / 0.08) ** 2)
    spectrum += rng.standard_normal(len(AXIS_MS))
    with pytest.raises(NoReactantIonError, match="no reactant ion within 5 %"):
        reactant_ion(
            AXIS_MS, spectrum, expected_ms=7.7, tolerance=0.05, noise_std=1.0, least_height=50.0
        )
    with pytest.raises(NoReactantIonError, match="ends before"):
        reactant_ion(
            AXIS_MS, spectrum, expected_ms=70, tolerance=0.05, noise_std=1.0, least_height=50.0
        )


def test_no_time_is_no_mobility() -> None:
    with pytest.raises(ValueError, match="positive"):
        reduced_mobility_cm2_per_vs(np.array([0.0, 1.0]), **TUBE)
