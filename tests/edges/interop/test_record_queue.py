import threading
from dataclasses import replace

import numpy as np

from standex.edges.intake import ARRIVED
from standex.edges.interop.record_queue import OLD_S, RecordQueue
from standex.model.record import Record


def record(name: str, sequence: int) -> Record:
    return Record(
        sensor_id=name, t_utc_ns=sequence, kind="k", sequence=sequence, arrays={"a": np.zeros(1)}
    )


def test_a_flood_of_one_takes_nothing_from_the_others() -> None:
    queue = RecordQueue(n_waiting=4)
    for number in range(1000):
        queue.put(record("liar", number))
    queue.put(record("good", 0))
    queue.put(record("good", 1))
    records = queue.records()
    got = [next(records) for _ in range(6)]
    assert [one.sequence for one in got if one.sensor_id == "good"] == [0, 1]
    assert {one.sensor_id for one in got[:2]} == {"liar", "good"}, "in turn"
    assert [one.sequence for one in got if one.sensor_id == "liar"] == [996, 997, 998, 999]
    assert queue.dropped() == {"liar": 996}
    queue.close()
    assert list(records) == []


def test_of_one_that_is_not_emptied_in_time_the_newest_win() -> None:
    queue = RecordQueue()
    apart_ns = round(OLD_S * 1e9 / 4.5)
    for number in range(60):
        came = np.array(10**18 + number * apart_ns)
        # One in three was made where it came, and has no other time.
        arrays = {ARRIVED: np.array(0) if number % 3 == 0 else came}
        one = replace(record("fast", number), t_utc_ns=int(came) - 1000, arrays=arrays)
        queue.put(one)
    records = queue.records()
    queue.put(record("slow", 0))
    queue.put(replace(record("slow", 1), t_utc_ns=10**18))  # nobody says when these came
    got = [next(records) for _ in range(7)]
    assert [one.sequence for one in got if one.sensor_id == "fast"] == [55, 56, 57, 58, 59]
    assert [one.sequence for one in got if one.sensor_id == "slow"] == [0, 1]
    assert queue.dropped() == {"fast": 55}
    queue.close()


def test_closing_ends_who_waits() -> None:
    queue = RecordQueue()
    done = threading.Thread(target=lambda: list(queue.records()))
    done.start()
    queue.close()
    done.join(2)
    assert not done.is_alive()
