"""Notices sensors that have fallen silent."""

from collections.abc import Mapping
from typing import final

SILENT_PERIODS = 3.0
SPARE_S = 0.5  # for transport and for a busy computer


def limit_s(rate_hz: float) -> float:
    """Return after how long without a record a sensor counts as silent."""
    return SILENT_PERIODS / rate_hz + SPARE_S


@final
class Watchdog:
    """Remembers when each sensor was last heard of."""

    def __init__(self, rate_hz: Mapping[str, float], *, since_utc_ns: int) -> None:
        """Start listening.

        Args:
            rate_hz: nominal, by sensor.
            since_utc_ns: until then nobody is expected to say anything.
        """
        self._limit_ns = {name: round(limit_s(rate) * 1e9) for name, rate in rate_hz.items()}
        self._last_utc_ns = dict.fromkeys(rate_hz, since_utc_ns)
        self._silent: set[str] = set()

    def heard(self, sensor_id: str, *, now_utc_ns: int) -> bool:
        """Take note of a record; return whether the sensor had been silent."""
        self._last_utc_ns[sensor_id] = now_utc_ns
        was_silent = sensor_id in self._silent
        self._silent.discard(sensor_id)
        return was_silent

    def newly_silent(self, *, now_utc_ns: int) -> tuple[str, ...]:
        """Return the sensors that have fallen silent since the last time it was asked."""
        fallen = tuple(
            name
            for name, last_utc_ns in self._last_utc_ns.items()
            if name not in self._silent and now_utc_ns - last_utc_ns > self._limit_ns[name]
        )
        self._silent.update(fallen)
        return fallen
