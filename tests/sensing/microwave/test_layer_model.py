"""The layer model is held against closed forms, and against the twin's, which is written apart."""

import numpy as np
import pytest

from standex.sensing.microwave.layer_model import (
    LIGHT_M_PER_S,
    Polarisation,
    moved,
    skin,
    stack_reflections,
    water,
)
from standex.twin import layers as twin

BAND_HZ = np.linspace(8e9, 18e9, 64)
NO_LAYERS = (np.zeros((1, 0)), np.zeros((1, 0), dtype=complex))


def one(thickness_m, permittivity, **how):
    """Return the reflection of a single stack."""
    how = {"frequency_hz": BAND_HZ, "cos_incidence": 1.0, "backing_permittivity": None} | how
    layers = np.atleast_2d(np.asarray(thickness_m, dtype=float))
    return stack_reflections(
        layers, np.atleast_2d(np.asarray(permittivity, dtype=complex)).reshape(layers.shape), **how
    )[0]


def flat(permittivity):
    return np.full(len(BAND_HZ), permittivity, dtype=complex)


@pytest.mark.parametrize("cos", [1.0, 0.8, 0.4])
def test_a_half_space_follows_fresnel(cos):
    n, sin = 1.8, np.sqrt(1 - cos**2)
    inside = np.sqrt(1 - (sin / n) ** 2)
    r = {
        way: stack_reflections(
            *NO_LAYERS,
            backing_permittivity=flat(n**2),
            frequency_hz=BAND_HZ,
            cos_incidence=cos,
            polarisation=way,
        )[0]
        for way in Polarisation
    }
    perpendicular = (cos - n * inside) / (cos + n * inside)
    parallel = (inside - n * cos) / (inside + n * cos)
    np.testing.assert_allclose(r[Polarisation.PERPENDICULAR], perpendicular, rtol=1e-12)
    np.testing.assert_allclose(r[Polarisation.PARALLEL], parallel, rtol=1e-12)


def test_nothing_comes_back_at_brewsters_angle():
    r = stack_reflections(
        *NO_LAYERS,
        backing_permittivity=flat(3.0),
        frequency_hz=BAND_HZ,
        cos_incidence=float(np.cos(np.arctan(np.sqrt(3.0)))),
        polarisation=Polarisation.PARALLEL,
    )
    np.testing.assert_allclose(r, 0, atol=1e-12)


def test_a_quarter_wave_film_of_the_mean_index_does_not_reflect():
    f_hz = np.array([10e9, 20e9])
    r = one(
        LIGHT_M_PER_S / (4 * f_hz[0] * 2.0),
        4.0,
        backing_permittivity=np.full(2, 16.0 + 0j),
        frequency_hz=f_hz,
    )
    np.testing.assert_allclose(np.abs(r), [0, 0.6], atol=1e-12)  # half a wave is as if not there


@pytest.mark.parametrize("polarisation", list(Polarisation))
def test_what_loses_nothing_gives_everything_back(polarisation, rng):
    for _ in range(20):
        r = one(
            rng.uniform(0, 0.05, 3),
            rng.uniform(1, 8, 3),
            cos_incidence=rng.uniform(0.1, 1),
            polarisation=polarisation,
        )
        np.testing.assert_allclose(np.abs(r), 1, rtol=1e-10)


@pytest.mark.parametrize("polarisation", list(Polarisation))
def test_nothing_gives_back_more_than_it_gets(polarisation, rng):
    for _ in range(20):
        r = one(
            rng.uniform(0, 0.5, 4),
            rng.uniform(1, 8, 4) * (1 - 1j * rng.uniform(0, 2, 4)),
            backing_permittivity=skin(BAND_HZ),
            cos_incidence=rng.uniform(0.1, 1),
            polarisation=polarisation,
        )
        assert np.abs(r).max() <= 1 + 1e-12


def test_a_thick_lossy_layer_hides_what_is_behind_it():
    deep, bare = (
        one(10.0, 6 - 3j, backing_permittivity=behind) for behind in (skin(BAND_HZ), None)
    )
    np.testing.assert_allclose(deep, bare, rtol=1e-12)
    n = np.sqrt(6 - 3j)
    np.testing.assert_allclose(deep, (1 - n) / (1 + n), rtol=1e-12)


def test_layers_of_air_only_take_their_way(rng):
    gaps = rng.uniform(0, 0.05, 3)
    far = one(gaps, np.ones(3), backing_permittivity=skin(BAND_HZ), cos_incidence=0.7)
    bare = one(0.0, 1.0, backing_permittivity=skin(BAND_HZ), cos_incidence=0.7)
    back = moved(
        far[None], nearer_m=np.array([gaps.sum()]), frequency_hz=BAND_HZ, cos_incidence=0.7
    )[0]
    np.testing.assert_allclose(back, bare, rtol=1e-10)


@pytest.mark.parametrize(
    ("f_hz", "expected"), [(10e9, 31 - 14j), (13e9, 28 - 16j), (28e9, 17 - 17j), (77e9, 6.6 - 8.9j)]
)
def test_skin_is_as_measured(f_hz, expected):
    assert abs(skin(np.array([f_hz]))[0] - expected) < 1.0


def test_wet_skin_and_dry_skin_reflect_alike():
    levels = [
        20 * np.log10(np.abs(one(0.0, 1.0, backing_permittivity=skin(BAND_HZ, is_wet=wet))))
        for wet in (False, True)
    ]
    np.testing.assert_allclose(levels[0], levels[1], atol=0.4)


def test_water_is_as_measured():
    at = water(np.array([1e6, 13e9, 28e9]))
    assert at[0].real == pytest.approx(78.4, abs=0.1)
    assert abs(at[1] - (56 - 34j)) < 3
    assert abs(at[2] - (29 - 34j)) < 4


@pytest.mark.parametrize("is_metal", [False, True])
def test_two_models_written_apart_agree(is_metal, rng):
    """The twin recurses over interfaces and refers to the skin; here fields are carried outward."""
    for _ in range(20):
        d, eps, loss = rng.uniform(0, 0.05, 4), rng.uniform(1, 6, 4), rng.uniform(0, 0.2, 4)
        cos = rng.uniform(0.2, 1)
        mine = stack_reflections(
            d[None],
            (eps * (1 - 1j * loss))[None],
            backing_permittivity=None if is_metal else skin(BAND_HZ),
            frequency_hz=BAND_HZ,
            cos_incidence=cos,
        )
        mine = moved(mine, nearer_m=np.array([d.sum()]), frequency_hz=BAND_HZ, cos_incidence=cos)
        theirs = twin.stack_reflection(
            tuple(
                twin.Layer(thickness_m=a, permittivity=b, loss_tangent=c)
                for a, b, c in zip(d, eps, loss, strict=True)
            ),
            frequency_hz=BAND_HZ,
            cos_incidence=np.array([cos]),
            is_metal_backed=is_metal,
        )
        np.testing.assert_allclose(mine[0], theirs[:, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ({"thickness_m": -1e-3}, "thickness_m"),
        ({"thickness_m": np.nan}, "thickness_m"),
        ({"permittivity": 3 + 0.1j}, "permittivity"),
        ({"cos_incidence": 0.0}, "cos_incidence"),
        ({"cos_incidence": np.nan}, "cos_incidence"),
    ],
)
def test_refuses_what_cannot_be(how, name):
    how = {"thickness_m": 0.01, "permittivity": 3.0} | how
    with pytest.raises(ValueError, match=name):
        one(how.pop("thickness_m"), how.pop("permittivity"), **how)
