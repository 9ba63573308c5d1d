"""Calibrations that are running out, before they have."""

from collections.abc import Iterator, Mapping

from standex.model.calibration import Calibration, Origin
from standex.model.site import Site

TOLD_DAYS = 30.0
_DAY_NS = 86_400 * 10**9


def calibration_troubles(
    site: Site, calibrations: Mapping[str, Calibration], *, now_utc_ns: int
) -> tuple[str, ...]:
    """Return what is to be done about the calibrations of a site, most pressing first.

    Args:
        site: whose sensors.
        calibrations: by the names that sensors use.
        now_utc_ns: when.
    """
    rows = sorted(_rows(site, calibrations, now_utc_ns))
    return tuple(text for _, text in rows)


def _rows(
    site: Site, calibrations: Mapping[str, Calibration], now_utc_ns: int
) -> Iterator[tuple[float, str]]:
    for spec in site.sensors:
        if not spec.calibration:
            continue
        known = calibrations.get(spec.calibration)
        if known is None:
            yield -2e9, f"{spec.sensor_id}: its calibration {spec.calibration} is not there"
            continue
        days = (known.expires_utc_ns - now_utc_ns) / _DAY_NS
        if days <= 0:
            yield days, f"{spec.sensor_id}: its calibration ran out {-days:.0f} days ago"
        elif days < TOLD_DAYS:
            yield days, f"{spec.sensor_id}: its calibration runs out in {days:.0f} days"
        if known.origin is not Origin.MEASURED and not site.exercise:
            yield -1e9, f"{spec.sensor_id}: its calibration is simulated and counts for nothing"
