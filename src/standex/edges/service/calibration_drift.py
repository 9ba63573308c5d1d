"""Does a sensor still say of people without an alarm what it said when it was calibrated?

The first ``BASE_SHIFTS`` shifts under a calibration are what it is compared with. From each later
shift comes the mean of what the sensor said, as a distance from then in spreads between people,
with an interval; and a CUSUM to either side tells when the shifts lie off for good. Its limit is
chosen by the average run length, as for walk tests (``standex.evaluation.cusum``).

Apart from time there is a bound that holds at once: where a factor is what it claims to be, its
mean over people who carry no threat is 1 (Good, Weight of evidence: a brief survey, Bayesian
Statistics 2 (1985) 249; he gives it to Turing). People with an alarm are left out, which lowers the
mean if anything: one above 1 beyond chance claims more than the calibration allows. It supposes
that harmless things are carried as often as the site's priors say.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from standex.edges.service.shift_tally import SensorTally, ShiftTally
from standex.evaluation.cusum import baseline_of, path_of

BASE_SHIFTS = 21  # a week of three shifts a day
LEAST_PEOPLE = 30  # of a shift that counts
LATE_SHIFTS = 21  # that the last distribution is taken over
RUN_SHIFTS = 1095.0  # one false signal of one side a year, with three shifts a day
CONFIDENCE = 0.9
LEAST_SPREAD = (
    0.1  # between shifts, in spreads between people: drifts of less are of no consequence
)
_TWO_SIDED = 1.96  # of a normal value: 95 %


class Standing(StrEnum):
    """What the shifts come to.

    Attributes:
        TOO_FEW: nothing yet; there are too few shifts to compare with.
        AS_CALIBRATED: no signal.
        HIGHER: it says more for a threat than it did.
        LOWER: it says less for one.
    """

    TOO_FEW = "too_few"
    AS_CALIBRATED = "as_calibrated"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPoint:
    """One shift, in spreads between people of the first shifts.

    Attributes:
        t_utc_ns: when it began.
        n: people.
        off: by how much more for a threat the sensor said, in the mean.
        low: lower end of the 95 % interval, by chance between people.
        high: upper end.
    """

    t_utc_ns: int
    n: int
    off: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One sensor under one calibration.

    Attributes:
        standing: what the shifts come to.
        since_utc_ns: from when on it lies off; 0 where it does not.
        n_base: shifts that are compared with, so far.
        points: of every shift that counts, once there is something to compare with.
        base_share: of people by bin, in the first shifts; see ``shift_tally.EDGES``.
        late_share: the same in the last shifts; nothing where those are the first ones.
        n_late: people of the last shifts.
        mean_factor: of the last shifts; NaN where nobody was there.
        mean_factor_low: lower end of its 95 % interval.
        mean_factor_high: upper end.
    """

    standing: Standing
    since_utc_ns: int = 0
    n_base: int = 0
    points: tuple[DriftPoint, ...] = ()
    base_share: tuple[float, ...] = ()
    late_share: tuple[float, ...] = ()
    n_late: int = 0
    mean_factor: float = math.nan
    mean_factor_low: float = math.nan
    mean_factor_high: float = math.nan

    @property
    def claims_too_much(self) -> bool:
        """Return whether the mean factor is above 1 beyond chance."""
        return self.mean_factor_low > 1


