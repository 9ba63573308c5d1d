"""For how long each class of data may stay, and that it goes on time.

The times are written into whatever is kept when it is kept: changing a setting holds for what comes
afterwards. Deleting follows the clock that it is given; whoever gives it sees to it that a clock
that was stepped does not delete what is young.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from standex.edges.store.contract import DataClass, Deletion, Store

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
_MONTH_S = 30.5 * _DAY_S

# The most that may be set. Longer needs a reason that no setting can give.
LONGEST_S = {
    DataClass.RAW: 72 * _HOUR_S,
    DataClass.TRACK: 24 * _HOUR_S,
    DataClass.ALARM: 72 * _HOUR_S,
    DataClass.AUDIT: 60 * _MONTH_S,
    DataClass.OPERATION: 60 * _MONTH_S,
}
# An audit that is gone before anybody can ask for it is none.
SHORTEST_AUDIT_S = 30 * _DAY_S


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is kept stays; accounts stay until somebody removes them.

    Attributes:
        raw_s: what devices delivered; 0: it is not kept at all.
        track_s: where people were.
        alarm_s: evidence of alarmed passages, and their incidents.
        audit_s: who did what.
        operation_s: walk tests, operating points, health.
    """

    raw_s: float = 0.0
    track_s: float = 15 * 60.0
    alarm_s: float = 72 * _HOUR_S
    audit_s: float = 12 * _MONTH_S
    operation_s: float = 12 * _MONTH_S

    def __post_init__(self) -> None:
        """Refuse times that are too long, or none.

        Raises:
            ValueError: says which, its limit and its value.
        """
        for data_class, longest_s in LONGEST_S.items():
            time_s = self._time_s(data_class)
            shortest_s = SHORTEST_AUDIT_S if data_class is DataClass.AUDIT else 0.0
            if not (math.isfinite(time_s) and shortest_s <= time_s <= longest_s):
                raise ValueError(
                    f"{data_class.value}_s must be {shortest_s:.0f} to {longest_s:.0f}: {time_s}"
                )

    def seconds(self, data_class: DataClass) -> float | None:
        """Return how long a class stays; None: until it is removed."""
        return None if data_class is DataClass.ACCOUNT else self._time_s(data_class)

    def expires_utc_ns(self, data_class: DataClass, t_utc_ns: int) -> int:
        """Return when something of that time must be gone; 0: never."""
        if data_class is DataClass.ACCOUNT:
            return 0
        return t_utc_ns + round(self._time_s(data_class) * 1e9)

    def enforce(
        self, store: Store, *, now_utc_ns: int, prove: Callable[[Deletion], object]
    ) -> tuple[Deletion, ...]:
        """Delete whatever's time is over, and have each deletion proven.

        Args:
            store: where it is kept.
            now_utc_ns: the time.
            prove: writes one entry of the audit; told also of what could not be deleted.

        Raises:
            StoreError: nothing could be deleted, or a deletion could not be proven; the others
                were.
        """
        deletions = store.delete_expired(now_utc_ns=now_utc_ns)
        failure: Exception | None = None
        for deletion in deletions:
            try:
                prove(deletion)
            except Exception as error:  # noqa: BLE001 - raised when all have had their turn
                failure = failure or error
        if failure is not None:
            raise failure
        return deletions

    def _time_s(self, data_class: DataClass) -> float:
        return {
            DataClass.RAW: self.raw_s,
            DataClass.TRACK: self.track_s,
            DataClass.ALARM: self.alarm_s,
            DataClass.AUDIT: self.audit_s,
            DataClass.OPERATION: self.operation_s,
        }[data_class]
