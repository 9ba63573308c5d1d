"""The surface of a trunk on images made here: smooth, with outliers, with nobody."""

import numpy as np
import pytest

from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M
from standex.sensing.microwave.panel_surface import (
    HALF_WIDTH_M,
    TRUNK_Z_M,
    fit_surface,
    strongest,
)


def on_trunk(body) -> np.ndarray:
    low, high = TRUNK_Z_M
    tall = (body.height_m > low) & (body.height_m < high)
    return (np.abs(body.across_m) < HALF_WIDTH_M)[:, None] & tall


def fitted(body, expected_m: float = 1.0):
    return fit_surface(body.views, **body.axes, expected_m=expected_m)


def worst_m(body, surface) -> float:
    """Return the largest error where echoes are laid on the surface; its rim is further out."""
    across = np.abs(body.across_m) < ACROSS_M[-1] + 1e-3
    tall = (body.height_m > HEIGHT_M[0] - 1e-3) & (body.height_m < HEIGHT_M[-1] + 1e-3)
    return float(np.abs(surface.depth_m - body.front_m)[across[:, None] & tall].max())


def test_a_smooth_surface_is_followed(trunk):
    body = trunk()
    surface = fitted(body)
    assert worst_m(body, surface) < 0.002
    assert surface.is_lit[on_trunk(body)].all()
    assert surface.scatter_m < 0.001
    assert surface.sigma_m[on_trunk(body)].max() < 0.003


@pytest.mark.parametrize("seed", range(3))
def test_displaced_columns_do_not_pull_it(trunk, rng, seed):
    """15 % of the columns 25 mm behind, as by holes, and as much before."""
    plain = trunk()
    chance = np.random.default_rng(seed)
    for way_m in (0.025, -0.025):
        off_m = np.where(chance.random(plain.front_m.shape) < 0.15, way_m, 0.0)
        body = trunk(off_m=off_m)
        assert worst_m(body, fitted(body)) < 0.002


def test_an_object_on_a_part_of_the_trunk_is_held_against_the_rest(trunk):
    body = trunk(echoes=((0.025, 1.0),), patch=(0.0, 1.20, 0.09))
    share = np.hypot(body.across_m[:, None], body.height_m - 1.20) < 0.09
    assert 0.08 < share[on_trunk(body)].mean() < 0.15
    assert worst_m(body, fitted(body)) < 0.003


@pytest.mark.slow
def test_it_states_how_sure_it_is(trunk):
    """White displacements: what they do to the surface stays below what is stated for them.

    The stated uncertainty is of chance only: what a polynomial cannot follow is beside it.
    """
    stated: list[float] = []
    for rough_m in (0.001, 0.003):
        depth, sigma = [], []
        for seed in range(6):
            chance = np.random.default_rng(seed)
            body = trunk(off_m=chance.normal(0, rough_m, trunk().front_m.shape))
            surface = fitted(body)
            depth.append(surface.depth_m[on_trunk(body)])
            sigma.append(surface.sigma_m[on_trunk(body)])
        stated.append(float(np.mean(sigma)))
        assert np.sqrt(np.var(depth, axis=0, ddof=1).mean()) < stated[-1]
    assert stated[1] > 1.5 * stated[0]


def test_what_stands_far_behind_the_expected_front_is_left_alone(trunk):
    body = trunk()
    behind = trunk(off_m=0.12)
    both = {"across": body.views["across"] + 1.3 * behind.views["across"]}
    surface = fit_surface(both, **body.axes, expected_m=0.98)
    assert worst_m(body, surface) < 0.003


def test_views_count_alike_whatever_their_gain(trunk):
    left, right = trunk(seed=1).views["across"], trunk(off_m=0.001, seed=2).views["across"]
    axes = trunk().axes
    one = fit_surface({"left": left, "right": right}, **axes, expected_m=1.0)
    other = fit_surface({"left": 1e6 * left, "right": 1e-3 * right}, **axes, expected_m=1.0)
    np.testing.assert_allclose(one.depth_m, other.depth_m, atol=1e-9)


def test_a_body_further_away_is_the_same_body(trunk):
    body = trunk()
    axes = {**body.axes, "depth_m": body.depth_m + 0.4}
    moved = fit_surface(body.views, **axes, expected_m=1.4)
    np.testing.assert_allclose(moved.depth_m, fitted(body).depth_m + 0.4, atol=1e-9)


@pytest.mark.parametrize("what", ["noise", "nothing", "no trunk"])
def test_without_a_body_nothing_is_known(trunk, rng, what):
    body = trunk()
    axes, power = body.axes, rng.exponential(size=body.views["across"].shape)
    if what == "nothing":
        power = np.zeros_like(power)
    if what == "no trunk":
        axes = {**axes, "height_m": axes["height_m"] + 1.0}
    surface = fit_surface({"left": power, "right": power[::-1]}, **axes, expected_m=1.0)
    assert not surface.is_lit.any()
    assert np.isinf(surface.sigma_m).all()
    assert np.isinf(surface.scatter_m)


def test_the_top_of_an_echo_is_found_between_the_voxels():
    depth = np.arange(0.0, 0.2, 0.01)
    true = np.linspace(0.05, 0.15, 41)[:, None]
    power = 3 * np.exp(-(((depth[:, None, None] - true) / 0.015) ** 2))
    at, strength = strongest(power, depth)
    np.testing.assert_allclose(at, true, atol=1e-6)  # the logarithm of a Gaussian is a parabola
    assert ((strength > 2.6) & (strength < 3.001)).all()


def test_an_echo_at_the_edge_stays_inside():
    depth = np.arange(0.0, 0.2, 0.01)
    power = np.exp(-depth / 0.05)[:, None, None]
    at, _ = strongest(power, depth)
    assert depth[0] <= at[0, 0] <= depth[2]
