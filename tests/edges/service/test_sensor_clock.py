from threading import Event, Thread

import numpy as np
import pytest

from standex.edges.service.sensor_clock import Corrector, SensorClock

S = 10**9
T0 = 1_760_000_000 * S


def heard(clock, *, behind_s, n, rng, drift_s_per_h=0.0):
    """Let records arrive, delayed by a queue, of a clock that is behind."""
    for k in range(n):
        now = T0 + k * S // 10
        behind = behind_s + drift_s_per_h * (now - T0) * 1e-9 / 3600
        yield now - round((behind + rng.exponential(0.02)) * S), now


@pytest.mark.parametrize("behind_s", [-2.0, 0.0, 0.3])
def test_the_least_delay_tells_how_far_a_clock_is_behind(behind_s, rng) -> None:
    clock = SensorClock()
    for t, now in heard(clock, behind_s=behind_s, n=300, rng=rng):
        clock.heard(t, now_utc_ns=now)
    assert clock.estimate().behind_s == pytest.approx(behind_s, abs=1e-3)


def test_what_the_line_takes_is_no_error_of_the_clock(rng) -> None:
    clock = SensorClock(transport_s=0.25)
    for t, now in heard(clock, behind_s=0.25, n=300, rng=rng):
        clock.heard(t, now_utc_ns=now)
    assert clock.estimate().behind_s == pytest.approx(0, abs=1e-3)


def test_a_drift_is_found(rng) -> None:
    clock = SensorClock()
    for t, now in heard(clock, behind_s=0.1, n=3000, rng=rng, drift_s_per_h=0.5):
        clock.heard(t, now_utc_ns=now)
        known = clock.estimate()
    assert known.drift_s_per_h == pytest.approx(0.5, abs=0.1)


def test_nothing_is_said_of_a_clock_that_was_hardly_heard() -> None:
    clock = SensorClock()
    assert clock.estimate() is None
    clock.heard(T0, now_utc_ns=T0)
    assert clock.estimate() is None


def corrector() -> Corrector:
    return Corrector(transport_s=0.0, tolerance_s=0.05, most_s=3.0)


def test_a_good_clock_is_believed(rng) -> None:
    one = corrector()
    for t, now in heard(one, behind_s=0.01, n=100, rng=rng):
        stamp = one.stamp(t, now_utc_ns=now)
        assert (stamp.t_utc_ns, stamp.problem, stamp.is_usable) == (t, "", True)


def test_a_wrong_clock_is_corrected_and_told_and_time_runs_on(rng) -> None:
    one, times = corrector(), []
    for t, now in heard(one, behind_s=-0.4, n=100, rng=np.random.default_rng(1)):
        stamp = one.stamp(t, now_utc_ns=now)
        times.append((stamp.t_utc_ns, now))
    assert "0.400 s ahead and corrected" in stamp.problem
    late_s = np.array([(now - t) * 1e-9 for t, now in times[50:]])
    assert late_s.min() == pytest.approx(0, abs=5e-3)


def test_a_clock_far_off_is_not_believed_until_it_is_set(rng) -> None:
    one = corrector()
    for t, now in heard(one, behind_s=3600.0, n=20, rng=rng):
        stamp = one.stamp(t, now_utc_ns=now)
    assert not stamp.is_usable
    assert "left out" in stamp.problem
    for k in range(20):
        now = T0 + (3 + k) * S
        stamp = one.stamp(now - S // 100, now_utc_ns=now)
    assert stamp.is_usable
    assert not stamp.problem


def test_another_thread_may_ask_while_records_come_in() -> None:
    """The web asks for the status at any moment; a copy of what is known must not fail."""
    clock, failures, is_over = SensorClock(), [], Event()

    def ask() -> None:
        while not is_over.is_set():
            try:
                clock.estimate()
            except (RuntimeError, IndexError, TypeError) as error:
                failures.append(error)
                return

    asking = Thread(target=ask)
    asking.start()
    try:
        for k in range(20_000):
            now = T0 + k * S
            clock.heard(now - (k % 3) * 100 * S, now_utc_ns=now)
    finally:
        is_over.set()
        asking.join()
    assert not failures
