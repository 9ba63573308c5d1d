"""How far looks err together: of one sensor, and of two, estimated from passages with known truth.

What is estimated is the correlation that the ledger discounts by. A look's log-likelihood ratio
tells the truth when its variance equals the distance between its means with and without a threat;
for two Gaussian looks whose errors have a common cause, the sum keeps that property when it is
multiplied by 1 / (1 + rho) with rho the covariance of the errors over their mean variance, for any
two strengths. So the covariance is not divided by the two standard deviations (Pearson) but by the
variance itself (intraclass): of a strong and a weak look that share a cause, less is counted twice.

Errors are what is left of a ratio after the mean of its item class: what was carried moves all
sensors, and is no common cause.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

RESAMPLES = 1000
CHUNK = 100  # resamples at a time: memory stays small
LEAST_PASSAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatedLooks:
    """Looks at zones of people of whom it is known what they carried there.

    Attributes:
        sensor_id: of each look.
        llr: natural log-likelihood ratio, threat against no threat, as calibrated.
        passage: which zone of which person's passage.
        class_row: what was there.
    """

    sensor_id: tuple[str, ...]
    llr: Float[np.ndarray, " n"]
    passage: Int[np.ndarray, " n"]
    class_row: Int[np.ndarray, " n"]

    def __post_init__(self) -> None:
        if not np.isfinite(self.llr).all():
            raise ValueError(
                f"{np.sum(~np.isfinite(self.llr))} of {len(self.llr)} ratios are not finite"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedCorrelation:
    """By how much looks err together.

    Attributes:
        between: two sensors, or the same twice for looks of one.
        correlation: as the ledger discounts by it, inside [0, 1]; looks that err apart from each
            other are not counted for more than independent ones.
        low: lower end of the interval; may be negative.
        high: upper end.
        level: of the interval.
        n_passages: passages with looks of both.
    """

    between: tuple[str, str]
    correlation: float
    low: float
    high: float
    level: float
    n_passages: int

    def __str__(self) -> str:
        first, second = self.between
        who = f"{first} with itself" if first == second else f"{first} with {second}"
        return (
            f"{who}: {self.correlation:.2f} ({100 * self.level:g} % interval {self.low:.2f} to "
            f"{self.high:.2f}; {self.n_passages} passages)"
        )


def within(
    looks: RatedLooks,
    sensor_id: str,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_resamples: int = RESAMPLES,
) -> EstimatedCorrelation:
    """Return the correlation of two looks of one sensor at one zone of one person.

    Mean product of the errors of two looks of a passage over their mean square; each passage counts
    once, however many looks it has. The interval draws passages again, class by class.

    Raises:
        ValueError: fewer than twenty passages have two looks of it.

    References:
        Shrout, Fleiss, Psychological Bulletin 86 (1979) 420 (intraclass correlation).
    """
    own = _by_passage(looks, sensor_id)
    many = own.n >= 2
    own = own.rows(many)
    _enough(len(own.n), f"two looks of {sensor_id}")

    def correlation(count: np.ndarray) -> np.ndarray:
        mean = own.class_mean(count)
        total = own.total - own.n * mean
        square = own.square - 2 * mean * own.total + own.n * mean**2
        pairs = (total**2 - square) / (own.n * (own.n - 1))
        return _ratio((count * pairs).sum(axis=1), (count * square / own.n).sum(axis=1))

    return _estimated(
        (sensor_id, sensor_id), correlation, own.class_row, rng, level=level, n=n_resamples
    )


def between(
    looks: RatedLooks,
    first: str,
    second: str,
    *,
    own: Mapping[str, float],
    rng: np.random.Generator,
    level: float = 0.95,
    n_resamples: int = RESAMPLES,
) -> EstimatedCorrelation:
    """Return the correlation of an effective look of one sensor and one of another, at one zone.

    The looks of each sensor are joined first, as the ledger joins them. The ledger then matches
    effective looks one to one, so the covariance of the two sums is compared with the variance of
    as many looks as the fewer of the two have.

    Args:
        looks: of both, and perhaps of others.
        first: a sensor.
        second: another.
        own: correlation of two looks of one sensor, by sensor; one that is missing has 0.
        rng: draws the resamples.
        level: of the interval.
        n_resamples: of the bootstrap.

    Raises:
        ValueError: the two are one, or fewer than twenty passages have looks of both.
    """
    if first == second:
        raise ValueError(f"{first} and {second} are one sensor; see within")
    a, b = (_by_passage(looks, name) for name in (first, second))
    _, row_a, row_b = np.intersect1d(a.passage, b.passage, return_indices=True)
    a, b = a.rows(row_a), b.rows(row_b)
    _enough(len(a.n), f"looks of both {first} and {second}")
    weight = [1 / (1 + (s.n - 1) * own.get(name, 0.0)) for s, name in ((a, first), (b, second))]
    worth = np.minimum(a.n * weight[0], b.n * weight[1])

    def correlation(count: np.ndarray) -> np.ndarray:
        errors = [
            w * (s.total - s.n * s.class_mean(count)) for s, w in zip((a, b), weight, strict=True)
        ]
        each = [error**2 / (s.n * w) for error, s, w in zip(errors, (a, b), weight, strict=True)]
        matched = worth * (each[0] + each[1]) / 2
        return _ratio((count * errors[0] * errors[1]).sum(axis=1), (count * matched).sum(axis=1))

    return _estimated((first, second), correlation, a.class_row, rng, level=level, n=n_resamples)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Sums over the looks of one sensor at each passage."""

    passage: np.ndarray
    class_row: np.ndarray
    n: np.ndarray
    total: np.ndarray
    square: np.ndarray

    def rows(self, rows: np.ndarray) -> "_Sums":
        return _Sums(**{name: getattr(self, name)[rows] for name in self.__slots__})

    def class_mean(self, count: np.ndarray) -> np.ndarray:
        """Return, for each resample and passage, the mean ratio of its class there."""
        member = np.eye(int(self.class_row.max()) + 1)[self.class_row]
        mean = (count * (self.total / self.n)) @ member / np.maximum(count @ member, 1e-12)
        return mean[:, self.class_row]


