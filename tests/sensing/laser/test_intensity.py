from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectra import read_spectrum
from standex.model.errors import StandexError
from standex.sensing.laser.intensity import disagreement, intensity_from, srm_2241

WHO = {
    "calibration_id": "c-1", "instrument": "i", "provenance": "a test",
    "made_utc_ns": 1, "expires_utc_ns": 2, "reference": "a lamp",
}  # fmt: skip
SHIFT = np.linspace(150.0, 3600.0, 1024)
TRUE_RESPONSE = np.exp(-(((SHIFT - 1200) / 1500) ** 2)) * (1 + 0.05 * np.sin(SHIFT / 60))


def glass(rng, *, brightest: float = 2e4) -> np.ndarray:
    light = np.nan_to_num(srm_2241(SHIFT), nan=0.1) * TRUE_RESPONSE
    return rng.poisson(brightest * light / light.max()).astype(float)


def test_the_certificate_is_that_of_the_glass() -> None:
    value = srm_2241(np.array([199.0, 200.0, 2600.0, 3500.0, 3501.0]))
    assert np.isnan(value[[0, 4]]).all()
    # Normalised by NIST to about 1 at its largest, near 2,700 per cm.
    whole = srm_2241(np.linspace(200, 3500, 1000))
    assert whole.max() == pytest.approx(1, abs=0.03)
    assert value[2] == pytest.approx(1, abs=0.05)


@pytest.mark.slow
def test_the_response_comes_back_with_its_fringes(rng) -> None:
    made = intensity_from(SHIFT, glass(rng), srm_2241(SHIFT), **WHO)
    inside = (SHIFT > 250) & (SHIFT < 3000)
    got, want = made.response_at(SHIFT[inside]), TRUE_RESPONSE[inside]
    np.testing.assert_allclose(got / got.mean(), want / want.mean(), atol=0.02)
    assert np.isnan(made.response_at(np.array([100.0, 3590.0]))).all()


@pytest.mark.slow
def test_a_corrected_spectrum_is_that_of_a_flat_instrument(rng) -> None:
    made = intensity_from(SHIFT, glass(rng, brightest=1e6), srm_2241(SHIFT), **WHO)
    inside = (SHIFT > 250) & (SHIFT < 3000)
    flat, variance = made.corrected(TRUE_RESPONSE * 70, TRUE_RESPONSE * 70, SHIFT)
    np.testing.assert_allclose(flat[inside] / flat[inside].mean(), 1, atol=0.01)
    response = made.response_at(SHIFT)
    np.testing.assert_allclose(
        (variance * response**2)[inside], 70 * TRUE_RESPONSE[inside], rtol=1e-12
    )


@pytest.mark.slow
def test_two_sources_are_held_against_each_other(rng) -> None:
    one = intensity_from(SHIFT, glass(rng), srm_2241(SHIFT), **WHO)
    two = intensity_from(SHIFT, rng.poisson(2e4 * TRUE_RESPONSE) * 1.0, np.ones(1024), **WHO)
    wrong = intensity_from(SHIFT, rng.poisson(2e4 * TRUE_RESPONSE**2) * 1.0, np.ones(1024), **WHO)
    range_per_cm = (300.0, 2800.0)
    assert disagreement(one, two, range_per_cm=range_per_cm) < 0.05
    assert disagreement(one, wrong, range_per_cm=range_per_cm) > 0.3
    with pytest.raises(ValueError, match="no range in common"):
        disagreement(one, two, range_per_cm=(5000.0, 6000.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "true", "said"),
    [
        (np.ones(1024), np.full(1024, np.nan), "0 channels lie where the source is known"),
        (np.full(1024, -3.0), np.ones(1024), "no light in most channels"),
        (np.r_[np.full(1000, 1.0), np.full(24, 1e6)], np.ones(1024), "is a channel hot"),
    ],
)
def test_what_is_no_source_is_refused(counts, true, said: str) -> None:
    with pytest.raises(StandexError, match=said):
        intensity_from(SHIFT, counts, true, **WHO)
    with pytest.raises(StandexError, match="is repeated"):
        intensity_from(np.zeros(1024), np.ones(1024), np.ones(1024), **WHO)


@pytest.mark.data
@pytest.mark.slow
def test_the_glass_of_a_real_instrument(data_dir: Path) -> None:
    folder = data_dir / "spectra" / "ramanchada2" / "ICV_BW785"
    (glass_seen,) = read_spectrum(folder / "NISTSRM2241_BW785_100x_25sx5.txt")
    light = glass_seen.counts.mean(axis=0) - glass_seen.dark
    made = intensity_from(glass_seen.axis, light, srm_2241(glass_seen.axis), **WHO)
    # Silicon cameras fade towards 1,050 nm.
    assert made.response_at(np.array([1000.0]))[0] > 3 * made.response_at(np.array([2200.0]))[0]
