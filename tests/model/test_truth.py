import pytest

from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone


def test_who_is_not_listed_carries_nothing() -> None:
    slab = CarriedItem(
        person=3,
        item_class="threat_dielectric",
        zone=BodyZone.WAIST,
        width_m=0.1,
        height_m=0.1,
        thickness_m=0.02,
        permittivity=2.9,
        loss_tangent=0.01,
    )
    truth = Truth(seed=1, items=(slab,))
    assert truth.of(3) is slab
    assert truth.of(4) is None


def item(**other) -> CarriedItem:
    usual = {
        "person": 1,
        "item_class": "benign_residue",
        "zone": BodyZone.ARMS,
        "width_m": 0.0,
        "height_m": 0.0,
        "thickness_m": 0.0,
        "permittivity": 1.0,
        "loss_tangent": 0.0,
    }
    return CarriedItem(**{**usual, **other})


def test_a_residue_is_where_it_is_said_to_be() -> None:
    spread = ((BodyZone.WAIST, 20.0), (BodyZone.ARMS, 3.0))
    smeared = item(
        residue="simulant-a",
        zone=BodyZone.TORSO_FRONT,
        residue_ug_per_cm2=200.0,
        residue_spread_ug_per_cm2=spread,
    )
    assert smeared.residue_by_zone == {BodyZone.TORSO_FRONT: 200.0, **dict(spread)}
    assert item().residue_by_zone == {BodyZone.ARMS: 0.0}


def test_a_residue_alone_is_no_object() -> None:
    assert not item(residue="sugar-like", residue_ug_per_cm2=10.0).is_object
    assert item(width_m=0.1, height_m=0.1, thickness_m=0.01).is_object


@pytest.mark.parametrize("loading", [-1.0, float("nan"), float("inf")])
def test_loadings_that_are_none_are_refused(loading) -> None:
    with pytest.raises(ValueError, match="a loading must be >= 0 and finite"):
        item(residue="sugar-like", residue_ug_per_cm2=loading)
    with pytest.raises(ValueError, match="a loading must be >= 0 and finite"):
        item(residue="sugar-like", residue_spread_ug_per_cm2=((BodyZone.WAIST, loading),))


def test_a_residue_has_a_name() -> None:
    with pytest.raises(ValueError, match="a residue without a name"):
        item(residue_ug_per_cm2=1.0)
