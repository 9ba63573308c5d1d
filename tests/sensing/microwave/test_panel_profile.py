"""Echoes about the surface, on images made here."""

import numpy as np
import pytest

from standex.model.zones import BodyZone
from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    FEATURES,
    HEIGHT_M,
    OFF_M,
    ON,
    Profile,
    features,
    is_lit,
    joined,
    lay_out,
    oddness,
    patches,
    trunk_top_m,
    zone_heights_m,
)
from standex.sensing.microwave.panel_surface import Surface

SLAB = ((-0.030, 0.08), (0.020, 0.25))
METAL = ((-0.030, 1.0),)
WATER = ((-0.020, 0.55),)
CHEST, BELLY = (0.0, 1.25, 0.08), (0.0, 1.00, 0.08)


def surface_of(body) -> Surface:
    """Return the true surface: what is tested here is what comes after the fit."""
    return Surface(
        depth_m=body.front_m,
        sigma_m=np.full(body.front_m.shape, 0.002),
        is_lit=np.ones(body.front_m.shape, dtype=bool),
        scatter_m=0.002,
    )


def profile_of(body) -> Profile:
    return lay_out(body.views, surface_of(body), **body.axes)


def named(body, zone: BodyZone = BodyZone.TORSO_FRONT) -> dict[str, float]:
    return dict(zip(FEATURES, features(profile_of(body))[zone], strict=True))


def test_a_curved_surface_is_flat_on_the_sheet(trunk):
    profile = profile_of(trunk())
    assert profile.power.shape == (len(OFF_M), len(ACROSS_M), len(HEIGHT_M))
    on = np.abs(OFF_M) < 0.001
    assert (profile.power[on] > 0.7).all()
    np.testing.assert_allclose(OFF_M[profile.power.argmax(axis=0)], 0.0, atol=0.0051)
    assert profile.power[np.abs(OFF_M) > 0.04].max() < 0.02
    patch = patches(profile)
    assert (patch.argmax(axis=0) == ON).all()
    assert oddness(patch, top_m=2.0).max() < 0.5  # the point spread alone


def test_gain_of_a_view_does_not_matter_and_views_add(trunk):
    body = trunk()
    power = body.views["across"]
    one = profile_of(body)
    loud = lay_out({"left": 1e5 * power}, surface_of(body), **body.axes)
    np.testing.assert_allclose(loud.power, one.power)
    both = lay_out({"left": power, "right": 1e-4 * power}, surface_of(body), **body.axes)
    np.testing.assert_allclose(both.power, 2 * one.power)


def test_frames_of_a_passage_are_averaged_in_any_order(trunk):
    a, b, c = (profile_of(trunk(seed=seed, noise=0.01)) for seed in range(3))
    left, right = joined(joined(a, b), c), joined(a, joined(c, b))
    assert left.n_frames == right.n_frames == 3
    np.testing.assert_allclose(left.power, right.power)
    mean = (patches(a) + patches(b) + patches(c)) / 3
    np.testing.assert_allclose(patches(left), mean, atol=1e-12)
    sharp = Profile(power=a.power, n_frames=1, sigma_m=0.001)
    blurred = Profile(power=a.power, n_frames=3, sigma_m=0.005)
    assert joined(sharp, blurred).sigma_m == pytest.approx(0.004)


def test_a_slab_is_echo_before_and_behind(trunk):
    clean, slab = named(trunk()), named(trunk(echoes=SLAB))
    assert slab["slab_db"] > clean["slab_db"] + 10
    assert slab["slab_area_log_m2"] > clean["slab_area_log_m2"] + 1
    # Where the object is, the echo is off the surface: less on it than before and behind.
    assert slab["echo_+0mm_db"] < max(slab["echo_+21mm_db"], slab["echo_+36mm_db"]) - 3


@pytest.mark.parametrize("echoes", [METAL, WATER])
def test_metal_and_what_is_like_water_are_before_only(trunk, echoes):
    clean, slab, raised = (named(trunk(echoes=one)) for one in ((), SLAB, echoes))
    assert raised["metal_db"] > clean["metal_db"] + 10
    assert raised["metal_db"] > slab["metal_db"]
    assert raised["metal_area_log_m2"] > clean["metal_area_log_m2"] + 1
    assert raised["slab_db"] < slab["slab_db"] - 3


