"""The twin and the station in one loop, as fast as the machine goes: simulated station-hours.

Records are taken in order of time; each is perceived with the hints as they stood, and its
observations are in the picture before the next record: a station without delay. The live runner
measures what delay does.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standex.model.event import Event, Task
from standex.model.hints import Hints, no_hints
from standex.model.observation import Observation
from standex.model.picture import Picture
from standex.model.ports import Instrument, Tasked
from standex.model.record import Record
from standex.station import Station


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One record's way through the station."""

    record: Record
    observations: tuple[Observation, ...]
    picture: Picture
    events: tuple[Event, ...]
    hints: Hints


def closed_loop(
    station: Station,
    scene: Any,
    instruments: Mapping[str, Instrument],
    *,
    start_utc_ns: int,
    end_utc_ns: int,
) -> Iterator[Step]:
    """Yield every step from start to end.

    Args:
        station: with a technology for each instrument.
        scene: of the twin.
        instruments: by sensor id; each fires at its own rate, from the start on.
        start_utc_ns: of the first records.
        end_utc_ns: no record after that.
    """
    picture, hints = station.start(start_utc_ns), no_hints(start_utc_ns)
    states = {s: station.technologies[s].start() for s in instruments}
    due = [(start_utc_ns, sensor_id, 0) for sensor_id in sorted(instruments)]
    heapq.heapify(due)
    while due:
        t_utc_ns, sensor_id, sequence = heapq.heappop(due)
        if t_utc_ns > end_utc_ns:
            continue
        instrument = instruments[sensor_id]
        following = start_utc_ns + round((sequence + 1) / instrument.rate_hz * 1e9)
        heapq.heappush(due, (following, sensor_id, sequence + 1))
        record = instrument.record(scene, t_utc_ns, sequence)
        if record is None:
            continue
        states[sensor_id], observations = station.perceive(states[sensor_id], record, hints)
        picture, events, hints = station.update(picture, observations)
        give_tasks(events, instruments)
        yield Step(
            record=record, observations=observations, picture=picture, events=events, hints=hints
        )


def give_tasks(events: Iterable[Event], instruments: Mapping[str, Instrument]) -> None:
    """Give each task among the events to its instrument; one that takes none is not told."""
    for event in events:
        if isinstance(event, Task):
            instrument = instruments.get(event.sensor_id)
            if isinstance(instrument, Tasked):
                instrument.take(event)
