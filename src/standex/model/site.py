"""The survey of a site: levels, walls, lines, sensors, and the operating point."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from standex.model.frames import RigidTransform
from standex.model.items import ItemClasses
from standex.model.tasking import TaskRules
from standex.model.zones import ZONES, BodyZone

Setting = float | int | str | bool | list[float] | list[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """One floor, z = 0.

    Attributes:
        level_id: its name.
        min_site_m: lower left corner of the area that the site is responsible for.
        max_site_m: upper right corner.
        wall_site_m: wall segments, from and to.
    """

    level_id: str
    min_site_m: Float[np.ndarray, " 2"]
    max_site_m: Float[np.ndarray, " 2"]
    wall_site_m: Float[np.ndarray, "walls 2 2"]


class LineRole(StrEnum):
    """What crossing a line means.

    Attributes:
        INIT: handed over from the sensor at the entrance to those that follow people.
        REID: handed over from one area of cameras to the next, across a gap that none looks at.
        SCREENED: every sensor that could look lies behind.
        EXIT: out of reach.
    """

    INIT = "init"
    REID = "re_id"
    SCREENED = "screened"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A line on the floor that people cross.

    Attributes:
        line_id: its name.
        role: what crossing it means.
        level_id: on which floor.
        from_site_m: one end.
        to_site_m: other end; forward is to the right of the way from the first to the second.
    """

    line_id: str
    role: LineRole
    level_id: str
    from_site_m: Float[np.ndarray, " 2"]
    to_site_m: Float[np.ndarray, " 2"]

    def beyond_m(self, position_site_m: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, " n"]:
        """Return how far each place lies beyond the line, negative before it."""
        along = self.to_site_m - self.from_site_m
        forward = np.array([along[1], -along[0]]) / np.hypot(*along)
        return (position_site_m - self.from_site_m) @ forward

    def spans(self, position_site_m: Float[np.ndarray, "n 2"]) -> np.ndarray:
        """Return whether each place lies between the ends, half a metre to spare."""
        along = self.to_site_m - self.from_site_m
        length = np.hypot(*along)
        at = (position_site_m - self.from_site_m) @ (along / length)
        return (at > -0.5) & (at < length + 0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensorSpec:
    """One sensor, as surveyed.

    Attributes:
        sensor_id: unique in the site.
        technology: plug-in that reads its records.
        instrument: plug-in of the twin that stands in for the device.
        level_id: on which floor.
        site_from_sensor: its pose.
        rate_hz: nominal records a second; half of that is a low frame rate.
        settings: of the technology.
        instrument_settings: of the twin's instrument.
        calibration: name of the calibration its likelihoods come from, or empty.
        tasks: of a sensor that is told where to look; None for one that looks by itself.
    """

    sensor_id: str
    technology: str
    instrument: str
    level_id: str
    site_from_sensor: RigidTransform
    rate_hz: float
    settings: Mapping[str, Setting]
    instrument_settings: Mapping[str, Setting]
    calibration: str = ""
    tasks: TaskRules | None = None


Correlations = Mapping[frozenset[str], float]  # of two sensors; who is not there is independent


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """Sensors that err together: what misleads the one is likely to mislead the other.

    Attributes:
        between: two names, each of a sensor or of a technology, which stands for all its sensors;
            the same technology twice is any two sensors of it.
        correlation: of a look of the one and a look of the other at one zone of one person; 0 are
            independent witnesses, 1 the same witness twice.
        reason: why, in plain words.
    """

    between: tuple[str, str]
    correlation: float
    reason: str

    def __post_init__(self) -> None:
        if not 0 <= self.correlation <= 1:
            raise ValueError(f"correlation must be inside [0, 1], got {self.correlation}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """When to ask for a check, and when enough was looked at.

    Attributes:
        p_alarm: posterior probability of a threat from which a check is requested.
        min_coverage: least P(reference object detected) in every wanted zone; below it a
            person was not screened.
        wanted_zones: the zones that this site's sensors are there for.
    """

    p_alarm: float
    min_coverage: float
    wanted_zones: tuple[BodyZone, ...]

    def __post_init__(self) -> None:
        if not 0 < self.p_alarm < 1:
            raise ValueError(f"p_alarm must be inside (0, 1), got {self.p_alarm}")
        if not 0 < self.min_coverage < 1:
            raise ValueError(f"min_coverage must be inside (0, 1), got {self.min_coverage}")
        if not self.wanted_zones:
            raise ValueError("wanted_zones is empty: a site must want something looked at")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """Everything that is fixed about a place.

    Attributes:
        site_id: short name.
        title: for people.
        exercise: whether simulated calibrations count (twin, drills, demo) or not (live duty).
        levels: floors.
        lines: lines on them.
        sensors: what stands there.
        items: classes and their priors.
        zone_share: how the prior of a person is split over the zones.
        operating_point: when to ask for a check.
        lag_s: how late an observation may arrive and still count.
        dependence: which sensors err together; all others are independent witnesses.
    """

    site_id: str
    title: str
    exercise: bool
    levels: tuple[Level, ...]
    lines: tuple[Line, ...]
    sensors: tuple[SensorSpec, ...]
    items: ItemClasses
    zone_share: Float[np.ndarray, " zones"]
    operating_point: OperatingPoint
    lag_s: float
    dependence: tuple[Dependence, ...] = ()

    def __post_init__(self) -> None:
        if self.zone_share.shape != (len(ZONES),):
            raise ValueError(f"zone_share needs {len(ZONES)} entries, got {self.zone_share.shape}")

    def sensor(self, sensor_id: str) -> SensorSpec:
        """Return the sensor of that name.

        Raises:
            KeyError: the site has no such sensor.
        """
        for spec in self.sensors:
            if spec.sensor_id == sensor_id:
                return spec
        known = ", ".join(spec.sensor_id for spec in self.sensors)
        raise KeyError(f"site {self.site_id} has no sensor {sensor_id!r}; it has {known}")

    def correlations(self) -> Correlations:
        """Return the correlation of each two sensors of which one is stated above 0.

        What is said of a sensor goes before what is said of its technology.
        """
        stated: dict[frozenset[str], float] = {}
        by_particular = sorted(self.dependence, key=self._n_sensors_named)
        for one in by_particular:
            first, second = (self._named(name) for name in one.between)
            stated |= {frozenset((a, b)): one.correlation for a in first for b in second if a != b}
        return {pair: correlation for pair, correlation in stated.items() if correlation > 0}

    def _named(self, name: str) -> tuple[str, ...]:
        """Return the sensors that a name of a sensor or of a technology stands for."""
        return tuple(
            spec.sensor_id for spec in self.sensors if name in (spec.sensor_id, spec.technology)
        )

    def _n_sensors_named(self, one: Dependence) -> int:
        return sum(name in {spec.sensor_id for spec in self.sensors} for name in one.between)

    def log_prior(self) -> Float[np.ndarray, "zones classes"]:
        """Return the log prior per zone and class."""
        return self.items.log_prior(self.zone_share)
