import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.decision.look_value import (
    MAX_LOOKS,
    Candidate,
    LookPower,
    expected_cost,
    plan_worth,
)

GOOD = LookPower(p_detect=0.8, p_false=0.02)
powers = st.builds(
    lambda a, b: LookPower(p_detect=max(a, b), p_false=min(a, b)),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
)


def test_without_a_look_the_cheaper_decision_is_taken() -> None:
    assert expected_cost(0.1, (), p_alarm=0.3) == pytest.approx(0.07)
    assert expected_cost(0.9, (), p_alarm=0.3) == pytest.approx(0.03)
    # At the threshold both cost the same.
    assert pytest.approx(expected_cost(0.3, (), p_alarm=0.3)) == 0.7 * 0.3


def test_one_look_by_hand() -> None:
    cost = min(0.7 * 0.1 * 0.8, 0.3 * 0.9 * 0.02) + min(0.7 * 0.1 * 0.2, 0.3 * 0.9 * 0.98)
    assert expected_cost(0.1, (GOOD,), p_alarm=0.3) == pytest.approx(cost)


@given(p=st.floats(0, 1), looks=st.lists(powers, max_size=4), more=powers, at=st.floats(0.01, 0.99))
def test_cost_never_grows_with_a_look_and_order_does_not_matter(p, looks, more, at) -> None:
    before = expected_cost(p, tuple(looks), p_alarm=at)
    after = expected_cost(p, (*looks, more), p_alarm=at)
    assert after <= before + 1e-12
    assert expected_cost(p, (more, *looks), p_alarm=at) == pytest.approx(after, abs=1e-12)


def test_a_look_that_cannot_change_the_decision_is_worth_nothing() -> None:
    before = expected_cost(1e-4, (), p_alarm=0.3)
    assert expected_cost(1e-4, (GOOD,), p_alarm=0.3) == pytest.approx(before)
    assert expected_cost(1e-4, (GOOD,) * 4, p_alarm=0.3) < 0.9 * before


def test_it_agrees_with_what_happens() -> None:
    rng = np.random.default_rng(5)
    n, p, at = 200_000, 0.2, 0.3
    is_threat = rng.random(n) < p
    shows = rng.random((n, 2)) < np.where(is_threat, GOOD.p_detect, GOOD.p_false)[:, None]
    k = shows.sum(axis=1)
    odds = p / (1 - p) * (0.8 / 0.02) ** k * (0.2 / 0.98) ** (2 - k)
    asks = odds / (1 + odds) > at
    paid = np.where(asks, np.where(is_threat, 0, at), np.where(is_threat, 1 - at, 0))
    stated = expected_cost(p, (GOOD, GOOD), p_alarm=at)
    assert paid.mean() == pytest.approx(stated, abs=4 * paid.std() / np.sqrt(n))


def test_a_plan_is_worth_the_sum_over_people_and_bonuses() -> None:
    one = Candidate(sensor=0, person=0, power=GOOD, from_s=0, to_s=1, dwell_s=0.1, bonus=0.01)
    two = Candidate(sensor=0, person=1, power=GOOD, from_s=0, to_s=1, dwell_s=0.1)
    worth = [plan_worth((one, two), rows, (0.2, 0.4), p_alarm=0.3) for rows in ((0,), (1,), (0, 1))]
    assert worth[2] == pytest.approx(worth[0] + worth[1])
    assert plan_worth((one, two), (), (0.2, 0.4), p_alarm=0.3) == 0


def test_too_many_looks_are_refused() -> None:
    with pytest.raises(ValueError, match="9 looks"):
        expected_cost(0.1, (GOOD,) * (MAX_LOOKS + 1), p_alarm=0.3)
