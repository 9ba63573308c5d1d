import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.edges.access.rate_limit import Rate, RateLimiter, address_key
from standex.edges.clock import SimulatedClock

RATE = Rate(burst=3, per_s=0.5)


def test_a_burst_and_then_one_at_a_time() -> None:
    clock = SimulatedClock(0)
    limiter = RateLimiter(RATE, clock=clock)
    assert [limiter.take("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    wait_s = limiter.take("a")
    assert wait_s == pytest.approx(2.0)
    assert limiter.take("b") == 0.0
    clock.advance(wait_s + 1e-6)
    assert limiter.take("a") == 0.0
    assert limiter.take("a") > 0.0


def test_what_did_not_count_is_given_back_and_no_more() -> None:
    limiter = RateLimiter(RATE, clock=SimulatedClock(0))
    limiter.take("a", 3)
    limiter.give_back("a", 9)
    assert limiter.take("a", 3) == 0.0
    assert limiter.take("a") > 0.0


class Stepped:
    def __init__(self) -> None:
        self.t_utc_ns = 10**18

    def utc_ns(self) -> int:
        return self.t_utc_ns

    def wait_until_utc_ns(self, t_utc_ns: int, /) -> None:
        self.t_utc_ns = t_utc_ns

    async def sleep_until_utc_ns(self, t_utc_ns: int, /) -> None:
        self.t_utc_ns = t_utc_ns


def test_a_clock_set_back_fills_nothing_and_stops_nothing() -> None:
    clock = Stepped()
    limiter = RateLimiter(RATE, clock=clock)
    limiter.take("a", 3)
    clock.t_utc_ns -= 3600 * 10**9
    assert limiter.take("a") == pytest.approx(2.0)
    clock.t_utc_ns += 3 * 10**9
    assert limiter.take("a") == 0.0


@settings(max_examples=50)
@given(st.lists(st.floats(0, 10), max_size=30))
def test_never_more_than_the_burst_and_the_rate(waits_s: list[float]) -> None:
    clock = SimulatedClock(0)
    limiter = RateLimiter(RATE, clock=clock)
    n_taken = 0
    for wait_s in waits_s:
        clock.advance(wait_s)
        n_taken += limiter.take("a") == 0.0
    assert n_taken <= RATE.burst + RATE.per_s * clock.utc_ns() * 1e-9 + 1e-6


def test_memory_is_bounded_and_the_unused_go_first() -> None:
    limiter = RateLimiter(RATE, clock=SimulatedClock(0), max_keys=100)
    limiter.take("attacker", 3)
    for key in range(1000):
        limiter.take(str(key))
        assert limiter.take("attacker") > 0.0  # who keeps trying is not forgotten
    assert len(limiter) == 100


def test_settings_that_allow_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="burst"):
        Rate(burst=0, per_s=1.0)
    with pytest.raises(ValueError, match="per_s"):
        Rate(burst=1, per_s=float("nan"))
    with pytest.raises(ValueError, match="n must be"):
        RateLimiter(RATE, clock=SimulatedClock(0)).take("a", 4)


def test_one_network_is_one_address() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8:0:0:ffff::2")
    assert address_key("2001:db8::1") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:192.0.2.7") == address_key("192.0.2.7") == "192.0.2.7"
    assert address_key("fe80::1%eth0") == "fe80::/64"
    assert len(address_key("x" * 1000)) <= 64
