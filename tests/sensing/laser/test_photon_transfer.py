from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectra import read_spectrum
from standex.model.errors import StandexError
from standex.sensing.laser.photon_transfer import photon_transfer

LIGHT_E = np.geomspace(300, 60_000, 600)


def repeats(rng, n: int, *, gain: float = 2.5, read: float = 15.0, light=LIGHT_E) -> np.ndarray:
    electrons = rng.poisson(light, (n, len(light))) + rng.normal(0, read, (n, len(light)))
    return electrons / gain + 300


@pytest.mark.slow
def test_gain_and_read_noise_are_found_and_covered(rng) -> None:
    covered = []
    for _ in range(60):
        got = photon_transfer(repeats(rng, 12), offset_counts=300.0)
        covered.append(got.gain_low_e_per_count <= 2.5 <= got.gain_high_e_per_count)
        assert got.gain_e_per_count == pytest.approx(2.5, rel=0.15)
        assert got.read_noise_high_e >= 5
    assert np.sum(covered) >= 51  # 57 expected of 60 at 95 %


def test_drift_breathing_spikes_and_full_channels_change_nothing(rng) -> None:
    counts = repeats(rng, 20)
    scale = 1 + 0.01 * np.sin(np.arange(20))
    fading = 1 - 0.002 * np.arange(20)[:, None] * (np.arange(600) > 300)
    counts = (counts - 300) * scale[:, None] * fading + 300
    counts[3, 100] += 50_000
    counts[:, 599] = 65535
    counts[5, 7] = np.nan
    got = photon_transfer(counts, offset_counts=300.0, saturation_counts=65535.0)
    assert got.gain_e_per_count == pytest.approx(2.5, rel=0.1)
    assert got.chi2_per_channel < 1.5
    kept = photon_transfer(
        counts, offset_counts=300.0, saturation_counts=65535.0, remove_scale=False
    )
    assert kept.gain_e_per_count < got.gain_e_per_count


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (np.ones((2, 500)), "2 repeats, at least 3"),
        (np.full((5, 500), np.nan), "0 channels are whole"),
        (np.zeros((5, 500)), "a repeat has no light"),
        (np.full((5, 500), 100.0), "all of one brightness"),
        (np.tile(np.linspace(1, 1000, 500), (5, 1)), "copies of one another"),
        (
            np.linspace(1, 1000, 500) + 5 * np.random.default_rng(1).normal(size=(5, 500)),
            "does not grow with the light",
        ),
    ],
)
def test_what_says_nothing_is_refused(counts, said: str) -> None:
    with pytest.raises(StandexError, match=said):
        photon_transfer(counts, offset_counts=0.0)


@pytest.mark.data
def test_a_real_camera_has_2_5_electrons_a_count(data_dir: Path) -> None:
    (tablet,) = read_spectrum(data_dir / "spectra" / "orpl" / "ORAS-JSON" / "tylenol.json")
    assert len(tablet.counts) == 20
    got = photon_transfer(tablet.counts, offset_counts=float(tablet.dark.min()))
    assert got.gain_low_e_per_count < 2.5 < got.gain_high_e_per_count
    assert got.gain_high_e_per_count - got.gain_low_e_per_count < 0.3
    assert got.chi2_per_channel == pytest.approx(1, abs=0.2)
