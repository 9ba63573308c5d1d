"""Two echoes, or one excess, give thickness and permittivity as intervals that hold the truth."""

import numpy as np
import pytest
from scipy.stats import binom

from standex.sensing.microwave.two_surfaces import (
    excess_volume_m3,
    path_excess_m,
    slab_from_echoes,
    thickness_from_excess,
)
from standex.twin.layers import LIGHT_M_PER_S, Layer, stack_reflection

EXACT = {"front_to_body_sigma_m": 1e-9, "excess_sigma_m": 1e-9}


def holds(interval, value, slack=0.0):
    return interval[0] - slack <= value <= interval[1] + slack


@pytest.mark.parametrize("cos", [1.0, 0.8])
def test_perfect_echoes_give_the_slab_back(cos):
    d, eps = 0.03, 2.9
    inside = np.sqrt(eps - (1 - cos**2))
    found = slab_from_echoes(
        front_to_body_m=d * inside, excess_m=d * (inside - cos), cos_incidence=cos, **EXACT
    )
    assert found.is_dielectric
    np.testing.assert_allclose(found.thickness_interval_m, d, rtol=1e-4)
    np.testing.assert_allclose(found.permittivity_interval, eps, rtol=1e-4)


def test_at_normal_incidence_it_is_the_formula_of_the_patents():
    length, excess = 0.051, 0.021
    found = slab_from_echoes(front_to_body_m=length, excess_m=excess, **EXACT)
    expected = (length / (length - excess)) ** 2
    np.testing.assert_allclose(found.permittivity_interval, expected, rtol=1e-5)
    np.testing.assert_allclose(found.thickness_interval_m, length - excess, atol=1e-8)


def test_an_unknown_gap_can_only_raise_the_permittivity():
    d, n, gap = 0.02, 1.7, 0.004
    echoes = {"front_to_body_m": d * n + gap, "excess_m": d * (n - 1)}
    naive = slab_from_echoes(**echoes, **EXACT)
    aware = slab_from_echoes(**echoes, **EXACT, largest_gap_m=0.005)
    assert naive.permittivity_interval[1] < n**2
    assert holds(aware.permittivity_interval, n**2)
    assert holds(aware.thickness_interval_m, d)
    assert aware.permittivity_interval[0] == pytest.approx(naive.permittivity_interval[0])


@pytest.mark.parametrize("cos", [1.0, 0.8])
def test_intervals_hold_the_truth_at_their_level(cos, rng):
    d, eps, sigma, runs = 0.025, 2.9, 0.002, 700
    inside = np.sqrt(eps - (1 - cos**2))
    hits = np.zeros(3, dtype=int)
    for _ in range(runs):
        excess = d * (inside - cos) + rng.normal(0, sigma)
        found = slab_from_echoes(
            front_to_body_m=d * inside + rng.normal(0, sigma / 4),
            excess_m=excess,
            front_to_body_sigma_m=sigma / 4,
            excess_sigma_m=sigma,
            cos_incidence=cos,
        )
        alone = thickness_from_excess(
            excess, sigma_m=sigma, index_range=(eps**0.5, eps**0.5), cos_incidence=cos
        )
        hits += [
            holds(found.thickness_interval_m, d),
            holds(found.permittivity_interval, eps),
            holds(alone, d),
        ]
    low, high = binom.interval(1 - 1e-6, runs, 0.9)
    assert np.all((low <= hits) & (hits <= high)), hits / runs


def test_nothing_bounds_a_permittivity_when_the_echoes_are_lost_in_their_errors():
    found = slab_from_echoes(
        front_to_body_m=0.003, excess_m=0.001, front_to_body_sigma_m=0.01, excess_sigma_m=0.01
    )
    assert found.permittivity_interval == (1.0, np.inf)
    assert found.thickness_interval_m[0] == 0


def test_metal_and_water_are_no_dielectric_slab():
    """Nothing comes from behind them: the only echo lies before the expected body."""
    found = slab_from_echoes(
        front_to_body_m=0.02, excess_m=-0.02, front_to_body_sigma_m=1e-3, excess_sigma_m=4e-3
    )
    assert not found.is_dielectric
    assert found.permittivity_interval[0] == 1


def test_the_excess_is_the_delay_that_waves_have():
    """The body's echo behind a thick slab, out of the twin's spectra, by range and by incidence."""
    f_hz = np.linspace(8e9, 18e9, 256)
    k = 2 * np.pi * f_hz / LIGHT_M_PER_S
    path = np.arange(0.0, 0.08, 1e-4)
    for cos in (1.0, 0.85):
        slab = Layer(thickness_m=0.05, permittivity=2.9)
        r = stack_reflection((slab,), frequency_hz=f_hz, cos_incidence=np.array([cos]))[:, 0]
        profile = np.abs(np.exp(2j * np.outer(path, k)) @ (np.hanning(256) * r))
        expected = path_excess_m(0.05, np.sqrt(2.9), cos)
        assert path[profile.argmax()] == pytest.approx(float(expected), abs=2e-3)


