"""What is drawn stays within the ranges that are written down."""

import numpy as np
import pytest

from standex.model.items import DEFAULT_CLASSES
from standex.model.zones import BodyZone
from standex.twin.wardrobe import (
    BACKPACK_SHARE,
    BELT_SHARE,
    FOLD_LENGTH_M,
    OUTER,
    SHIRT,
    THINGS,
    Folds,
    draw_outfit,
    draw_thing,
)


@pytest.mark.parametrize("thing", list(THINGS))
def test_things_are_within_their_ranges(thing, rng):
    ranges = THINGS[thing]
    for person in range(50):
        item = draw_thing(thing, person=person, zone=BodyZone.WAIST, rng=rng)
        assert item.item_class == ranges.item_class in DEFAULT_CLASSES
        for name in ("width_m", "height_m", "thickness_m", "permittivity", "loss_tangent"):
            low, high = getattr(ranges, name)
            assert low - 1e-12 <= getattr(item, name) <= high + 1e-12


def test_the_reference_object_is_the_one_that_was_agreed(rng):
    items = [
        draw_thing("reference", person=1, zone=BodyZone.TORSO_FRONT, rng=rng) for _ in range(200)
    ]
    assert {item.thickness_m for item in items} == {0.030}
    np.testing.assert_allclose([item.width_m * item.height_m for item in items], 0.020)
    permittivity = [item.permittivity for item in items]
    assert 2.6 <= min(permittivity) < 2.65
    assert 3.15 < max(permittivity) <= 3.2
    assert all(0.005 <= item.loss_tangent <= 0.02 for item in items)


@pytest.mark.slow
def test_shares_of_garments_are_as_stated(rng):
    outfits = [draw_outfit(rng) for _ in range(2000)]
    assert sum(share for share, _ in OUTER) == pytest.approx(1)
    assert np.mean([o.outer is None for o in outfits]) == pytest.approx(OUTER[0][0], abs=0.04)
    assert np.mean([o.belt is not None for o in outfits]) == pytest.approx(BELT_SHARE, abs=0.04)
    assert np.mean([o.has_backpack for o in outfits]) == pytest.approx(BACKPACK_SHARE, abs=0.03)
    for outfit in outfits[:200]:
        assert SHIRT.thickness_m[0] <= outfit.shirt.thickness_m <= SHIRT.thickness_m[1]
        for low, high in (outfit.shirt_gap_m, outfit.outer_gap_m, outfit.trousers_gap_m):
            assert 0 <= low <= high <= max(c.gap_m[1] for _, c in OUTER if c)


def test_an_outfit_takes_the_same_chance_whatever_it_is():
    after = set()
    for seed in range(20):
        rng, counted = np.random.default_rng(seed), np.random.default_rng(seed)
        draw_outfit(rng)
        n = 0
        while counted.bit_generator.state != rng.bit_generator.state and n < 2000:
            counted.bit_generator.advance(1)
            n += 1
        after.add(n)
    # Normal numbers may take one draw more now and then; the kind of garment does not.
    assert max(after) - min(after) < 20


def test_a_buckle_goes_into_the_truth(rng):
    for _ in range(20):
        outfit = draw_outfit(rng)
        items = outfit.items(7)
        assert len(items) == (outfit.belt is not None)
        for item in items:
            assert (item.person, item.item_class, item.zone) == (7, "benign_metal", BodyZone.WAIST)


def test_folds_are_smooth_and_spread_evenly(rng):
    folds = Folds.draw(rng)
    place = rng.uniform(-3, 3, size=(20_000, 3))
    share = folds.share(place)
    assert share.min() >= 0
    assert share.max() <= 1
    histogram = np.histogram(share, bins=10, range=(0, 1))[0] / len(share)
    assert np.abs(histogram - 0.1).max() < 0.03
    step_m = 0.002
    steepest = np.abs(folds.share(place + [step_m, 0, 0]) - share).max() / step_m
    assert steepest < 2 * np.pi / FOLD_LENGTH_M[0]
