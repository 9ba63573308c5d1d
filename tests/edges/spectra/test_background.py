import numpy as np
import pytest

from standex.edges.spectra.background import smooth_background

X = np.linspace(0, 1, 1000)


def test_a_straight_line_is_all_background() -> None:
    line = 3.0 + 2.0 * X
    np.testing.assert_allclose(smooth_background(line, width_channels=100), line, rtol=1e-6)


def test_a_narrow_peak_stays_and_a_wide_hump_goes() -> None:
    hump = 100 * np.exp(-0.5 * ((X - 0.4) / 0.3) ** 2)
    peak = 10 * np.exp(-0.5 * ((X - 0.5) / 0.004) ** 2)
    left = hump + peak - smooth_background(hump + peak, width_channels=150)
    np.testing.assert_allclose(left, peak, atol=0.3)


def test_scales_with_the_intensity(rng) -> None:
    y = rng.normal(10, 1, 1000)
    one = smooth_background(y, width_channels=50)
    np.testing.assert_allclose(smooth_background(1e6 * y, width_channels=50), 1e6 * one, rtol=1e-6)
    assert not smooth_background(np.zeros(100), width_channels=50).any()


@pytest.mark.parametrize(
    ("values", "changed"),
    [(X, {"width_channels": 2}), (X, {"asymmetry": 0.5}), (X, {"asymmetry": 0}),
     (np.full(9, np.nan), {})],
)  # fmt: skip
def test_broken_settings_are_refused(values, changed) -> None:
    with pytest.raises(ValueError, match="must be"):
        smooth_background(values, **({"width_channels": 50} | changed))
