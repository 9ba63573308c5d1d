"""The twin by itself: what its instruments deliver when nobody listens to them."""

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from standex.model.ports import Instrument
from standex.model.record import Record


def open_loop(
    scene: Any,
    instruments: Mapping[str, Instrument],
    *,
    start_utc_ns: int,
    end_utc_ns: int,
) -> Iterator[Record]:
    """Yield the records of all instruments in order of time.

    An instrument that waits for tasks gets none.

    Args:
        scene: of the twin.
        instruments: by sensor id; each fires at its own rate, from the start on.
        start_utc_ns: of the first records.
        end_utc_ns: no record after that.
    """
    due = [(start_utc_ns, sensor_id, 0) for sensor_id in sorted(instruments)]
    heapq.heapify(due)
    while due:
        t_utc_ns, sensor_id, turn = heapq.heappop(due)
        if t_utc_ns > end_utc_ns:
            continue
        instrument = instruments[sensor_id]
        following = start_utc_ns + round((turn + 1) / instrument.rate_hz * 1e9)
        heapq.heappush(due, (following, sensor_id, turn + 1))
        record = instrument.record(scene, t_utc_ns, turn)
        if record is not None:
            yield record
