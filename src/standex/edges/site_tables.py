"""The tables of a site file, as they are typed by people, and their way into the model.

Angles in the file are degrees (``_deg``); ``to_core`` makes them radians.
"""

import math
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from standex.edges.crowd_tables import (
    CrowdTable,
    FlowTable,
    OpeningTable,
    PartiesTable,
    PausesTable,
    PlatformTable,
    ReturnsTable,
    TurnstilesTable,
    WalkingTable,
)
from standex.edges.table import XY, Name, Table
from standex.model.frames import RigidTransform
from standex.model.items import DEFAULT_CLASSES, ItemClasses
from standex.model.site import (
    Dependence,
    Level,
    Line,
    LineRole,
    OperatingPoint,
    SensorSpec,
    Setting,
    Site,
)
from standex.model.tasking import TaskRules
from standex.model.zones import ZONES, BodyZone
from standex.twin.crowd.plan import CrowdPlan


def _as_setting(value: object) -> Setting:
    """Return a free value: a number, text, true or false, or a list of numbers or of texts."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _finite(value)
    if isinstance(value, list):
        entries: list[Any] = value
        if all(isinstance(entry, str) for entry in entries):
            return [str(entry) for entry in entries]
        if all(isinstance(entry, int | float) and not isinstance(entry, bool) for entry in entries):
            return [float(_finite(entry)) for entry in entries]
    raise ValueError("a setting is a number, text, true or false, or a list of numbers or of texts")


def _finite(value: float) -> float:
    # Whole numbers of any length are TOML; what no float can hold is as good as infinite.
    if not abs(value) < 1e300:
        raise ValueError("Input should be a finite number")
    return value


_XYZ = Annotated[tuple[float, float, float], Field(strict=False)]
_Wall = Annotated[tuple[float, float, float, float], Field(strict=False)]
_Zone = Annotated[BodyZone, Field(strict=False)]
_Setting = Annotated[Any, AfterValidator(_as_setting)]


class LevelTable(Table):
    """One ``[[levels]]`` table."""

    level_id: Name
    min_site_m: XY
    max_site_m: XY
    walls: Annotated[tuple[_Wall, ...], Field(strict=False)] = ()

    def to_core(self) -> Level:
        """Return the model's level."""
        return Level(
            level_id=self.level_id,
            min_site_m=np.array(self.min_site_m),
            max_site_m=np.array(self.max_site_m),
            wall_site_m=np.array(self.walls, dtype=np.float64).reshape(-1, 2, 2),
        )


class LineTable(Table):
    """One ``[[lines]]`` table; forward is to the right of the way from -> to."""

    line_id: Name
    role: Annotated[LineRole, Field(strict=False)]
    level_id: Name
    from_site_m: XY
    to_site_m: XY

    def to_core(self) -> Line:
        """Return the model's line."""
        return Line(
            line_id=self.line_id,
            role=self.role,
            level_id=self.level_id,
            from_site_m=np.array(self.from_site_m),
            to_site_m=np.array(self.to_site_m),
        )


class ItemTable(Table):
    """The ``[items]`` table: classes, their priors, and where on the body they are carried."""

    names: Annotated[tuple[Name, ...], Field(strict=False)] = DEFAULT_CLASSES
    prior_per_person: dict[str, Annotated[float, Field(gt=0, lt=1)]]
    zone_share: dict[_Zone, Annotated[float, Field(ge=0, le=1)]]

    def to_core(self) -> tuple[ItemClasses, np.ndarray]:
        """Return the model's item classes, and the share of each zone."""
        priors = tuple(self.prior_per_person[name] for name in self.names[1:])
        share = np.array([self.zone_share.get(zone, 0.0) for zone in ZONES])
        # Shares are typed by hand to a few digits; what is left of rounding is divided out.
        return ItemClasses(names=self.names, prior_per_person=priors), share / share.sum()


class OperatingPointTable(Table):
    """The ``[operating_point]`` table."""

    p_alarm: Annotated[float, Field(gt=0, lt=1)]
    min_coverage: Annotated[float, Field(gt=0, lt=1)]
    wanted_zones: Annotated[tuple[_Zone, ...], Field(strict=False, min_length=1)]

    def to_core(self) -> OperatingPoint:
        """Return the model's operating point."""
        return OperatingPoint(
            p_alarm=self.p_alarm, min_coverage=self.min_coverage, wanted_zones=self.wanted_zones
        )


class TasksTable(Table):
    """The ``[sensors.tasks]`` table: what a sensor that is told where to look can and may do."""

    spot_site_m: XY
    reach_m: Annotated[float, Field(gt=0)]
    zones: Annotated[tuple[_Zone, ...], Field(strict=False, min_length=1)]
    dwell_s: Annotated[float, Field(gt=0)]
    lead_s: Annotated[float, Field(ge=0)] = 0.1
    shots_per_task: Annotated[int, Field(ge=1)] = 1
    max_shots_per_person: Annotated[int, Field(ge=1)]
    max_shots_per_place: Annotated[int, Field(ge=1)]
    place_m: Annotated[float, Field(gt=0)] = 0.5
    place_s: Annotated[float, Field(gt=0)]
    clear_m: Annotated[float, Field(ge=0)] = 0.4
    nearest_m: Annotated[float, Field(ge=0)] = 0.0
    p_detect: Annotated[float, Field(gt=0, lt=1)] = 0.8
    p_false: Annotated[float, Field(gt=0, lt=1)] = 0.02
    is_armed: bool = False
    is_armed_in_exercise: bool = False

    def to_core(self) -> TaskRules:
        """Return the model's rules."""
        return TaskRules(
            spot_site_m=np.array(self.spot_site_m),
            reach_m=self.reach_m,
            zones=self.zones,
            dwell_s=self.dwell_s,
            lead_s=self.lead_s,
            shots_per_task=self.shots_per_task,
            max_shots_per_person=self.max_shots_per_person,
            max_shots_per_place=self.max_shots_per_place,
            place_m=self.place_m,
            place_s=self.place_s,
            clear_m=self.clear_m,
            nearest_m=self.nearest_m,
            p_detect=self.p_detect,
            p_false=self.p_false,
            is_armed=self.is_armed,
            is_armed_in_exercise=self.is_armed_in_exercise,
        )


