"""Counts of what each sensor said, shift by shift, of people for whom no check was requested.

From these it is seen whether a calibration still fits. Nothing else of the people is taken: one
figure each goes into a histogram, and a shift is kept only once ``LEAST_KEPT`` people are in it, so
that no count is about anybody. People who leave while a walk test is under way are left out, for
one of them carries the reference object.
"""

import math
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from standex.edges.clock import Clock
from standex.edges.recording.codec import decode, encode
from standex.edges.service.sensor_says import SensorSay
from standex.edges.store.contract import DataClass, Document, Store
from standex.edges.store.retention import Retention
from standex.model.event import Event, PassageClosed
from standex.model.picture import Passage, PassageKind, Picture

COLLECTION = "sensor_says"
LEAST_KEPT = 10  # people of a sensor in a shift
MOST_KEPT = 10_000
_MOST_WAITING = 2000
_READ_EVERY_NS = 600 * 10**9
EDGES = tuple(round(-6.0 + 0.5 * k, 1) for k in range(25))
"""Of the histogram's bins, in natural log of the factor; one more bin lies beyond either end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorTally:
    """What one sensor said in one shift of people without an alarm.

    Attributes:
        sensor_id: which.
        calibration_id: version of its calibration.
        n: of how many people.
        mean: of the natural log of the factor by which it changed the odds of a threat.
        squares: sum of squared distances from the mean.
        factor_sum: sum of the factors themselves; of people without a threat their mean is 1.
        factor_squares: sum of the squares of the factors.
        counts: people by bin; see ``EDGES``.
    """

    sensor_id: str
    calibration_id: str
    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    factor_sum: float = 0.0
    factor_squares: float = 0.0
    counts: tuple[int, ...] = (0,) * (len(EDGES) + 1)

    def with_one(self, log_factor: float) -> "SensorTally":
        """Return the tally with one more person (Welford, Technometrics 4 (1962) 419)."""
        if not math.isfinite(log_factor):
            return self
        n = self.n + 1
        off = log_factor - self.mean
        mean = self.mean + off / n
        # Beyond the outermost bins the factor itself is no longer told apart.
        factor = math.exp(max(EDGES[0], min(log_factor, EDGES[-1])))
        counts = list(self.counts)
        counts[bisect_right(EDGES, log_factor)] += 1
        return replace(
            self,
            n=n,
            mean=mean,
            squares=self.squares + off * (log_factor - mean),
            factor_sum=self.factor_sum + factor,
            factor_squares=self.factor_squares + factor**2,
            counts=tuple(counts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTally:
    """One shift.

    Attributes:
        from_utc_ns: when it began.
        sensors: those that said something of enough people.
    """

    from_utc_ns: int
    sensors: tuple[SensorTally, ...]


@final
class ShiftTallies:
    """Counts; ``__call__`` is a listener of the writer, ``work`` is called in a worker thread."""

    def __init__(
        self,
        store: Store,
        looked: Callable[[Passage], Sequence[SensorSay]],
        *,
        clock: Clock,
        retention: Retention,
        shift_hours: float,
        leaves_out: Callable[[], bool],
    ) -> None:
        """Keep tallies in ``store``.

        Args:
            store: where.
            looked: returns what each sensor said of somebody.
            clock: of the service.
            retention: for how long they stay.
            shift_hours: how long a shift is; the first one of the day begins at 0 h UTC.
            leaves_out: whether whoever leaves just now is not to be counted.
        """
        self._store = store
        self._looked = looked
        self._clock = clock
        self._retention = retention
        self._shift_ns = round(shift_hours * 3600 * 1e9)
        self._leaves_out = leaves_out
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, Passage]] = deque(maxlen=_MOST_WAITING)
        self._before: Mapping[int, Passage] = {}
        self._from_utc_ns = 0
        self._version = 0
        self._read: tuple[int, tuple[ShiftTally, ...]] = (-_READ_EVERY_NS, ())
        self._now: dict[tuple[str, str], SensorTally] = {}

    def __call__(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take note of who has gone without an alarm; nothing is worked out here."""
        gone, self._before = self._before, picture.passages
        for event in events:
            if not isinstance(event, PassageClosed) or event.alert_id:
                continue
            passage = gone.get(event.track_id)  # of the step before: now they are not in it
            is_person = passage is not None and passage.kind is PassageKind.PERSON
            if passage is not None and is_person and not self._leaves_out():
                self._waiting.append((event.t_utc_ns, passage))

    def work(self) -> None:
        """Count who has gone since, and keep the counts.

        Raises:
            StoreError: they could not be kept; they will be with the next ones.
        """
        with self._lock:
            has_changed = False
            while self._waiting:
                t_utc_ns, passage = self._waiting.popleft()
                self._turn_to(t_utc_ns)
                for say in self._looked(passage):
                    self._count(say)
                    has_changed = True
            if has_changed:
                self._keep()

    def over(self) -> tuple[ShiftTally, ...]:
        """Return the shifts that are over, oldest first; the same value for some minutes.

        Raises:
            StoreError: the store cannot be read.
        """
        now = self._clock.utc_ns()
        read_utc_ns, rows = self._read
        if not 0 <= now - read_utc_ns < _READ_EVERY_NS:
            found = (
                decode(ShiftTally, one.body)
                for one in self._store.find(COLLECTION, limit=MOST_KEPT)
            )
            over = (one for one in found if one.from_utc_ns + self._shift_ns <= now)
            rows = tuple(sorted(over, key=lambda one: one.from_utc_ns))
            self._read = now, rows
        return rows

    def _turn_to(self, t_utc_ns: int) -> None:
        """Begin the shift of that time, or go on with it after a restart."""
        from_utc_ns = t_utc_ns // self._shift_ns * self._shift_ns
        if from_utc_ns <= self._from_utc_ns:
            return
        if self._now:
            self._keep()
        document = self._store.get(COLLECTION, _id_of(from_utc_ns))
        known: ShiftTally | None = decode(ShiftTally, document.body) if document else None
        self._version = document.version if document else 0
        self._from_utc_ns = from_utc_ns
        sensors = known.sensors if known else ()
        self._now = {(one.sensor_id, one.calibration_id): one for one in sensors}

    def _count(self, say: SensorSay) -> None:
        key = (say.sensor_id, say.calibration_id)
        before = self._now.get(key) or SensorTally(
            sensor_id=say.sensor_id, calibration_id=say.calibration_id
        )
        self._now[key] = before.with_one(say.log_factor)

    def _keep(self) -> None:
        sensors = tuple(one for _, one in sorted(self._now.items()) if one.n >= LEAST_KEPT)
        if not sensors:
            return
        kept = self._store.put(
            Document(
                collection=COLLECTION,
                document_id=_id_of(self._from_utc_ns),
                data_class=DataClass.OPERATION,
                expires_utc_ns=self._retention.expires_utc_ns(
                    DataClass.OPERATION, self._from_utc_ns
                ),
                version=self._version,
                body=encode(ShiftTally(from_utc_ns=self._from_utc_ns, sensors=sensors)),
            )
        )
        self._version = kept.version


def _id_of(from_utc_ns: int) -> str:
    return f"shift-{from_utc_ns // 10**9}"
