from dataclasses import replace

import numpy as np
import pytest

from standex.decision.conformal import conformal_threshold
from standex.evaluation.judged_people import (
    REFUTED,
    JudgedPeople,
    alarm_rates,
    chance_of_as_many,
    judged,
    stated_probabilities,
)
from standex.evaluation.rates import rate
from standex.evaluation.score import PersonOutcome
from standex.model.picture import Outcome


def walked(rng, n: int, *, boldness: float = 1.0, prior: float = 0.2) -> JudgedPeople:
    """Return people judged after each of six looks whose ratios are true at boldness 1."""
    d = 1.0
    is_threat = rng.random(n) < prior
    x = d * is_threat[:, None] + rng.normal(size=(n, 6))
    log_odds = np.log(prior / (1 - prior)) + boldness * np.cumsum(d * x - d**2 / 2, axis=1)
    p = 1 / (1 + np.exp(-log_odds))
    return JudgedPeople(
        item_class=tuple(np.where(is_threat, "threat_metal", "nothing").tolist()),
        p_max=p.max(axis=1),
        p_final=p[:, -1],
    )


def test_true_ratios_give_probabilities_that_hold(rng) -> None:
    stated = stated_probabilities(walked(rng, 4000))
    assert stated.holds
    assert stated.found.low <= stated.p_stated <= stated.found.high
    assert not stated_probabilities(walked(rng, 4000, boldness=2.0)).holds


def test_the_largest_of_several_posteriors_is_more_than_it_says(rng) -> None:
    people = walked(rng, 4000)
    at_most = JudgedPeople(item_class=people.item_class, p_max=people.p_max, p_final=people.p_max)
    assert not stated_probabilities(at_most).holds


def test_whom_nobody_followed_is_counted_apart(rng) -> None:
    people = walked(rng, 100)
    people.p_final[:7] = np.nan
    stated = stated_probabilities(people)
    assert (stated.n_unseen, stated.found.n) == (7, 93)


def test_a_conformal_threshold_holds_on_fresh_people_and_not_on_others(rng) -> None:
    refuted = 0
    for _ in range(60):
        threshold = conformal_threshold(walked(rng, 500).clean, 0.05)
        _, pfa = alarm_rates(walked(rng, 500), threshold.p_alarm)
        chance = chance_of_as_many(pfa.k, pfa.n, rank=threshold.rank, n_clean=threshold.n_clean)
        refuted += chance < REFUTED
    assert rate("refuted", refuted, 60, level=0.999).low <= REFUTED
    _, pfa = alarm_rates(walked(rng, 500, boldness=3.0), threshold.p_alarm)
    chance = chance_of_as_many(pfa.k, pfa.n, rank=threshold.rank, n_clean=threshold.n_clean)
    assert chance < REFUTED


def test_the_chance_of_as_many_by_hand() -> None:
    # One clean passage of n = 1, rank 1: the rate is uniform, so each count is equally likely.
    for k in range(5):
        assert chance_of_as_many(k, 4, rank=1, n_clean=1) == pytest.approx((5 - k) / 5)


def test_rates_count_who_was_not_looked_at() -> None:
    people = JudgedPeople(
        item_class=("threat_metal", "threat_metal", "nothing", "benign_metal"),
        p_max=np.array([0.9, 0.0, 0.5, 0.4]),
        p_final=np.array([0.9, np.nan, 0.1, 0.4]),
    )
    pd, pfa = alarm_rates(people, 0.5)
    assert (pd.k, pd.n, pfa.k, pfa.n) == (1, 2, 1, 2)
    np.testing.assert_array_equal(people.clean, [0.5, 0.4])


def test_outcomes_of_runs_are_people() -> None:
    one = PersonOutcome(
        person=1,
        item_class="threat_metal",
        outcome=Outcome.ALARM,
        p_threat=0.8,
        n_looks=2,
        n_tracks=1,
        alert_s=1.0,
        seconds_in_reach=2.0,
        p_max=0.9,
        p_final=0.7,
    )
    people = judged([one, replace(one, item_class="nothing", p_max=0.0, p_final=np.nan)])
    assert people.is_threat.tolist() == [True, False]
    assert people.clean.tolist() == [0.0]
    np.testing.assert_array_equal(people.p_final, [0.7, np.nan])
    assert len(judged([]).p_max) == 0


@pytest.mark.parametrize(
    ("p_max", "p_final", "words"),
    [
        ([np.nan], [0.1], "p_max must be finite"),
        ([1.5], [0.1], "p_max must be finite"),
        ([0.5], [-0.1], "p_final must be"),
    ],
)
def test_what_is_no_probability_is_refused(p_max, p_final, words) -> None:
    with pytest.raises(ValueError, match=words):
        JudgedPeople(item_class=("nothing",), p_max=np.array(p_max), p_final=np.array(p_final))


def test_one_row_per_person() -> None:
    with pytest.raises(ValueError, match="1 people, 2 largest and 2 final"):
        JudgedPeople(item_class=("nothing",), p_max=np.zeros(2), p_final=np.zeros(2))
