from itertools import permutations

import numpy as np
import pytest

from standex.decision.look_plan import exact_plan, greedy_plan, plan_looks
from standex.decision.look_value import Candidate, LookPower, plan_worth

GOOD = LookPower(p_detect=0.8, p_false=0.02)


def look(person: int, from_s: float, to_s: float, *, sensor=0, dwell_s=0.5, **more) -> Candidate:
    return Candidate(
        sensor=sensor, person=person, power=GOOD, from_s=from_s, to_s=to_s, dwell_s=dwell_s, **more
    )


def some(rng: np.random.Generator, n: int) -> tuple[tuple[Candidate, ...], tuple[float, ...]]:
    start = rng.uniform(0, 1.5, n)
    candidates = tuple(
        Candidate(
            sensor=int(rng.integers(2)),
            person=int(rng.integers(3)),
            power=LookPower(p_detect=rng.uniform(0.5, 0.95), p_false=rng.uniform(0.01, 0.2)),
            from_s=float(start[k]),
            to_s=float(start[k] + rng.uniform(0, 1)),
            dwell_s=float(rng.uniform(0.2, 0.8)),
            bonus=float(rng.choice([0.0, 0.01])),
        )
        for k in range(n)
    )
    return candidates, tuple(rng.choice([0.01, 0.05, 0.2, 0.5], 3).tolist())


def by_hand(candidates, p_threat, *, p_alarm) -> float:
    """The best worth over all orders of all subsets, tried one by one."""
    best = 0.0
    for n in range(len(candidates) + 1):
        for order in permutations(range(len(candidates)), n):
            free: dict[int, float] = {}
            for row in order:
                one = candidates[row]
                at_s = max(one.from_s, free.get(one.sensor, 0.0))
                if at_s > one.to_s:
                    break
                free[one.sensor] = at_s + one.dwell_s
            else:
                best = max(best, plan_worth(candidates, order, p_threat, p_alarm=p_alarm))
    return best


def is_kept(candidates, plan) -> bool:
    """Whether windows and sensors are kept."""
    free: dict[int, float] = {}
    for one in plan:  # in order of time
        at = candidates[one.candidate]
        if not at.from_s <= one.at_s <= at.to_s or one.at_s < free.get(at.sensor, 0.0) - 1e-9:
            return False
        free[at.sensor] = one.at_s + at.dwell_s
    return True


@pytest.mark.slow
def test_small_cases_are_solved_exactly() -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        candidates, p_threat = some(rng, int(rng.integers(1, 6)))
        plan = exact_plan(candidates, p_threat, p_alarm=0.3)
        rows = tuple(one.candidate for one in plan)
        worth = plan_worth(candidates, rows, p_threat, p_alarm=0.3)
        assert worth == pytest.approx(by_hand(candidates, p_threat, p_alarm=0.3), abs=1e-12)
        assert is_kept(candidates, plan)


@pytest.mark.slow
def test_the_greedy_plan_comes_near_and_keeps_the_windows() -> None:
    rng = np.random.default_rng(12)
    shares = []
    for _ in range(80):
        candidates, p_threat = some(rng, 6)
        best = exact_plan(candidates, p_threat, p_alarm=0.3)
        quick = greedy_plan(candidates, p_threat, p_alarm=0.3)
        assert is_kept(candidates, quick)
        worth = [
            plan_worth(candidates, tuple(o.candidate for o in plan), p_threat, p_alarm=0.3)
            for plan in (quick, best)
        ]
        assert worth[0] <= worth[1] + 1e-12
        if worth[1] > 0:
            shares.append(worth[0] / worth[1])
    assert np.mean(shares) > 0.9


def test_who_is_undecided_goes_first_where_only_one_fits() -> None:
    candidates = (look(0, 0.0, 0.1), look(1, 0.0, 0.1))
    plan = plan_looks(candidates, (0.01, 0.2), p_alarm=0.3)
    assert [one.candidate for one in plan] == [1]


def test_two_looks_that_only_help_together_are_both_taken() -> None:
    candidates = (look(0, 0.0, 0.1, dwell_s=0.1), look(0, 0.0, 0.2, dwell_s=0.1))
    for plan in (exact_plan, greedy_plan):
        assert len(plan(candidates, (0.005,), p_alarm=0.3)) == 2


def test_a_crowd_is_planned_greedily_in_order_of_time() -> None:
    candidates = tuple(look(k, 0.3 * k, 0.3 * k + 0.2, dwell_s=0.25) for k in range(20))
    plan = plan_looks(candidates, (0.2,) * 20, p_alarm=0.3)
    assert len(plan) == 20
    assert [one.at_s for one in plan] == sorted(one.at_s for one in plan)


def test_nobody_there_nothing_planned() -> None:
    assert plan_looks((), (), p_alarm=0.3) == ()


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="window"):
        plan_looks((look(0, 1.0, 0.5),), (0.2,), p_alarm=0.3)
