import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from standex.model.hand_over import Flow
from standex.tracking.flow import (
    MAX_PAIRS,
    PRIOR_LOG_STD,
    counted,
    fresh_per_s,
    log_normal,
    log_std_of,
    travelled,
)

NOTHING = Flow(since_utc_ns=0)


@given(st.floats(0.1, 300), st.floats(0.5, 200), st.floats(0.1, 2))
def test_the_density_is_log_normal(t_s, median_s, log_std) -> None:
    ours = log_normal(np.array([t_s]), median_s=np.array([median_s]), log_std=np.array([log_std]))
    assert ours[0] == pytest.approx(lognorm.pdf(t_s, log_std, scale=median_s), rel=1e-9, abs=1e-300)


@given(st.lists(st.tuples(st.floats(0.5, 200), st.floats(0.1, 1)), min_size=1, max_size=20))
def test_running_mean_and_spread_are_those_of_all(trips) -> None:
    flow = NOTHING
    for took_s, weight in trips:
        flow = travelled(flow, 1, 2, took_s=took_s, weight=weight)
    logs, weights = np.log([t for t, _ in trips]), np.array([w for _, w in trips])
    mean = np.average(logs, weights=weights)
    (key,) = flow.travel
    assert key == (1, 2)
    travel = flow.travel[key]
    assert travel.weight == pytest.approx(weights.sum())
    assert travel.mean_log_s == pytest.approx(mean)
    assert travel.squares_log_s == pytest.approx(weights @ (logs - mean) ** 2, abs=1e-9)


def test_the_spread_goes_from_its_prior_to_what_was_seen(rng: np.random.Generator) -> None:
    flow = NOTHING
    for log_s in rng.normal(1.0, 0.2, size=500):
        flow = travelled(flow, 0, 1, took_s=float(np.exp(log_s)), weight=1.0)
        if flow.travel[0, 1].weight == 1:
            assert log_std_of(flow.travel[0, 1]) == pytest.approx(PRIOR_LOG_STD, rel=0.25)
    assert log_std_of(flow.travel[0, 1]) == pytest.approx(0.2, rel=0.1)


def test_the_rate_goes_from_its_prior_to_what_was_counted() -> None:
    at = {"prior_per_s": 0.05, "prior_s": 60.0}
    assert fresh_per_s(NOTHING, 3, t_utc_ns=0, **at) == 0.05
    assert fresh_per_s(NOTHING, 3, t_utc_ns=-5, **at) == 0.05
    busy = Flow(since_utc_ns=0, n_fresh={3: 500.0})
    assert fresh_per_s(busy, 3, t_utc_ns=1000 * 10**9, **at) == pytest.approx(0.5, rel=0.06)
    assert fresh_per_s(busy, 4, t_utc_ns=1000 * 10**9, **at) == pytest.approx(0.0, abs=0.003)


def test_what_is_learned_is_bounded() -> None:
    flow, counts = NOTHING, {}
    for area in range(MAX_PAIRS + 10):
        flow = travelled(flow, area, area, took_s=1.0, weight=1.0)
        counts = counted(counts, area, 1.0)
    assert len(flow.travel) == len(counts) == MAX_PAIRS
    assert travelled(flow, 0, 0, took_s=2.0, weight=1.0).travel[0, 0].weight == 2
    assert travelled(flow, 0, 0, took_s=2.0, weight=0.0) is flow
    assert counted(counts, 0, 0.5)[0] == 1.5
