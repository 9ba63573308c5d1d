from dataclasses import dataclass

import numpy as np

from standex.evaluation.open_loop import open_loop
from standex.model.record import Record


@dataclass
class Device:
    sensor_id: str
    rate_hz: float
    dead_from: int = 10**9

    def record(self, scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        if sequence >= self.dead_from:
            return None
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind="test",
            sequence=sequence,
            arrays={"x": np.zeros(1)},
        )


def test_each_fires_at_its_rate_and_all_come_in_order() -> None:
    devices = {"b": Device("b", 3.0), "a": Device("a", 10.0), "c": Device("c", 5.0, dead_from=2)}
    records = list(open_loop(None, devices, start_utc_ns=1000, end_utc_ns=1000 + 10**9))
    times = [record.t_utc_ns for record in records]
    assert times == sorted(times)
    n = {name: sum(record.sensor_id == name for record in records) for name in devices}
    # 1 / 3 s does not divide a second into whole nanoseconds; its fourth falls on the end.
    assert n == {"a": 11, "b": 4, "c": 2}
    assert times[0] == 1000
