"""The shapes of charts over months: for OpenAPI and the console's types."""

from typing import Literal

from typing_extensions import TypedDict


class ControlOut(TypedDict):
    """One sum of a control chart; ``subject`` is empty for the whole station.

    ``sums`` are in limits: above 1 it signals. ``told_after`` is how many walks pass on average
    until a rate that is wrong four times as often, in odds, is told; 0 while there is no limit.
    """

    subject: str
    technology: str
    wrong: Literal["missed", "false_answer"]
    standing: Literal["too_few", "says_nothing", "as_commissioned", "worse"]
    n_base: int
    n_base_wrong: int
    n_commissioned: int
    t_utc_ms: list[int]
    is_wrong: list[bool]
    sums: list[float]
    restarted_utc_ms: list[int]
    since_utc_ms: int | None
    n_since: int
    n_since_wrong: int
    told_after: float


class WalkControl(TypedDict):
    """Control charts of the walk tests, and how they are made."""

    n_base_wanted: int
    false_signal_every_tests: float
    charts: list[ControlOut]


class CalibrationOut(TypedDict):
    """Age and drift of the calibration of one sensor.

    ``off``, ``low`` and ``high`` of each shift are in spreads between people of the first shifts;
    shares are of people by bin, see ``edges``. ``mean_factor`` is 1 where factors are what they
    claim to be.
    """

    sensor_id: str
    technology: str
    calibration_id: str
    is_simulated: bool
    made_utc_ms: int
    expires_utc_ms: int
    standing: Literal["too_few", "as_calibrated", "higher", "lower"]
    since_utc_ms: int | None
    n_base: int
    t_utc_ms: list[int]
    n: list[int]
    off: list[float]
    low: list[float]
    high: list[float]
    base_share: list[float]
    late_share: list[float]
    n_late: int
    mean_factor: float | None
    mean_factor_low: float | None
    mean_factor_high: float | None
    claims_too_much: bool


class CalibrationsOut(TypedDict):
    """Calibrations of a site, and how their drift is found; ``edges`` in natural log factors."""

    now_utc_ms: int
    n_base_wanted: int
    least_people: int
    shift_hours: float
    false_signal_every_shifts: float
    told_days_before: float
    edges: list[float]
    charts: list[CalibrationOut]
