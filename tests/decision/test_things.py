from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.decision.things import (
    LEFT_M,
    MAX_THINGS,
    REACH_M,
    is_alone,
    is_thing,
    left_things,
    set_down,
    shares,
    taken_up,
)
from standex.model.picture import Passage, PassageKind
from standex.model.site import Site
from standex.model.tracks import Snapshot
from standex.testing.examples import T_UTC_NS, example_passage

S = 10**9
HERE = np.zeros(2)


def somebody(site: Site, number: int, x_m: float, *, ago_s: float = 0.0, **changes) -> Passage:
    passage = example_passage(site, track_id=number, position_site_m=(x_m, 0.0))
    return replace(passage, last_utc_ns=T_UTC_NS - round(ago_s * S), **changes)


def thing(site: Site, number: int = 9, x_m: float = 0.0, **changes) -> Passage:
    passage = somebody(site, number, x_m, kind=PassageKind.THING)
    return replace(passage, **({"first_utc_ns": T_UTC_NS} | changes))


def nothing_known(_: int) -> Snapshot | None:
    return None


@given(st.lists(st.tuples(st.floats(-6, 6), st.floats(0, 10)), max_size=6))
def test_shares_are_probabilities_and_the_nearest_has_most(site, where) -> None:
    people = {k + 1: somebody(site, k + 1, x, ago_s=ago) for k, (x, ago) in enumerate(where)}
    share = shares(HERE, T_UTC_NS, people, None)
    assert sum(share.values()) <= 1
    assert all(0 < p <= 1 for p in share.values())
    assert all(abs(where[k - 1][0]) <= REACH_M for k in share)
    for one, p in share.items():
        for other, q in share.items():
            if abs(where[one - 1][0]) <= abs(where[other - 1][0]) and (
                where[one - 1][1] <= where[other - 1][1]
            ):
                assert p >= q - 1e-12


def test_of_those_near_their_place_at_that_time_counts(site: Site) -> None:
    people = {1: somebody(site, 1, 5.0), 2: somebody(site, 2, 0.3)}
    then = Snapshot(
        t_utc_ns=T_UTC_NS,
        track_id=np.array([1, 2]),
        position_site_m=np.array([[0.2, 0.0], [4.0, 0.0]]),
        velocity_site_m_per_s=np.zeros((2, 2)),
        covariance_site_m2=np.zeros((2, 2, 2)),
    )
    assert list(shares(HERE, T_UTC_NS, people, then)) == [1]
    assert list(shares(HERE, T_UTC_NS, people, None)) == [2]


def test_nobody_near_set_it_down(site: Site) -> None:
    after = {1: somebody(site, 1, 5.0), 9: thing(site)}
    passages, handings = set_down({}, after, nothing_known)
    assert handings == ()
    assert passages[9].set_down_by == {}


def test_who_stands_by_set_it_down_once(site: Site) -> None:
    after = {1: somebody(site, 1, 0.4), 2: somebody(site, 2, 1.5), 9: thing(site)}
    passages, (handing,) = set_down({}, after, nothing_known)
    assert handing.to_whom == 9
    assert handing.from_whom == passages[9].set_down_by
    assert handing.from_whom[1] > 0.8
    assert set_down(passages, passages, nothing_known) == (passages, ())


def test_who_was_taken_for_a_person_is_found_out(site: Site) -> None:
    before = {1: somebody(site, 1, 0.4), 9: replace(thing(site), kind=PassageKind.PERSON)}
    after = {**before, 9: thing(site)}
    _, (handing,) = set_down(before, after, nothing_known)
    assert list(handing.from_whom) == [1]


def test_a_thing_lost_and_found_again_goes_on(site: Site) -> None:
    old = thing(site, 5, 0.2, is_left=True, set_down_by={1: 0.9}, last_utc_ns=T_UTC_NS - 60 * S)
    after = {1: somebody(site, 1, 0.3), 5: old, 9: thing(site)}
    passages, (handing,) = set_down({5: old}, after, nothing_known)
    assert handing.from_whom == {5: 1.0}
    assert passages[9].is_left
    assert passages[9].set_down_by == {1: 0.9}
    # Another thing beside one that is still there is another.
    beside = replace(old, last_utc_ns=T_UTC_NS + S)
    _, (handing,) = set_down({5: beside}, {**after, 5: beside}, nothing_known)
    assert list(handing.from_whom) == [1]


def test_who_is_in_reach_takes_it_up(site: Site) -> None:
    passages = {
        1: somebody(site, 1, 0.3),
        2: somebody(site, 2, 9.0),
        3: somebody(site, 3, 0.1, ago_s=60.0),  # has gone long ago
        9: thing(site),
    }
    (handing,) = taken_up(passages, (9,), nothing_known)
    assert handing.to_whom == 1
    assert handing.from_whom[9] > 0.9
    assert taken_up({9: thing(site)}, (9,), nothing_known) == ()


@pytest.mark.parametrize(
    ("x_m", "ago_s", "alone"), [(1.0, 0.0, False), (LEFT_M + 1, 0.0, True), (1.0, 30.0, True)]
)
def test_a_thing_is_alone_without_its_owner(site, x_m, ago_s, alone) -> None:
    bag = thing(site, set_down_by={1: 1.0})
    passages = {1: somebody(site, 1, x_m, ago_s=ago_s), 2: somebody(site, 2, 0.1), 9: bag}
    assert is_alone(bag, passages) is alone
    assert is_alone(bag, {9: bag})


def test_what_is_left_is_said_once(site: Site) -> None:
    bag = thing(site, set_down_by={1: 0.9, 2: 0.05})
    passages = {1: somebody(site, 1, 9.0), 9: bag}
    say = {"followed": {9}, "lost": set(), "site": site, "t_utc_ns": T_UTC_NS}
    after, (event,) = left_things(passages, **say)
    assert (event.track_id, event.set_down_by) == (9, 1)
    assert event.position_site_m.tolist() == [0, 0]
    assert event.coverage == 0
    assert after[9].is_left
    assert left_things(after, **say) == (after, ())
    near = {1: somebody(site, 1, 1.0), 9: bag}
    assert left_things(near, **say)[1] == ()
    # Lost from sight, taken up by nobody: it stays, whoever is near.
    lost, events = left_things(near, **(say | {"followed": set(), "lost": {9}}))
    assert lost[9].is_left
    assert len(events) == 1


def test_things_are_bounded(site: Site) -> None:
    passages = {
        k: thing(site, k, 10.0 * k, is_left=True, last_utc_ns=T_UTC_NS + k)
        for k in range(MAX_THINGS + 5)
    }
    after, _ = left_things(passages, followed=set(), lost=set(), site=site, t_utc_ns=T_UTC_NS)
    assert sum(p.is_left for p in after.values()) == MAX_THINGS
    assert not any(after[k].is_left for k in range(5))


def test_what_is_a_thing_takes_more_to_be_none() -> None:
    p_object = np.array([0.1, 0.3, 0.6, np.nan])
    assert is_thing(p_object, np.zeros(4, dtype=bool)).tolist() == [False, False, True, False]
    assert is_thing(p_object, np.ones(4, dtype=bool)).tolist() == [False, True, True, False]
