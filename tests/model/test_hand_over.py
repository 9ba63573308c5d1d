from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.hand_over import (
    DESCRIPTOR_LIFE_S,
    Departed,
    Ending,
    Seen,
    no_hand_over,
    nobody_seen,
)

S = 10**9


def seen(*t_s: float, k: int = 2) -> Seen:
    n = len(t_s)
    return Seen(
        track_id=np.arange(1, n + 1),
        t_utc_ns=np.array([round(t * S) for t in t_s], dtype=np.int64),
        mean=np.zeros((n, 4)),
        covariance=np.tile(np.eye(4), (n, 1, 1)),
        descriptor=np.ones((n, k)),
        area=np.zeros(n, dtype=np.int64),
    )


def test_people_are_selected_with_all_that_is_theirs() -> None:
    people = seen(1, 2, 3)
    two = people.select(np.array([True, False, True]))
    assert two.track_id.tolist() == [1, 3]
    assert people.select(np.array([2, 0])).t_utc_ns.tolist() == [3 * S, S]
    gone = Departed(last=people, ending=(Ending.GAP, Ending.EDGE, Ending.LINE))
    left = gone.select(np.array([False, True, True]))
    assert left.ending == (Ending.EDGE, Ending.LINE)
    assert left.last.track_id.tolist() == [2, 3]


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=5), st.floats(0, 2000))
def test_no_descriptor_outlives_its_time(t_s, now_s) -> None:
    people = seen(*t_s)
    state = replace(
        no_hand_over(0),
        followed=people,
        newcomers=people,
        departed=Departed(last=people, ending=(Ending.GAP,) * len(t_s)),
    )
    after = state.without_old_descriptors(round(now_s * S))
    for one in (after.followed, after.newcomers, after.departed.last):
        is_known = np.isfinite(one.descriptor).all(axis=1)
        age_s = (round(now_s * S) - one.t_utc_ns) * 1e-9
        np.testing.assert_array_equal(is_known, age_s <= DESCRIPTOR_LIFE_S)
        np.testing.assert_array_equal(one.mean, people.mean)
    assert np.isfinite(people.descriptor).all()
    assert after.without_old_descriptors(round(now_s * S)) is after


@pytest.mark.parametrize("people", [nobody_seen(), seen(0, k=0)])
def test_where_there_is_nothing_nothing_is_forgotten(people: Seen) -> None:
    state = replace(no_hand_over(0), followed=people)
    assert state.without_old_descriptors(10**15) is state


def test_six_minutes_are_the_longest() -> None:
    assert DESCRIPTOR_LIFE_S == 360
