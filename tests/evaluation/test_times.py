import numpy as np
import pytest

from standex.evaluation.times import time_quantile


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_the_interval_covers_the_true_quantile(rng, quantile):
    true_s = -np.log(1 - quantile)  # of exponential times
    covered = 0
    for _ in range(500):
        found = time_quantile("x", rng.exponential(size=40).tolist(), quantile)
        covered += found.low_s <= true_s <= found.high_s
    assert covered >= 500 * 0.95 - 4 * np.sqrt(500 * 0.05 * 0.95)


def test_few_times_bound_nothing():
    found = time_quantile("x", [3.0, 1.0, 2.0], 0.5)
    assert found.value_s == 2.0
    assert (found.low_s, found.high_s) == (-np.inf, np.inf)


def test_six_times_are_the_fewest_that_bound_a_median():
    # 2 / 2^6 = 3.1 % of draws lie all on one side.
    found = time_quantile("x", [5.0, 1.0, 4.0, 2.0, 6.0, 3.0], 0.5)
    assert (found.low_s, found.high_s) == (1.0, 6.0)


def test_what_is_not_known_is_left_out():
    found = time_quantile("x", [np.nan, 2.0, np.nan], 0.5)
    assert (found.n, found.value_s) == (1, 2.0)
    none = time_quantile("x", [np.nan], 0.9)
    assert none.n == 0
    assert np.isnan(none.value_s)


def test_what_is_no_quantile_is_refused():
    with pytest.raises(ValueError, match="must be inside"):
        time_quantile("x", [1.0], 1.0)
