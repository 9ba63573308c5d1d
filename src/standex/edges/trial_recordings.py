"""Recordings for a blind trial: people of the twin walk by, and nothing in the file says what for.

Everything is drawn from a secret seed: with it the truth could be made again, so it is sealed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from standex import __version__
from standex.edges.calibrations import calibrations_of
from standex.edges.many_runs import START_UTC_NS
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.evaluation.closed_loop import closed_loop
from standex.evaluation.open_loop import open_loop
from standex.model.errors import StandexError
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.station import Station
from standex.twin.carry import CarryModel, draw_truth
from standex.twin.scene import Scene

EMPTY_S = 2.0  # the room is empty so long, for the sensors to learn it
AFTER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPassage:
    """One person's way through a recording of the trial.

    Attributes:
        recording: file name.
        person: number in it; sealed.
        public: where and when the person came and went: what a laboratory may know.
        item: carried; None for nothing.
    """

    recording: str
    person: int
    public: dict[str, Any]
    item: CarriedItem | None


def some_people(trajectories: Trajectories, n: int, *, rng: np.random.Generator) -> Trajectories:
    """Return ``n`` people who come one after another, from a place that is drawn.

    Raises:
        StandexError: there are not so many.
    """
    people = trajectories.people
    if not 1 <= n <= len(people):
        raise StandexError(f"{n} people wanted, recording {trajectories.name} has {len(people)}")
    rows = np.searchsorted(trajectories.person, people)
    in_turn = people[np.argsort(trajectories.frame[rows], kind="stable")]
    first = int(rng.integers(len(people) - n + 1))
    kept = np.isin(trajectories.person, in_turn[first : first + n])
    frame = trajectories.frame[kept]
    shift = round(EMPTY_S * trajectories.frame_rate_hz) - int(frame.min())
    return replace(
        trajectories,
        person=trajectories.person[kept],
        frame=frame + shift,
        position_m=trajectories.position_m[kept],
        height_m=trajectories.height_m[kept],
    )


def record_passages(
    path: Path, *, site: Site, site_toml: str, walk: Trajectories, carry: CarryModel, seed: int
) -> tuple[RecordedPassage, ...]:
    """Write the raw records of one recording, and return who walked there with what.

    Nothing but raw records is written: no truth, and nothing of what this software makes of them.
    Where the site has sensors that are told where to look, its own station tells them.

    Raises:
        StandexError: the site's instruments cannot be built, or the file cannot be written.
    """
    truth = draw_truth(walk.people, carry, seed=seed)
    scene = Scene(trajectories=walk, truth=truth, start_utc_ns=START_UTC_NS)
    writer = RecordingWriter(
        path,
        site_id=site.site_id,
        profile=Profile.LAB,
        software_version=__version__,
        site_toml=site_toml,
        started_utc_ns=START_UTC_NS,
        is_simulated=True,
    )
    with writer, threadpool_limits(limits=1):
        for record in _records(site, scene, seed):
            writer.record(record)
    return tuple(_passage(path.name, walk, int(person), truth) for person in walk.people)


def _records(site: Site, scene: Scene, seed: int) -> Iterator[Record]:
    instruments = build_instruments(site, seed)
    end_utc_ns = scene.end_utc_ns + round(AFTER_S * 1e9)
    if any(isinstance(one, Tasked) for one in instruments.values()):
        calibrations = calibrations_of(site)
        station = Station.of(site, build_technologies(site, calibrations), calibrations)
        for step in closed_loop(
            station, scene, instruments, start_utc_ns=START_UTC_NS, end_utc_ns=end_utc_ns
        ):
            yield step.record
        return
    yield from open_loop(scene, instruments, start_utc_ns=START_UTC_NS, end_utc_ns=end_utc_ns)


def _passage(recording: str, walk: Trajectories, person: int, truth: Truth) -> RecordedPassage:
    rows = np.flatnonzero(walk.person == person)
    t_utc_ns = START_UTC_NS + np.round(walk.frame[rows] / walk.frame_rate_hz * 1e9).astype(np.int64)
    first, last = (walk.position_m[row].round(2).tolist() for row in (rows[0], rows[-1]))
    return RecordedPassage(
        recording=recording,
        person=person,
        public={
            "recording": f"recordings/{recording}",
            "from_utc_ns": int(t_utc_ns[0]),
            "to_utc_ns": int(t_utc_ns[-1]),
            "from_x_m": first[0],
            "from_y_m": first[1],
            "to_x_m": last[0],
            "to_y_m": last[1],
        },
        item=truth.of(person),
    )
