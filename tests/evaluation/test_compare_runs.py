from dataclasses import replace
from math import nan

import pytest

from standex.evaluation.compare_runs import compare, paired
from standex.evaluation.score import PersonOutcome
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError
from standex.model.picture import Outcome


def run(*people: tuple[str, float], seed: int = 1) -> TwinRun:
    outcomes = tuple(
        PersonOutcome(
            person=number,
            item_class=item_class,
            outcome=Outcome.ALARM if p >= 0.3 else Outcome.NOTHING_FOUND,
            p_threat=p,
            n_looks=1,
            n_tracks=1,
            alert_s=nan,
            seconds_in_reach=nan,
            p_max=p,
        )
        for number, (item_class, p) in enumerate(people, start=1)
    )
    return TwinRun(seed=seed, outcomes=outcomes, n_stray_alerts=0, looks=(), n_records={})


T, N = "threat_metal", "nothing"
WHOLE = run((T, 0.9), (T, 0.8), (T, 0.6), (T, 0.1), (N, 0.1), (N, 0.35))
LESS = run((T, 0.9), (T, 0.2), (T, 0.2), (T, 0.5), (N, 0.3), (N, 0.1))


def test_pairs_by_hand():
    found = compare("less", [WHOLE], [LESS], pfa_per_passage=0.0)
    assert (found.detected.n_second, found.detected.n_first, found.detected.n) == (3, 2, 4)
    assert (found.detected.only_second, found.detected.only_first) == (2, 1)
    assert (found.false.n_second, found.false.n_first, found.false.n) == (1, 1, 2)
    # Without any false alarm: above 0.35 three are found, above 0.3 two.
    assert found.detected_at_pfa is not None
    assert found.gone is not None
    assert (found.detected_at_pfa.n_second, found.detected_at_pfa.n_first) == (3, 2)
    assert (found.gone.misses, found.gone.misses_other) == (1, 2)
    assert found.gone.share_gone == pytest.approx(0.5)


def test_a_system_against_itself_differs_nowhere():
    found = compare("same", [WHOLE], [WHOLE], pfa_per_passage=0.01)
    assert found.detected.p_value == found.false.p_value == 1.0
    assert found.detected.difference == 0.0


def test_the_order_of_runs_and_people_does_not_matter():
    two = run((T, 0.4), (N, 0.9), seed=2)
    swapped = replace(WHOLE, outcomes=WHOLE.outcomes[::-1])
    assert paired([WHOLE, two], [LESS, two]) == paired([two, swapped], [LESS, two])


def test_other_people_cannot_be_compared():
    with pytest.raises(StandexError, match=r"runs of 6 and of 2 people, seeds \[1\] and \[2\]"):
        paired([WHOLE], [run((T, 0.4), (N, 0.9), seed=2)])


def test_other_things_cannot_be_compared():
    other = run((N, 0.9), (T, 0.2), (T, 0.2), (T, 0.5), (N, 0.3), (N, 0.1))
    with pytest.raises(StandexError, match="person 1 of seed 1 carried threat_metal in one run"):
        compare("x", [WHOLE], [other], pfa_per_passage=0.01)


def test_without_carriers_only_false_alarms_are_compared():
    some = run((N, 0.4), (N, 0.1))
    found = compare("x", [some], [some], pfa_per_passage=0.01)
    assert found.detected_at_pfa is None
    assert found.gone is None
    assert found.false.n == 2


def test_at_the_end_both_are_judged_by_their_last_posteriors():
    ended = [replace(one, p_final=1 - one.p_max) for one in WHOLE.outcomes]
    whole = replace(WHOLE, outcomes=tuple(ended))
    found = compare("same", [whole], [whole], pfa_per_passage=0.5, is_at_end=True)
    assert found.detected_at_pfa is not None
    # The posteriors are now 0.1, 0.2, 0.4, 0.9 with a threat, 0.9 and 0.65 without.
    assert found.detected_at_pfa.n_second == 1
