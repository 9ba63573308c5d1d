"""Profiles against the sum that defines them, their transpose, and their packing."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S, Array
from standex.sensing.microwave.imaging.range_profiles import (
    PathBins,
    carrier_index,
    packed,
    path_bins,
    range_profiles,
    samples_of,
)


def one_pair(n_f: int = 33) -> Array:
    return Array(
        tx_position_m=np.zeros((1, 3)),
        rx_position_m=np.array([[0.1, 0.0, 0.0]]),
        frequency_hz=np.linspace(8e9, 12e9, n_f),
    )


def noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


@pytest.mark.parametrize("n_f", [2, 32, 33])
@pytest.mark.parametrize("from_m", [-0.4, 1.3, 20_000.1])
def test_a_profile_is_the_sum_over_frequency_without_its_carrier(
    n_f: int, from_m: float, rng: np.random.Generator
) -> None:
    array = one_pair(n_f)
    bins = path_bins(array, from_m=from_m, to_m=from_m + 0.03, oversample=4)
    samples = noise(rng, 3, n_f)
    path_m = (bins.first + np.arange(bins.held)) * bins.bin_m
    k = array.wavenumber_rad_per_m
    phase = (k - k[carrier_index(array)])[:, None] * path_m
    expected = samples @ np.exp(1j * phase)
    np.testing.assert_allclose(range_profiles(samples, bins), expected, atol=1e-8)


def test_bins_cover_what_was_asked_and_never_more_than_a_period() -> None:
    array = one_pair()
    bins = path_bins(array, from_m=1.0, to_m=1.1, oversample=8)
    assert bins.first * bins.bin_m < 1.0
    assert (bins.first + bins.held - 1) * bins.bin_m > 1.1
    assert bins.count >= 8 * 33
    assert bins.count & (bins.count - 1) == 0
    assert bins.period_m == pytest.approx(LIGHT_M_PER_S / (4e9 / 32))
    assert path_bins(array, from_m=0.0, to_m=99.0, oversample=8).held == bins.count


def test_the_transpose_is_exact(rng: np.random.Generator) -> None:
    bins = path_bins(one_pair(), from_m=2.3, to_m=2.6, oversample=4)
    samples, profiles = noise(rng, 2, 33), noise(rng, 2, bins.held)
    np.testing.assert_allclose(
        np.vdot(range_profiles(samples, bins), profiles),
        np.vdot(samples, samples_of(profiles, bins, n_f=33)),
        rtol=1e-12,
    )


def test_single_precision_stays_single() -> None:
    bins = path_bins(one_pair(), from_m=2.3, to_m=2.6, oversample=4)
    assert range_profiles(np.ones((1, 33), dtype=np.complex64), bins).dtype == np.complex64


def test_packing_keeps_value_and_growth_to_half_a_unit(rng: np.random.Generator) -> None:
    profiles = noise(rng, 2, 9)
    four, unit = packed(profiles)
    parts = four.astype("<i8").view("<i2").reshape(2, 9, 4).astype(int) * unit
    value, growth = parts[..., 0] + 1j * parts[..., 1], parts[..., 2] + 1j * parts[..., 3]
    assert np.abs(value - profiles).max() <= unit * np.sqrt(0.5) * 1.001
    np.testing.assert_allclose(value + growth, np.roll(value, -1, axis=1), atol=1e-12)


def test_silence_is_packed_as_silence() -> None:
    four, unit = packed(np.zeros((1, 4), dtype=np.complex64))
    assert not four.any()
    assert unit > 0


@pytest.mark.parametrize(("to_m", "oversample"), [(0.9, 4), (np.inf, 4), (np.nan, 4), (2.0, 0)])
def test_refuses_paths_and_sampling_without_meaning(to_m: float, oversample: int) -> None:
    with pytest.raises(ValueError, match=r"paths must be finite|oversample must be at least 1"):
        path_bins(one_pair(), from_m=1.0, to_m=to_m, oversample=oversample)


def test_a_bin_is_a_part_of_the_period() -> None:
    assert PathBins(period_m=4.0, count=16, first=0, held=3).bin_m == 0.25
