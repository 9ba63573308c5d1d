"""Sensors that are told where to look: what they may do, were asked to do, and did."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from standex.model.zones import BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A sensor is asked to look at a place at a time.

    Attributes:
        task_id: unique in a run.
        t_utc_ns: when it was asked.
        sensor_id: who shall look.
        track_id: for whom.
        position_site_m: where.
        t_look_utc_ns: when.
        zone: at which zone, or None.
        reason: why this task and no other.
    """

    task_id: str
    t_utc_ns: int
    sensor_id: str
    track_id: int
    position_site_m: Float[np.ndarray, " 2"]
    t_look_utc_ns: int
    zone: BodyZone | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskRules:
    """What a tasked sensor can do and may do, as surveyed.

    The rules of a laser are those of the software. Behind them stands a hardware interlock (light
    barrier, key switch), which rules whatever is asked here.

    Attributes:
        spot_site_m: middle of the place that it can look at.
        reach_m: how far from there.
        zones: that it can be aimed at.
        dwell_s: how long one task takes it; it does one at a time.
        lead_s: least time from being asked to looking.
        shots_per_task: fired for one task.
        max_shots_per_person: on one person, under whatever number.
        max_shots_per_place: within ``place_m`` of one place in ``place_s``, whoever stands there:
            who comes back under a new number is where the shots fall.
        place_m: extent of a place.
        place_s: for how long shots at a place count.
        clear_m: nobody else may be so near to the line from the sensor to the person.
        nearest_m: nobody may be looked at from nearer than that: for a laser, its nominal ocular
            hazard distance; 0 where the beam is harmless everywhere.
        p_detect: P(a look shows a threat that is there), for planning alone.
        p_false: P(a look shows one that is not), for planning alone.
        is_armed: whether it may be used without having been armed: for what cannot hurt.
        is_armed_in_exercise: whether it counts as armed where the site is in exercise mode.
    """

    spot_site_m: Float[np.ndarray, " 2"]
    reach_m: float
    zones: tuple[BodyZone, ...]
    dwell_s: float
    lead_s: float
    shots_per_task: int
    max_shots_per_person: int
    max_shots_per_place: int
    place_m: float
    place_s: float
    clear_m: float
    nearest_m: float
    p_detect: float = 0.8
    p_false: float = 0.02
    is_armed: bool = False
    is_armed_in_exercise: bool = False

    def __post_init__(self) -> None:
        if not np.isfinite(self.spot_site_m).all():
            raise ValueError(f"spot_site_m must be finite, got {self.spot_site_m}")
        for name in ("reach_m", "dwell_s", "place_m", "place_s"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and above 0, got {getattr(self, name)}")
        for name in ("lead_s", "clear_m", "nearest_m"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and not below 0: {getattr(self, name)}")
        if not 0 < self.p_false < self.p_detect < 1:
            raise ValueError(
                f"0 < p_false < p_detect < 1 is wanted, got {self.p_false} and {self.p_detect}"
            )
        if not 1 <= self.shots_per_task <= self.max_shots_per_person:
            raise ValueError(
                f"shots_per_task must be from 1 to max_shots_per_person "
                f"({self.max_shots_per_person}), got {self.shots_per_task}"
            )
        if self.max_shots_per_place < self.shots_per_task:
            raise ValueError(
                f"max_shots_per_place ({self.max_shots_per_place}) allows not even one task of "
                f"{self.shots_per_task} shots"
            )
        if not self.zones:
            raise ValueError("zones is empty: a tasked sensor must be able to look at something")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """A supervisor's permission to use a sensor.

    Attributes:
        sensor_id: which.
        t_utc_ns: since when.
        until_utc_ns: it ends by itself.
        by: who gave it, as the site's accounts are called.
        why: in plain words.
    """

    sensor_id: str
    t_utc_ns: int
    until_utc_ns: int
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dose:
    """Shots that were fired, or may have been.

    Attributes:
        task_id: for which task.
        sensor_id: by which sensor.
        t_utc_ns: when.
        track_id: at whom.
        position_site_m: where.
        n_shots: how many, at most.
    """

    task_id: str
    sensor_id: str
    t_utc_ns: int
    track_id: int
    position_site_m: Float[np.ndarray, " 2"]
    n_shots: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tasking:
    """What is asked of sensors at one moment, and what they have done.

    Attributes:
        open: tasks that are not answered yet, in order of asking.
        doses: of as long as any rule asks for.
        armed: permissions, by sensor.
        refused: tasks refused lately, by sensor and person: since when, and why; so that the same
            refusal is not said at every step.
        n_tasks: asked so far.
    """

    open: tuple[Task, ...] = ()
    doses: tuple[Dose, ...] = ()
    armed: Mapping[str, Arming] = field(default_factory=dict[str, Arming])
    refused: Mapping[tuple[str, int], tuple[int, str]] = field(
        default_factory=dict[tuple[str, int], tuple[int, str]]
    )
    n_tasks: int = 0
