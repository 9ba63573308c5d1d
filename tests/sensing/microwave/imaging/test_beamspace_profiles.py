"""Profiles against the sum that defines them, and how well four taps resample them."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging import beamspace_profiles
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace_profiles import (
    N_STEPS,
    interpolation_taps,
    path_profiles,
)


def panel(n_t: int = 2, n_r: int = 3, *, n_f: int = 32) -> Array:
    return Array(
        tx_position_m=np.c_[np.arange(n_t) * 0.1, np.zeros((n_t, 2))],
        rx_position_m=np.c_[np.arange(n_r) * 0.1, np.ones((n_r, 2))],
        frequency_hz=np.linspace(8e9, 12e9, n_f),
    )


def noise(array: Array, rng: np.random.Generator) -> np.ndarray:
    value = rng.standard_normal(array.shape) + 1j * rng.standard_normal(array.shape)
    return value.astype(np.complex64)


def as_complex(profiles: np.ndarray) -> np.ndarray:
    """Return the value at each half cell, in order of path."""
    value = profiles[:, :, :, 0] + 1j * profiles[:, :, :, 1]
    return np.moveaxis(value, 2, 3).reshape(*value.shape[:2], -1)


def summed(array: Array, samples: np.ndarray, path_m: np.ndarray, carrier: float) -> np.ndarray:
    """Return the tapered samples, carried back over each path and summed, in float64."""
    turn = np.exp(1j * np.outer(array.wavenumber_rad_per_m - carrier, path_m))
    return (samples.astype(complex) * array.taper) @ turn


@pytest.mark.parametrize("n_f", [2, 32, 33])
@pytest.mark.parametrize("first", [-7, 0, 100, 5_000_000])
@pytest.mark.parametrize("carrier_rad_per_m", [0.0, 210.0])
def test_a_profile_is_the_sum_over_frequency_without_its_carrier(
    n_f: int, first: int, carrier_rad_per_m: float, rng: np.random.Generator
) -> None:
    array = panel(n_f=n_f)
    samples = noise(array, rng)
    profiles = path_profiles(array, samples, first=first, n=9, carrier_rad_per_m=carrier_rad_per_m)
    assert profiles.shape == (2, 3, 2, 2, 9)
    path_m = (first + np.arange(18) / 2) * array.path_period_m / n_f
    wanted = summed(array, samples, path_m, carrier_rad_per_m)
    np.testing.assert_allclose(as_complex(profiles), wanted, atol=2e-5 * np.sqrt(n_f))


def test_profiles_repeat_with_the_period(rng: np.random.Generator) -> None:
    """All but the phase of the carrier, which is not there when the carrier is a multiple."""
    array = panel()
    samples = noise(array, rng)
    k = array.wavenumber_rad_per_m
    one, later = (
        path_profiles(array, samples, first=first, n=40, carrier_rad_per_m=float(k[16]))
        for first in (3, 3 + 32)
    )
    np.testing.assert_allclose(as_complex(one), as_complex(later), atol=1e-4)
    # more than a period in one go
    np.testing.assert_allclose(
        as_complex(one)[..., :16], as_complex(one)[..., 64:], atol=1e-4, strict=True
    )
    between = float((k[16] + k[17]) / 2)
    one, later = (
        path_profiles(array, samples, first=first, n=40, carrier_rad_per_m=between)
        for first in (3, 3 + 32)
    )
    np.testing.assert_allclose(np.abs(as_complex(one)), np.abs(as_complex(later)), atol=1e-4)


def test_channels_do_not_mix_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    array = panel(3, 4)
    samples = noise(array, rng)
    whole = path_profiles(array, samples, first=2, n=8, carrier_rad_per_m=200.0)
    monkeypatch.setattr(beamspace_profiles, "CHUNK", 5)
    pieces = path_profiles(array, samples, first=2, n=8, carrier_rad_per_m=200.0)
    np.testing.assert_array_equal(whole, pieces)
    samples[1, 2] = 0
    without = path_profiles(array, samples, first=2, n=8, carrier_rad_per_m=200.0)
    assert not without[1, 2].any()
    without[1, 2] = whole[1, 2]
    np.testing.assert_array_equal(whole, without)


def test_what_is_given_is_not_written_to(rng: np.random.Generator) -> None:
    samples = noise(panel(), rng)
    samples.flags.writeable = False
    path_profiles(panel(), samples, first=2, n=8, carrier_rad_per_m=200.0)


def test_taps_at_a_sample_are_that_sample() -> None:
    taps = interpolation_taps()
    assert taps.shape == (N_STEPS + 1, 4)
    np.testing.assert_allclose(taps[0], [0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(taps[-1], [0, 0, 1, 0], atol=1e-6)


def test_taps_are_the_same_in_both_directions() -> None:
    taps = interpolation_taps()
    np.testing.assert_allclose(taps, taps[::-1, ::-1], atol=1e-6)


def test_taps_are_shared_and_cannot_be_written_to() -> None:
    assert interpolation_taps() is interpolation_taps()
    with pytest.raises(ValueError, match="read-only"):
        interpolation_taps()[0] = 1


def test_taps_resample_a_tapered_spectrum_at_any_path(rng: np.random.Generator) -> None:
    """What is lost of random Hann-tapered spectra: -50 dB at the worst fraction, less elsewhere."""
    array = panel(10, 20, n_f=64)
    samples = noise(array, rng)
    carrier = float(array.wavenumber_rad_per_m[32])
    delta_m = array.path_period_m / 64
    half_cells = as_complex(
        path_profiles(array, samples, first=10, n=8, carrier_rad_per_m=carrier)
    ).reshape(200, -1)
    errors_db = []
    for step in (0, 17, N_STEPS // 4, N_STEPS // 2, N_STEPS - 3):
        path_m = (10 + (4 + step / N_STEPS) / 2) * delta_m
        wanted = summed(array, samples, np.array([path_m]), carrier).reshape(200)
        got = half_cells[:, 3:7] @ interpolation_taps()[step]
        error = np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)
        errors_db.append(10 * np.log10(error))
    assert max(errors_db) < -50
    assert errors_db[0] < -100
    assert int(np.argmax(errors_db)) == 3  # half-way between samples
