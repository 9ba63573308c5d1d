"""A crowd through the chain: people are marked at the Init line, and what the station then says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.evaluation.closed_loop import closed_loop
from standex.fusion.history import nearest
from standex.model.event import PersonRejoined
from standex.model.picture import Picture
from standex.model.ports import Instrument
from standex.model.tracks import Snapshot
from standex.station import Station

SAMPLE_S = 0.1
SEEN_S = 0.25  # two scans
MARK_M = 1.0  # nobody further from the place of a command is marked
TAIL_S = 8.0  # until joins of the last are final


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The message that marks a person: where and when the imager saw them at the Init line.

    Attributes:
        visit: number in the scene, for scoring alone.
        t_utc_ns: of the crossing.
        arrives_utc_ns: at the station.
        place_site_m: as the imager measured it.
    """

    visit: int
    t_utc_ns: int
    arrives_utc_ns: int
    place_site_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a command marked.

    Attributes:
        visit: number in the scene, for scoring alone.
        t_utc_ns: when it arrived.
        track_id: the passage that is marked; 0 where nobody was within reach of its place.
    """

    visit: int
    t_utc_ns: int
    track_id: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """What the station shows at one moment, one person a row.

    Attributes:
        t_utc_ns: when.
        track_id: confirmed people, ascending.
        position_site_m: of each.
        is_seen: whether it was seen lately, and is not only expected there.
        line: row of the site's lines that each reaches next, -1 for none.
        arrival_s: from now until then: at the earliest, at the latest (5 and 95 %).
    """

    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 2"]
    is_seen: Bool[np.ndarray, " n"]
    line: Int[np.ndarray, " n"]
    arrival_s: Float[np.ndarray, "n 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChainLog:
    """What one run of the station left for the scorer.

    Attributes:
        samples: ten a second.
        marks: in order of arrival.
        joins: as the station said them.
    """

    samples: tuple[Sample, ...]
    marks: tuple[Mark, ...]
    joins: tuple[PersonRejoined, ...]


def run_chain(
    station: Station,
    scene: Any,
    instruments: Mapping[str, Instrument],
    commands: tuple[Command, ...],
) -> ChainLog:
    """Return what the station says of a crowd, and whom the commands marked.

    A command marks the confirmed person who was nearest to its place at its time, by what the
    station remembers of where people were. Nothing of the truth goes in.

    Args:
        station: with a technology for each instrument.
        scene: of the twin.
        instruments: by sensor id.
        commands: in any order.
    """
    samples: list[Sample] = []
    marks: list[Mark] = []
    joins: list[PersonRejoined] = []
    line_row = {line.line_id: row for row, line in enumerate(station.site.lines)}
    waiting = sorted(commands, key=lambda one: (one.arrives_utc_ns, one.visit), reverse=True)
    due_utc_ns = scene.start_utc_ns
    end_utc_ns = scene.end_utc_ns + round(TAIL_S * 1e9)
    for step in closed_loop(
        station, scene, instruments, start_utc_ns=scene.start_utc_ns, end_utc_ns=end_utc_ns
    ):
        picture = step.picture
        joins += [event for event in step.events if isinstance(event, PersonRejoined)]
        while waiting and waiting[-1].arrives_utc_ns <= picture.t_utc_ns:
            marks.append(_marked(waiting.pop(), picture))
        if picture.t_utc_ns >= due_utc_ns:
            due_utc_ns += round(SAMPLE_S * 1e9)
            samples.append(_sample(picture, line_row))
    return ChainLog(samples=tuple(samples), marks=tuple(marks), joins=tuple(joins))


def _marked(command: Command, picture: Picture) -> Mark:
    past = nearest(picture.history, command.t_utc_ns)
    row = None if past is None else _nearest_row(past, np.array(command.place_site_m))
    number = 0 if past is None or row is None else int(past.track_id[row])
    return Mark(visit=command.visit, t_utc_ns=picture.t_utc_ns, track_id=number)


def _nearest_row(past: Snapshot, place_site_m: Float[np.ndarray, " 2"]) -> int | None:
    away_m = np.hypot(*(past.position_site_m - place_site_m).T)
    if not len(away_m) or away_m.min() > MARK_M:
        return None
    return int(np.argmin(away_m))


def _sample(picture: Picture, line_row: Mapping[str, int]) -> Sample:
    tracks = picture.tracks
    rows: Bool[np.ndarray, " all"] = tracks.is_confirmed
    numbers = tracks.track_id[rows]
    line = np.full(len(numbers), -1, dtype=np.int64)
    arrival_s = np.full((len(numbers), 2), np.nan)
    for k, number in enumerate(numbers.tolist()):
        ahead = picture.passages[number].next_line if number in picture.passages else None
        if ahead is not None:
            line[k] = line_row[ahead.line_id]
            arrival_s[k] = ahead.earliest_s, ahead.latest_s
    return Sample(
        t_utc_ns=picture.t_utc_ns,
        track_id=numbers,
        position_site_m=tracks.mean[rows, :2],
        is_seen=tracks.last_seen_utc_ns[rows] >= picture.t_utc_ns - round(SEEN_S * 1e9),
        line=line,
        arrival_s=arrival_s,
    )
