"""Which records may come in: those of known sensors, in order of time, near the clock."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import final

from standex.model.observation import HealthReason
from standex.model.record import Record

ARRIVED = "arrived_utc_ns"
"""Array of a record whose source held it back to make it whole: when it came to this computer, from
which its sensor's clock is judged. 0: the source itself stamped it, on this computer's clock."""

NOT_MEASURED = frozenset({ARRIVED, "outline_site_m"})
"""Arrays of a record that say nothing of what was seen: the other is a field of view as stated."""

FAR_S = 5.0
MOST_UNKNOWN_IDS = 32  # a source that makes up names must not fill the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What is to be done with a record.

    Attributes:
        is_accepted: whether it goes on to its technology.
        n_lost: records of this sensor that are missing before this one, by its count.
        reason: why it was refused, or ``NONE``.
        message: the same for a person.
    """

    is_accepted: bool
    n_lost: int = 0
    reason: HealthReason = HealthReason.NONE
    message: str = ""


@final
class Intake:
    """Remembers the last record of each sensor.

    Attributes:
        unknown: how many records were dropped, by sensor ids that the site does not know.
    """

    def __init__(self, known: Collection[str]) -> None:
        """Accept records of the sensors named ``known``."""
        self.unknown: dict[str, int] = {}
        self._known = frozenset(known)
        self._last: dict[str, Record] = {}

    def is_known(self, record: Record) -> bool:
        """Return whether the site has such a sensor."""
        return record.sensor_id in self._known

    def count_unknown(self, record: Record) -> bool:
        """Count a record of a sensor that the site does not know; True for the first of it."""
        name = record.sensor_id
        is_first = name not in self.unknown
        if is_first and len(self.unknown) >= MOST_UNKNOWN_IDS:
            return False
        self.unknown[name] = self.unknown.get(name, 0) + 1
        return is_first

    def admit(self, record: Record, *, now_utc_ns: int) -> Admission:
        """Return what is to be done with a record of a known sensor."""
        away_s = (record.t_utc_ns - now_utc_ns) * 1e-9
        last = self._last.get(record.sensor_id)
        if not abs(away_s) <= FAR_S:
            return Admission(
                is_accepted=False,
                reason=HealthReason.CLOCK,
                message=f"its time is {away_s:+.1f} s from this computer's clock, {FAR_S:g} s are "
                "allowed; set both by NTP or PTP",
            )
        if last is not None and record.t_utc_ns <= last.t_utc_ns:
            return Admission(
                is_accepted=False,
                reason=HealthReason.CLOCK,
                message=f"its time runs backwards by {(last.t_utc_ns - record.t_utc_ns) * 1e-9:.3f}"
                " s; look at the device's clock",
            )
        self._last[record.sensor_id] = record
        n_lost = 0 if last is None else max(record.sequence - last.sequence - 1, 0)
        return Admission(is_accepted=True, n_lost=n_lost)
