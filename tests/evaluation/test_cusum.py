import math

import numpy as np
import pytest

from standex.evaluation.cusum import (
    HELD,
    baseline_of,
    binary_limit,
    binary_run_length,
    changed_rate,
    normal_limit,
    path_of,
    upper_rate,
    weights,
)

NEVER = frozenset[int]()


def simulated_run_length(rng, p_wrong, odds_ratio, limit, *, n_runs=400, at_most=40_000) -> float:
    """Walk many charts until they signal; return the mean of how many trials that took."""
    p_wrong = np.array(p_wrong)
    right, wrong = np.array([weights(p, odds_ratio) for p in p_wrong]).T
    total, length = np.zeros(n_runs), np.zeros(n_runs)
    runs = np.ones(n_runs, dtype=bool)
    for _ in range(at_most):
        kind = rng.integers(len(p_wrong), size=n_runs)
        is_wrong = rng.random(n_runs) < p_wrong[kind]
        total = np.maximum(total + np.where(is_wrong, wrong[kind], right[kind]), 0.0)
        length += runs
        runs &= total <= limit
        if not runs.any():
            break
    return float(length.mean())


@pytest.mark.slow
@pytest.mark.parametrize("p_wrong", [(0.11,), (0.05, 0.3), (0.6,)])
def test_a_limit_keeps_the_run_length_that_it_was_chosen_by(rng, p_wrong) -> None:
    limit = binary_limit(p_wrong, 4.0, 300.0)
    assert binary_run_length(p_wrong, 4.0, limit) >= 300
    assert binary_run_length(p_wrong, 4.0, 0.98 * limit) < 320
    # Four standard errors of the simulation; the run length is about exponential.
    assert simulated_run_length(rng, p_wrong, 4.0, limit) == pytest.approx(300, rel=0.2)


@pytest.mark.slow
def test_a_change_is_told_much_sooner_than_none() -> None:
    limit = binary_limit((0.1,), 4.0, 1000.0)
    assert binary_run_length((0.1,), 4.0, limit, has_changed=True) < 40
    assert changed_rate(0.1, 4.0) == pytest.approx(0.4 / 1.3)
    assert binary_run_length((0.1,), 4.0, 0.0) == 1.0


def test_weights_are_log_likelihood_ratios() -> None:
    right, wrong = weights(0.2, 3.0)
    p = changed_rate(0.2, 3.0)
    assert wrong == pytest.approx(math.log(p / 0.2))
    assert right == pytest.approx(math.log((1 - p) / 0.8))
    with pytest.raises(ValueError, match="odds_ratio"):
        weights(0.2, 1.0)
    with pytest.raises(ValueError, match="p_wrong"):
        weights(0.0, 2.0)


def test_the_upper_end_of_a_rate_is_exact() -> None:
    # With none of 20 wrong, a rate of 10.9 % would show none with a chance of 10 %.
    assert 0.9**20 > 0.1 > (1 - upper_rate(0, 20, confidence=0.9)) ** 20 - 1e-9
    assert upper_rate(0, 20, confidence=0.9) == pytest.approx(1 - 0.1 ** (1 / 20))
    assert upper_rate(20, 20, confidence=0.9) == 1.0
    for k, n in ((3, 2), (0, 0)):
        with pytest.raises(ValueError, match="outside"):
            upper_rate(k, n, confidence=0.9)


def test_a_sum_is_dated_to_where_it_last_stood_at_zero() -> None:
    steps = [(1.0, 4.0), (-2.0, 4.0), (-1.0, 4.0), (3.0, 4.0), (3.0, 4.0)]
    path = path_of(steps, restart_rows=NEVER)
    assert path.sums == (0.25, 0.0, 0.0, 0.75, 1.5)
    assert path.signals
    assert path.since_row == 3
    # What was mended shows: the sum is held, and comes down within as many trials.
    long = path_of([(3.0, 4.0)] * 100 + [(-1.0, 4.0)] * 5, restart_rows=NEVER)
    assert max(long.sums) == HELD
    assert not path_of([(3.0, 4.0)] * 100 + [(-1.0, 4.0)] * 5, restart_rows=NEVER).signals
    assert not path_of([], restart_rows=NEVER).signals


def test_a_sum_begins_anew_where_it_is_told_to() -> None:
    path = path_of([(3.0, 4.0), (3.0, 4.0), (1.0, 4.0)], restart_rows=frozenset({2}))
    assert path.sums == (0.75, 1.5, 0.25)
    assert path.since_row is None


def test_the_normal_limit_is_that_of_the_tables() -> None:
    # Hawkins and Olwell, Cumulative Sum Charts, 1998: slack 0.5, limit 5, run length 938.
    assert normal_limit(0.5, 938.0) == pytest.approx(5.0, abs=0.02)
    assert normal_limit(0.5, 1.0) == 0.0


@pytest.mark.slow
def test_charts_on_an_estimated_baseline_keep_their_run_length_mostly(rng) -> None:
    """Nine of ten charts of unchanged values run as long as stated, or the guarantee is none."""
    run_length, kept, n_charts = 200.0, 0, 60
    for _ in range(n_charts):
        base = baseline_of(
            rng.normal(3.0, 0.5, 20).tolist(),
            least_spread=0.01, run_length=run_length, confidence=0.9,
        )  # fmt: skip
        values = rng.normal(3.0, 0.5, (60, 2000))
        total, length = np.zeros(60), np.zeros(60)
        runs = np.ones(60, dtype=bool)
        for k in range(2000):
            steps = (values[:, k] - base.centre) / base.spread - base.slack
            total = np.maximum(total + steps, 0.0)
            length += runs
            runs &= total <= base.limit
        kept += length.mean() >= run_length
    assert kept >= 0.85 * n_charts


def test_a_baseline_needs_two_values_and_heeds_the_least_spread() -> None:
    with pytest.raises(ValueError, match="two values"):
        baseline_of([1.0], least_spread=0.1, run_length=100.0, confidence=0.9)
    base = baseline_of([1.0, 1.0, 1.0], least_spread=0.2, run_length=100.0, confidence=0.9)
    assert (base.centre, base.spread) == (1.0, 0.2)
    assert base.above(1.2)[0] == pytest.approx(1.0 - base.slack)
    assert base.below(0.8) == pytest.approx(base.above(1.2))


def test_one_value_that_is_all_wrong_is_no_drift_and_several_are(rng) -> None:
    base = baseline_of(
        rng.normal(0.0, 1.0, 20).tolist(), least_spread=0.1, run_length=1000.0, confidence=0.9
    )
    for once in (-1e9, 1e9):
        for step in (base.above, base.below):
            assert not path_of([step(once)], restart_rows=NEVER).signals
    assert path_of([base.below(-1e9)] * 3, restart_rows=NEVER).signals
