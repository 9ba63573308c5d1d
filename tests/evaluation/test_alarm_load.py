import numpy as np
import pytest
from scipy.stats import poisson

from standex.evaluation.alarm_load import alarm_load, per_hour, ppv
from standex.evaluation.rates import rate

PD, PFA = rate("PD", 99, 100), rate("PFA", 10, 10_000)


@pytest.mark.parametrize(("flow", "n"), [(10_000, 100), (6_000, 60), (2_000, 20)])
def test_alarms_per_hour_are_flow_times_pfa_where_hardly_anybody_carries(flow, n):
    one_percent = rate("PFA", 100, 10_000)
    load = alarm_load(PD, one_percent, prior=0.0, people_per_hour=flow, operators=1)
    assert load.alarms_per_hour.value == pytest.approx(n)
    assert load.ppv.value == 0.0


def test_at_a_prior_of_one_in_a_million_hardly_any_alarm_is_right():
    found = ppv(PD, PFA, 1e-6)
    assert found.value == pytest.approx(1e-6 * 0.99 / (1e-6 * 0.99 + (1 - 1e-6) * 1e-3))
    assert 4e-4 < found.low < found.value < found.high < 3e-3


def test_an_even_prior_and_even_rates_leave_it_even():
    half = rate("x", 50, 100)
    found = ppv(half, half, 0.5)
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(1 - found.high)


def test_no_false_alarm_so_far_does_not_promise_none():
    found = ppv(PD, rate("PFA", 0, 30), 0.01)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.1


def test_two_operators_have_half_each_and_targets_are_judged_by_the_upper_end():
    quiet = rate("PFA", 10, 100_000)
    one, two = (
        alarm_load(PD, quiet, prior=1e-4, people_per_hour=10_000, operators=n) for n in (1, 2)
    )
    assert two.alarms_per_operator_hour.value == pytest.approx(one.alarms_per_hour.value / 2)
    assert one.alarms_per_hour.low < one.alarms_per_hour.value < one.alarms_per_hour.high
    assert one.meets_steady == (one.alarms_per_operator_hour.high <= 6)
    assert two.meets_steady
    busy = alarm_load(PD, PFA, prior=1e-4, people_per_hour=10_000, operators=1)
    assert not busy.meets_steady


def test_floods_and_peaks_are_those_of_random_arrivals():
    load = alarm_load(PD, rate("PFA", 100, 10_000), prior=0.0, people_per_hour=6_000, operators=1)
    assert load.p_flood.value == pytest.approx(poisson.sf(10, 10))  # 60 an hour: ten in ten minutes
    assert load.p_peak.value == pytest.approx(1 - np.exp(-1) * (1 + 1 + 0.5))


def test_a_count_per_hour_has_garwoods_interval():
    none = per_hour("x", 0, 2.0)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(-np.log(0.025) / 2.0)
    ten = per_hour("x", 10, 2.0)
    # The ends are where the count would be in the outer 2.5 %.
    assert poisson.sf(9, 2 * ten.low) == pytest.approx(0.025)
    assert poisson.cdf(10, 2 * ten.high) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ppv(PD, PFA, 1.5), "prior must be inside 0..1, got 1.5"),
        (lambda: per_hour("x", -1, 1.0), "x: k must be >= 0"),
        (lambda: per_hour("x", 1, 0.0), "hours > 0"),
        (
            lambda: alarm_load(PD, PFA, prior=0.1, people_per_hour=float("nan"), operators=1),
            "people_per_hour must be >= 0",
        ),
        (
            lambda: alarm_load(PD, PFA, prior=0.1, people_per_hour=1.0, operators=0),
            "operators >= 1",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
