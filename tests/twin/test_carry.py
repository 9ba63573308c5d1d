import numpy as np
import pytest
from scipy.stats import binom

from standex.model.zones import BodyZone
from standex.twin.carry import EXERCISE, CarryModel, draw_truth

PEOPLE = np.arange(4000)


@pytest.fixture(scope="module")
def truth():
    return draw_truth(PEOPLE, EXERCISE, seed=3)


def test_each_class_is_drawn_with_its_share(truth) -> None:
    for name, share in EXERCISE.share.items():
        n = sum(item.item_class == name for item in truth.items)
        low, high = binom.interval(1 - 1e-6, len(PEOPLE), share)
        assert low <= n <= high, name


def test_items_are_within_their_stated_sizes(truth) -> None:
    for item in truth.items:
        assert item.zone in EXERCISE.zones
        if item.item_class == "threat_dielectric":
            assert min(item.width_m, item.height_m) >= 0.10
            assert 0.02 <= item.thickness_m <= 0.04
            assert 2.6 <= item.permittivity <= 3.2
        if item.item_class.endswith("metal"):
            assert (item.permittivity, item.loss_tangent) == (0.0, 0.0)


def test_a_draw_depends_on_seed_and_number_alone(truth) -> None:
    some = draw_truth(PEOPLE[::-7], EXERCISE, seed=3)
    assert {item.person: item for item in some.items} == {
        item.person: item for item in truth.items if item.person in set(PEOPLE[::-7].tolist())
    }
    assert draw_truth(PEOPLE, EXERCISE, seed=4).items != truth.items


def test_zones_are_those_of_the_model() -> None:
    model = CarryModel(
        share={"threat_metal": 0.5, "benign_metal": 0.5},
        zones=(BodyZone.LEGS,),
        benign_zones=(BodyZone.ARMS,),
    )
    drawn = {(item.item_class, item.zone) for item in draw_truth(PEOPLE[:50], model, seed=1).items}
    assert drawn == {("threat_metal", BodyZone.LEGS), ("benign_metal", BodyZone.ARMS)}


def test_everybody_and_nobody() -> None:
    assert len(draw_truth(PEOPLE[:50], CarryModel(share={"threat_metal": 1.0}), seed=1).items) == 50
    assert draw_truth(PEOPLE, CarryModel(share={}), seed=1).items == ()
    assert draw_truth(PEOPLE[:0], EXERCISE, seed=1).items == ()


@pytest.mark.parametrize("share", [{"threat_metal": 1.1}, {"a": -0.1}, {"a": float("nan")}])
def test_shares_that_are_none_are_refused(share) -> None:
    with pytest.raises(ValueError, match="shares must be >= 0 and sum to 1 at most"):
        draw_truth(PEOPLE, CarryModel(share=share), seed=1)


def test_what_the_twin_cannot_make_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot make an item of class 'umbrella'"):
        draw_truth(PEOPLE, CarryModel(share={"umbrella": 1.0}), seed=1)