def _by_passage(looks: RatedLooks, sensor_id: str) -> _Sums:
    is_own = np.array([name == sensor_id for name in looks.sensor_id], dtype=bool)
    llr = looks.llr[is_own]
    passage, first, row = np.unique(looks.passage[is_own], return_index=True, return_inverse=True)
    return _Sums(
        passage=passage,
        class_row=looks.class_row[is_own][first],
        n=np.bincount(row, minlength=len(passage)).astype(float),
        total=np.bincount(row, weights=llr, minlength=len(passage)),
        square=np.bincount(row, weights=llr**2, minlength=len(passage)),
    )


def _enough(n: int, of_what: str) -> None:
    if n < LEAST_PASSAGES:
        raise ValueError(
            f"only {n} passages have {of_what}; at least {LEAST_PASSAGES} are needed: walk more"
        )


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    # Ratios that never differ inside a class have no errors to share.
    return np.where(below > 0, above / np.where(below > 0, below, 1), 0.0)


def _estimated(
    names: tuple[str, str],
    correlation: Callable[[np.ndarray], np.ndarray],
    class_row: np.ndarray,
    rng: np.random.Generator,
    *,
    level: float,
    n: int,
) -> EstimatedCorrelation:
    n_passages = len(class_row)
    value = float(correlation(np.ones((1, n_passages)))[0])
    drawn: list[np.ndarray] = []
    while n > 0:
        count = np.zeros((min(n, CHUNK), n_passages))
        for one in np.unique(class_row):
            rows = np.flatnonzero(class_row == one)
            share = np.full(len(rows), 1 / len(rows))
            count[:, rows] = rng.multinomial(len(rows), share, size=len(count))
        drawn.append(correlation(count))
        n -= len(count)
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(drawn), [tail, 1 - tail])
    return EstimatedCorrelation(
        between=names,
        correlation=float(np.clip(value, 0, 1)),
        low=float(low),
        high=float(high),
        level=level,
        n_passages=n_passages,
    )
