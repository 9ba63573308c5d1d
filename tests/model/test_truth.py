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
