from dataclasses import replace

import numpy as np
import pytest

from standex.edges.service.sensor_says import SensorSay
from standex.edges.service.walk_chart import (
    BASE,
    STATION,
    Standing,
    Wrong,
    charted,
    control_charts,
    log_odds,
    trouble_words,
)
from standex.edges.service.walk_test import Walk, WalkResult, WalkTest
from standex.model.zones import BodyZone

S = 10**9
T0 = 1_760_000_000 * S
HOUR_NS = 3600 * S
N_WITH, N_WITHOUT = 3, 2


def say(log_factor, *, calibration_id="c-1", has_looked=True) -> SensorSay:
    return SensorSay(
        sensor_id="mw",
        calibration_id=calibration_id,
        has_looked=has_looked,
        log_factor=log_factor,
    )


def of_walks(walks, *, begun_utc_ns=T0, zone=BodyZone.WAIST, reference_object="slab 1") -> WalkTest:
    return WalkTest(
        walk_test_id=f"walk-{begun_utc_ns}",
        site_id="survey",
        by="anna",
        reference_object=reference_object,
        zone=zone,
        begun_utc_ns=begun_utc_ns,
        ended_utc_ns=begun_utc_ns + HOUR_NS,
        walks=tuple(walks),
    )


def with_object(finds, *, at, sensors=None, p_alarm=0.3) -> Walk:
    return Walk(
        has_object=True,
        to_utc_ns=T0 + at * HOUR_NS,
        result=WalkResult.RIGHT if finds else WalkResult.MISSED,
        p_threat=0.9 if finds else 0.1,
        p_alarm=p_alarm,
        sensors=(say(1.0 if finds else -1.0),) if sensors is None else sensors,
    )


def without(is_quiet, *, at) -> Walk:
    return Walk(
        has_object=False,
        to_utc_ns=T0 + at * HOUR_NS,
        result=WalkResult.RIGHT if is_quiet else WalkResult.FALSE_ALARM,
        p_alarm=0.3,
        sensors=(say(-1.0 if is_quiet else 1.0),),
    )


def chart_of(walks, subject="mw", wrong=Wrong.MISSED, *, tests=None):
    made = [of_walks(walks)] if tests is None else tests
    charts = control_charts(made, n_with=N_WITH, n_without=N_WITHOUT)
    (found,) = [one for one in charts if (one.subject, one.wrong) == (subject, wrong)]
    return found


def found_for(n, *, begin=0, **changes) -> list[Walk]:
    return [with_object(True, at=begin + k, **changes) for k in range(n)]


def test_too_few_walks_are_said_to_be_too_few() -> None:
    chart = chart_of(found_for(BASE - 1))
    assert chart.standing is Standing.TOO_FEW
    assert (chart.n_base, chart.sums, chart.told_after) == (BASE - 1, (), 0.0)
    assert chart_of(found_for(5), wrong=Wrong.FALSE_ANSWER).standing is Standing.TOO_FEW
    # Even where all of the few were missed: nobody knows what it did at commissioning.
    missed = [with_object(False, at=k) for k in range(BASE - 1)]
    assert chart_of(missed).standing is Standing.TOO_FEW


@pytest.mark.slow
def test_a_sensor_that_goes_blind_is_told_within_a_few_walks_and_dated() -> None:
    walks = found_for(60)
    for n in range(1, 9):
        walks.append(with_object(False, at=100 + n))
        chart = chart_of(walks)
        if chart.standing is Standing.WORSE:
            break
    assert 3 <= n <= 7  # two or three tests
    assert chart.since_utc_ns == T0 + 101 * HOUR_NS
    assert (chart.n_since, chart.n_since_wrong) == (n, n)
    words = trouble_words(chart, day="2026-11-12")
    assert words.startswith("mw misses the reference object more often than at commissioning")
    assert "since 2026-11-12" in words
    station = chart_of(walks, STATION)
    assert station.standing is Standing.WORSE
    assert trouble_words(station, day="2026-11-12").startswith("the station misses")


def test_what_was_mended_is_told_no_more_after_as_many_walks() -> None:
    walks = [*found_for(40), *(with_object(False, at=100 + k) for k in range(30))]
    assert chart_of(walks).standing is Standing.WORSE
    walks += found_for(40, begin=200)
    assert chart_of(walks).standing is Standing.AS_COMMISSIONED
    assert trouble_words(chart_of(walks), day="") == ""


def test_answers_without_the_object_are_charted_apart() -> None:
    walks = [without(True, at=k) for k in range(40)] + [without(False, at=50 + k) for k in range(8)]
    for subject in ("mw", STATION):
        chart = chart_of(walks, subject, Wrong.FALSE_ANSWER)
        assert chart.standing is Standing.WORSE
        assert "answers without the reference object" in trouble_words(chart, day="2026-11-12")
        assert chart_of(walks, subject, Wrong.MISSED).standing is Standing.TOO_FEW


