import numpy as np
import pytest

from standex.evaluation.tracking_intervals import over_cases, over_runs, over_time


def test_student_over_runs_in_closed_form() -> None:
    found = over_runs(np.array([1.0, 2.0, 3.0]))
    assert found.value == 2
    # t(0.975, 2) = 4.302653, spread 1 / sqrt(3)
    assert found.high - found.value == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
    assert found.value - found.low == pytest.approx(found.high - found.value)
    alone = over_runs(np.array([5.0]))
    assert alone.value == 5
    assert np.isnan([alone.low, alone.high]).all()


@pytest.mark.slow
def test_blocks_hold_the_mean_of_a_series_with_memory(rng) -> None:
    """An AR(1) series has its mean inside nearly as often as stated; single scans would not."""
    held = {1: 0, 30: 0}
    n_series = 150
    for _ in range(n_series):
        noise = rng.standard_normal(700)
        series = np.zeros(700)
        for k in range(1, 700):
            series[k] = 0.8 * series[k - 1] + noise[k]
        for block in held:
            found = over_time(series[100:], block=block, rng=rng)
            held[block] += found.low < 0 < found.high
    assert held[30] / n_series > 0.85
    assert held[1] / n_series < 0.7


def test_a_constant_series_has_no_spread(rng) -> None:
    found = over_time(np.full(50, 2.5), block=5, rng=rng)
    assert (found.value, found.low, found.high) == pytest.approx((2.5, 2.5, 2.5))
    assert found.interval == "block bootstrap, 5 scans"


def test_too_few_blocks_have_no_interval(rng) -> None:
    found = over_time(np.arange(7.0), block=2, rng=rng)
    assert found.value == 3
    assert np.isnan([found.low, found.high]).all()
    for series, block in ((np.zeros(0), 1), (np.zeros(5), 0)):
        with pytest.raises(ValueError, match="block must be at least 1"):
            over_time(series, block=block, rng=rng)


def test_a_ratio_over_cases(rng) -> None:
    whole = rng.uniform(1, 3, 400)
    part = 0.25 * whole
    exact = over_cases(part, whole, rng=rng)
    assert (exact.value, exact.low, exact.high) == pytest.approx((0.25, 0.25, 0.25))
    noisy = over_cases(part + rng.normal(0, 0.5, 400), whole, rng=rng)
    assert noisy.low < noisy.value < noisy.high
    # Delta method: 0.5 / (mean of whole * sqrt(n)) is one standard deviation.
    assert (noisy.high - noisy.low) / 2 == pytest.approx(1.96 * 0.5 / (2 * 20), rel=0.15)


def test_a_ratio_of_few_cases(rng) -> None:
    one = over_cases(np.array([1.0]), np.array([4.0]), rng=rng)
    assert one.value == 0.25
    assert np.isnan(one.low)
    assert np.isnan(over_cases(np.ones(2), np.zeros(2), rng=rng).value)
    with pytest.raises(ValueError, match="no case"):
        over_cases(np.zeros(0), np.zeros(0), rng=rng)
