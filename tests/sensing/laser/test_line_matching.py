import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.sensing.laser.lamp_lines import lamp_lines
from standex.sensing.laser.line_matching import (
    match_lines,
    rough_displacement_nm,
    usable_lines,
)

NEON = lamp_lines("neon")


def test_no_line_that_a_neighbour_moves_is_used() -> None:
    fine, coarse = usable_lines(NEON, fwhm_nm=0.01), usable_lines(NEON, fwhm_nm=1.0)
    assert len(fine.wavelength_nm) == len(NEON.wavelength_nm)
    assert 10 < len(coarse.wavelength_nm) < 0.6 * len(NEON.wavelength_nm)
    # 878.062 and 878.375 in air are one at 1 nm; 837.761 stands alone.
    assert not np.any(np.abs(coarse.wavelength_nm - 878.4) < 0.4)
    assert np.any(np.abs(coarse.wavelength_nm - 837.99) < 0.1)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    left=st.floats(-2.5, 2.5), bend=st.floats(-0.8, 0.8), tilt=st.floats(-1.5, 1.5),
    seed=st.integers(0, 10_000),
)  # fmt: skip
def test_a_displaced_pattern_is_matched(left, bend, tilt, seed) -> None:
    rng = np.random.default_rng(seed)
    inside = (NEON.wavelength_nm > 790) & (NEON.wavelength_nm < 960)
    seen = inside & (rng.random(len(inside)) < 0.85)
    true = NEON.wavelength_nm[seen]
    u = (true - 875) / 85
    off = np.clip(left + tilt * u + bend * u**2, -2.9, 2.9)
    height = NEON.intensity[seen] * rng.lognormal(0, 0.3, seen.sum())
    # Three peaks are of something else.
    peak = np.concatenate([true - off, rng.uniform(790, 960, 3)])
    height = np.concatenate([height, np.full(3, 40.0)])
    order = np.argsort(peak)
    peak, height = peak[order], height[order]
    shift = rough_displacement_nm(peak, height, NEON, fwhm_nm=0.3, max_shift_nm=3.0)
    basis = np.vander((peak - 875) / 85, 4, increasing=True)
    good = usable_lines(NEON, fwhm_nm=0.3)
    pairs = match_lines(peak, good, fwhm_nm=0.3, displacement_nm=shift, basis=basis)
    of_peak = np.concatenate([true, np.full(3, np.nan)])[order]
    wrong = np.abs(of_peak[pairs.peak] - good.wavelength_nm[pairs.line]) > 1e-9
    assert len(pairs.peak) > 10
    assert np.mean(wrong | np.isnan(of_peak[pairs.peak])) < 0.1
    assert len(np.unique(pairs.line)) == len(pairs.line)


def test_too_wide_a_search_is_refused() -> None:
    peak = np.linspace(800, 900, 12)
    with pytest.raises(ValueError, match="too wide a search"):
        rough_displacement_nm(peak, np.ones(12), NEON, fwhm_nm=0.1, max_shift_nm=50.0)


def test_nothing_matches_nothing() -> None:
    none = np.zeros(0)
    pairs = match_lines(none, NEON, fwhm_nm=0.3, displacement_nm=none, basis=np.zeros((0, 2)))
    assert len(pairs.peak) == 0
