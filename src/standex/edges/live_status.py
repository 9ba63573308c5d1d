"""How a running station is doing: one value for whoever shows it, and what it is counted from."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

import numpy as np

from standex.model.event import Alert, Event, PassageClosed
from standex.model.observation import Health
from standex.model.picture import Outcome, Picture
from standex.model.site import Site

RATE_WINDOW_S = 3.0
STALE_PERIODS = 3.0
STALE_SPARE_S = 0.5
PLAN_STALE_S = 1.5
_KEPT_EVENTS = 200
_KEPT_TIMES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorStatus:
    """One sensor, as the service sees it.

    Attributes:
        sensor_id: which.
        technology: what reads it.
        health: the latest word about it, or None when nothing was heard yet.
        nominal_hz: records a second, as surveyed.
        rate_hz: records a second that were made sense of, over the last seconds.
        n_records: accepted.
        n_shed: dropped here, because the last ones were still being worked on.
        n_lost: missing in the count of the sensor: they never arrived.
        n_refused: refused for their time.
        n_errors: that its technology failed on.
        age_s: of the newest record made sense of; infinite before the first.
    """

    sensor_id: str
    technology: str
    health: Health | None
    nominal_hz: float
    rate_hz: float
    n_records: int
    n_shed: int
    n_lost: int
    n_refused: int
    n_errors: int
    age_s: float

    @property
    def is_stale(self) -> bool:
        """Return whether what this sensor said is too old to stand for now."""
        return not self.age_s <= STALE_PERIODS / self.nominal_hz + STALE_SPARE_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveStatus:
    """A running station at one moment.

    Attributes:
        t_utc_ns: of the clock.
        started_utc_ns: when it began.
        site: which.
        is_simulated: whether the records come from the twin.
        picture: as the station remembers it.
        sensors: in the order of the site.
        unknown: records dropped, by sensor ids that the site does not know.
        alerts: newest first.
        events: newest first.
        n_closed: passages that have ended, by outcome.
        update_p50_ms: median time of ``Station.update``.
        update_p95_ms: exceeded by one in twenty.
        lag_s: from a record's time to the picture with it, the worst of the last seconds.
        n_updates: so far.
        n_dropped_batches: observations that the station refused.
    """

    t_utc_ns: int
    started_utc_ns: int
    site: Site
    is_simulated: bool
    picture: Picture
    sensors: tuple[SensorStatus, ...]
    unknown: Mapping[str, int]
    alerts: tuple[Alert, ...]
    events: tuple[Event, ...]
    n_closed: Mapping[Outcome, int]
    update_p50_ms: float
    update_p95_ms: float
    lag_s: float
    n_updates: int
    n_dropped_batches: int

    @property
    def age_s(self) -> float:
        """Return the age of the newest position of anybody; infinite before the first."""
        if not self.picture.history:
            return float("inf")
        return (self.t_utc_ns - self.picture.tracks.t_utc_ns) * 1e-9

    @property
    def is_stale(self) -> bool:
        """Return whether the plan is of the past: nobody has looked where people are."""
        return not self.age_s <= PLAN_STALE_S

    @property
    def n_shed(self) -> int:
        """Return how many records were left out, on this side and before."""
        return sum(sensor.n_shed + sensor.n_lost for sensor in self.sensors)

    @property
    def screened_share(self) -> float | None:
        """Return the share of ended passages that were looked at enough; None before the first."""
        n_all = sum(self.n_closed.values())
        return None if not n_all else 1 - self.n_closed.get(Outcome.NOT_SCREENED, 0) / n_all


@dataclass(slots=True, kw_only=True)
class SensorCounts:
    """What is counted about one sensor.

    Attributes:
        n_records: see :class:`SensorStatus`, as all that follow.
        n_shed: same.
        n_lost: same.
        n_refused: same.
        n_errors: same.
        newest_utc_ns: time of the newest record made sense of.
        recent: of the last ones, when they were made sense of (ns, UTC).
        worst: of the same, those that lagged more than all that came after them, with the lag (s).
    """

    n_records: int = 0
    n_shed: int = 0
    n_lost: int = 0
    n_refused: int = 0
    n_errors: int = 0
    newest_utc_ns: int | None = None
    recent: deque[int] = field(default_factory=lambda: deque[int](maxlen=_KEPT_TIMES))
    worst: deque[tuple[int, float]] = field(
        default_factory=lambda: deque[tuple[int, float]](maxlen=_KEPT_TIMES)
    )

    def done(self, t_utc_ns: int, *, now_utc_ns: int) -> None:
        """Take note that a record of ``t_utc_ns`` is in the picture."""
        self.newest_utc_ns = t_utc_ns
        self.recent.append(now_utc_ns)
        lag_s = (now_utc_ns - t_utc_ns) * 1e-9
        # What came before and lagged less will never be the worst again.
        while self.worst and self.worst[-1][1] <= lag_s:
            self.worst.pop()
        self.worst.append((now_utc_ns, lag_s))

    def recent_lag_s(self, *, now_utc_ns: int) -> float:
        """Return the worst lag of the last seconds, 0 when nothing came."""
        self._forget(now_utc_ns)
        return self.worst[0][1] if self.worst else 0.0

    def status(
        self,
        *,
        sensor_id: str,
        technology: str,
        nominal_hz: float,
        health: Health | None,
        now_utc_ns: int,
        started_utc_ns: int,
    ) -> SensorStatus:
        """Return the sensor at this moment."""
        self._forget(now_utc_ns)
        over_s = min(RATE_WINDOW_S, max((now_utc_ns - started_utc_ns) * 1e-9, 1e-3))
        newest = self.newest_utc_ns
        return SensorStatus(
            sensor_id=sensor_id,
            technology=technology,
            health=health,
            nominal_hz=nominal_hz,
            rate_hz=len(self.recent) / over_s,
            n_records=self.n_records,
            n_shed=self.n_shed,
            n_lost=self.n_lost,
            n_refused=self.n_refused,
            n_errors=self.n_errors,
            age_s=float("inf") if newest is None else (now_utc_ns - newest) * 1e-9,
        )

    def _forget(self, now_utc_ns: int) -> None:
        """Forget all but the last seconds."""
        since = now_utc_ns - round(RATE_WINDOW_S * 1e9)
        while self.recent and self.recent[0] <= since:
            self.recent.popleft()
        while self.worst and self.worst[0][0] <= since:
            self.worst.popleft()


@final
class RunCounts:
    """What is counted about a run; ``status`` makes a value of it."""

    def __init__(self, site: Site, *, started_utc_ns: int, is_simulated: bool) -> None:
        """Start counting."""
        self.of = {spec.sensor_id: SensorCounts() for spec in site.sensors}
        self.n_updates = 0
        self.n_dropped_batches = 0
        self._site = site
        self._started_utc_ns = started_utc_ns
        self._is_simulated = is_simulated
        self._update_ms: deque[float] = deque(maxlen=_KEPT_TIMES)
        self._alerts: deque[Alert] = deque(maxlen=_KEPT_EVENTS)
        self._events: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self._n_closed: dict[Outcome, int] = {}

    def updated(self, events: tuple[Event, ...], *, took_s: float) -> None:
        """Take note of one step of the station."""
        self.n_updates += 1
        self._update_ms.append(took_s * 1e3)
        for event in events:
            self._events.appendleft(event)
            if isinstance(event, Alert):
                self._alerts.appendleft(event)
            elif isinstance(event, PassageClosed):
                self._n_closed[event.outcome] = self._n_closed.get(event.outcome, 0) + 1

    def status(
        self, picture: Picture, *, unknown: Mapping[str, int], now_utc_ns: int
    ) -> LiveStatus:
        """Return the run at this moment."""
        median_ms, p95_ms = np.percentile(self._update_ms or [0.0], [50, 95]).tolist()
        return LiveStatus(
            t_utc_ns=now_utc_ns,
            started_utc_ns=self._started_utc_ns,
            site=self._site,
            is_simulated=self._is_simulated,
            picture=picture,
            sensors=tuple(
                self.of[spec.sensor_id].status(
                    sensor_id=spec.sensor_id,
                    technology=spec.technology,
                    nominal_hz=spec.rate_hz,
                    health=picture.health.get(spec.sensor_id),
                    now_utc_ns=now_utc_ns,
                    started_utc_ns=self._started_utc_ns,
                )
                for spec in self._site.sensors
            ),
            unknown=dict(unknown),
            alerts=tuple(self._alerts),
            events=tuple(self._events),
            n_closed=dict(self._n_closed),
            update_p50_ms=median_ms,
            update_p95_ms=p95_ms,
            lag_s=max(
                (counts.recent_lag_s(now_utc_ns=now_utc_ns) for counts in self.of.values()),
                default=0.0,
            ),
            n_updates=self.n_updates,
            n_dropped_batches=self.n_dropped_batches,
        )
