"""One liar must not harm the others: a sensor that floods, repeats itself or runs backwards.

Each sensor has a bucket of its own: what is too much of one sensor is left out before it costs
anybody else anything. What a guard says stands as health of that sensor.
"""

import hashlib
from dataclasses import dataclass
from typing import final

import numpy as np

from standex.edges.intake import NOT_MEASURED
from standex.model.observation import HealthReason, HealthState
from standex.model.record import Record

BURST_S = 2.0
LEAST_BURST = 16
STANDS_S = 5.0  # a trouble is over when it has not shown for so long
REPEAT_S = 2.0
LEAST_REPEATS = 8
BACKWARDS_S = 1.0  # less is put right or left out where records are put in order
LEAST_VALUES = 8  # fewer numbers than these may well be the same twice
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a sensor.

    Attributes:
        state: how bad.
        reason: of which kind.
        message: in plain words.
    """

    state: HealthState
    reason: HealthReason
    message: str


@final
class SensorGuard:
    """Watches over the records of one sensor.

    Attributes:
        n_flooded: left out because there were too many.
        n_repeated: left out because they said the very same as before.
        n_backwards: left out because their number or time had been there already.
    """

    def __init__(self, *, rate_hz: float, most_hz: float | None, may_repeat: bool) -> None:
        """Start with nothing against the sensor.

        Args:
            rate_hz: nominal.
            most_hz: records a second that are taken; None for three times the nominal rate.
            may_repeat: whether it may say the very same again and again.
        """
        self.n_flooded = self.n_repeated = self.n_backwards = 0
        self._rate_hz = rate_hz
        self._most_hz = max(3.0 * rate_hz, 1.0) if most_hz is None else most_hz
        self._burst = max(BURST_S * self._most_hz, float(LEAST_BURST))
        self._left, self._filled_utc_ns = self._burst, 0
        self._may_repeat = may_repeat
        self._digest = b""
        self._same_since_utc_ns, self._n_same = 0, 0
        self._last: tuple[int, int] | None = None
        self._troubles: dict[str, tuple[int, Trouble]] = {}

    def admit(self, record: Record, *, now_utc_ns: int) -> bool:
        """Return whether a record may go on."""
        if not self._has_room(now_utc_ns):
            self.n_flooded += 1
            self._stand(
                "flood",
                now_utc_ns,
                HealthReason.SHEDDING,
                f"it sends more than {self._most_hz:g} records a second ({self._rate_hz:g} are "
                f"expected): {self.n_flooded} were left out; look at its settings",
            )
            return False
        if sum(array.nbytes for array in record.arrays.values()) > MOST_BYTES:
            self._stand(
                "large",
                now_utc_ns,
                HealthReason.BAD_RECORD,
                f"a record of over {MOST_BYTES >> 20} MiB was left out; look at its settings",
            )
            return False
        if self._was_there(record, now_utc_ns) or self._is_frozen(record, now_utc_ns):
            return False
        if self._last is None or record.t_utc_ns > self._last[1]:
            self._last = (record.sequence, record.t_utc_ns)
        return True

    def trouble(self, *, now_utc_ns: int) -> Trouble | None:
        """Return the worst that is wrong now."""
        standing = [
            trouble
            for since, trouble in self._troubles.values()
            if abs(now_utc_ns - since) <= STANDS_S * 1e9
        ]
        standing.sort(key=lambda trouble: trouble.state is not HealthState.FAILED)
        return standing[0] if standing else None

    def _has_room(self, now_utc_ns: int) -> bool:
        passed_s = max((now_utc_ns - self._filled_utc_ns) * 1e-9, 0.0)
        self._filled_utc_ns = now_utc_ns
        self._left = min(self._burst, self._left + passed_s * self._most_hz)
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _was_there(self, record: Record, now_utc_ns: int) -> bool:
        if self._last is None:
            return False
        number, t_utc_ns = self._last
        is_same = (record.sequence, record.t_utc_ns) == (number, t_utc_ns)
        # By its time alone: a device that was started again counts from 0 once more.
        if not is_same and (t_utc_ns - record.t_utc_ns) * 1e-9 < BACKWARDS_S:
            return False
        self.n_backwards += 1
        told = "the same record came again" if is_same else "its time runs backwards"
        self._stand(
            "backwards",
            now_utc_ns,
            HealthReason.CLOCK,
            f"{told}: {self.n_backwards} records were left out; look at its clock and at who "
            "sends under its name",
            state=HealthState.DEGRADED,
        )
        return True

    def _is_frozen(self, record: Record, now_utc_ns: int) -> bool:
        """Return whether it has said the very same for too long to be a chance."""
        if self._may_repeat:
            return False
        digest = digest_of(record)
        if not digest or digest != self._digest:
            self._digest, self._n_same, self._same_since_utc_ns = digest, 0, now_utc_ns
            return False
        self._n_same += 1
        for_s = (now_utc_ns - self._same_since_utc_ns) * 1e-9
        if self._n_same < LEAST_REPEATS or for_s < REPEAT_S:
            return False
        self.n_repeated += 1
        self._stand(
            "repeats",
            now_utc_ns,
            HealthReason.DATA_QUALITY,
            f"it has said the very same for {for_s:.0f} s: it is frozen, and its records are left "
            "out; restart it",
        )
        return True

    def _stand(
        self,
        cause: str,
        now_utc_ns: int,
        reason: HealthReason,
        message: str,
        *,
        state: HealthState = HealthState.FAILED,
    ) -> None:
        trouble = Trouble(state=state, reason=reason, message=message)
        self._troubles[cause] = (now_utc_ns, trouble)


def digest_of(record: Record) -> bytes:
    """Return a digest of the measured numbers of a record; empty where there are too few of them.

    Only floating-point arrays count: measured to the last bit, they are not the same twice by
    chance. Fewer than ``LEAST_VALUES`` different numbers may be. What is not measured does not
    count: an outline that a device states is the same for ever, and when it came never.
    """
    measured = {name: array for name, array in record.arrays.items() if name not in NOT_MEASURED}
    floats = [array for array in measured.values() if array.dtype.kind in "fc"]
    if not any(array.size >= LEAST_VALUES and _differ(array) for array in floats):
        return b""
    hashed = hashlib.blake2b(digest_size=16)
    for name in sorted(measured):
        array = measured[name]
        hashed.update(f"{name}{array.dtype.str}{array.shape}".encode())
        hashed.update(array.tobytes())
    return hashed.digest()


def _differ(array: np.ndarray) -> bool:
    return len(set(array.ravel()[:64].tolist())) >= LEAST_VALUES
