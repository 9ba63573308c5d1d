import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.decision.operating_point import (
    alarms_in_an_hour,
    checked_priors,
    p_alarm_of_costs,
    p_alarm_of_ville,
    pfa_of_alarms,
)
from standex.evaluation.rates import rate
from standex.model.errors import StandexError
from standex.model.items import ItemClasses

ITEMS = ItemClasses(
    names=("nothing", "benign_metal", "threat_dielectric", "threat_metal"),
    prior_per_person=(0.3, 0.02, 0.01),
)


def cost(p_alarm: float, p: np.ndarray, is_threat: np.ndarray, miss: float) -> float:
    """Return what a threshold costs, a check for nothing costing 1."""
    alarm = p >= p_alarm
    return float((alarm & ~is_threat).sum() + miss * (~alarm & is_threat).sum())


def test_no_other_threshold_costs_less_where_probabilities_are_true(rng) -> None:
    p = rng.beta(0.4, 3, size=200_000)
    is_threat = rng.random(len(p)) < p
    miss = {"threat_dielectric": 19.0, "threat_metal": 19.0}
    best = p_alarm_of_costs(ITEMS, cost_of_miss=miss, cost_of_check=1.0)
    assert best == pytest.approx(0.05)
    at_best = cost(best, p, is_threat, 19.0)
    for other in (0.01, 0.02, 0.1, 0.3, 0.5):
        assert at_best < cost(other, p, is_threat, 19.0)


def test_classes_weigh_by_their_priors() -> None:
    p_alarm = p_alarm_of_costs(
        ITEMS, cost_of_miss={"threat_dielectric": 100.0, "threat_metal": 10.0}, cost_of_check=2.0
    )
    assert p_alarm == pytest.approx(2 / (2 + (0.02 * 100 + 0.01 * 10) / 0.03))


@given(st.floats(0.1, 1e6), st.floats(0.1, 1e3), st.floats(1.1, 100))
def test_a_dearer_miss_lowers_and_a_dearer_check_raises_it(miss, check, factor) -> None:
    def p_alarm(m: float, c: float) -> float:
        misses = dict.fromkeys(("threat_dielectric", "threat_metal"), m)
        return p_alarm_of_costs(ITEMS, cost_of_miss=misses, cost_of_check=c)

    assert p_alarm(miss * factor, check) < p_alarm(miss, check) < p_alarm(miss, check * factor)
    assert p_alarm(miss * factor, check * factor) == pytest.approx(p_alarm(miss, check))


@pytest.mark.parametrize(
    ("miss", "check", "words"),
    [
        ({"threat_metal": 1.0}, 1.0, "missing for threat_dielectric"),
        (
            {"threat_metal": 1.0, "threat_dielectric": 1.0, "benign_metal": 1.0},
            1.0,
            "unknown class benign_metal; the threat classes are threat_dielectric, threat_metal",
        ),
        ({"threat_metal": np.inf, "threat_dielectric": 1.0}, 1.0, "cost of threat_metal is inf"),
        ({"threat_metal": 1.0, "threat_dielectric": 1.0}, 0.0, "cost of a check is 0"),
        ({"threat_metal": 1.0, "threat_dielectric": np.nan}, 1.0, "threat_dielectric is nan"),
    ],
)
def test_costs_that_mean_nothing_are_refused(miss, check, words) -> None:
    with pytest.raises(StandexError, match=words):
        p_alarm_of_costs(ITEMS, cost_of_miss=miss, cost_of_check=check)


def test_priors_are_changed_by_name_and_checked() -> None:
    changed = checked_priors(ITEMS, {"threat_metal": 1e-6})
    assert changed.prior_per_person == (0.3, 0.02, 1e-6)
    with pytest.raises(StandexError, match="priors of threat_x: the site's classes are benign"):
        checked_priors(ITEMS, {"threat_x": 0.1})
    with pytest.raises(StandexError, match="prior of threat_metal is 1"):
        checked_priors(ITEMS, {"threat_metal": 1.0})
    with pytest.raises(StandexError, match=r"threat classes sum to 1\.1"):
        checked_priors(ITEMS, {"threat_metal": 0.6, "threat_dielectric": 0.5})


def test_a_budget_of_alarms_is_a_rate_per_passage() -> None:
    assert pfa_of_alarms(6, 1200) == pytest.approx(0.005)
    with pytest.raises(StandexError, match="lets every person be checked"):
        pfa_of_alarms(100, 100)
    for alarms, people in ((0, 10), (np.nan, 10), (1, np.inf), (1, -3)):
        with pytest.raises(StandexError, match="must be positive"):
            pfa_of_alarms(alarms, people)


def test_most_hours_have_no_more_alarms_than_said(rng) -> None:
    most = alarms_in_an_hour(0.005, 1200)
    hours = rng.binomial(1200, 0.005, size=20_000)
    assert (hours <= most).mean() >= 0.95
    assert (hours <= most - 1).mean() < 0.95


@pytest.mark.parametrize("n_looks", [1, 40])
def test_clean_people_seldom_reach_the_threshold_however_often_they_are_looked_at(
    rng, n_looks: int
) -> None:
    """Ville: with calibrated ratios, whenever one stops."""
    prior, pfa, d = 0.02, 0.05, 0.7
    p_alarm = p_alarm_of_ville(pfa, prior)
    llr = d * rng.normal(size=(40_000, n_looks)) - d**2 / 2
    log_odds = np.log(prior / (1 - prior)) + np.cumsum(llr, axis=1)
    alarmed = (1 / (1 + np.exp(-log_odds)) >= p_alarm).any(axis=1)
    assert rate("PFA", int(alarmed.sum()), len(alarmed), level=0.999).low <= pfa


def test_the_threshold_of_calibrated_ratios_by_hand() -> None:
    assert p_alarm_of_ville(0.01, 0.5) == pytest.approx(100 / 101)
    for pfa, prior in ((0.0, 0.5), (0.5, 1.0), (np.nan, 0.5)):
        with pytest.raises(ValueError, match=r"inside \(0, 1\)"):
            p_alarm_of_ville(pfa, prior)
