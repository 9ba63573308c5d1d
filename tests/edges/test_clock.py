import time

import anyio
import pytest

from standex.edges.clock import Clock, LedClock, SimulatedClock, SteadyClock, SystemClock

T_NS = 1_700_000_000_123_456_789


@pytest.mark.parametrize("clock", [SystemClock(), SimulatedClock(T_NS), SteadyClock(), LedClock(0)])
def test_is_a_clock(clock: Clock) -> None:
    assert isinstance(clock, Clock)


@pytest.mark.parametrize(
    "make", [SystemClock, SteadyClock, lambda: SimulatedClock(T_NS), lambda: LedClock(T_NS)]
)
def test_waiting_never_ends_early(make) -> None:
    clock = make()
    for wait in (clock.wait_until_utc_ns, lambda t: anyio.run(clock.sleep_until_utc_ns, t)):
        until_ns = clock.utc_ns() + 10_000_000
        wait(until_ns)
        assert clock.utc_ns() >= until_ns


@pytest.mark.parametrize("make", [SystemClock, lambda: SimulatedClock(T_NS)])
def test_the_past_is_not_waited_for(make) -> None:
    clock = make()
    before_ns, started_s = clock.utc_ns(), time.monotonic()
    clock.wait_until_utc_ns(before_ns - 10**12)
    anyio.run(clock.sleep_until_utc_ns, before_ns - 10**12)
    assert clock.utc_ns() >= before_ns
    assert time.monotonic() - started_s < 5


def test_the_system_clock_is_the_time_of_this_computer() -> None:
    before_ns = time.time_ns()
    assert before_ns <= SystemClock().utc_ns() <= time.time_ns()


def test_a_simulated_hour_takes_no_time_and_keeps_every_nanosecond() -> None:
    clock = SimulatedClock(T_NS)
    clock.wait_until_utc_ns(T_NS + 3600 * 10**9 + 1)
    assert clock.utc_ns() == T_NS + 3600 * 10**9 + 1
    clock.advance(0.25)
    assert clock.utc_ns() == T_NS + 3600 * 10**9 + 1 + 250_000_000


@pytest.mark.parametrize("dt_s", [-1e-9, float("nan")])
def test_a_clock_cannot_go_back(dt_s: float) -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        SimulatedClock(T_NS).advance(dt_s)


def test_sleeping_lets_other_tasks_run() -> None:
    order: list[str] = []

    async def sleeper(clock: SimulatedClock) -> None:
        await clock.sleep_until_utc_ns(T_NS - 1)
        order.append("sleeper")

    async def other() -> None:
        order.append("other")

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(sleeper, SimulatedClock(T_NS))
            group.start_soon(other)

    anyio.run(both)
    assert order == ["other", "sleeper"]


class SteppedComputer:
    """A computer whose time of day can be stepped."""

    def __init__(self) -> None:
        self.monotonic_ns, self.stepped_ns = 5 * 10**9, T_NS

    def utc_ns(self) -> int:
        return self.monotonic_ns + self.stepped_ns

    def wait_until_utc_ns(self, t_utc_ns, /) -> None: ...

    async def sleep_until_utc_ns(self, t_utc_ns, /) -> None: ...


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_a_steady_clock_does_not_follow_a_step(step_s) -> None:
    computer = SteppedComputer()
    clock = SteadyClock(computer, monotonic_ns=lambda: computer.monotonic_ns)
    before = clock.utc_ns()
    computer.stepped_ns += step_s * 10**9
    computer.monotonic_ns += 10**9
    assert clock.off_s() == pytest.approx(step_s)
    assert clock.utc_ns() == before + 10**9


def test_a_steady_clock_is_led_slowly_to_the_time_of_day() -> None:
    computer = SteppedComputer()
    clock = SteadyClock(computer, monotonic_ns=lambda: computer.monotonic_ns)
    computer.stepped_ns += 10**8
    last = clock.utc_ns()
    for _ in range(250):
        computer.monotonic_ns += 10**9
        off_s = clock.off_s()
        assert 0.9995e9 <= clock.utc_ns() - last <= 1.0005e9
        last = clock.utc_ns()
    assert off_s == pytest.approx(0, abs=1e-9)


def test_a_steady_clock_waits() -> None:
    clock = SteadyClock()
    until = clock.utc_ns() + 10**7
    clock.wait_until_utc_ns(until)
    anyio.run(clock.sleep_until_utc_ns, until + 10**7)
    assert clock.utc_ns() >= until + 10**7


def test_a_clock_that_is_led_says_what_the_leading_one_says() -> None:
    leading = SteadyClock()
    led = LedClock(LedClock.offset_of(leading))
    assert abs(led.utc_ns() - leading.utc_ns()) < 1e9
    before = leading.utc_ns()
    led.lead(LedClock.offset_of(leading) + 3600 * 10**9)
    assert led.utc_ns() >= before + 3600 * 10**9 - LedClock.STEADY_NS
