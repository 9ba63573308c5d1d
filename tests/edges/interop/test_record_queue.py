import threading

import numpy as np

from standex.edges.interop.record_queue import RecordQueue
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


def test_closing_ends_who_waits() -> None:
    queue = RecordQueue()
    done = threading.Thread(target=lambda: list(queue.records()))
    done.start()
    queue.close()
    done.join(2)
    assert not done.is_alive()
