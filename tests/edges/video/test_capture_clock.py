"""Capture times: even though arrivals jitter, never backwards, and jumps are told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.video.capture_clock import CaptureClock

T0 = 1_700_000_000 * 10**9


def test_jitter_of_arrival_goes_once_a_quick_frame_came(rng: np.random.Generator) -> None:
    clock = CaptureClock()
    delay_s = 0.05 + rng.exponential(0.04, 300)
    late_s = []
    for number, delay in enumerate(delay_s):
        taken_s = number / 10
        stamp = clock.stamp(3.0 + taken_s, arrived_utc_ns=T0 + round((taken_s + delay) * 1e9))
        assert stamp.problem == ""
        late_s.append((stamp.t_utc_ns - T0) * 1e-9 - taken_s)
    settled = np.array(late_s[100:])
    assert settled.std() < 0.2 * delay_s.std()
    assert settled.min() >= 0.05 - 1e-6


def test_a_slow_clock_is_followed() -> None:
    clock = CaptureClock()
    for number in range(3000):
        true_s = number / 10
        stamp = clock.stamp(true_s * (1 - 1e-4), arrived_utc_ns=T0 + round(true_s * 1e9))
        # In ten seconds a clock that is 100 ppm slow falls back by 1 ms.
        assert abs((stamp.t_utc_ns - T0) * 1e-9 - true_s) < 2e-3


@pytest.mark.parametrize("stream_s", [None, float("nan"), float("inf")])
def test_without_a_time_of_its_own_the_arrival_counts(stream_s: float | None) -> None:
    stamp = CaptureClock().stamp(stream_s, arrived_utc_ns=T0)
    assert stamp.t_utc_ns == T0
    assert "no time" in stamp.problem


@pytest.mark.parametrize(("after_s", "word"), [(-40.0, "backwards"), (70.0, "jumped")])
def test_a_clock_that_was_set_is_told_once_and_followed(after_s: float, word: str) -> None:
    clock = CaptureClock()
    for number in range(20):
        clock.stamp(50 + number / 10, arrived_utc_ns=T0 + number * 10**8)
    told = clock.stamp(52 + after_s, arrived_utc_ns=T0 + 20 * 10**8)
    then = clock.stamp(52.1 + after_s, arrived_utc_ns=T0 + 21 * 10**8)
    assert word in told.problem
    assert then.problem == ""
    assert then.t_utc_ns == T0 + 21 * 10**8


def test_a_known_offset_is_taken_off() -> None:
    assert CaptureClock(offset_s=0.25).stamp(1.0, arrived_utc_ns=T0).t_utc_ns == T0 - 250_000_000


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
            st.integers(0, 10**12),
        ),
        max_size=30,
    )
)
def test_time_never_runs_backwards(frames: list[tuple[float | None, int]]) -> None:
    clock, last = CaptureClock(), 0
    for said_s, arrived in frames:
        stream_s = None if said_s is not None and abs(said_s) > 1e9 else said_s
        stamp = clock.stamp(stream_s, arrived_utc_ns=T0 + arrived)
        assert stamp.t_utc_ns > last
        last = stamp.t_utc_ns
