"""Settings of the twin's trace sensors, held against their defaults."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from standex.model.errors import SiteError
from standex.model.site import SensorSpec, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Settings of one sensor, all of them, each of the kind of its default.

    Attributes:
        where: what to call them in an error.
        values: by name.
    """

    where: str
    values: Mapping[str, Any]

    def number(self, name: str) -> float:
        """Return a number."""
        return float(self.values[name])

    def whole(self, name: str, *, least: int = 1) -> int:
        """Return a whole number.

        Raises:
            SiteError: it is none, or less than ``least``.
        """
        value = self.number(name)
        if value != int(value) or value < least:
            raise SiteError(
                f"{self.where}.{name} must be a whole number from {least}, got {value:g}"
            )
        return int(value)

    def flag(self, name: str) -> bool:
        """Return whether something holds."""
        return bool(self.values[name])

    def word(self, name: str, known: Collection[str]) -> str:
        """Return one of some words.

        Raises:
            SiteError: it is not known.
        """
        value = str(self.values[name])
        if value not in known:
            raise SiteError(f"{self.where}.{name} must be one of {', '.join(known)}, got {value!r}")
        return value


def checked(
    spec: SensorSpec,
    defaults: Mapping[str, Setting],
    *,
    may_be_zero: Collection[str] = (),
    may_be_negative: Collection[str] = (),
) -> Checked:
    """Return the settings of a sensor; what is left out is as in ``defaults``.

    Args:
        spec: of the sensor.
        defaults: every setting there is: a truth value, a text or a number.
        may_be_zero: numbers for which 0 means "none"; all others are positive.
        may_be_negative: numbers of either sign.

    Raises:
        SiteError: a setting is unknown, of another kind than its default, or out of its range.
    """
    where = f"sensor {spec.sensor_id}: instrument_settings"
    unknown = sorted(set(spec.instrument_settings) - set(defaults))
    if unknown:
        raise SiteError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(defaults)}")
    values = {**defaults, **spec.instrument_settings}
    for name, value in values.items():
        usual = defaults[name]
        if isinstance(usual, bool | str):
            if type(value) is not type(usual):
                kind = "true or false" if isinstance(usual, bool) else "a text"
                raise SiteError(f"{where}.{name} must be {kind}, got {value!r}")
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SiteError(f"{where}.{name} must be a number, got {value!r}")
        is_low = value < 0 or (value == 0 and name not in may_be_zero)
        if not math.isfinite(value) or (is_low and name not in may_be_negative):
            least = ">= 0" if name in may_be_zero else "> 0"
            raise SiteError(f"{where}.{name} must be finite and {least}, got {value}")
    return Checked(where=where, values=values)
