"""All that a technology can say: positions, evidence, coverage, health.

A union of four. Positions go to tracking, evidence to fusion, coverage to both (who was looked at,
and how well), health to the console and to decision.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from standex.model.zones import BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Positions:
    """People seen at these places on the floor, one per row.

    Attributes:
        sensor_id: who says so.
        t_utc_ns: when they were there.
        level_id: on which floor.
        position_site_m: x, y in the site frame.
        covariance_site_m2: of each position.
        existence: P(a person, rather than clutter) of each row, by the sensor's own lights.
        descriptor: short-lived clothing descriptor per row (video), or no columns.
        clutter_per_m2: expected number of false positions per square metre and scan.
        p_object: P(a thing that was set down, and no person) of each row; None where the sensor
            cannot tell, and takes everything for people.
    """

    sensor_id: str
    t_utc_ns: int
    level_id: str
    position_site_m: Float[np.ndarray, "n 2"]
    covariance_site_m2: Float[np.ndarray, "n 2 2"]
    existence: Float[np.ndarray, " n"]
    descriptor: Float[np.ndarray, "n k"]
    clutter_per_m2: float
    p_object: Float[np.ndarray, " n"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GaussianFootprint:
    """A look came from near this place on the floor.

    Attributes:
        position_site_m: x, y.
        covariance_site_m2: of the place, not of the person's extent.
        clutter_per_m2: density of looks that come from nobody (ghosts).
        task_id: the task that made the sensor look there, or empty.
    """

    position_site_m: Float[np.ndarray, " 2"]
    covariance_site_m2: Float[np.ndarray, "2 2"]
    clutter_per_m2: float
    task_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriftFootprint:
    """A look came from somewhere on the way that air has drifted since.

    Attributes:
        age_s: before ``t_utc_ns``, ascending.
        x_site_m: cell centres.
        y_site_m: cell centres.
        weight: P(per person) that somebody there then contributed; not normalised.
    """

    age_s: Float[np.ndarray, " ages"]
    x_site_m: Float[np.ndarray, " nx"]
    y_site_m: Float[np.ndarray, " ny"]
    weight: Float[np.ndarray, "ages nx ny"]


Footprint = GaussianFootprint | DriftFootprint


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathExcess:
    """By how much deeper a body seems behind what is worn on it, place by place.

    A layer of thickness d and refractive index n makes it seem deeper by d (n - 1).

    Attributes:
        excess_m: row by column of the picture that it goes with, at normal incidence; NaN where no
            echo of the body was found.
        sigma_m: standard deviation of each, the predicted body surface included; NaN there.
    """

    excess_m: Float[np.ndarray, "nz nu"]
    sigma_m: Float[np.ndarray, "nz nu"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A picture that goes with a look, always on a generic figure, never of the person.

    Attributes:
        caption: what the values are, with unit.
        across_m: columns, metres to the figure's left of its middle.
        height_m: rows, metres above the floor.
        values: row by column; NaN where the sensor saw nothing.
        excess: path excess at the same places; None of a sensor that measures none. A place with a
            value and no excess was looked at, and showed no body behind what is there.
    """

    caption: str
    across_m: Float[np.ndarray, " nu"]
    height_m: Float[np.ndarray, " nz"]
    values: Float[np.ndarray, "nz nu"]
    excess: PathExcess | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What one look at one person or place says about one body zone.

    Attributes:
        sensor_id: who looked.
        look_id: one per look; the zones of one look share it, and are attached together.
        t_utc_ns: middle of the look.
        t_first_utc_ns: first frame in it.
        t_last_utc_ns: last frame in it.
        footprint: where it came from.
        zone: the zone looked at, or None when the sensor cannot tell.
        log_likelihood: natural log p(what was seen | class), one per item class of the site;
            all terms of a look share one constant.
        log_clutter: natural log p(what was seen | it came from nobody), same constant.
        correlation: of two looks of this sensor at the same person, as the sensor states it;
            0 are independent witnesses, 1 the same witness twice. A look that already joins all
            frames of a passage states 0.
        calibration_id: version of the calibration behind the likelihoods; empty means none, and
            the evidence is shown but weighs nothing.
        reason: in plain words, for the person who reads the alert.
        score: the uncalibrated features behind it, by name.
        patch: the picture that goes with it.
        position_row: row of the ``Positions`` that the same record also gave, or -1.
    """

    sensor_id: str
    look_id: str
    t_utc_ns: int
    t_first_utc_ns: int
    t_last_utc_ns: int
    footprint: Footprint
    zone: BodyZone | None
    log_likelihood: Float[np.ndarray, " classes"]
    log_clutter: float
    correlation: float
    calibration_id: str
    reason: str
    score: dict[str, float] = field(default_factory=dict[str, float])
    patch: Patch | None = None
    position_row: int = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """What a sensor was able to see at this time, per cell of the floor.

    Cells outside the grid are not covered. Silence about a covered cell means something; silence
    about any other cell means nothing.

    Attributes:
        sensor_id: who says so.
        t_utc_ns: when.
        level_id: on which floor.
        origin_site_m: lower left corner of the grid.
        cell_m: width of a cell.
        p_report: P(the sensor reports a person who stands there).
        p_detect: P(the sensor would have detected the reference object on a person there), by
            body zone in the order of ``ZONES``; all zero for a sensor that only positions.
    """

    sensor_id: str
    t_utc_ns: int
    level_id: str
    origin_site_m: Float[np.ndarray, " 2"]
    cell_m: float
    p_report: Float[np.ndarray, "nx ny"]
    p_detect: Float[np.ndarray, "zones nx ny"]


class HealthState(StrEnum):
    """How well a sensor works."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


class HealthReason(StrEnum):
    """Why, in the words that operators of fielded radars already know."""

    NONE = "none"
    STARTING = "starting"
    LOW_FRAME_RATE = "low_frame_rate"
    MISALIGNED = "misaligned"
    DATA_QUALITY = "data_quality"
    OBSCURED = "obscured"
    DISCONNECTED = "disconnected"
    CLOCK = "clock"
    SHEDDING = "shedding"
    BAD_RECORD = "bad_record"
    INTERLOCK = "interlock"
    CALIBRATION_EXPIRED = "calibration_expired"
    NOT_CALIBRATED = "not_calibrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a sensor is, whenever that changes.

    Attributes:
        sensor_id: which sensor.
        t_utc_ns: since when.
        state: how well it works.
        reason: of which kind.
        message: what is wrong and what to do, for a person.
        not_done_task_id: the task that the sensor could not carry out for that reason; it says
            so only where nothing at all was emitted for it.
    """

    sensor_id: str
    t_utc_ns: int
    state: HealthState
    reason: HealthReason
    message: str
    not_done_task_id: str = ""


Observation = Positions | Evidence | Coverage | Health
