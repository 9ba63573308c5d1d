"""The law of an instrument of the twin: it delivers what a device would, and nothing else."""

from typing import Any

import numpy as np

from standex.model.ports import Instrument
from standex.model.record import Record
from standex.testing.examples import T_UTC_NS
from standex.testing.leaves import Untouched, check_same


def check_instrument(
    instrument: Instrument,
    scene: Any,
    *,
    sensor_id: str,
    t_utc_ns: int = T_UTC_NS,
    n_records: int = 3,
) -> None:
    """Assert that an instrument's records are those of a device.

    * Each record is of the sensor, at the time (to one period), with the number asked for; all
      have the same kind and the same arrays, of the same types, all finite.
    * Chance is in the seed and the number of the record, not in what was asked before: record 0
      asked for once more, last, is the same bit for bit.
    * The scene is not written to: it is the same for all instruments.

    Args:
        instrument: one that works; it may be dead at no time asked for.
        scene: of the twin.
        sensor_id: whose records they must be.
        t_utc_ns: time of the first record.
        n_records: how many, one period apart.
    """
    assert isinstance(instrument, Instrument), f"{type(instrument).__name__} is no Instrument"
    rate_hz = instrument.rate_hz
    assert 0 < rate_hz < np.inf, f"rate_hz must be positive, got {rate_hz}"
    period_ns = round(1e9 / rate_hz)
    with Untouched(scene=scene):
        records = [
            instrument.record(scene, t_utc_ns + row * period_ns, row) for row in range(n_records)
        ]
        again = instrument.record(scene, t_utc_ns, 0)
    check_same(records[0], again, "a record must not depend on what was asked before it")
    layouts: set[object] = set()
    for row, record in enumerate(records):
        assert record is not None, f"record {row} is missing: is the device dead?"
        _check_record(record, sensor_id)
        assert record.sequence == row, f"record {row} has number {record.sequence}"
        late_ns = record.t_utc_ns - (t_utc_ns + row * period_ns)
        assert abs(late_ns) <= period_ns, f"record {row} is {late_ns} ns off, period {period_ns}"
        arrays = [
            # Of text the length is no part of the layout.
            (name, "U" if array.dtype.kind == "U" else str(array.dtype))
            for name, array in record.arrays.items()
        ]
        layouts.add((record.kind, *sorted(arrays)))
    assert len(layouts) == 1, f"all records must have one layout, got {layouts}"


def _check_record(record: Record, sensor_id: str) -> None:
    assert record.sensor_id == sensor_id, f"record of {record.sensor_id!r}, not {sensor_id!r}"
    assert record.kind, "a record must say its kind"
    assert record.arrays, "a record must hold something"
    for name, array in record.arrays.items():
        assert array.dtype.kind in "biufcU", f"array {name!r} is of type {array.dtype}"
        is_text = array.dtype.kind == "U"
        assert is_text or np.isfinite(array).all(), f"array {name!r} must be finite"
