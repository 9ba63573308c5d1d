"""Quantiles of times, with intervals that assume nothing about their shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeQuantile:
    """A quantile of n times.

    Attributes:
        name: of what.
        quantile: 0 to 1.
        n: times.
        value_s: the quantile, NaN of none.
        low_s: lower end of its interval, minus infinity where so few cannot bound it.
        high_s: upper end, plus infinity where so few cannot bound it.
        level: of the interval.
    """

    name: str
    quantile: float
    n: int
    value_s: float
    low_s: float
    high_s: float
    level: float


def time_quantile(
    name: str, times_s: Sequence[float], quantile: float, *, level: float = 0.95
) -> TimeQuantile:
    """Return a quantile with the interval between two of the times themselves.

    How many of n independent times lie below the true quantile is binomial, whatever their
    distribution; the interval covers it with ``level`` at least. Times that are NaN are left out.

    Raises:
        ValueError: ``quantile`` or ``level`` is outside (0, 1).

    References:
        David, Nagaraja, Order Statistics, 2003, section 7.1.
    """
    if not (0 < quantile < 1 and 0 < level < 1):
        raise ValueError(f"quantile and level must be inside (0, 1), got {quantile}, {level}")
    known = np.sort([t for t in times_s if not np.isnan(t)])
    n, tail = len(known), (1 - level) / 2
    value, low, high = float("nan"), -np.inf, np.inf
    if n:
        value = float(np.quantile(known, quantile))
        # The r-th smallest lies above the quantile with P(fewer than r below it).
        r = int(binom.ppf(tail, n, quantile))
        s = int(binom.ppf(1 - tail, n, quantile)) + 1
        low = float(known[r - 1]) if r >= 1 else -np.inf
        high = float(known[s - 1]) if s <= n else np.inf
    return TimeQuantile(
        name=name,
        quantile=quantile,
        n=n,
        value_s=value,
        low_s=float(low),
        high_s=float(high),
        level=level,
    )
