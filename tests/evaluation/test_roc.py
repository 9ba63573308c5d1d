from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from standex.evaluation.roc import at_pfa, roc

SCORES = st.lists(
    st.one_of(st.just(-np.inf), st.integers(-3, 3).map(float), st.floats(-50, 50)),
    min_size=1,
    max_size=40,
).map(np.array)


@pytest.mark.slow
@given(target=SCORES, other=SCORES)
def test_it_rises_from_nobody_to_everybody_who_was_looked_at(target, other) -> None:
    curve = roc(target, other)
    assert curve[0].threshold == np.inf
    assert (curve[0].pd_per_passage.k, curve[0].pfa_per_passage.k) == (0, 0)
    thresholds = [point.threshold for point in curve]
    assert thresholds == sorted(set(thresholds), reverse=True)
    for before, after in pairwise(curve):
        gained = after.pd_per_passage.k - before.pd_per_passage.k
        lost = after.pfa_per_passage.k - before.pfa_per_passage.k
        assert min(gained, lost) >= 0
        assert gained + lost > 0
    last = curve[-1]
    assert last.pd_per_passage.k == np.isfinite(target).sum()
    assert last.pfa_per_passage.k == np.isfinite(other).sum()
    ends_at_one = last.pd_per_passage.value == last.pfa_per_passage.value == 1
    assert ends_at_one == (np.isfinite(target).all() and np.isfinite(other).all())


@pytest.mark.slow
@given(target=SCORES, other=SCORES, pfa=st.floats(0, 1))
def test_no_threshold_keeps_the_promise_with_more_detections(target, other, pfa) -> None:
    point = at_pfa(roc(target, other), pfa)
    assert np.mean(other >= point.threshold) <= pfa
    for at in [np.inf, *target[np.isfinite(target)], *other[np.isfinite(other)]]:
        if np.mean(other >= at) <= pfa:
            detected, false = np.sum(target >= at), np.sum(other >= at)
            assert detected <= point.pd_per_passage.k
            if detected == point.pd_per_passage.k:
                assert false >= point.pfa_per_passage.k


def test_two_normal_distributions_give_their_curve(rng: np.random.Generator) -> None:
    target, other = rng.normal(2, 1, 400), rng.normal(0, 1, 400)
    curve = roc(target, other)
    for pfa in (0.02, 0.1, 0.3):
        expected = norm.sf(norm.isf(pfa) - 2)
        point = at_pfa(curve, pfa)
        # Both rates are of 400: four of their standard deviations, the slope taken into account.
        slope = norm.pdf(norm.isf(pfa) - 2) / norm.pdf(norm.isf(pfa))
        spread = np.sqrt(expected * (1 - expected) + slope**2 * pfa * (1 - pfa)) / 20
        assert abs(point.pd_per_passage.value - expected) < 4 * spread


def test_intervals_are_clopper_and_pearsons(rng: np.random.Generator) -> None:
    for point in roc(rng.normal(1, 1, 23), rng.normal(0, 1, 31))[::5]:
        for rate in (point.pd_per_passage, point.pfa_per_passage):
            low, high = binomtest(rate.k, rate.n).proportion_ci(0.95, method="exact")
            assert (rate.low, rate.high) == (pytest.approx(low), pytest.approx(high))


def test_who_was_not_looked_at_never_alarms_and_counts() -> None:
    curve = roc(np.array([1.0, -np.inf]), np.array([-np.inf, -np.inf, 0.0]))
    assert [point.threshold for point in curve] == [np.inf, 1.0, 0.0]
    assert (curve[-1].pd_per_passage.k, curve[-1].pd_per_passage.n) == (1, 2)
    assert (curve[-1].pfa_per_passage.k, curve[-1].pfa_per_passage.n) == (1, 3)
    (nobody,) = roc(np.array([-np.inf]), np.array([-np.inf]))
    assert nobody.pd_per_passage.k == nobody.pfa_per_passage.k == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_score_is_refused(bad: float) -> None:
    good = np.array([0.0, 1.0])
    for pair in ((np.array([0.0, bad]), good), (good, np.array([bad]))):
        with pytest.raises(ValueError, match=r"1 of \d scores are NaN or"):
            roc(*pair)


def test_one_kind_alone_has_no_curve() -> None:
    for n, m in ((0, 2), (2, 0)):
        with pytest.raises(ValueError, match=f"{n} target and {m} other"):
            roc(np.zeros(n), np.zeros(m))


@pytest.mark.parametrize("pfa", [-0.1, 1.1, np.nan])
def test_what_is_no_rate_is_refused(pfa: float) -> None:
    with pytest.raises(ValueError, match=r"inside 0\.\.1"):
        at_pfa(roc(np.zeros(1), np.zeros(1)), pfa)
    with pytest.raises(ValueError, match="no point of the curve"):
        at_pfa(roc(np.zeros(1), np.zeros(1))[1:], 0.5)