@pytest.mark.parametrize(
    ("patch", "zone", "other"),
    [
        (CHEST, BodyZone.TORSO_FRONT, BodyZone.WAIST),
        (BELLY, BodyZone.WAIST, BodyZone.TORSO_FRONT),
    ],
)
def test_it_is_in_its_zone(trunk, patch, zone, other):
    body = trunk(echoes=SLAB, patch=patch)
    assert named(body, zone)["slab_db"] > named(body, other)["slab_db"] + 6


def test_a_larger_object_has_a_larger_area(trunk):
    sizes = [
        np.exp(named(trunk(echoes=SLAB, patch=(0.0, 1.24, half)))["slab_area_log_m2"]) - 1e-3
        for half in (0.05, 0.08, 0.11)
    ]
    assert 0 <= sizes[0] < sizes[1] < sizes[2] < 0.05


def test_the_oddest_place_is_where_the_object_is(trunk):
    odd = oddness(patches(profile_of(trunk(echoes=SLAB, patch=(0.04, 1.22, 0.06)))), top_m=2.0)
    row, column = np.unravel_index(odd.argmax(), odd.shape)
    assert np.hypot(ACROSS_M[row] - 0.04, HEIGHT_M[column] - 1.22) < 0.06


@pytest.mark.parametrize("top_m", [1.26, 1.34, 1.40])
def test_where_the_trunk_ends(trunk, top_m):
    """Short and tall: the end found is that of the echo, less its edge."""
    found = trunk_top_m(profile_of(trunk(top_m=top_m, noise=1e-3)))
    assert found == pytest.approx(top_m - 0.04, abs=0.015)


def test_zones_scale_with_the_person(trunk):
    short, tall = (zone_heights_m(profile_of(trunk(top_m=top))) for top in (1.28, 1.60))
    assert short[BodyZone.WAIST][1] < tall[BodyZone.WAIST][1]
    for heights in (short, tall):
        (low, middle), (start, end) = heights[BodyZone.WAIST], heights[BodyZone.TORSO_FRONT]
        assert low < middle == start < end
        assert low >= 0.80


def test_above_the_trunk_nothing_counts(trunk):
    """A bare head over a short person's shoulders is no object."""
    body = trunk(top_m=1.30, noise=1e-3)
    head = (body.height_m > 1.36)[None, None, :]
    chin = (
        0.2 * np.exp(-(((body.depth_m[:, None, None] - body.front_m + 0.03) / 0.012) ** 2)) * head
    )
    with_head = dict(body.views, across=body.views["across"] + chin)
    profile = lay_out(with_head, surface_of(body), **body.axes)
    plain = features(profile_of(body))
    for zone, values in features(profile).items():
        assert values[0] < plain[zone][0] + 3


def test_a_zone_in_the_shadow_is_left_out(trunk):
    body = trunk()
    lit = np.where(body.height_m < 1.20, 1e-4, 1.0)
    body.views["across"] *= lit
    found = features(profile_of(body))
    assert BodyZone.WAIST not in found
    assert BodyZone.TORSO_FRONT in found


def test_no_echo_at_all_says_nothing(trunk):
    body = trunk()
    body.views["across"][...] = 0
    profile = profile_of(body)
    assert features(profile) == {}
    assert (oddness(patches(profile), top_m=2.0) == -1).all()
    assert not is_lit(patches(profile), top_m=2.0).any()


def test_features_are_finite_for_what_comes(trunk, rng):
    for noise in (0.0, 1.0):
        for echoes in ((), SLAB, METAL):
            found = features(profile_of(trunk(echoes=echoes, noise=noise)))
            for values in found.values():
                assert len(values) == len(FEATURES)
                assert np.isfinite(values).all()


def test_an_unlit_trunk_has_no_certainty(trunk):
    body = trunk()
    dark = Surface(
        depth_m=body.front_m,
        sigma_m=np.full(body.front_m.shape, 0.002),
        is_lit=np.zeros(body.front_m.shape, dtype=bool),
        scatter_m=0.002,
    )
    assert np.isinf(lay_out(body.views, dark, **body.axes).sigma_m)
