from dataclasses import replace

import numpy as np
import pytest

from standex.edges.service.guard import SensorGuard, digest_of
from standex.model.observation import HealthReason

S = 10**9
T0 = 1_760_000_000 * S


def guard(**changes) -> SensorGuard:
    return SensorGuard(**{"rate_hz": 10.0, "most_hz": None, "may_repeat": False} | changes)


def record(fakes, k, *, t=None, values=None):
    values = np.random.default_rng(k).random(32) if values is None else values
    return fakes.record(t_utc_ns=T0 + k * S // 10 if t is None else t, sequence=k, values=values)


def test_an_honest_sensor_is_left_alone(fakes) -> None:
    one = guard()
    for k in range(200):
        now = T0 + k * S // 10
        assert one.admit(record(fakes, k), now_utc_ns=now)
        assert one.trouble(now_utc_ns=now) is None


def test_a_flood_is_capped_told_and_over_when_it_ends(fakes) -> None:
    one, n_taken = guard(), 0
    for k in range(2000):  # 200 a second for 10 s, 10 are expected
        now = T0 + k * S // 200
        n_taken += one.admit(record(fakes, k, t=now), now_utc_ns=now)
    assert 300 <= n_taken <= 300 + 60 + 1
    assert one.trouble(now_utc_ns=now).reason is HealthReason.SHEDDING
    assert one.n_flooded == 2000 - n_taken
    assert one.trouble(now_utc_ns=now + 6 * S) is None


def test_a_frozen_sensor_is_told_within_ten_seconds(fakes) -> None:
    one, values = guard(), np.random.default_rng(0).random(32)
    for k in range(100):
        now = T0 + k * S // 10
        one.admit(record(fakes, k, values=values), now_utc_ns=now)
    assert one.trouble(now_utc_ns=now).reason is HealthReason.DATA_QUALITY
    assert one.n_repeated > 70
    assert one.admit(record(fakes, 101), now_utc_ns=now + S)
    told = guard(may_repeat=True)
    assert all(
        told.admit(record(fakes, k, values=values), now_utc_ns=T0 + k * S // 10) for k in range(100)
    )


def test_an_empty_list_may_come_as_often_as_it_likes(fakes) -> None:
    assert not digest_of(record(fakes, 0, values=np.zeros((0, 2))))
    assert not digest_of(record(fakes, 0, values=np.ones(100)))
    assert digest_of(record(fakes, 0))


def test_when_it_came_and_what_is_stated_of_it_are_no_measurements(fakes) -> None:
    """A hall without anybody is no frozen sensor, and places that freeze are."""
    values = np.random.default_rng(0).random((8, 2))

    def told(**arrays) -> bool:
        one = guard()
        for k in range(100):
            now = T0 + k * S // 10
            came = {"arrived_utc_ns": np.array(now)}
            plain = record(fakes, k, values=np.zeros(0))
            one.admit(replace(plain, arrays=arrays | came), now_utc_ns=now)
        return one.trouble(now_utc_ns=now) is not None

    assert told(position_site_m=values, outline_site_m=values)
    assert not told(position_site_m=values[:0], outline_site_m=values)


@pytest.mark.parametrize("back_s", [0.0, 5.0])
def test_a_replayed_record_is_left_out(fakes, back_s) -> None:
    one = guard()
    for k in range(100):
        assert one.admit(record(fakes, k), now_utc_ns=T0 + k * S // 10)
    again = record(fakes, 99 - round(back_s * 10))
    assert not one.admit(again, now_utc_ns=T0 + 10 * S)
    assert one.trouble(now_utc_ns=T0 + 10 * S).reason is HealthReason.CLOCK


def test_a_huge_record_is_left_out(fakes) -> None:
    one = guard()
    huge = np.broadcast_to(np.zeros(1), (10**9,))
    assert not one.admit(record(fakes, 0, values=huge), now_utc_ns=T0)
    assert one.trouble(now_utc_ns=T0).reason is HealthReason.BAD_RECORD
