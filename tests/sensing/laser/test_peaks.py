import numpy as np
import pytest

from standex.sensing.laser.peaks import fit_peaks, noise_of, peaks_of

X = np.arange(400.0)


def bell(at: float, *, fwhm: float = 3.5, height: float = 1000.0) -> np.ndarray:
    return height * np.exp(-4 * np.log(2) * ((X - at) / fwhm) ** 2)


def test_the_noise_is_told_beside_slopes_and_peaks(rng) -> None:
    smooth = 100 + 2 * X + bell(100.3) + bell(200.0)
    assert noise_of(smooth + rng.normal(0, 5, 400)) == pytest.approx(5, rel=0.2)


@pytest.mark.slow
def test_centres_are_right_to_their_stated_error(rng) -> None:
    at = np.array([50.2, 120.7, 200.0, 310.45])
    z = []
    for _ in range(40):
        counts = 50 + 0.3 * X + sum(bell(one, height=400) for one in at) + rng.normal(0, 8, 400)
        found = peaks_of(counts)
        near = [int(np.argmin(np.abs(found.channel - one))) for one in at]
        z.append((found.channel[near] - at) / found.sigma_channels[near])
        np.testing.assert_allclose(found.channel[near], at, atol=0.3)
        np.testing.assert_allclose(found.fwhm_channels[near], 3.5, rtol=0.3)
    # Five parameters on seven points: errors of errors are large, so the median is asked.
    assert 0.3 < np.median(np.abs(z)) < 1.5


def test_two_peaks_in_one_are_fitted_together() -> None:
    counts = 10 + bell(100.0, fwhm=8) + bell(109.0, fwhm=8, height=2500)
    alone = fit_peaks(counts, channels=(100,), fwhm_channels=8.0)[0]
    left, right = fit_peaks(counts, channels=(100, 109), fwhm_channels=8.0)
    assert left is not None
    assert right is not None
    assert left.channel == pytest.approx(100, abs=1e-3)
    assert right.channel == pytest.approx(109, abs=1e-3)
    assert alone is None or abs(alone.channel - 100) > 0.05


def test_full_peaks_are_left_out() -> None:
    counts = np.minimum(bell(100.0) + bell(200.0, height=5000.0), 3000)
    assert len(peaks_of(counts)) >= 1
    assert np.abs(peaks_of(counts, saturation_counts=3000).channel - 200).min() > 50


@pytest.mark.parametrize("counts", [np.zeros(5), np.r_[np.nan, np.zeros(20)]])
def test_what_holds_no_spectrum_is_refused(counts) -> None:
    with pytest.raises(ValueError, match="at least 8"):
        peaks_of(counts)


def test_nothing_has_no_peaks() -> None:
    assert len(peaks_of(np.full(50, 3.0))) == 0
    assert fit_peaks(np.arange(4.0), channels=(2,), fwhm_channels=2.0) == (None,)
