"""What is put on a body is there, at its height, and changes nothing else."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.body import TRUNK
from standex.twin.dress import NO_ITEM, Dressed, dress
from standex.twin.layers import Layer
from standex.twin.wardrobe import Thing, draw_outfit, draw_thing

PITCH_M = 0.015


def dressed(*items: CarriedItem, person: int = 1, seed: int = 3) -> Dressed:
    return dress(items, seed=seed, person=person, pitch_m=PITCH_M, lowest_m=0.7)


def thing(
    kind: Thing, zone: BodyZone = BodyZone.TORSO_FRONT, person: int = 1, seed: int = 0
) -> CarriedItem:
    return draw_thing(kind, person=person, zone=zone, rng=np.random.default_rng(seed))


def test_body_and_clothes_depend_on_seed_and_person_alone():
    one, again = dressed(), dressed()
    np.testing.assert_array_equal(one.row, again.row)
    assert one.planes.planes == again.planes.planes
    assert dressed(person=2).planes.planes != one.planes.planes
    assert dressed(seed=4).planes.planes != one.planes.planes


def test_every_facet_is_dressed_once_when_nothing_is_carried():
    for person in range(1, 6):
        if draw_outfit(np.random.default_rng([3, 5, person])).has_backpack:
            continue
        alone = dressed(person=person)
        np.testing.assert_array_equal(np.sort(alone.row), np.arange(len(alone.body.part)))
        assert (alone.item == NO_ITEM).all()


@pytest.mark.parametrize(
    "zone", [BodyZone.TORSO_FRONT, BodyZone.TORSO_BACK, BodyZone.WAIST, BodyZone.BAG]
)
@pytest.mark.parametrize("kind", ["reference", "telephone", "keys", "bottle", "book"])
def test_an_item_changes_its_own_facets_only(kind, zone):
    without = next(p for p in range(1, 20) if not bag_of(p))
    bare = dressed(person=without)
    carrying = dressed(thing(kind, zone, person=without), person=without)
    np.testing.assert_array_equal(bare.body.position_m, carrying.body.position_m)
    of_item = carrying.item == 0
    assert of_item.any()
    under = np.unique(carrying.row[of_item])
    front = carrying.body.normal[under, 0] > 0
    assert (carrying.body.part[under] == TRUNK).all()
    assert front.all() if zone in (BodyZone.TORSO_FRONT, BodyZone.WAIST) else not front.any()
    rest = ~np.isin(np.arange(len(bare.body.part)), under)
    plane_of = [
        {int(r): (d.planes.planes[s], h) for r, s, h in zip(d.row, d.stack, d.height_m, strict=True)
         if not is_bag(d, s)}
        for d in (bare, carrying)
    ]  # fmt: skip
    for row in np.flatnonzero(rest)[::17]:
        assert plane_of[0][row] == plane_of[1][row]


def bag_of(person: int) -> bool:
    return draw_outfit(np.random.default_rng([3, 5, person])).has_backpack


def is_bag(worn: Dressed, stack: int) -> bool:
    backing = worn.planes.planes[stack].backing
    return isinstance(backing, Layer) and backing.permittivity == 1.0


def test_a_slab_is_as_large_and_as_thick_as_it_is_said_to_be():
    item = thing("reference")
    worn = dress((item,), seed=3, person=1, pitch_m=0.006, lowest_m=0.7)
    front = (worn.item == 0) & (worn.height_m > 0.025)
    area = worn.body.area_m2[worn.row[front]].sum()
    assert area == pytest.approx(0.020, rel=0.15)  # the chest is curved
    up = worn.height_m[front]
    assert np.ptp(up) == 0
    assert 0.030 <= up[0] <= 0.034


def test_metal_hides_the_skin_and_a_slab_does_not():
    plate = dressed(thing("metal_plate"))
    assert (
        np.bincount(plate.row[plate.item == 0])[np.unique(plate.row[plate.item == 0])] == 1
    ).all()
    slab = dressed(thing("reference"))
    rows, count = np.unique(slab.row[slab.item == 0], return_counts=True)
    assert len(rows)
    assert (count == 2).all()


def test_several_things_go_together_and_the_threat_is_seen():
    threat = thing("reference", BodyZone.WAIST)
    phone = thing("telephone", BodyZone.WAIST)
    both = dressed(phone, threat)
    one = dressed(threat)
    np.testing.assert_array_equal(
        np.unique(both.row[both.item == 1]), np.unique(one.row[one.item == 0])
    )


def test_a_buckle_that_the_truth_lists_is_not_put_on_twice():
    person = next(
        p for p in range(1, 30) if draw_outfit(np.random.default_rng([3, 5, p])).belt is not None
    )
    items = draw_outfit(np.random.default_rng([3, 5, person])).items(person)
    listed, unlisted = dressed(*items, person=person), dressed(person=person)
    np.testing.assert_array_equal(listed.row, unlisted.row)
    np.testing.assert_array_equal(listed.height_m, unlisted.height_m)


def test_a_bag_is_worn_when_something_is_in_it():
    person = next(p for p in range(1, 30) if not bag_of(p))
    worn = dressed(thing("book", BodyZone.BAG, person=person), person=person)
    cloth = np.array([is_bag(worn, s) for s in worn.stack])
    assert cloth.any()
    assert (worn.height_m[cloth] >= 0.08).all()
    assert (worn.body.normal[worn.row[cloth], 0] < 0).all()


def test_legs_and_arms_carry_too():
    for zone in (BodyZone.LEGS, BodyZone.ARMS):
        item = replace(thing("reference", zone), width_m=0.06)
        worn = dress((item,), seed=3, person=1, pitch_m=PITCH_M, lowest_m=0.4)
        assert (worn.item == 0).any()


@pytest.mark.slow
def test_planes_stay_few():
    assert all(len(dressed(person=p).planes.planes) < 40 for p in range(1, 8))
    levels = [y.thickness_m for y in (p.layers[1] for p in dressed().planes.planes[-3:])]
    assert all(a != b for a, b in pairwise(levels))
