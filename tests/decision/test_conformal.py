from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from standex.decision.conformal import (
    conformal_threshold,
    least_budget,
    passages_needed,
    threshold_rank,
)
from standex.decision.verdict import decide
from standex.evaluation.rates import rate
from standex.model.errors import StandexError
from standex.model.picture import Outcome
from standex.model.site import OperatingPoint
from standex.model.zones import BodyZone


def walked(rng, n: int, *, n_looks: int = 12) -> np.ndarray:
    """Return the largest posterior of each of n clean passages, judged after every look.

    Ratios are not calibrated (twice too bold) and depend on each other: nothing is asked of them.
    """
    d = 0.8
    coat = rng.normal(size=(n, 1)) * 0.7
    llr = 2 * (d * (coat + rng.normal(size=(n, n_looks))) - d**2 / 2)
    log_odds = np.log(0.01 / 0.99) + np.cumsum(llr, axis=1)
    return (1 / (1 + np.exp(-log_odds))).max(axis=1)


@pytest.mark.parametrize("pfa", [0.1, 0.01])
def test_the_rate_holds_on_fresh_passages_under_repeated_looks(rng, pfa: float) -> None:
    """Over many calibrations, each judged on fresh people at every look they get."""
    k = n = 0
    for _ in range(200):
        threshold = conformal_threshold(walked(rng, 199), pfa)
        fresh = walked(rng, 200)
        k += int((fresh >= threshold.p_alarm).sum())
        n += len(fresh)
    found = rate("PFA", k, n, level=0.999)
    assert found.low <= pfa
    # No more cautious than it need be: the mean is floor(200 pfa) / 200.
    assert found.high >= int(200 * pfa) / 200


def test_the_rate_of_one_threshold_is_beta_distributed(rng) -> None:
    n, pfa = 99, 0.1
    rates: list[float] = []
    for _ in range(300):
        one = conformal_threshold(rng.random(n), pfa)
        rates.append(1 - one.p_alarm)  # of uniform scores
    assert one.rank == 10
    assert kstest(rates, beta(one.rank, n + 1 - one.rank).cdf).pvalue > 0.001
    inside = np.mean([(one.pfa_low <= r <= one.pfa_high) for r in rates])
    assert 0.9 <= inside <= 0.99
    assert one.pfa_mean == pytest.approx(0.1)


def test_with_assurance_the_rate_itself_is_kept(rng) -> None:
    n, pfa, assurance = 400, 0.05, 0.9
    thresholds = [conformal_threshold(rng.random(n), pfa, assurance=assurance) for _ in range(300)]
    kept = sum(1 - one.p_alarm <= pfa for one in thresholds)
    assert rate("kept", kept, 300, level=0.999).high >= assurance
    assert thresholds[0].assurance >= assurance
    without = conformal_threshold(rng.random(n), pfa)
    assert without.assurance < assurance
    assert without.rank > thresholds[0].rank


@given(st.lists(st.floats(0, 0.999), min_size=1, max_size=9), st.floats(0.01, 0.99))
def test_who_is_alarmed_about_is_who_was_once_above(posteriors, p_alarm) -> None:
    """So the largest posterior decides, and looking again costs nothing of the promise."""
    point = OperatingPoint(p_alarm=p_alarm, min_coverage=0.1, wanted_zones=(BodyZone.TORSO_FRONT,))
    has_alarmed = False
    for p in posteriors:
        verdict = decide(
            p_threat=p,
            zone=BodyZone.WAIST,
            coverage=1.0,
            is_past_screening=False,
            has_alarmed=has_alarmed,
            point=point,
        )
        has_alarmed = verdict.outcome is Outcome.ALARM
    assert has_alarmed == (max(posteriors) >= p_alarm)


@pytest.mark.slow
@given(st.integers(1, 2000), st.floats(0.0005, 0.9))
def test_the_rank_is_the_quantile_of_the_books(n: int, pfa: float) -> None:
    rank = threshold_rank(n, pfa)
    k = ceil((n + 1) * (1 - pfa) * (1 - 1e-12) - 1e-9)
    assert rank == (n + 1 - k if k <= n else 0)
    assert rank / (n + 1) <= pfa * (1 + 1e-8)


