from standex.edges.watchdog import Watchdog, limit_s

S = 10**9


def test_silence_is_three_periods_and_a_half_second() -> None:
    assert limit_s(10.0) == 0.8


def test_a_silent_sensor_is_told_once_and_again_after_it_came_back() -> None:
    dog = Watchdog({"a": 10.0, "b": 1.0}, since_utc_ns=0)
    assert dog.newly_silent(now_utc_ns=round(0.8 * S)) == ()
    assert dog.newly_silent(now_utc_ns=S) == ("a",)
    assert dog.newly_silent(now_utc_ns=2 * S) == ()
    assert dog.heard("a", now_utc_ns=2 * S)
    assert not dog.heard("a", now_utc_ns=2 * S)
    assert dog.newly_silent(now_utc_ns=4 * S) == ("a", "b")
