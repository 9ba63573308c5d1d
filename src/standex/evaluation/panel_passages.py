"""Passages through a gate of imaging panels, one person each, with known truth.

A passage depends on its seed and on the kind of thing that is carried, on nothing else. People walk
down the lane at their own speed, a little off its middle and a little askew; the track that the
sensor is told is off by a camera's error. Everything here is simulated.

Each part of a passage has a stream of chance of its own, so two passages of one seed, with an item
and without, differ in the item alone: the same body, clothes, way, noise and error of the track.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence
from standex.model.ports import Instrument, Technology
from standex.model.record import Record
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import ZONES, BodyZone
from standex.twin.scene import Scene
from standex.twin.wardrobe import Thing, draw_thing

START_UTC_NS = 1_767_225_600_000_000_000
FRAME_RATE_HZ = 12.0
COMES_FROM_M = 2.6
N_EMPTY = 5  # sweeps of the empty room before the first passage
AFTER_NS = 700_000_000  # from the last sweep until the look has closed for want of others
PERSON = 1
SIDE_M, ASKEW_RAD = 0.06, 0.07  # standard deviations
SPEED_M_PER_S = (1.0, 1.6)
TRACK_M, TRACK_M_PER_S = 0.04, 0.08  # errors of a camera's track
ZONES_USED = (BodyZone.TORSO_FRONT, BodyZone.WAIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One walk to be simulated.

    Attributes:
        seed: of all that is drawn.
        thing: what is carried, or None.
    """

    seed: int
    thing: Thing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageScores:
    """What a technology said about one passage.

    Attributes:
        seed: of the passage.
        thing: what was carried, or None.
        item_class: of it, or ``nothing``.
        zone: where it was, or None.
        scores: of each zone looked at, in the order of ``score_names``; empty of a passage that
            was not looked at.
        score_names: of the scores.
        coverage: P(reference object detected) stated for each zone; a technology without a
            calibration states 0.
    """

    seed: int
    thing: Thing | None
    item_class: str
    zone: str | None
    scores: dict[str, tuple[float, ...]]
    score_names: tuple[str, ...]
    coverage: dict[str, float]


def scene_of(passage: Passage) -> Scene:
    """Return the one person of a passage on the way through the lane.

    The way is straight, at a constant speed, towards -x. What is carried is in one of
    ``ZONES_USED``, as often in each.
    """
    rng = np.random.default_rng([passage.seed, 77])
    zone = ZONES_USED[int(rng.integers(len(ZONES_USED)))]
    items: tuple[CarriedItem, ...] = ()
    if passage.thing is not None:
        items = (draw_thing(passage.thing, person=PERSON, zone=zone, rng=rng),)
    walk = np.random.default_rng([passage.seed, 78])
    side, askew = walk.normal(0, SIDE_M), walk.normal(0, ASKEW_RAD)
    speed = walk.uniform(*SPEED_M_PER_S)
    n = int(np.ceil(4.0 / speed * FRAME_RATE_HZ))
    x = COMES_FROM_M - speed * np.cos(askew) * np.arange(n) / FRAME_RATE_HZ
    y = side + (x - 1.2) * np.tan(askew)
    way = Trajectories(
        name=f"lane {passage.seed}",
        person=np.full(n, PERSON, dtype=np.int64),
        frame=np.arange(n),
        position_m=np.column_stack([x, y]),
        height_m=np.full(n, np.nan),
        frame_rate_hz=FRAME_RATE_HZ,
    )
    truth = Truth(seed=passage.seed, items=items)
    return Scene(trajectories=way, truth=truth, start_utc_ns=START_UTC_NS)


def ready(technology: Technology, instrument: Instrument, *, panels: Sequence[int]) -> Any:
    """Return the state of a technology that has learnt the empty room.

    Args:
        technology: to be made ready.
        instrument: that gives the sweeps.
        panels: that the technology has.
    """
    nobody = scene_of(Passage(seed=0, thing=None))  # who comes later
    state = technology.start()
    for sequence in range(N_EMPTY):
        t = START_UTC_NS - (N_EMPTY - sequence) * 1_000_000_000
        record = instrument.record(nobody, t, sequence)
        if record is not None:
            state, _ = technology.perceive(state, only(record, panels), no_hints(t))
    return state


