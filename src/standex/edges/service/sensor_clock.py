"""How far a sensor's clock is off, from nothing but when its records arrive.

The least delay over many records is that of an empty line; all above it is queueing. So the least
``arrival - stamp`` of the last half minute, less the least transport time that is known of the
sensor, is how far its clock is behind. What the line's least delay is, no stamp can tell: it is
stated, or taken as 0.

References:
    Moon, Skelly, Towsley, Estimation and removal of clock skew from network delay measurements,
    INFOCOM 1999.
"""

from collections import deque
from dataclasses import dataclass
from typing import final

SLOT_S = 1.0
N_SLOTS = 30
LEAST_RECORDS = 5  # fewer say little about the least delay
STEADY_S = 1e-3  # a correction moves only when the estimate has moved by more


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEstimate:
    """What is known of a sensor's clock.

    Attributes:
        behind_s: how far it is behind this computer's; negative when ahead.
        drift_s_per_h: how fast that grows; None until it is known.
        n_records: that it rests on.
    """

    behind_s: float
    drift_s_per_h: float | None
    n_records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    begin_utc_ns: int
    least_s: float
    n: int


@final
class SensorClock:
    """Follows one sensor's clock."""

    def __init__(self, *, transport_s: float = 0.0) -> None:
        """Start knowing nothing.

        Args:
            transport_s: least time from a record's stamp to its arrival.
        """
        self._transport_s = transport_s
        self._slots: deque[_Slot] = deque(maxlen=N_SLOTS)
        self._first: tuple[int, float] | None = None

    def heard(self, t_utc_ns: int, *, now_utc_ns: int) -> None:
        """Take note of a record of ``t_utc_ns`` that arrives now."""
        delay_s = (now_utc_ns - t_utc_ns) * 1e-9 - self._transport_s
        last = self._slots[-1] if self._slots else None
        if last is not None and abs(delay_s - last.least_s) > 10 * SLOT_S:
            self._slots.clear()  # it was stepped: what was before says nothing any more
            self._first = last = None
        if last is not None and 0 <= now_utc_ns - last.begin_utc_ns < SLOT_S * 1e9:
            self._slots[-1] = _Slot(
                begin_utc_ns=last.begin_utc_ns, least_s=min(last.least_s, delay_s), n=last.n + 1
            )
        else:
            self._slots.append(_Slot(begin_utc_ns=now_utc_ns, least_s=delay_s, n=1))

    def estimate(self) -> ClockEstimate | None:
        """Return what is known, or None as long as that is too little."""
        # Status asks from another thread than records come in: one copy, taken in one step.
        slots = tuple(self._slots)
        n = sum(slot.n for slot in slots)
        if not slots or n < LEAST_RECORDS:
            return None
        behind_s = min(slot.least_s for slot in slots)
        newest_ns = slots[-1].begin_utc_ns
        first = self._first
        if len(slots) == N_SLOTS and first is None:
            self._first = first = (newest_ns, behind_s)
        drift = None
        if first is not None and newest_ns - first[0] >= N_SLOTS * SLOT_S * 1e9:
            hours = (newest_ns - first[0]) * 1e-9 / 3600
            drift = (behind_s - first[1]) / hours
        return ClockEstimate(behind_s=behind_s, drift_s_per_h=drift, n_records=n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What to do about a sensor's time.

    Attributes:
        t_utc_ns: to go on with.
        problem: what is wrong with the sensor's clock, or empty.
        is_usable: whether the record may be used.
    """

    t_utc_ns: int
    problem: str
    is_usable: bool


@final
class Corrector:
    """Puts records of one sensor on this computer's time.

    Within ``tolerance_s`` stamps are believed; further off they are corrected, and that is said;
    beyond ``most_s`` nothing is believed. A correction moves by steps above ``STEADY_S``, and
    never so that the sensor's time runs backwards.
    """

    def __init__(self, *, transport_s: float, tolerance_s: float, most_s: float) -> None:
        """Start with stamps that are believed.

        Args:
            transport_s: least time from a record's stamp to its arrival.
            tolerance_s: from there on a clock is corrected.
            most_s: from there on it is not believed.
        """
        self.clock = SensorClock(transport_s=transport_s)
        self._tolerance_s = tolerance_s
        self._most_s = most_s
        self._shift_ns = 0

    def stamp(self, t_utc_ns: int, *, now_utc_ns: int) -> Stamp:
        """Return the time of a record that arrives now."""
        self.clock.heard(t_utc_ns, now_utc_ns=now_utc_ns)
        known = self.clock.estimate()
        if known is None:
            return Stamp(t_utc_ns=t_utc_ns, problem="", is_usable=True)
        off_s = known.behind_s
        words = f"its clock is {abs(off_s):.3f} s {'behind' if off_s > 0 else 'ahead'}"
        if not abs(off_s) <= self._most_s:
            return Stamp(
                t_utc_ns=t_utc_ns,
                problem=f"{words}, over {self._most_s:g} s: its records are left out; set it by "
                "NTP or PTP",
                is_usable=False,
            )
        # Once corrected it stays so until it is well inside: no flicker at the limit.
        limit_s = self._tolerance_s * (0.5 if self._shift_ns else 1.0)
        wanted_ns = round(off_s * 1e9) if abs(off_s) > limit_s else 0
        if abs(wanted_ns - self._shift_ns) > STEADY_S * 1e9 or not wanted_ns:
            self._shift_ns = wanted_ns
        problem = f"{words} and corrected; set it by NTP or PTP" if self._shift_ns else ""
        return Stamp(t_utc_ns=t_utc_ns + self._shift_ns, problem=problem, is_usable=True)