@pytest.mark.slow
def test_a_chart_signals_seldom_while_nothing_changes(rng) -> None:
    """Four years of tests at a constant rate: a false signal a year would be as stated."""
    n = 4 * 1095 * N_WITH // 10  # a tenth of the walks, and none signals but by rare chance
    walks = [with_object(rng.random() > 0.05, at=k) for k in range(n)]
    chart = chart_of(walks)
    assert sum(one > 1 for one in chart.sums) <= 0.02 * n
    assert len(chart.sums) == n - BASE
    assert 5 < chart.told_after < 100


def test_a_harder_walk_is_held_against_its_own_kind() -> None:
    """An object found half the time from the first does not look like a sensor gone bad."""
    easy = [of_walks(found_for(60))]
    hard = [
        of_walks([with_object(k % 2 == 0, at=100 + k)], begun_utc_ns=T0 + k, zone=BodyZone.LEGS)
        for k in range(60)
    ]
    chart = chart_of((), tests=[*easy, *hard])
    assert chart.standing is Standing.AS_COMMISSIONED
    assert chart.n_commissioned == 2 * BASE
    assert max(chart.sums) < 1
    mixed = [with_object(k % 2 == 0, at=100 + k) for k in range(60)]  # the same at the easy zone
    assert chart_of([*found_for(60), *mixed]).standing is Standing.WORSE


def test_an_object_that_a_sensor_never_finds_says_nothing_about_it() -> None:
    walks = [with_object(True, at=k, sensors=(say(-0.5),)) for k in range(60)]
    chart = chart_of(walks)
    assert chart.standing is Standing.SAYS_NOTHING
    assert chart.sums == ()
    assert chart_of(walks, STATION).standing is Standing.AS_COMMISSIONED


def test_who_could_have_looked_and_did_not_has_missed_and_said_nothing_false() -> None:
    silent = (say(0.0, has_looked=False),)
    walks = [*found_for(40), *(with_object(True, at=100 + k, sensors=silent) for k in range(8))]
    assert chart_of(walks).standing is Standing.WORSE
    quiet = [replace(without(True, at=k), sensors=silent) for k in range(40)]
    assert chart_of([*walks, *quiet], wrong=Wrong.FALSE_ANSWER).n_base == 0


def test_another_calibration_or_operating_point_is_commissioned_anew() -> None:
    bad = [with_object(False, at=100 + k) for k in range(10)]
    other = (say(1.0, calibration_id="c-2"),)
    after = found_for(5, begin=200, sensors=other)
    chart = chart_of([*found_for(40), *bad, *after])
    assert chart.standing is Standing.TOO_FEW
    assert chart.n_base == 5
    assert max(chart.sums) > 1  # what was before stays on the chart
    assert chart.restarted_utc_ns == (T0 + 200 * HOUR_NS,)
    more = found_for(40, begin=300, sensors=other)
    assert chart_of([*found_for(40), *bad, *after, *more]).standing is Standing.AS_COMMISSIONED
    lower = found_for(5, begin=200, p_alarm=0.1)
    assert chart_of([*found_for(40), *bad, *lower], STATION).standing is Standing.TOO_FEW


def test_tests_of_before_sensors_were_kept_count_for_the_station_alone() -> None:
    walks = [replace(one, sensors=(), p_alarm=0.0) for one in found_for(30)]
    charts = control_charts([of_walks(walks)], n_with=N_WITH, n_without=0)
    assert {one.subject for one in charts} == {STATION}
    assert charts[0].standing is Standing.AS_COMMISSIONED


def history(values) -> list[WalkTest]:
    return [
        of_walks([replace(with_object(True, at=k), p_threat=p)], begun_utc_ns=T0 + k)
        for k, p in enumerate(values)
    ]


def p_of(odds):
    return 1 / (1 + np.exp(-odds))


def test_a_chart_of_posteriors_is_quiet_as_long_as_nothing_changes(rng) -> None:
    chart = charted(history(p_of(rng.normal(3.0, 0.5, 200))), n_with=N_WITH)
    assert (np.array(chart.downward) > 1).mean() + (np.array(chart.upward) > 1).mean() < 0.1
    assert len(chart.t_utc_ns) == len(chart.upward) == len(chart.downward) == 200


@pytest.mark.parametrize(("shift", "word"), [(-1.0, "less surely"), (1.0, "more surely")])
def test_a_drift_of_two_deviations_is_told_within_a_dozen_walks(rng, shift, word) -> None:
    odds = np.r_[rng.normal(3.0, 0.5, BASE), rng.normal(3.0 + shift, 0.5, 12)]
    chart = charted(history(p_of(odds)), n_with=N_WITH)
    assert chart.drifts
    assert word in chart.message


def test_a_short_chart_of_posteriors_says_nothing() -> None:
    chart = charted(history([0.9] * 5), n_with=N_WITH)
    assert not chart.drifts
    assert "5 walks so far" in chart.message


@pytest.mark.parametrize(
    ("p", "odds"), [(0.5, 0.0), (0.0, -12.0), (1.0, 12.0), (float("nan"), -12.0)]
)
def test_log_odds_are_bounded(p, odds) -> None:
    assert log_odds(p) == odds
