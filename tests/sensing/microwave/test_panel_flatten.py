"""The finer surface: it takes out the body's own shape and leaves an object."""

import numpy as np
import pytest

from standex.sensing.microwave.panel_flatten import flattened
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, OFF_M, Profile


def echo_at(place_m: np.ndarray) -> np.ndarray:
    """Return one echo of 30 mm width for each column."""
    return np.exp(-0.5 * ((OFF_M[:, None, None] - place_m[None]) / 0.012) ** 2)


def profile(power: np.ndarray) -> Profile:
    return Profile(power=power, n_frames=2, sigma_m=0.002)


def place_m(one: Profile) -> np.ndarray:
    return np.sum(one.power * OFF_M[:, None, None], axis=0) / one.power.sum(axis=0)


def wave_m(amplitude_m: float) -> np.ndarray:
    up = amplitude_m * np.sin(2 * np.pi * HEIGHT_M / 0.4)
    return np.broadcast_to(up, (len(ACROSS_M), len(HEIGHT_M)))


def test_the_shape_of_a_body_is_taken_out():
    trunk = (HEIGHT_M > 0.88) & (HEIGHT_M < 1.34)
    bent = profile(echo_at(wave_m(0.012)))
    assert np.abs(place_m(bent)[:, trunk]).max() > 0.010
    assert np.abs(place_m(flattened(bent))[:, trunk]).max() < 0.004


def test_a_flat_body_stays_as_it_is():
    flat = profile(echo_at(np.zeros((len(ACROSS_M), len(HEIGHT_M)))))
    after = flattened(flat)
    assert np.abs(place_m(after) - place_m(flat)).max() < 1e-3
    assert (after.n_frames, after.sigma_m) == (flat.n_frames, flat.sigma_m)


def test_an_object_is_held_against_the_rest():
    power = echo_at(wave_m(0.008)).copy()
    object_here = (np.abs(ACROSS_M)[:, None] < 0.055) & (np.abs(HEIGHT_M - 1.2)[None] < 0.06)
    both = 0.5 * echo_at(wave_m(0.008) - 0.03) + 0.5 * echo_at(wave_m(0.008) + 0.022)
    power = np.where(object_here[None], both, power)
    after = flattened(profile(power))
    on = np.abs(OFF_M) < 0.008
    share = after.power[on].sum(axis=0) / after.power.sum(axis=0)
    inside = (np.abs(ACROSS_M)[:, None] < 0.03) & (np.abs(HEIGHT_M - 1.2)[None] < 0.03)
    outside = ~object_here & ((HEIGHT_M > 0.9) & (HEIGHT_M < 1.05))[None]
    assert share[inside].mean() < 0.5 * share[outside].mean()


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_nothing_to_fit_is_harmless(power):
    same = np.full((len(OFF_M), len(ACROSS_M), len(HEIGHT_M)), power)
    assert np.isfinite(flattened(profile(same)).power).all()