def records_of(
    passage: Passage, instrument: Instrument, *, at_x_m: Sequence[float]
) -> tuple[Scene, list[Record]]:
    """Return the scene of a passage and the sweeps as the person comes by each place.

    Args:
        passage: that is walked.
        instrument: that gives the sweeps; one that is dead gives none.
        at_x_m: where the person is at each sweep, in the order of walking (falling).
    """
    scene = scene_of(passage)
    way = scene.trajectories.position_m[:, 0]
    records: list[Record] = []
    for sequence, x in enumerate(at_x_m):
        frame = float(np.interp(-x, -way, np.arange(len(way))))
        t = START_UTC_NS + round(frame / FRAME_RATE_HZ * 1e9)
        record = instrument.record(scene, t, 1000 * passage.seed + sequence)
        if record is not None:
            records.append(record)
    return scene, records


def walk_through(
    passage: Passage,
    scene: Scene,
    records: Sequence[Record],
    technology: Technology,
    state: Any,
    *,
    panels: Sequence[int],
) -> PassageScores:
    """Return what a technology says about a passage.

    After the last sweep comes one more record, at a time at which nobody is there any more: it
    makes the technology close its look. It repeats the last samples, and nobody is imaged in it.

    Args:
        passage: that is walked.
        scene: of it.
        records: sweeps in order of time, at least one.
        technology: that has learnt the empty room.
        state: of it.
        panels: that it has; sweeps are cut down to them.

    Raises:
        ValueError: there are no sweeps.
    """
    if not records:
        raise ValueError(f"passage {passage.seed} has no sweeps: at least one is needed")
    rng = np.random.default_rng([passage.seed, 79])
    scores: dict[str, tuple[float, ...]] = {}
    names: tuple[str, ...] = ()
    coverage = dict.fromkeys((zone.value for zone in ZONES), 0.0)
    last = records[-1]
    empty = Record(
        sensor_id=last.sensor_id,
        t_utc_ns=last.t_utc_ns + AFTER_NS,
        kind=last.kind,
        sequence=last.sequence + 1,
        arrays=dict(last.arrays),
    )
    for record in (*records, empty):
        t = record.t_utc_ns
        hints = no_hints(t) if record is empty else _hints(scene, t, rng)
        state, observations = technology.perceive(state, only(record, panels), hints)
        for said in observations:
            if isinstance(said, Evidence) and said.zone is not None:
                scores[said.zone.value] = tuple(said.score.values())
                names = tuple(said.score)
            if isinstance(said, Coverage):
                for row, zone in enumerate(ZONES):
                    best = float(said.p_detect[row].max())
                    coverage[zone.value] = max(coverage[zone.value], best)
    item = scene.truth.of(PERSON)
    return PassageScores(
        seed=passage.seed,
        thing=passage.thing,
        item_class="nothing" if item is None else item.item_class,
        zone=None if item is None else item.zone.value,
        scores=scores,
        score_names=names,
        coverage=coverage,
    )


def only(record: Record, panels: Sequence[int]) -> Record:
    """Return a record as an array with some of its panels would have given it.

    Raises:
        ValueError: the record has none of them.
    """
    a = record.arrays
    t = np.flatnonzero(np.isin(a["tx_panel"], panels))
    r = np.flatnonzero(np.isin(a["rx_panel"], panels))
    if not len(t) or not len(r):
        raise ValueError(f"record {record.sequence} has no antennas on panels {list(panels)}")
    if len(t) == len(a["tx_panel"]) and len(r) == len(a["rx_panel"]):
        return record
    return Record(
        sensor_id=record.sensor_id,
        t_utc_ns=record.t_utc_ns,
        kind=record.kind,
        sequence=record.sequence,
        arrays={
            "samples": np.ascontiguousarray(a["samples"][np.ix_(t, r)]),
            "tx_position_m": a["tx_position_m"][t],
            "rx_position_m": a["rx_position_m"][r],
            "tx_panel": a["tx_panel"][t],
            "rx_panel": a["rx_panel"][r],
            "frequency_hz": a["frequency_hz"],
            "t_offset_s": a["t_offset_s"][t],
        },
    )


def _hints(scene: Scene, t_utc_ns: int, rng: np.random.Generator) -> Hints:
    now = scene.at(t_utc_ns)
    n = len(now.person)
    return Hints(
        t_utc_ns=t_utc_ns,
        position_site_m=now.position_site_m + rng.normal(0, TRACK_M, (n, 2)),
        velocity_site_m_per_s=now.velocity_site_m_per_s + rng.normal(0, TRACK_M_PER_S, (n, 2)),
        spread_m=np.full(n, TRACK_M),
        need=np.ones(n),
    )
