from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.settings import load_site
from standex.fusion.fuser import LedgerFuser
from standex.fusion.joining import own_coverage, with_coverage
from standex.model.picture import Joined, Passage, PassageKind
from standex.model.site import Site
from standex.model.tracks import Snapshot
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.testing.examples import T_UTC_NS, example_evidence, example_passage
from standex.testing.leaves import check_same

SITE = load_site("metro")
TRUSTED = "panel-1"
FUSER = LedgerFuser(
    log_prior=SITE.log_prior(), zone_share=SITE.zone_share, trusted=frozenset({TRUSTED})
)
BAG, WAIST = ZONE_INDEX[BodyZone.BAG], ZONE_INDEX[BodyZone.WAIST]
THREAT = np.where(SITE.items.is_threat, 0.0, -4.0)
P = st.floats(0, 1)


@pytest.fixture(scope="module")
def site() -> Site:
    return SITE


def somebody(track_id: int, *, covered=0.0, **changes) -> Passage:
    passage = example_passage(SITE, track_id=track_id, position_site_m=(0, 0), covered=covered)
    return replace(passage, **changes)


def looked_at(passage: Passage, at, *, said=THREAT, look_id="look", zone=BodyZone.WAIST) -> Passage:
    look = example_evidence(
        sensor_id="mw-south",
        position_site_m=(0.0, 0.0),
        log_likelihood=said,
        look_id=look_id,
        zone=zone,
        calibration_id=TRUSTED,
    )
    here = at((0, 0), t_utc_ns=T_UTC_NS)
    here = replace(here, track_id=np.array([passage.track_id]))
    return dict(FUSER.attach({passage.track_id: passage}, (look,), here, None))[passage.track_id]


def p_threat(passage: Passage) -> float:
    return SITE.items.p_threat(passage.log_posterior)[0]


def test_at_one_it_is_as_if_never_lost(at) -> None:
    never = looked_at(looked_at(somebody(1), at, look_id="a"), at, look_id="b", said=-0.5 * THREAT)
    before = looked_at(somebody(1, covered=0.6), at, look_id="a")
    after = looked_at(somebody(2, covered=0.2), at, look_id="b", said=-0.5 * THREAT)
    one = FUSER.join(after, before, 1.0)
    np.testing.assert_array_equal(one.log_posterior, never.log_posterior)
    assert one.covered.tolist() == [0.6] * len(ZONES)


def test_at_zero_nothing_is_changed(at) -> None:
    before, after = looked_at(somebody(1, covered=0.9), at), looked_at(somebody(2), at, look_id="b")
    none = FUSER.join(after, before, 0.0)
    np.testing.assert_array_equal(none.log_posterior, after.log_posterior)
    np.testing.assert_array_equal(none.covered, after.covered)
    assert none.entries == after.entries


@given(st.lists(st.tuples(P, st.sampled_from([1, 3, 0])), min_size=1, max_size=4))
def test_only_the_last_word_counts(words) -> None:
    """Joined, revised, taken back, joined with another: recomputed, never added twice."""
    at = _at
    earlier = {
        1: looked_at(somebody(1, covered=0.9, alert_id="a-1"), at, look_id="a"),
        3: looked_at(somebody(3, covered=0.5), at, look_id="c", said=-THREAT),
        0: None,
    }
    first = looked_at(somebody(2, covered=0.1), at, look_id="b")
    passage = first
    for p, number in words:
        passage = FUSER.join(passage, earlier[number], p)
    p, number = words[-1]
    direct = FUSER.join(first, earlier[number], p)
    check_same(passage, direct, "of joins only the last one counts")
    if number == 0:
        check_same(passage, first, "taken back, as if nothing had been said")


def _at(*places, t_utc_ns=0):
    n = len(places)
    return Snapshot(
        t_utc_ns=t_utc_ns,
        track_id=np.arange(1, n + 1),
        position_site_m=np.array(places, dtype=float).reshape(n, 2),
        velocity_site_m_per_s=np.zeros((n, 2)),
        covariance_site_m2=np.tile(0.01 * np.eye(2), (n, 1, 1)),
    )


def test_the_likelier_the_same_the_more_goes_along(at) -> None:
    before = looked_at(somebody(1, covered=0.8), at)
    risen = [p_threat(FUSER.join(somebody(2), before, p)) for p in (0, 0.2, 0.5, 0.8, 1)]
    assert risen == sorted(risen)
    assert risen[0] == pytest.approx(p_threat(somebody(2)))
    assert risen[-1] == pytest.approx(p_threat(before))
    half = FUSER.join(somebody(2), before, 0.5)
    assert half.covered.tolist() == [0.4] * len(ZONES)


def test_joining_and_looking_come_in_any_order(at) -> None:
    before = looked_at(somebody(1, covered=0.5), at)
    seen = np.linspace(0, 0.6, len(ZONES))
    steps = {
        "join": lambda p: FUSER.join(p, before, 0.7),
        "look": lambda p: looked_at(p, at, look_id="b", said=-0.5 * THREAT),
        "cover": lambda p: with_coverage(p, seen),
    }
    ends = []
    for order in permutations(steps):
        passage = somebody(2)
        for step in order:
            passage = steps[step](passage)
        ends.append(passage)
    for end in ends[1:]:
        np.testing.assert_allclose(end.log_posterior, ends[0].log_posterior, atol=1e-12)
        np.testing.assert_array_equal(end.covered, ends[0].covered)
        np.testing.assert_array_equal(own_coverage(end), seen)


