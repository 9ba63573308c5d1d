import numpy as np
import pytest

from standex.evaluation.trial import Submission, TrialTruth
from standex.evaluation.trial_scores import area_under, compare, compare_all, figures_of, holm

CLASSES = ("nothing", "benign_metal", "threat_metal")


def truth(is_threat: np.ndarray) -> TrialTruth:
    names = [("nothing", "benign_metal")[k % 2] for k in range(len(is_threat))]
    carried = {
        f"p{k}": "threat_metal" if threat else names[k] for k, threat in enumerate(is_threat)
    }
    return TrialTruth(trial_id="t", classes=CLASSES, item_class=carried)


def submission(score=None, is_alarm=None, institute="a", is_llr=False) -> Submission:
    n = len(score if score is not None else is_alarm)
    screened = np.ones(n, bool) if score is None else np.isfinite(score)
    return Submission(
        institute=institute, score=score, is_alarm=is_alarm, is_screened=screened, is_llr=is_llr
    )


def drawn(rng, n_threat: int, n_other: int, d: float):
    is_threat = np.arange(n_threat + n_other) < n_threat
    return is_threat, rng.normal(size=len(is_threat)) + d * is_threat


def test_the_area_is_the_share_of_pairs_in_order(rng) -> None:
    is_threat, score = drawn(rng, 15, 40, 1.0)
    score = score.round(1)  # with ties
    pairs = score[is_threat][:, None] - score[~is_threat][None]
    by_hand = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert area_under(score, is_threat).value == pytest.approx(by_hand)


@pytest.mark.slow
def test_the_interval_of_the_area_covers_the_truth(rng) -> None:
    from scipy.stats import norm  # noqa: PLC0415

    true = norm.cdf(1.0 / np.sqrt(2))
    covered = 0
    for _ in range(400):
        is_threat, score = drawn(rng, 30, 60, 1.0)
        area = area_under(score, is_threat)
        covered += area.low <= true <= area.high
    assert 0.92 <= covered / 400 <= 0.98


def test_few_passages_or_perfect_order_have_no_interval(rng) -> None:
    is_threat, score = drawn(rng, 5, 60, 1.0)
    assert np.isnan(area_under(score, is_threat).low)
    is_threat, score = drawn(rng, 20, 20, 50.0)
    assert np.isnan(area_under(score, is_threat).low)
    assert area_under(score, is_threat).value == 1.0


def test_figures_count_who_was_not_screened(rng) -> None:
    is_threat, score = drawn(rng, 4, 6, 10.0)
    score[0] = -np.inf
    alarm = is_threat.copy()
    alarm[0] = False
    found = figures_of(truth(is_threat), submission(score, alarm), pfa_per_passage=0.1)
    assert (found.not_screened.k, found.not_screened.n) == (1, 10)
    assert found.at_pfa.pd_per_passage.k == 3
    assert [(rate.k, rate.n) for rate in found.decided] == [(3, 4), (0, 6), (0, 3), (0, 3), (3, 4)]
    assert found.cllr_bits is None


def test_ratios_have_a_cost_and_decisions_alone_no_curve() -> None:
    is_threat = np.array([True, False])
    found = figures_of(truth(is_threat), submission(np.zeros(2), is_llr=True), pfa_per_passage=0.1)
    assert found.cllr_bits == pytest.approx(1.0)
    only = figures_of(truth(is_threat), submission(is_alarm=is_threat), pfa_per_passage=0.1)
    assert only.curve == ()
    assert only.area is None
    assert only.decided[0].k == 1


@pytest.mark.slow
def test_two_alike_seldom_seem_to_differ_even_on_few_passages(rng) -> None:
    said = 0
    for _ in range(150):
        is_threat, first = drawn(rng, 4, 20, 1.0)
        _, second = drawn(rng, 4, 20, 1.0)
        found = compare(truth(is_threat), submission(first), submission(second), rng=rng)
        said += found.area_p_value < 0.05
    assert said <= 150 * 0.05 + 3 * np.sqrt(150 * 0.05 * 0.95)


def test_a_better_one_is_found_better(rng) -> None:
    is_threat, first = drawn(rng, 60, 120, 3.0)
    _, second = drawn(rng, 60, 120, 0.3)
    found = compare(
        truth(is_threat),
        submission(first, first > 1.5),
        submission(second, second > 1.5),
        rng=rng,
    )
    assert found.area_p_value < 0.001
    assert 0 < found.area_difference.low < found.area_difference.value
    assert found.detections.only_first > found.detections.only_second
    assert found.detections.p_value < 0.001


def test_one_against_itself_does_not_differ(rng) -> None:
    is_threat, score = drawn(rng, 20, 20, 1.0)
    one = submission(score, score > 0.5)
    found = compare(truth(is_threat), one, one, rng=rng)
    assert found.area_p_value == 1.0
    assert found.detections.p_value == 1.0
    assert found.area_difference.value == 0.0


def test_only_what_both_gave_is_compared(rng) -> None:
    is_threat, score = drawn(rng, 20, 20, 1.0)
    scores, decisions = submission(score), submission(is_alarm=is_threat, institute="b")
    (found,) = compare_all(truth(is_threat), [scores, decisions], rng=rng)
    assert found.area_difference is None
    assert found.detections is None
    assert found.smallest_adjusted_p is None


def test_many_comparisons_are_corrected(rng) -> None:
    is_threat, score = drawn(rng, 20, 20, 1.0)
    three = [submission(score + rng.normal(size=40), institute=name) for name in ("a", "b", "c")]
    found = compare_all(truth(is_threat), three, rng=rng)
    assert [(one.first, one.second) for one in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert all(one.smallest_adjusted_p >= one.area_p_value for one in found)


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]
