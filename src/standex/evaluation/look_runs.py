"""Runs of the twin kept look by look: what a surrogate is made from, and held against.

A look is at the person nearest to its footprint by truth. Everything here is simulated.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from standex.evaluation.closed_loop import Step, closed_loop
from standex.evaluation.score import PersonOutcome, Tally
from standex.evaluation.whose import NEAREST_M
from standex.model.observation import Coverage, Evidence, GaussianFootprint
from standex.model.ports import Instrument
from standex.model.zones import ZONE_INDEX
from standex.station import Station

TAIL_S = 4.0  # after the last person has left, so that passages close


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLook:
    """One look at one person.

    Attributes:
        sensor_id: that looked.
        t_s: of the record, from the start of the run.
        person: at whom, by truth.
        scores: of each zone looked at.
        share: of the sensor's chance of detection that it stated there, by zone.
    """

    sensor_id: str
    t_s: float
    person: int
    scores: dict[str, tuple[float, ...]]
    share: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRun:
    """One run.

    Attributes:
        seed: of everything drawn.
        outcomes: one per person.
        score_names: by sensor.
        looks: in order of time.
    """

    seed: int
    outcomes: tuple[PersonOutcome, ...]
    score_names: dict[str, tuple[str, ...]]
    looks: tuple[KeptLook, ...]


def run_looks(
    station: Station,
    scene: Any,
    instruments: Mapping[str, Instrument],
    *,
    p_detect: Mapping[str, float],
) -> LookRun:
    """Return what became of everybody in a scene, and every look of some of its sensors.

    Args:
        station: with a technology for each instrument.
        scene: of the twin.
        instruments: by sensor id.
        p_detect: of the calibration of each sensor whose looks are kept.
    """
    people = [int(person) for person in scene.trajectories.people]
    tally = Tally(
        scene=scene, truth=scene.truth, people=people, is_threat=station.site.items.is_threat
    )
    names: dict[str, tuple[str, ...]] = {}
    looks: list[KeptLook] = []
    for step in closed_loop(
        station,
        scene,
        instruments,
        start_utc_ns=scene.start_utc_ns,
        end_utc_ns=scene.end_utc_ns + round(TAIL_S * 1e9),
    ):
        tally.take(step)
        sensor_id = step.record.sensor_id
        if sensor_id in p_detect:
            looks += _kept(step, scene, p_detect[sensor_id], names)
    return LookRun(
        seed=scene.truth.seed,
        outcomes=tally.outcomes(),
        score_names=names,
        looks=tuple(looks),
    )


def _kept(
    step: Step, scene: Any, p_detect: float, names: dict[str, tuple[str, ...]]
) -> list[KeptLook]:
    """Return the looks of one step, and note the names of their scores."""
    by_look: dict[str, list[Evidence]] = {}
    coverage: Coverage | None = None
    for seen in step.observations:
        if isinstance(seen, Coverage):
            coverage = seen
        elif isinstance(seen, Evidence) and seen.zone is not None and seen.score:
            by_look.setdefault(seen.look_id, []).append(seen)
    kept: list[KeptLook] = []
    for parts in by_look.values():
        footprint = parts[0].footprint
        if not isinstance(footprint, GaussianFootprint):
            continue
        now = scene.at(parts[0].t_utc_ns)
        if not len(now.person):
            continue
        away_m = np.hypot(*(now.position_site_m - footprint.position_site_m).T)
        row = int(np.argmin(away_m))
        if away_m[row] > NEAREST_M:
            continue
        names.setdefault(parts[0].sensor_id, tuple(parts[0].score))
        place = scene.at(step.record.t_utc_ns)
        here = place.position_site_m[place.person == now.person[row]]
        kept.append(
            KeptLook(
                sensor_id=parts[0].sensor_id,
                t_s=(step.record.t_utc_ns - scene.start_utc_ns) * 1e-9,
                person=int(now.person[row]),
                scores={
                    str(one.zone): tuple(round(s, 4) for s in one.score.values()) for one in parts
                },
                share={
                    str(one.zone): round(_covered(coverage, here, one) / max(p_detect, 1e-9), 4)
                    for one in parts
                },
            )
        )
    return kept


def _covered(coverage: Coverage | None, here_m: np.ndarray, look: Evidence) -> float:
    """Return the chance of detection that was stated about where somebody stands, or next to it."""
    if coverage is None or look.zone is None or not len(here_m):
        return 0.0
    cell = np.floor((here_m[0] - coverage.origin_site_m) / coverage.cell_m).astype(int)
    layer = coverage.p_detect[ZONE_INDEX[look.zone]]
    x, y = np.clip(cell - 1, 0, None)
    near = layer[x : cell[0] + 2, y : cell[1] + 2]
    return float(near.max()) if near.size else 0.0


def sensors_of(run: LookRun) -> Collection[str]:
    """Return the sensors that looked at somebody."""
    return run.score_names.keys()
