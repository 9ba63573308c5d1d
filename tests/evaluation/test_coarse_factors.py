from dataclasses import replace

import pytest

from standex.evaluation.coarse_factors import factors_of, height_group
from standex.model.truth import Truth
from standex.model.zones import BodyZone

WAYS = tuple((((4.0, float(y)), (0.0, float(y)))) for y in range(30))


def test_groups_follow_height_and_leave_no_gap():
    assert height_group(1.39) == "child's (below 1.40 m)"
    assert height_group(1.40) == "below 1.65 m"
    assert height_group(1.65) == "1.65 to 1.78 m"
    assert height_group(1.78) == "over 1.78 m"
    for nonsense in (0.0, float("nan")):
        with pytest.raises(ValueError, match="must be positive"):
            height_group(nonsense)


def test_of_bare_bodies_nothing_is_said_of_clothes(walk, item):
    scene = walk(*WAYS[:2], items=(replace(item(2), zone=BodyZone.BAG),))
    known = factors_of(scene, is_dressed=False)
    assert [one["bag"] for one in known.values()] == ["no", "yes"]
    assert all(set(one) == {"height", "bag"} for one in known.values())


def test_clothes_are_those_of_the_seed(walk):
    scene = walk(*WAYS)
    known = factors_of(scene, is_dressed=True)
    assert known == factors_of(scene, is_dressed=True)
    worn = {one["over the shirt"] for one in known.values()}
    assert worn == {"nothing", "jumper or jacket", "coat"}
    assert {one["bag"] for one in known.values()} == {"no", "yes"}
    other = replace(scene, truth=Truth(seed=4, items=()))
    assert factors_of(other, is_dressed=True) != known
