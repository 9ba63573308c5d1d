"""One run of the twin through the station: people scored, and scores kept for calibration."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from standex.evaluation.closed_loop import Step, closed_loop
from standex.evaluation.drifted_looks import smelled
from standex.evaluation.score import NEAREST_M, PersonOutcome, Tally
from standex.evaluation.score_looks import AssociationCounts
from standex.model.event import Alert, TaskClosed, TaskResult
from standex.model.observation import Evidence, GaussianFootprint
from standex.model.ports import Instrument
from standex.model.truth import CarriedItem
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.station import Station

NO_ZONE = -1  # a sensor that cannot tell where on the body

# Sensor, scores by name, person, row of the zone, class of what was there.
_KnownLook = tuple[str, dict[str, float], int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LookScores:
    """Scores of looks of a run, with what was in the zone they looked at.

    Sensors that score alike are together; those of another technology have scores of their own.

    Attributes:
        sensor_id: of each look.
        score: one look at one zone a row.
        score_names: of the columns.
        person: at whom the look was, by truth.
        zone: row of ``ZONES``; ``NO_ZONE`` where a sensor cannot tell.
        item_class: in that zone of that person.
    """

    sensor_id: tuple[str, ...]
    score: Float[np.ndarray, "n features"]
    score_names: tuple[str, ...]
    person: Int[np.ndarray, " n"]
    zone: Int[np.ndarray, " n"]
    item_class: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwinRun:
    """What one run gave.

    Attributes:
        seed: of the run.
        outcomes: one per person.
        n_stray_alerts: alerts with nobody near.
        looks: for calibration; one for each set of scores.
        n_records: by sensor.
        n_alerts: all of them: a person with two track numbers may have two.
        duration_s: from the first person's time zero until the last has left.
        n_tasks_done: looks that were asked for and taken, by sensor.
        association: how many looks and alerts went to the right person.
    """

    seed: int
    outcomes: tuple[PersonOutcome, ...]
    n_stray_alerts: int
    looks: tuple[LookScores, ...]
    n_records: Mapping[str, int]
    n_alerts: int = 0
    duration_s: float = 0.0
    n_tasks_done: Mapping[str, int] = field(default_factory=dict[str, int])
    association: AssociationCounts = field(default_factory=AssociationCounts)


def run_twin(
    station: Station,
    scene: Any,
    instruments: Mapping[str, Instrument],
    *,
    tail_s: float = 4.0,
    factors: Mapping[int, Mapping[str, str]] | None = None,
) -> TwinRun:
    """Return what became of everybody in the scene.

    Args:
        station: with a technology for each instrument.
        scene: of the twin.
        instruments: by sensor id.
        tail_s: how long to go on after the last person has left, so that passages close.
        factors: coarse groups of people, by person.
    """
    people = [int(person) for person in scene.trajectories.people]
    tally = Tally(
        scene=scene,
        truth=scene.truth,
        people=people,
        known_factors=factors or {},
        is_threat=station.site.items.is_threat,
    )
    rows: list[_KnownLook] = []
    n_records: dict[str, int] = dict.fromkeys(instruments, 0)
    n_alerts, n_tasks_done = 0, Counter[str]()
    end_utc_ns = scene.end_utc_ns + round(tail_s * 1e9)
    for step in closed_loop(
        station, scene, instruments, start_utc_ns=scene.start_utc_ns, end_utc_ns=end_utc_ns
    ):
        tally.take(step)
        n_records[step.record.sensor_id] += 1
        rows += _known_looks(step, scene)
        for event in step.events:
            n_alerts += isinstance(event, Alert)
            if isinstance(event, TaskClosed) and event.result is TaskResult.DONE:
                n_tasks_done[event.sensor_id] += 1
    return TwinRun(
        seed=scene.truth.seed,
        outcomes=tally.outcomes(),
        n_stray_alerts=len(tally.stray_alerts),
        looks=_by_scores(rows),
        n_records=n_records,
        n_alerts=n_alerts,
        duration_s=(scene.end_utc_ns - scene.start_utc_ns) * 1e-9,
        n_tasks_done=dict(n_tasks_done),
        association=tally.looks.counts(),
    )


def class_in(item: CarriedItem | None, zone: BodyZone) -> str:
    """Return the item class in a zone of somebody; empty where there is no right answer.

    A residue that has rubbed off from a threat elsewhere on the same person is neither: it must not
    teach that nothing looks like that, nor that the thing itself is there.
    """
    if item is None:
        return "nothing"
    if item.zone is zone:
        return item.item_class
    if item.residue_by_zone.get(zone, 0.0) <= 0:
        return "nothing"
    return "" if item.item_class.startswith("threat") else "benign_residue"


def _by_scores(rows: list[_KnownLook]) -> tuple[LookScores, ...]:
    """Return the looks, those with the same scores together, in order of first appearance."""
    alike: dict[tuple[str, ...], list[_KnownLook]] = {}
    for row in rows:
        alike.setdefault(tuple(row[1]), []).append(row)
    return tuple(
        LookScores(
            sensor_id=tuple(row[0] for row in some),
            score=np.array([list(row[1].values()) for row in some]).reshape(len(some), len(names)),
            score_names=names,
            person=np.array([row[2] for row in some], dtype=np.int64),
            zone=np.array([row[3] for row in some], dtype=np.int64),
            item_class=tuple(row[4] for row in some),
        )
        for names, some in alike.items()
    )


def _known_looks(step: Step, scene: Any) -> list[_KnownLook]:
    rows: list[_KnownLook] = []
    for seen in step.observations:
        if not isinstance(seen, Evidence):
            continue
        if not isinstance(seen.footprint, GaussianFootprint):
            whose = smelled(seen.footprint, scene, t_utc_ns=seen.t_utc_ns)
            if whose is not None:
                rows.append((seen.sensor_id, seen.score, whose[0], NO_ZONE, whose[1]))
            continue
        if seen.zone is None:
            continue
        now = scene.at(seen.t_utc_ns)
        if not len(now.person):
            continue
        away = np.hypot(*(now.position_site_m - seen.footprint.position_site_m).T)
        row = int(np.argmin(away))
        if away[row] > NEAREST_M:
            continue
        person = int(now.person[row])
        item_class = class_in(scene.truth.of(person), seen.zone)
        if item_class:
            rows.append((seen.sensor_id, seen.score, person, ZONE_INDEX[seen.zone], item_class))
    return rows
