"""Checks that the settings of every technology go through, in the same words."""

from math import inf, isfinite

from standex.model.calibration import Calibration
from standex.model.errors import SiteError
from standex.model.site import SensorSpec


def refuse_unknown(spec: SensorSpec, known: tuple[str, ...], *, whose: str = "there are") -> None:
    """Refuse a setting that nobody reads: it is a slip of the pen, and would do nothing.

    Args:
        spec: of the sensor.
        known: every setting there is, in the order in which they are told.
        whose: the words before them.

    Raises:
        SiteError: a setting is none of these.
    """
    unknown = sorted(set(spec.settings) - set(known))
    if unknown:
        raise SiteError(
            f"sensor {spec.sensor_id}: unknown settings {', '.join(unknown)}; "
            f"{whose} {', '.join(known)}"
        )


def number(
    spec: SensorSpec,
    name: str,
    *,
    low: float = -inf,
    high: float = inf,
    default: float | None = None,
) -> float:
    """Return a setting that must be a finite number.

    Args:
        spec: of the sensor.
        name: of the setting; a unit is part of it.
        low: the least it may be.
        high: the most it may be.
        default: what it is where a site does not say; None where it has to.

    Raises:
        SiteError: it is missing, no number, not finite, or out of its range.
    """
    value = spec.settings.get(name, default)
    where = f"sensor {spec.sensor_id}: settings.{name}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SiteError(f"{where} must be a number, got {value!r}")
    if not low <= value <= high or not isfinite(value):
        raise SiteError(f"{where} must be from {low:g} to {high:g}, got {value}")
    return float(value)


def refuse_other_kind(spec: SensorSpec, calibration: Calibration | None, sensor_kind: str) -> None:
    """Refuse a calibration that was made for sensors of another kind.

    Raises:
        SiteError: it was.
    """
    if calibration is not None and calibration.sensor_kind != sensor_kind:
        raise SiteError(
            f"sensor {spec.sensor_id}: calibration {calibration.calibration_id} is for "
            f"{calibration.sensor_kind}, not {sensor_kind}"
        )
