from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, kstest

from standex.model.zones import BodyZone
from standex.twin.carry import EXERCISE, TRACE_EXERCISE, draw_truth
from standex.twin.residue import ResidueModel, loading_of, with_residues
from standex.twin.substances import SUBSTANCES

PEOPLE = np.arange(1500)
MODEL = ResidueModel()
BARE = {"residue": "", "residue_ug_per_cm2": 0.0, "residue_spread_ug_per_cm2": ()}


@pytest.fixture(scope="module")
def without():
    return draw_truth(PEOPLE, EXERCISE, seed=3)


@pytest.fixture(scope="module")
def truth():
    return draw_truth(PEOPLE, TRACE_EXERCISE, seed=3)


def test_who_carries_what_is_as_it_was(truth, without) -> None:
    things = tuple(replace(one, **BARE) for one in truth.items if one.is_object)
    assert things == without.items


def test_nobody_has_two_entries(truth) -> None:
    assert len({one.person for one in truth.items}) == len(truth.items)


def is_share(n: int, of: int, p: float) -> bool:
    low, high = binom.interval(1 - 1e-6, of, p)
    return bool(low <= n <= high)


def test_residues_come_with_their_shares(truth) -> None:
    threats = [one for one in truth.items if one.item_class.startswith("threat")]
    handled = [one for one in threats if one.residue in MODEL.threats]
    assert is_share(len(handled), len(threats), MODEL.threat_share)
    others = len(PEOPLE) - len(handled)
    benign = [one for one in truth.items if one.residue in MODEL.benign]
    assert is_share(len(benign), others, MODEL.benign_share)
    assert {one.residue for one in truth.items} - {""} == {*MODEL.threats, *MODEL.benign}
    assert {*MODEL.threats, *MODEL.benign} <= SUBSTANCES.keys()


def test_only_carriers_of_threats_have_a_simulant(truth) -> None:
    for one in truth.items:
        if one.residue in MODEL.threats:
            assert one.item_class.startswith("threat")


def test_loadings_are_log_normal_in_the_published_range(truth) -> None:
    loading = np.array(
        [one.residue_ug_per_cm2 for one in truth.items if one.residue in MODEL.threats]
    )
    z = np.log(loading / MODEL.median_ug_per_cm2) / MODEL.log_sigma
    assert kstest(z, "norm").pvalue > 1e-6
    assert is_share(int(((loading > 100) & (loading < 1000)).sum()), len(loading), 0.95)


def test_there_is_less_on_the_arms_and_beside(truth) -> None:
    shares = [
        ug_per_cm2 / one.residue_ug_per_cm2
        for one in truth.items
        if one.residue in MODEL.threats
        for _, ug_per_cm2 in one.residue_spread_ug_per_cm2
    ]
    assert max(shares) <= 1
    assert np.median(shares) == pytest.approx(MODEL.smear, rel=0.2)
    assert all(
        BodyZone.ARMS in one.residue_by_zone for one in truth.items if one.residue in MODEL.threats
    )


def test_a_draw_depends_on_seed_and_number_alone(truth) -> None:
    some = draw_truth(PEOPLE[::-7], TRACE_EXERCISE, seed=3)
    chosen = set(PEOPLE[::-7].tolist())
    assert {one.person: one for one in some.items} == {
        one.person: one for one in truth.items if one.person in chosen
    }


def test_who_carries_nothing_has_a_residue_alone() -> None:
    everybody = ResidueModel(benign_share=1.0)
    items = with_residues(range(20), (), everybody, seed=1)
    assert len(items) == 20
    for one in items:
        assert one.item_class == "benign_residue"
        assert not one.is_object
        assert loading_of(items, person=one.person, zone=one.zone) == (
            (one.residue, one.residue_ug_per_cm2),
        )
    assert loading_of(items, person=99, zone=BodyZone.ARMS) == ()


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"threat_share": 1.1}, "threat_share must be inside"),
        ({"benign_share": float("nan")}, "benign_share must be inside"),
        ({"smear": -0.1}, "smear must be inside"),
        ({"benign": ()}, "must each name a substance"),
        ({"median_ug_per_cm2": 0.0}, "median_ug_per_cm2 must be positive"),
        ({"log_sigma": -1.0}, "log_sigma must be inside"),
    ],
)
def test_models_that_mean_nothing_are_refused(setting, match) -> None:
    with pytest.raises(ValueError, match=match):
        ResidueModel(**setting)


def test_a_residue_does_not_change_the_body(walk) -> None:
    (creamed,) = with_residues((1,), (), ResidueModel(benign_share=1.0), seed=1)
    way = ((4.0, 0.0), (1.0, 0.0))
    body, bare = (walk(way, items=items).body(1) for items in ((creamed,), ()))
    np.testing.assert_array_equal(body.position_m, bare.position_m)
    np.testing.assert_array_equal(body.stack, bare.stack)
    assert body.item is None