def test_an_excess_alone_means_a_range_of_thicknesses():
    excess = float(path_excess_m(0.03, 1.7, 0.9))
    how = {"sigma_m": 1e-6, "cos_incidence": 0.9}
    narrow = thickness_from_excess(excess, index_range=(1.7, 1.7), **how)
    wide = thickness_from_excess(excess, index_range=(1.5, 1.9), **how)
    np.testing.assert_allclose(narrow, 0.03, rtol=1e-3)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert thickness_from_excess(0.001, sigma_m=0.004, index_range=(1.5, 1.9))[0] == 0


def test_the_proxy_of_mass_is_index_less_one_times_volume():
    """One kilogram at 1.6 g/cm3 and n = 1.73 holds 456 cm3 of (n - 1) volume."""
    cell, n = 1e-4, 1.73
    excess = np.zeros((30, 30))
    volume = 1.0 / 1600
    excess[5:25, 5:25] = (n - 1) * volume / (400 * cell)
    low, high = excess_volume_m3(
        excess,
        np.ones((30, 30), dtype=bool),
        cell_area_m2=cell,
        sigma_m=1e-6,
        independent_area_m2=0.01,
    )
    assert 0.5 * (low + high) == pytest.approx(456e-6, rel=1e-3)


def test_errors_of_the_proxy_hold_at_their_level(rng):
    """Errors are one error within blocks of 5 x 5 cells."""
    runs, cell, sigma = 600, 1e-4, 0.004
    hits = 0
    for _ in range(runs):
        error = np.kron(rng.normal(0, sigma, (4, 4)), np.ones((5, 5)))
        interval = excess_volume_m3(
            error + 0.01,
            np.ones((20, 20), dtype=bool),
            cell_area_m2=cell,
            sigma_m=sigma,
            independent_area_m2=25 * cell,
        )
        hits += holds(interval, 0.01 * 400 * cell)
    low, high = binom.interval(1 - 1e-6, runs, 0.9)
    assert low <= hits <= high


def test_what_was_not_seen_adds_nothing_and_may_be_anything():
    excess = np.full((4, 4), 0.01)
    seen = np.ones((4, 4), dtype=bool)
    excess[0, 0], seen[0, 0] = np.nan, False
    how = {"cell_area_m2": 1e-4, "sigma_m": 0.004, "independent_area_m2": 1e-3}
    low, high = excess_volume_m3(excess, seen, **how)
    assert 0.5 * (low + high) == pytest.approx(15 * 0.01 * 1e-4)
    with pytest.raises(ValueError, match="1 of 16"):
        excess_volume_m3(excess, np.ones_like(seen), **how)
    assert excess_volume_m3(excess, np.zeros_like(seen), **how) == (0.0, 0.0)


GOOD = {
    "front_to_body_m": 0.05,
    "excess_m": 0.02,
    "front_to_body_sigma_m": 0.001,
    "excess_sigma_m": 0.004,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("front_to_body_m", np.nan),
        ("front_to_body_m", 0.0),
        ("excess_m", np.inf),
        ("excess_sigma_m", 0.0),
        ("front_to_body_sigma_m", np.nan),
        ("largest_gap_m", -1e-3),
        ("largest_gap_m", np.nan),
        ("cos_incidence", 0.0),
        ("cos_incidence", np.nan),
        ("level", 1.0),
        ("level", np.nan),
    ],
)
def test_refuses_what_cannot_be(name, value):
    with pytest.raises(ValueError, match=name.removesuffix("_sigma_m").removesuffix("_m")):
        slab_from_echoes(**(GOOD | {name: value}))


def test_refuses_ranges_and_areas_that_cannot_be():
    for index_range in ((1.0, 2.0), (2.0, 1.5), (1.5, np.nan)):
        with pytest.raises(ValueError, match="index_range"):
            thickness_from_excess(0.02, sigma_m=0.004, index_range=index_range)
    with pytest.raises(ValueError, match="index"):
        path_excess_m(0.02, 0.9, 1.0)
    with pytest.raises(ValueError, match="cell_area_m2"):
        excess_volume_m3(
            np.zeros((1, 1)),
            np.ones((1, 1), dtype=bool),
            cell_area_m2=0.0,
            sigma_m=0.004,
            independent_area_m2=1.0,
        )
