from dataclasses import replace
from math import nan

import numpy as np
import pytest

from standex.evaluation.score import PersonOutcome
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.site_figures import (
    Stated,
    flow_of,
    rates_by_factor,
    scores_of,
    site_figures,
)
from standex.evaluation.twin_run import TwinRun
from standex.model.picture import Outcome

ALARM, FOUND, UNSEEN = Outcome.ALARM, Outcome.NOTHING_FOUND, Outcome.NOT_SCREENED


def person(number: int, item_class: str, outcome: Outcome, p_max: float, **more) -> PersonOutcome:
    one = PersonOutcome(
        person=number,
        item_class=item_class,
        outcome=outcome,
        p_threat=p_max,
        n_looks=3,
        n_tracks=1,
        alert_s=2.0 if outcome is ALARM else nan,
        seconds_in_reach=4.0 if outcome is ALARM else nan,
        p_max=p_max,
        entered_s=float(number),
        in_view_to_alert_s=0.5 if outcome is ALARM else nan,
    )
    return replace(one, **more)


def run(*people: PersonOutcome, seed: int = 1, **more) -> TwinRun:
    made = TwinRun(
        seed=seed,
        outcomes=people,
        n_stray_alerts=1,
        looks=(),
        n_records={},
        n_alerts=4,
        duration_s=360.0,
        n_tasks_done={"laser": 5},
        association=AssociationCounts(n_looks=9, n_looks_right=8, n_alerts=3, n_alerts_right=2),
    )
    return replace(made, **more)


PEOPLE = (
    person(1, "threat_metal", ALARM, 0.9),
    person(2, "threat_dielectric", FOUND, 0.25),
    person(3, "nothing", FOUND, 0.2),
    person(4, "benign_metal", ALARM, 0.4),
    person(5, "nothing", UNSEEN, 0.2, n_looks=0),
)


def test_every_rate_has_its_denominator():
    found = site_figures([run(*PEOPLE), run(*PEOPLE, seed=2)], Stated())
    assert (found.pd.k, found.pd.n) == (2, 4)
    assert (found.pfa.k, found.pfa.n) == (2, 6)
    rates = {one.name: (one.k, one.n) for one in (*found.rates, *found.association)}
    assert rates["not screened, of all passages"] == (2, 10)
    assert rates["alerts with 2 s or more left in reach"] == (4, 4)
    assert rates["looks that went to the right person"] == (16, 18)
    assert rates["alerts at the right person"] == (4, 6)
    assert rates["alerts with nobody near"] == (2, 8)
    assert rates["people under one number all the way"] == (10, 10)
    assert found.n_tasks_done == {"laser": 10}
    assert (found.alarms_per_hour.k, found.alarms_per_hour.hours) == (8, 0.2)


def test_the_order_of_runs_does_not_matter():
    one, two = run(*PEOPLE), run(*PEOPLE[::-1], seed=2)
    there, back = site_figures([one, two], Stated()), site_figures([two, one], Stated())
    assert there.outcomes == back.outcomes


def test_the_curve_is_of_the_largest_posterior_and_who_had_no_look_never_alarms():
    found = site_figures([run(*PEOPLE)], Stated(pfa_per_passage=0.34))
    ends = found.curve[-1]
    assert (ends.pd_per_passage.k, ends.pfa_per_passage.k) == (2, 2)
    assert found.at_stated is not None
    # At one false alarm of three, both with a threat stand above the next clean one.
    assert (found.at_stated.pd_per_passage.k, found.at_stated.pfa_per_passage.k) == (2, 1)
    strict = site_figures([run(*PEOPLE)], Stated(pfa_per_passage=0.01)).at_stated
    assert strict is not None
    assert strict.pd_per_passage.k == 1


def test_scores_are_log_odds():
    scores = scores_of(PEOPLE)
    assert scores[0] == pytest.approx(np.log(9))
    assert np.isneginf(scores[4])
    sure = scores_of([person(1, "nothing", ALARM, 1.0)])
    assert np.isfinite(sure).all()


def test_without_carriers_there_is_no_curve_and_no_load():
    found = site_figures([run(*PEOPLE[2:])], Stated())
    assert (found.curve, found.at_stated, found.load) == ((), None, None)
    assert found.pd.n == 0


def test_the_flow_is_counted_between_the_first_and_the_last():
    # Five people, a second apart: one a second.
    assert flow_of([run(*PEOPLE)]) == pytest.approx(3600)
    assert flow_of([run(*PEOPLE), run(*PEOPLE, seed=2)]) == pytest.approx(3600)
    assert np.isnan(flow_of([run(PEOPLE[0])]))
    assert site_figures([run(PEOPLE[0], replace(PEOPLE[2], entered_s=nan))], Stated()).load is None
    stated = site_figures([run(*PEOPLE)], Stated(people_per_hour=600.0, operators=2)).load
    assert stated is not None
    assert (stated.people_per_hour, stated.operators) == (600.0, 2)


def test_times_are_of_whom_they_concern():
    found = site_figures([run(*PEOPLE)], Stated())
    n = {(one.name, one.quantile): one.n for one in found.times}
    assert n == {
        ("object in view to alert", 0.5): 1,
        ("object in view to alert", 0.9): 1,
        ("entering to alert", 0.5): 2,
        ("entering to alert", 0.9): 2,
        ("left in reach at the alert", 0.5): 2,
        ("left in reach at the alert", 0.1): 2,
    }


def test_groups_part_everybody_of_whom_they_are_known():
    some = [replace(one, factors={"bag": "yes" if k % 2 else "no"}) for k, one in enumerate(PEOPLE)]
    rates = rates_by_factor([*some, person(9, "nothing", FOUND, 0.1)])
    assert list(rates) == ["bag"]
    counts = {one.name: (one.k, one.n) for one in rates["bag"]}
    assert counts == {
        "bag: no, PD per passage": (1, 1),
        "bag: no, PFA per passage": (0, 2),
        "bag: no, not screened": (1, 3),
        "bag: yes, PD per passage": (0, 1),
        "bag: yes, PFA per passage": (1, 1),
        "bag: yes, not screened": (0, 2),
    }


def test_no_run_is_refused():
    with pytest.raises(ValueError, match="at least one is needed"):
        site_figures([], Stated())


def test_at_the_end_the_last_posterior_counts():
    passed = person(1, "nothing", ALARM, 0.9, p_final=0.1)
    unknown = person(2, "nothing", FOUND, 0.9, p_final=nan)
    scores = scores_of([passed, unknown], is_at_end=True)
    assert scores[0] == pytest.approx(np.log(0.1 / 0.9))
    assert np.isneginf(scores[1])
    assert scores_of([passed])[0] == pytest.approx(np.log(9))
