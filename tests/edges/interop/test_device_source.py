import itertools
import threading

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.interop.device_source import DeviceSource, Reading
from standex.model.observation import HealthReason
from standex.testing import check_source

T0 = 1_760_000_000_000_000_000


def reading(number: int, **changes) -> Reading:
    return Reading(kind="k", arrays={"level": [float(number)]}, t_utc_ns=T0 + number, **changes)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


def test_a_function_is_a_source(clock) -> None:
    def read():
        for number in range(5):
            yield reading(number)
        threading.Event().wait(5)

    source = DeviceSource({"a": read, "b": read}, clock=clock)
    check_source(source, n_records=10, is_repeatable=False)
    source.close()


def test_it_is_told_and_opened_again_and_the_other_does_not_notice(clock, waits) -> None:
    n_opened = itertools.count()

    def broken():
        opened = next(n_opened)
        yield reading(opened)
        raise OSError("cable")

    def good():
        for number in itertools.count():
            yield reading(number)
            threading.Event().wait(0.002)

    source = DeviceSource({"broken": broken, "good": good}, clock=clock, first_pause_s=0.01)
    got: list = []

    def pump() -> None:
        got.extend(source.records())

    thread = threading.Thread(target=pump)
    thread.start()
    waits(lambda: "broken" in source.troubles())
    said = source.troubles()["broken"]
    assert said.reason is HealthReason.DISCONNECTED
    assert "cable" in said.message
    waits(lambda: sum(one.sensor_id == "broken" for one in got) >= 3)
    source.close()
    thread.join(2)
    assert not thread.is_alive()
    numbers = [one.sequence for one in got if one.sensor_id == "broken"]
    assert numbers == sorted(set(numbers))
    assert "good" not in source.troubles()


def test_a_buffer_that_is_used_again_does_no_harm(clock) -> None:
    buffer = np.zeros(1)

    def read():
        for number in range(3):
            buffer[:] = number
            yield Reading(kind="k", arrays={"level": buffer})
        threading.Event().wait(5)

    source = DeviceSource({"a": read}, clock=clock)
    got = list(itertools.islice(source.records(), 3))
    source.close()
    assert [float(one.arrays["level"][0]) for one in got] == [0.0, 1.0, 2.0]
    assert all(one.t_utc_ns == T0 for one in got), "the moment of reading"


def test_the_devices_own_numbers_tell_what_is_lost(clock) -> None:
    def read():
        yield reading(1, sequence=10)
        yield reading(2, sequence=14)
        threading.Event().wait(5)

    source = DeviceSource({"a": read}, clock=clock)
    assert [one.sequence for one in itertools.islice(source.records(), 2)] == [10, 14]
    source.close()