def test_the_same_look_counts_once_and_as_ones_own(at) -> None:
    before, after = looked_at(somebody(1), at), looked_at(somebody(2), at)
    own = FUSER.join(after, before, 1.0)
    assert [e.carried_from for e in own.entries] == [0]
    late = looked_at(FUSER.join(somebody(2), before, 1.0), at)
    assert [e.carried_from for e in late.entries] == [0]
    np.testing.assert_array_equal(own.log_posterior, late.log_posterior)


@pytest.mark.parametrize(("p", "alert_id"), [(0.6, "a-1"), (0.4, "")])
def test_one_incident_per_person(p, alert_id) -> None:
    before = somebody(1, alert_id="a-1")
    joined = FUSER.join(somebody(2), before, p)
    assert joined.alert_id == alert_id
    assert FUSER.join(joined, None, 0.0).alert_id == ""
    own = FUSER.join(somebody(2, alert_id="b-2"), before, p)
    assert own.alert_id == "b-2"
    assert FUSER.join(own, None, 0.0).alert_id == "b-2"


def test_evidence_that_comes_late_to_the_earlier_one_goes_along(at) -> None:
    before = somebody(1)
    joined = FUSER.join(somebody(2), before, 0.9)
    again = FUSER.join(joined, looked_at(before, at), 0.9)
    assert p_threat(again) > p_threat(joined)
    assert isinstance(again.joined, Joined)


def test_a_bag_takes_its_ledger_along(at) -> None:
    owner = looked_at(somebody(1, covered=0.8), at, look_id="bag", zone=BodyZone.BAG)
    owner = looked_at(owner, at, look_id="waist", said=0.2 * THREAT)
    thing = somebody(5, kind=PassageKind.THING)
    after = FUSER.move({1: owner, 5: thing}, {1: 1.0}, 5)
    np.testing.assert_array_equal(after[5].log_posterior[BAG], owner.log_posterior[BAG])
    np.testing.assert_allclose(after[1].log_posterior[BAG], SITE.log_prior()[BAG], atol=1e-12)
    np.testing.assert_array_equal(after[1].log_posterior[WAIST], owner.log_posterior[WAIST])
    np.testing.assert_allclose(after[5].log_posterior[WAIST], SITE.log_prior()[WAIST], atol=1e-12)
    assert after[1].covered[BAG] == 0
    assert after[1].covered[WAIST] == 0.8
    assert after[5].covered[BAG] == 0.8


@given(P)
def test_nobodys_bag_zone_is_raised_by_sharing(p) -> None:
    at = _at
    owner = looked_at(somebody(1, covered=0.8), at, zone=BodyZone.BAG)
    neighbour = somebody(2, covered=0.8)
    thing = somebody(5, kind=PassageKind.THING)
    after = FUSER.move({1: owner, 2: neighbour, 5: thing}, {1: p, 2: 1 - p}, 5)
    most = owner.log_posterior[BAG, SITE.items.is_threat]
    for passage in after.values():
        assert (passage.log_posterior[BAG, SITE.items.is_threat] <= most + 1e-9).all()
    assert after[2].entries == ()
    np.testing.assert_allclose(after[1].covered[BAG], 0.8 * (1 - p), atol=1e-12)
    np.testing.assert_allclose(after[2].covered[BAG], 0.8 * p, atol=1e-12)


def test_a_bag_changes_hands(at) -> None:
    owner = looked_at(somebody(1, covered=0.8), at, zone=BodyZone.BAG)
    other = somebody(2, covered=0.6)
    thing = somebody(5, kind=PassageKind.THING, set_down_by={1: 1.0})
    down = FUSER.move({1: owner, 2: other, 5: thing}, {1: 1.0}, 5)
    taken = FUSER.move(down, {5: 0.9}, 2)
    assert p_threat(taken[2]) == pytest.approx(p_threat(owner), abs=0.03)
    assert taken[2].covered[BAG] == pytest.approx(0.1 * 0.6 + 0.9 * 0.6)
    # What nobody looked at makes its taker somebody whose bag nobody looked at.
    unseen = FUSER.move({**down, 5: replace(down[5], covered=np.zeros(len(ZONES)))}, {5: 1.0}, 2)
    assert unseen[2].covered[BAG] == 0
    # Taken up again by whoever set it down, all is as before.
    again = FUSER.move(down, {5: 1.0}, 1)
    np.testing.assert_allclose(again[1].log_posterior, owner.log_posterior, atol=1e-12)
    assert again[1].covered[BAG] == 0.8


def test_who_is_not_there_gives_nothing() -> None:
    thing = somebody(5, kind=PassageKind.THING)
    after = FUSER.move({5: thing}, {99: 1.0}, 5)
    check_same(after, {5: thing}, "nobody known gave it")
