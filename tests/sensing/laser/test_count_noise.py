"""Variance of camera counts, against drawn ones."""

import numpy as np
import pytest

from standex.sensing.laser.count_noise import CountNoise


@pytest.mark.parametrize("light", [0.0, 20.0, 5000.0])
def test_variance_is_that_of_drawn_counts(light: float, rng: np.random.Generator) -> None:
    noise = CountNoise(gain_e_per_count=2.5, read_noise_e=6.0)
    n = 200_000
    electrons = rng.poisson(light * 2.5, n) + rng.normal(0, 6.0, n)
    drawn = np.rint(electrons / 2.5).var()
    expected = noise.variance_counts2(np.array([light]))[0]
    assert drawn == pytest.approx(expected, rel=5 * np.sqrt(2 / n))


def test_the_dark_leaves_its_light_and_its_own_variance(rng: np.random.Generator) -> None:
    noise = CountNoise(gain_e_per_count=2.0, read_noise_e=8.0)
    light, dark, offset, n_dark, n = 300.0, 150.0, 100.0, 4, 100_000

    def gate(expected: float, shape: tuple[int, ...]) -> np.ndarray:
        electrons = rng.poisson(expected * 2.0, shape) + rng.normal(0, 8.0, shape)
        return np.rint(offset + electrons / 2.0)

    signal = gate(light + dark, (n,)) - gate(dark, (n_dark, n)).mean(axis=0)
    extra = noise.dark_variance_counts2(
        np.array([offset + dark]), n_dark=n_dark, offset_counts=offset
    )[0]
    expected = noise.variance_counts2(np.array([light]))[0] + extra
    assert signal.var() == pytest.approx(expected, rel=5 * np.sqrt(2 / n))


def test_refuses_impossible_cameras() -> None:
    for gain in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="gain_e_per_count"):
            CountNoise(gain_e_per_count=gain, read_noise_e=1.0)
    for read_noise in (-1.0, np.inf):
        with pytest.raises(ValueError, match="read_noise_e"):
            CountNoise(gain_e_per_count=1.0, read_noise_e=read_noise)
    with pytest.raises(ValueError, match="n_dark"):
        CountNoise(gain_e_per_count=1.0, read_noise_e=1.0).dark_variance_counts2(
            np.ones(3), n_dark=0, offset_counts=0.0
        )
