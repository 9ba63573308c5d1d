import numpy as np
import pytest

from standex.sensing.laser.lamp_lines import POLYSTYRENE_PER_CM, STANDARDS_PER_CM
from standex.sensing.laser.standard_bands import BandCheck, band_errors, band_fit

BANDS = STANDARDS_PER_CM["polystyrene"]


def polystyrene(shift: np.ndarray, *, off: float = 0.0, fwhm: float = 6.0) -> np.ndarray:
    bells = np.exp(-4 * np.log(2) * ((shift[:, None] - BANDS - off) / fwhm) ** 2)
    return 200 + 3e3 * np.exp(-shift / 400) + bells @ np.array([9, 5, 40, 12, 5, 4, 6, 9.0]) * 100


@pytest.mark.parametrize(("step", "fwhm"), [(1.0, 5.0), (2.0, 8.0), (3.0, 14.0)])
@pytest.mark.parametrize("off", [0.0, 1.7, -3.2])
def test_errors_are_found_at_any_resolution(step: float, fwhm: float, off: float, rng) -> None:
    shift = np.arange(150.0, 1900.0, step)
    counts = polystyrene(shift, off=off, fwhm=fwhm) + rng.normal(0, 4, len(shift))
    np.testing.assert_allclose(band_errors(shift, counts, BANDS), off, atol=0.35)


def test_bands_that_are_not_there_are_not_found(rng) -> None:
    shift = np.arange(150.0, 1500.0)
    noise = 100 + rng.normal(0, 3, len(shift))
    assert np.isfinite(band_errors(shift, noise, BANDS)).sum() <= 1
    off = band_errors(shift, polystyrene(shift) + rng.normal(0, 3, len(shift)), BANDS)
    assert np.isnan(off[BANDS > 1495]).all()
    assert band_fit(shift, noise, 5000.0, reach_per_cm=9.0) is None


def test_what_was_not_found_is_no_error() -> None:
    check = BandCheck(
        standard="polystyrene",
        expected_per_cm=POLYSTYRENE_PER_CM[:3],
        before_per_cm=np.array([np.nan, np.nan, np.nan]),
        after_per_cm=np.array([np.nan, -1.5, 0.2]),
    )
    assert check.n_found == 2
    assert check.worst_after_per_cm == 1.5
    assert np.isnan(check.worst_before_per_cm)
