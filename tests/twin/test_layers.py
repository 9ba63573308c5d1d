import numpy as np
import pytest

from standex.twin.layers import LIGHT_M_PER_S, Layer, skin_permittivity, stack_reflection

NORMAL = np.array([1.0])
BAND_HZ = np.linspace(8e9, 18e9, 512)


def depth_profile(reflection, depth_m):
    """Return the echo over depth (positive is deeper than the skin), Hann over the band."""
    taper = np.hanning(len(BAND_HZ)) / np.hanning(len(BAND_HZ)).sum()
    k = 2 * np.pi * BAND_HZ / LIGHT_M_PER_S
    return np.abs(np.exp(2j * np.outer(depth_m, k)) @ (taper * reflection[:, 0]))


def peak(profile, depth_m, low_m, high_m):
    rows = np.flatnonzero((depth_m > low_m) & (depth_m < high_m))
    best = rows[profile[rows].argmax()]
    return depth_m[best], 20 * np.log10(profile[best])


@pytest.mark.parametrize(
    ("frequency_hz", "expected"), [(10e9, 31 - 14j), (13e9, 28 - 16j), (28e9, 17 - 17j)]
)
def test_skin_is_as_gabriel_measured(frequency_hz, expected):
    epsilon = skin_permittivity(np.array([frequency_hz]))[0]
    assert abs(epsilon - expected) < 1.0


@pytest.mark.parametrize(
    ("frequency_hz", "level_db"), [(10e9, -2.9), (13e9, -3.0), (28e9, -3.3), (77e9, -4.7)]
)
def test_skin_reflects_half_the_power(frequency_hz, level_db):
    r = stack_reflection((), frequency_hz=np.array([frequency_hz]), cos_incidence=NORMAL)
    assert 20 * np.log10(abs(r[0, 0])) == pytest.approx(level_db, abs=0.1)


def test_layers_of_air_change_nothing():
    angles = np.array([1.0, 0.8, 0.3])
    bare = stack_reflection((), frequency_hz=BAND_HZ, cos_incidence=angles)
    air = tuple(Layer(thickness_m=d, permittivity=1.0) for d in (0.003, 0.05))
    covered = stack_reflection(air, frequency_hz=BAND_HZ, cos_incidence=angles)
    np.testing.assert_allclose(covered, bare, atol=1e-12)


def test_nothing_gives_back_more_than_it_gets(rng):
    for _ in range(30):
        layers = tuple(
            Layer(
                thickness_m=rng.uniform(1e-3, 0.05),
                permittivity=rng.uniform(1, 8),
                loss_tangent=rng.choice([0.0, 0.1]),
            )
            for _ in range(rng.integers(1, 5))
        )
        r = stack_reflection(
            layers, frequency_hz=BAND_HZ[::32], cos_incidence=np.linspace(0.05, 1, 16)
        )
        assert np.abs(r).max() <= 1 + 1e-12


def test_lossless_layers_on_metal_give_everything_back(rng):
    layers = tuple(
        Layer(thickness_m=rng.uniform(1e-3, 0.05), permittivity=rng.uniform(1, 8)) for _ in range(3)
    )
    r = stack_reflection(
        layers,
        frequency_hz=BAND_HZ[::32],
        cos_incidence=np.linspace(0.05, 1, 16),
        is_metal_backed=True,
    )
    np.testing.assert_allclose(np.abs(r), 1.0, rtol=1e-12)


def test_loss_on_metal_takes_something_away():
    lossy = Layer(thickness_m=0.01, permittivity=3.0, loss_tangent=0.05)
    r = stack_reflection((lossy,), frequency_hz=BAND_HZ, cos_incidence=NORMAL, is_metal_backed=True)
    assert np.abs(r).max() < 0.95


def half_space(permittivity: float) -> Layer:
    """Return a layer so thick and slightly lossy that nothing comes back from behind it."""
    return Layer(thickness_m=50.0, permittivity=permittivity, loss_tangent=1e-3)


def test_a_quarter_wave_film_of_the_mean_index_does_not_reflect():
    f_hz = 10e9
    film = Layer(thickness_m=LIGHT_M_PER_S / (4 * f_hz * 2.0), permittivity=4.0)
    r = stack_reflection(
        (film, half_space(16.0)), frequency_hz=np.array([f_hz, 2 * f_hz]), cos_incidence=NORMAL
    )
    assert abs(r[0, 0]) < 1e-3
    # At twice the frequency it is half a wave thick, and as if it were not there.
    assert abs(r[1, 0]) == pytest.approx(0.6, abs=1e-3)


def test_oblique_incidence_follows_fresnel():
    cos = np.array([0.5])
    inner = np.sqrt(4.0 - 0.75)
    r = stack_reflection((half_space(4.0),), frequency_hz=np.array([10e9]), cos_incidence=cos)
    assert abs(r[0, 0]) == pytest.approx((inner - 0.5) / (inner + 0.5), abs=1e-3)


def test_a_slab_echoes_at_its_front_and_delays_the_body():
    d, n = 0.04, 1.7
    slab = Layer(thickness_m=d, permittivity=n**2, loss_tangent=0.01)
    r = stack_reflection((slab,), frequency_hz=BAND_HZ, cos_incidence=NORMAL)
    depth_m = np.arange(-0.1, 0.15, 2e-4)
    profile = depth_profile(r, depth_m)
    front_m, front_db = peak(profile, depth_m, -0.06, -0.01)
    body_m, body_db = peak(profile, depth_m, -0.01, 0.06)
    assert front_m == pytest.approx(-d, abs=1e-3)
    assert front_db == pytest.approx(-11.7, abs=0.3)
    assert body_m == pytest.approx(d * (n - 1), abs=2e-3)  # the phase of skin turns over the band
    assert body_db == pytest.approx(-6.5, abs=1.0)
    multiple_m, multiple_db = peak(profile, depth_m, 0.07, 0.13)
    assert multiple_m == pytest.approx(d * (n - 1) + n * d, abs=3e-3)
    # Once more at the skin and once at the front from inside, with the loss of another round trip.
    skin_index = np.sqrt(skin_permittivity(np.array([13e9]))[0])
    inside = abs((n - skin_index) / (n + skin_index)) * (n - 1) / (n + 1)
    loss = np.exp(-2 * np.pi * 13e9 / LIGHT_M_PER_S * n * 0.01 * d)
    assert multiple_db - body_db == pytest.approx(20 * np.log10(inside * loss), abs=1.0)


def test_a_gap_behind_the_slab_moves_nothing_but_the_front():
    slab = Layer(thickness_m=0.04, permittivity=2.89)
    gap = Layer(thickness_m=0.03, permittivity=1.0)
    depth_m = np.arange(-0.12, 0.1, 2e-4)
    tight, loose = (
        depth_profile(stack_reflection(layers, frequency_hz=BAND_HZ, cos_incidence=NORMAL), depth_m)
        for layers in ((slab,), (slab, gap))
    )
    assert peak(loose, depth_m, -0.1, -0.05)[0] == pytest.approx(-0.07, abs=1e-3)
    tight_m, loose_m = (peak(p, depth_m, 0.01, 0.06)[0] for p in (tight, loose))
    assert loose_m == pytest.approx(tight_m, abs=2e-3)