@dataclass(slots=True)
class _Pooled:
    """Several tallies taken as one."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    factor_sum: float = 0.0
    factor_squares: float = 0.0
    counts: list[int] = field(default_factory=list[int])

    def add(self, one: SensorTally) -> None:
        n, off = self.n + one.n, one.mean - self.mean
        self.squares += one.squares + off**2 * self.n * one.n / n
        self.mean += off * one.n / n
        self.n = n
        self.factor_sum += one.factor_sum
        self.factor_squares += one.factor_squares
        before = self.counts or [0] * len(one.counts)
        self.counts = [a + b for a, b in zip(before, one.counts, strict=True)]

    @property
    def spread(self) -> float:
        """Return the standard deviation between people; never 0, where all were alike."""
        return max(math.sqrt(self.squares / max(self.n - 1, 1)), 1e-6)

    @property
    def shares(self) -> tuple[float, ...]:
        return tuple(count / self.n for count in self.counts)


def drift_of(shifts: Sequence[ShiftTally], sensor_id: str, calibration_id: str) -> Drift:
    """Return how far a sensor lies off what it said at first under this calibration.

    Args:
        shifts: oldest first.
        sensor_id: which.
        calibration_id: what was said under another one is left out.
    """
    rows = [
        (shift.from_utc_ns, one)
        for shift in shifts
        for one in shift.sensors
        if (one.sensor_id, one.calibration_id) == (sensor_id, calibration_id)
        and one.n >= LEAST_PEOPLE
    ]
    late = _pooled(one for _, one in rows[-LATE_SHIFTS:])
    factor, factor_low, factor_high = _mean_factor(late)
    if len(rows) < BASE_SHIFTS:
        return Drift(
            standing=Standing.TOO_FEW,
            n_base=len(rows),
            base_share=late.shares,
            n_late=late.n,
            mean_factor=factor,
            mean_factor_low=factor_low,
            mean_factor_high=factor_high,
        )
    base = _pooled(one for _, one in rows[:BASE_SHIFTS])
    baseline = baseline_of(
        [one.mean for _, one in rows[:BASE_SHIFTS]],
        least_spread=LEAST_SPREAD * base.spread,
        run_length=RUN_SHIFTS,
        confidence=CONFIDENCE,
    )
    after = rows[BASE_SHIFTS:]
    up = path_of((baseline.above(one.mean) for _, one in after), restart_rows=frozenset())
    down = path_of((baseline.below(one.mean) for _, one in after), restart_rows=frozenset())
    standing, since_row = Standing.AS_CALIBRATED, None
    for path, word in ((down, Standing.LOWER), (up, Standing.HIGHER)):
        if path.since_row is not None:
            standing, since_row = word, path.since_row
    return Drift(
        standing=standing,
        since_utc_ns=0 if since_row is None else after[since_row][0],
        n_base=BASE_SHIFTS,
        points=tuple(_point(t_utc_ns, one, base) for t_utc_ns, one in rows),
        base_share=base.shares,
        late_share=late.shares if after else (),
        n_late=late.n,
        mean_factor=factor,
        mean_factor_low=factor_low,
        mean_factor_high=factor_high,
    )


def drift_words(sensor_id: str, drift: Drift, *, day: str) -> str:
    """Return what a drift means in plain words, or nothing."""
    if drift.standing not in (Standing.HIGHER, Standing.LOWER):
        return ""
    word = "more" if drift.standing is Standing.HIGHER else "less"
    return (
        f"{sensor_id}: of people without an alarm it says {word} for a threat than when its "
        f"calibration was new, since {day}: find out why, or calibrate it anew"
    )


def _pooled(tallies: Iterable[SensorTally]) -> _Pooled:
    whole = _Pooled()
    for one in tallies:
        whole.add(one)
    return whole


def _point(t_utc_ns: int, one: SensorTally, base: _Pooled) -> DriftPoint:
    variance = one.squares / max(one.n - 1, 1)
    half = _TWO_SIDED * math.sqrt(variance / one.n + base.spread**2 / base.n)
    off = one.mean - base.mean
    return DriftPoint(
        t_utc_ns=t_utc_ns,
        n=one.n,
        off=off / base.spread,
        low=(off - half) / base.spread,
        high=(off + half) / base.spread,
    )


def _mean_factor(late: _Pooled) -> tuple[float, float, float]:
    if late.n < LEAST_PEOPLE:
        return math.nan, math.nan, math.nan
    mean = late.factor_sum / late.n
    variance = max(late.factor_squares / late.n - mean**2, 0.0)
    half = _TWO_SIDED * math.sqrt(variance / late.n)
    return mean, mean - half, mean + half
