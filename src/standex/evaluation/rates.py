"""Rates with their denominators and their intervals."""

from dataclasses import dataclass

from scipy.special import betaincinv


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """k of n, with a two-sided Clopper-Pearson interval.

    Attributes:
        name: what is counted, and of what.
        k: how often.
        n: of how many.
        low: lower end.
        high: upper end.
        level: of the interval.
    """

    name: str
    k: int
    n: int
    low: float
    high: float
    level: float

    @property
    def value(self) -> float:
        """Return k / n, or NaN of nothing."""
        return self.k / self.n if self.n else float("nan")

    def __str__(self) -> str:
        if not self.n:
            return f"{self.name}: none of 0"
        return (
            f"{self.name}: {self.value:.3f} ({self.k} of {self.n}; "
            f"{100 * self.level:g} % interval {self.low:.3f} to {self.high:.3f})"
        )


def rate(name: str, k: int, n: int, *, level: float = 0.95) -> Rate:
    """Return k of n with its exact binomial interval.

    Raises:
        ValueError: k is outside 0..n.

    References:
        Clopper, Pearson, Biometrika 26 (1934) 404.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{name}: k = {k} is outside 0..{n}")
    tail = (1 - level) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return Rate(name=name, k=k, n=n, low=low, high=high, level=level)