class SensorTable(Table):
    """One ``[[sensors]]`` table."""

    sensor_id: Name
    technology: Name
    instrument: Name
    level_id: Name
    position_site_m: _XYZ
    yaw_deg: Annotated[float, Field(ge=-360, le=360)]
    pitch_deg: Annotated[float, Field(ge=-90, le=90)] = 0.0
    rate_hz: Annotated[float, Field(gt=0)]
    calibration: str = ""
    settings: dict[str, _Setting] = Field(default_factory=dict[str, Any])
    instrument_settings: dict[str, _Setting] = Field(default_factory=dict[str, Any])
    tasks: TasksTable | None = None

    def to_core(self) -> SensorSpec:
        """Return the model's sensor; degrees become radians here."""
        return SensorSpec(
            sensor_id=self.sensor_id,
            technology=self.technology,
            instrument=self.instrument,
            level_id=self.level_id,
            site_from_sensor=RigidTransform.from_pose(
                position_m=self.position_site_m,
                yaw_rad=math.radians(self.yaw_deg),
                pitch_rad=math.radians(self.pitch_deg),
            ),
            rate_hz=self.rate_hz,
            settings=self.settings,
            instrument_settings=self.instrument_settings,
            calibration=self.calibration,
            tasks=None if self.tasks is None else self.tasks.to_core(),
        )


class DependenceTable(Table):
    """One ``[[dependence]]`` table: two sensors, or technologies, that err together."""

    between: Annotated[tuple[Name, Name], Field(strict=False)]
    correlation: Annotated[float, Field(ge=0, le=1)]
    reason: Name

    def to_core(self) -> Dependence:
        """Return the model's dependence."""
        return Dependence(between=self.between, correlation=self.correlation, reason=self.reason)


class SiteTable(Table):
    """A whole site file."""

    site_id: Name
    title: str
    exercise: bool
    lag_s: Annotated[float, Field(ge=0)]
    levels: Annotated[tuple[LevelTable, ...], Field(strict=False, min_length=1)]
    lines: Annotated[tuple[LineTable, ...], Field(strict=False)] = ()
    items: ItemTable
    operating_point: OperatingPointTable
    sensors: Annotated[tuple[SensorTable, ...], Field(strict=False, min_length=1)]
    dependence: Annotated[tuple[DependenceTable, ...], Field(strict=False)] = ()
    crowd: CrowdTable | None = None

    def to_core(self) -> Site:
        """Return the model's site."""
        items, zone_share = self.items.to_core()
        return Site(
            site_id=self.site_id,
            title=self.title,
            exercise=self.exercise,
            levels=tuple(level.to_core() for level in self.levels),
            lines=tuple(line.to_core() for line in self.lines),
            sensors=tuple(sensor.to_core() for sensor in self.sensors),
            items=items,
            zone_share=zone_share,
            operating_point=self.operating_point.to_core(),
            lag_s=self.lag_s,
            dependence=tuple(one.to_core() for one in self.dependence),
        )

    def to_crowd(self) -> CrowdPlan | None:
        """Return the twin's crowd, if there is one; the model knows nothing of it.

        Raises:
            ValueError: something in it is out of range, or does not go together.
        """
        if self.crowd is None:
            return None
        wanted = self.crowd.level_id
        level = next((level for level in self.levels if level.level_id == wanted), None)
        if level is None:
            known = ", ".join(level.level_id for level in self.levels)
            raise ValueError(f"crowd: unknown level {wanted!r}; there is {known}")
        return self.crowd.to_core(level.to_core())


# Which keys each table may have, by its path without row numbers; for "did you mean".
TABLES: dict[tuple[str, ...], type[Table]] = {
    (): SiteTable,
    ("levels",): LevelTable,
    ("lines",): LineTable,
    ("items",): ItemTable,
    ("operating_point",): OperatingPointTable,
    ("sensors",): SensorTable,
    ("sensors", "tasks"): TasksTable,
    ("dependence",): DependenceTable,
    ("crowd",): CrowdTable,
    ("crowd", "openings"): OpeningTable,
    ("crowd", "turnstiles"): TurnstilesTable,
    ("crowd", "platforms"): PlatformTable,
    ("crowd", "flows"): FlowTable,
    ("crowd", "walking"): WalkingTable,
    ("crowd", "parties"): PartiesTable,
    ("crowd", "returns"): ReturnsTable,
    ("crowd", "pauses"): PausesTable,
}
