from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectra import read_spectrum
from standex.sensing.laser.cosmic_rays import spikes_across, spikes_single

X = np.arange(1024.0)
FWHM = 4.0


def scene(n: int, rng, *, fwhm: float = FWHM) -> tuple[np.ndarray, np.ndarray]:
    """Return shots of light with narrow bands, and their variances."""
    at, height = rng.uniform(20, 1000, 15), rng.gamma(1, 3000, 15)
    bands = (height * np.exp(-4 * np.log(2) * ((X[:, None] - at) / fwhm) ** 2)).sum(axis=1)
    light = 800 + 600 * np.exp(-X / 300) + bands
    shots = np.array([rng.poisson(light * s) for s in rng.uniform(0.9, 1.1, n)], dtype=float)
    return shots, np.maximum(shots, 1.0) + 25


@pytest.mark.parametrize("n", [2, 3, 8])
def test_repeats_tell_spikes_of_any_shape_and_keep_bands(n: int, rng) -> None:
    counts, variance = scene(n, rng)
    clean = spikes_across(counts, variance)
    assert clean.sum() == 0
    hit = [(0, 100), (1, 500), (1, 501), (1, 502), (n - 1, 900)]
    for row, channel in hit:
        counts[row, channel] += 3000
    found = spikes_across(counts, variance)
    assert all(found[place] for place in hit)
    assert found.sum() == len(hit)


def test_single_spectra_lose_spikes_and_no_bands(rng) -> None:
    bands = spikes = 0
    for _ in range(30):
        counts, variance = scene(4, rng)
        bands += int(spikes_single(counts, variance, fwhm_channels=FWHM).sum())
        for row, channel in ((0, 40), (1, 300), (2, 700)):
            counts[row, channel] += 4000
        counts[3, 600:602] += 4000
        found = spikes_single(counts, variance, fwhm_channels=FWHM)
        spikes += int(found[[0, 1, 2, 3, 3], [40, 300, 700, 600, 601]].sum())
    assert bands <= 2  # of 120 spectra with 1,800 bands
    assert spikes >= 0.85 * 150


def test_lost_counts_are_no_spikes(rng) -> None:
    counts, variance = scene(3, rng)
    counts[:, 50] = np.nan
    counts[1, 70] = np.nan
    assert not spikes_across(counts, variance).any()
    assert spikes_single(counts, variance, fwhm_channels=FWHM).sum() <= 1


def test_what_makes_no_sense_is_refused(rng) -> None:
    counts, variance = scene(1, rng)
    with pytest.raises(ValueError, match="use spikes_single"):
        spikes_across(counts, variance)
    with pytest.raises(ValueError, match="at least 1"):
        spikes_single(counts, variance, fwhm_channels=0.5)


@pytest.mark.data
def test_a_real_cosmic_ray(data_dir: Path) -> None:
    folder = data_dir / "spectra" / "orpl" / "ORAS-JSON"
    (muscle,) = read_spectrum(folder / "bacon_muscle-with_cosmic_ray.json")
    signal = muscle.counts - muscle.dark
    variance = np.maximum(muscle.counts, 1) * 0.4 + 100
    by_repeats = spikes_across(signal, variance)
    single = spikes_single(signal, variance, fwhm_channels=4.0)
    assert 1 <= by_repeats.sum() <= 0.01 * by_repeats.size
    assert (single & by_repeats).any()
    assert single.sum() <= 3 * by_repeats.sum() + 3
    (tablet,) = read_spectrum(folder / "tylenol.json")
    # Narrow strong bands of paracetamol stay, in all twenty spectra.
    signal = tablet.counts - tablet.dark
    variance = np.maximum(tablet.counts, 1) * 0.4 + 100
    assert spikes_single(signal, variance, fwhm_channels=4.0).sum() <= 2