@pytest.mark.parametrize(("n", "pfa", "rank"), [(99, 0.01, 1), (98, 0.01, 0), (99, 0.07, 7)])
def test_ranks_by_hand(n: int, pfa: float, rank: int) -> None:
    assert threshold_rank(n, pfa) == rank


def test_the_threshold_lies_just_above_the_passage_at_its_rank() -> None:
    scores = np.arange(1, 100) / 100
    one = conformal_threshold(scores, 0.05)
    assert (scores >= one.p_alarm).sum() == one.rank - 1 == 4
    assert one.p_alarm == np.nextafter(0.95, 1)


@pytest.mark.slow
@given(st.lists(st.floats(0, 0.99), min_size=20, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_passages_does_not_matter(scores, random) -> None:
    shuffled = scores.copy()
    random.shuffle(shuffled)
    first, again = (conformal_threshold(np.array(some), 0.1) for some in (scores, shuffled))
    assert first == again


def test_equal_scores_are_on_the_safe_side() -> None:
    """Whom nobody looked at has the prior; they never alarm."""
    scores = np.concatenate([np.full(150, 0.02), np.full(49, 0.4)])
    one = conformal_threshold(scores, 0.2)
    assert one.rank == 40
    assert (scores >= one.p_alarm).sum() == 0


@given(st.floats(1e-4, 0.5), st.sampled_from([None, 0.5, 0.95]))
def test_what_is_needed_is_enough_and_no_more(pfa: float, assurance) -> None:
    n = passages_needed(pfa, assurance=assurance)
    assert threshold_rank(n, pfa * (1 + 1e-6), assurance=assurance) >= 1
    assert n < 2 or threshold_rank(n - 1, pfa * (1 - 1e-6), assurance=assurance) == 0
    assert least_budget(n, assurance=assurance) <= pfa * (1 + 1e-6)


def test_too_few_passages_say_how_many_and_what_can_be_had() -> None:
    with pytest.raises(StandexError, match=r"50 clean.*0\.01.*99 are needed.*50 can.*0\.0196"):
        conformal_threshold(np.linspace(0, 0.5, 50), 0.01)
    with pytest.raises(StandexError, match=r"probability 0\.95: 299 are needed"):
        conformal_threshold(np.linspace(0, 0.5, 298), 0.01, assurance=0.95)
    assert conformal_threshold(np.linspace(0, 0.5, 299), 0.01, assurance=0.95).rank == 1
    with pytest.raises(StandexError, match="0 clean passages cannot promise"):
        conformal_threshold(np.zeros(0), 0.01)


def test_a_posterior_of_one_cannot_be_exceeded() -> None:
    scores = np.concatenate([np.zeros(90), np.ones(9)])
    with pytest.raises(StandexError, match=r"9 of 99 .*reach a posterior of 1.*budget of 0\.1 can"):
        conformal_threshold(scores, 0.05)
    assert conformal_threshold(scores, 0.1).p_alarm < 1e-300


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.5])
def test_scores_that_are_no_probabilities_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=r"1 of 3 .* not inside \[0, 1\]"):
        conformal_threshold(np.array([0.1, bad, 0.2]), 0.3)


@pytest.mark.parametrize(
    ("pfa", "words"),
    [(0.0, {}), (1.0, {}), (np.nan, {}), (0.1, {"assurance": 1.0}), (0.1, {"level": 0.0})],
)
def test_numbers_out_of_range_are_refused(pfa: float, words: dict) -> None:
    with pytest.raises(ValueError, match=r"must be inside \(0, 1\)"):
        conformal_threshold(np.linspace(0, 0.5, 99), pfa, **words)


def test_it_says_what_it_promises() -> None:
    said = str(conformal_threshold(np.linspace(0, 0.5, 199), 0.01))
    assert "number 2 from the top of 199 clean passages" in said
    assert "PFA at most 0.01 per passage in the mean (95 % interval 0.0" in said
