"""Calibrations that are running out or no longer fit, before somebody is missed for it."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.service.calibration_drift import (
    BASE_SHIFTS,
    LEAST_PEOPLE,
    RUN_SHIFTS,
    Drift,
    drift_of,
    drift_words,
)
from standex.edges.service.shift_tally import EDGES, ShiftTally
from standex.model.calibration import Calibration, Origin
from standex.model.site import SensorSpec, Site

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


@final
class CalibrationWatch:
    """Age and fit of the calibrations of a site; from any thread."""

    def __init__(
        self,
        site: Site,
        calibrations: Mapping[str, Calibration],
        shifts: Callable[[], tuple[ShiftTally, ...]],
        *,
        clock: Clock,
        shift_hours: float,
    ) -> None:
        """Watch.

        Args:
            site: whose sensors.
            calibrations: by the names that sensors use.
            shifts: those that are over, oldest first; the same value while none is added.
            clock: of the service.
            shift_hours: how long a shift is.
        """
        self._site = site
        self._calibrations = calibrations
        self._shifts = shifts
        self._clock = clock
        self._shift_hours = shift_hours
        self._known: tuple[tuple[ShiftTally, ...], Mapping[str, Drift]] = ((), {})

    def troubles(self) -> tuple[str, ...]:
        """Return what is to be done, most pressing first; reads the store.

        Raises:
            StoreError: it cannot be read.
        """
        aged = calibration_troubles(self._site, self._calibrations, now_utc_ns=self._clock.utc_ns())
        drifts = self._drifts()
        drifted = (
            drift_words(name, drift, day=_day(drift.since_utc_ns)) for name, drift in drifts.items()
        )
        return (*aged, *filter(None, drifted))

    def charts(self) -> Mapping[str, Any]:
        """Return age and drift of the calibration of each sensor, as plain data.

        Raises:
            StoreError: the store cannot be read.
        """
        drifts = self._drifts()
        return {
            "now_utc_ms": self._clock.utc_ns() // 10**6,
            "n_base_wanted": BASE_SHIFTS,
            "least_people": LEAST_PEOPLE,
            "shift_hours": self._shift_hours,
            "false_signal_every_shifts": RUN_SHIFTS,
            "told_days_before": TOLD_DAYS,
            "edges": list(EDGES),
            "charts": [
                _told(spec, known, drifts[spec.sensor_id]) for spec, known in self._sensors()
            ],
        }

    def _drifts(self) -> Mapping[str, Drift]:
        shifts, drifts = self._shifts(), self._known[1]
        if shifts is not self._known[0] or not drifts:
            drifts = {
                spec.sensor_id: drift_of(shifts, spec.sensor_id, known.calibration_id)
                for spec, known in self._sensors()
            }
            self._known = shifts, drifts
        return drifts

    def _sensors(self) -> Iterator[tuple[SensorSpec, Calibration]]:
        for spec in self._site.sensors:
            if (known := self._calibrations.get(spec.calibration)) is not None:
                yield spec, known


def _told(spec: SensorSpec, known: Calibration, drift: Drift) -> dict[str, Any]:
    return {
        "sensor_id": spec.sensor_id,
        "technology": spec.technology,
        "calibration_id": known.calibration_id,
        "is_simulated": known.origin is not Origin.MEASURED,
        "made_utc_ms": known.made_utc_ns // 10**6,
        "expires_utc_ms": known.expires_utc_ns // 10**6,
        "standing": drift.standing.value,
        "since_utc_ms": drift.since_utc_ns // 10**6 or None,
        "n_base": drift.n_base,
        "t_utc_ms": [one.t_utc_ns // 10**6 for one in drift.points],
        "n": [one.n for one in drift.points],
        "off": [one.off for one in drift.points],
        "low": [one.low for one in drift.points],
        "high": [one.high for one in drift.points],
        "base_share": list(drift.base_share),
        "late_share": list(drift.late_share),
        "n_late": drift.n_late,
        "mean_factor": _finite(drift.mean_factor),
        "mean_factor_low": _finite(drift.mean_factor_low),
        "mean_factor_high": _finite(drift.mean_factor_high),
        "claims_too_much": drift.claims_too_much,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _day(t_utc_ns: int) -> str:
    return datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).date().isoformat()


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
