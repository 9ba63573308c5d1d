"""The shapes of plain data that the API gives away: for OpenAPI and the console's types."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from standex.edges.incidents.reason_codes import ReasonPart
from standex.edges.web.messages import IncidentOut, OverviewOut

Point = list[float]


class Alive(TypedDict):
    """The web server runs."""

    is_alive: bool
    now_utc_ms: int


class PlanLevel(TypedDict):
    """A floor; each wall is from and to."""

    level_id: str
    min_site_m: Point
    max_site_m: Point
    walls_site_m: list[list[Point]]


class PlanLine(TypedDict):
    """A line on the floor; forward is to the right of the way from the first to the second."""

    line_id: str
    role: str
    level_id: str
    from_site_m: Point
    to_site_m: Point


class Reachable(TypedDict):
    """Where a tasked sensor can look."""

    spot_site_m: Point
    reach_m: float


class PlanSensor(TypedDict):
    """A sensor as surveyed."""

    sensor_id: str
    technology: str
    level_id: str
    position_site_m: Point
    bearing_rad: float
    rate_hz: float
    calibration: str
    is_tasked: bool
    reach: Reachable | None


class PointOut(TypedDict):
    """When a check is requested, and when enough was looked at."""

    p_alarm: float
    min_coverage: float
    wanted_zones: list[str]


class Plan(TypedDict):
    """Everything that is fixed about a place."""

    site_id: str
    title: str
    is_exercise: bool
    is_simulated: bool
    levels: list[PlanLevel]
    lines: list[PlanLine]
    sensors: list[PlanSensor]
    zones: list[str]
    operating_point: PointOut


class Field(TypedDict):
    """What a sensor can see now, in whole percents; cell (ix, iy) is at ``ix * n_y + iy``."""

    sensor_id: str
    level_id: str
    t_utc_ms: int
    origin_site_m: Point
    cell_m: float
    n_x: int
    n_y: int
    p_report_percent: list[int]
    p_detect_percent: list[int]


class People(TypedDict):
    """Everybody who is there, by columns; state: 0 pending, 1 nothing found, 2 alarm, 3 not.

    ``level`` is the row in the plan's levels, -1 where the floor is not known.
    """

    track_id: list[int]
    x_m: list[float]
    y_m: list[float]
    vx_m_per_s: list[float]
    vy_m_per_s: list[float]
    spread_m: list[float]
    state: list[int]
    is_thing: list[int]
    level: list[int]


class CuedLook(TypedDict):
    """A sensor that is about to look."""

    sensor_id: str
    t_look_utc_ms: int


class Card(TypedDict):
    """What changes all the time about an open incident."""

    incident_id: str
    track_id: int
    reach: str
    x_m: float
    y_m: float
    vx_m_per_s: float | None
    vy_m_per_s: float | None
    seen_s_ago: float
    seconds_in_reach: float | None
    p_threat: float | None
    next_line: str | None
    next_line_s: float | None
    cued: list[CuedLook]


class ExerciseMark(TypedDict):
    """Who on the plan is simulated, for those who may know; that it was one, for everybody."""

    exercise_id: str
    exercise: str
    is_running: bool
    ended_utc_ms: int | None
    track_ids: list[int]


class PictureMessage(TypedDict):
    """Where everybody is; the newest overtakes the others."""

    type: Literal["picture"]
    t_utc_ms: int
    now_utc_ms: int
    age_s: float | None
    is_stale: bool
    is_simulated: bool
    lag_s: float | None
    n_updates: int
    n_closed: dict[str, int]
    people: People
    cards: list[Card]
    exercise: ExerciseMark | None


class SensorOut(TypedDict):
    """How a sensor is."""

    sensor_id: str
    state: str
    reason: str
    message: str
    message_parts: list[ReasonPart]
    since_utc_ms: int | None
    is_stale: bool
    age_s: float | None
    rate_hz: float | None
    nominal_hz: float
    n_records: int
    n_shed: int
    n_lost: int
    n_refused: int
    n_errors: int


class Armed(TypedDict):
    """A sensor that may be used."""

    sensor_id: str
    until_utc_ms: int
    by: str
    why: str


class TroubleOut(TypedDict):
    """What is wrong with a part of the service; without parts it is known in English only."""

    part: str
    text: str
    text_parts: list[ReasonPart]


class HealthMessage(TypedDict):
    """How the sensors and the service are."""

    type: Literal["health"]
    now_utc_ms: int
    is_watching: bool
    troubles: list[TroubleOut]
    sensors: list[SensorOut]
    unknown_sensors: dict[str, int]
    armed: list[Armed]
    operating_point: PointOut
    update_p95_ms: float | None
    n_dropped_batches: int


class HelloMessage(TypedDict):
    """The first message of a live connection."""

    type: Literal["hello"]
    version: int
    site_id: str
    account_id: str
    now_utc_ms: int
    is_simulated: bool
    is_exercise: bool


class IncidentsMessage(TypedDict):
    """Incidents that have changed; where ``is_all``, what is not in it is gone."""

    type: Literal["incidents"]
    is_all: bool
    incidents: list[IncidentOut]
    gone: list[str]
    overview: OverviewOut


class ZoneCoverage(TypedDict):
    """How well a zone was looked at."""

    zone: str
    covered: float
    is_wanted: bool


class SaidOut(TypedDict):
    """What one look said of one zone."""

    zone: str | None
    log10_factor: float | None
    weight: float
    words: str
    attachment: float
    counts: bool
    reason: str
    reason_parts: NotRequired[list[ReasonPart]]  # not in what was kept by earlier versions
    carried_from: int


class StepOut(TypedDict):
    """One look, and where it left the person."""

    number: int
    sensor_id: str
    t_utc_ms: int
    p_after: float
    said: list[SaidOut]


class CuedTask(CuedLook):
    """The same, and why."""

    task_id: str
    zone: str | None
    reason: str


class Why(TypedDict):
    """Why a check was requested."""

    t_utc_ms: int
    outcome: str
    reason: str
    p_threat: float
    prior: float
    how_sure: str
    zone: str | None
    coverage: list[ZoneCoverage]
    missing: list[str]
    steps: list[StepOut]
    cued: list[CuedTask]


class ExcessOut(TypedDict):
    """Path excess, place by place as in the picture; None where no echo of the body was found."""

    excess_mm: list[list[float | None]]
    sigma_mm: list[list[float | None]]


class PatchOut(TypedDict):
    """A picture on the generic figure; None where the sensor saw nothing."""

    sensor_id: str
    look_id: str
    t_utc_ms: int
    zone: str | None
    caption: str
    across_m: list[float]
    height_m: list[float]
    values: list[list[float | None]]
    excess: ExcessOut | None


class ShiftReport(TypedDict):
    """Figures of a span of time, for handing over."""

    from_utc_ms: int
    to_utc_ms: int
    n_incidents: int
    per_hour: float
    per_10_min: float
    target_per_10_min: float
    most_in_10_min: int
    by_priority: dict[str, int]
    by_disposition: dict[str, int]
    n_returned_unacknowledged: int
    n_escalated: int
    median_acknowledged_s: float | None
    slowest_acknowledged_s: float | None
    by_account: dict[str, int]
    still_open: list[str]


class AuditChecked(TypedDict):
    """Whether every row of the audit is as it was written."""

    is_whole: bool
    n_rows: int
    problems: list[str]


class SiteFile(TypedDict):
    """The text of the site file, and of a draft."""

    toml: str
    draft: str | None


LIVE = (HelloMessage, PictureMessage, HealthMessage, IncidentsMessage)
"""What comes over the WebSocket; no path of OpenAPI has these."""
