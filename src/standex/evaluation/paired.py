"""Two systems on the very same people: what changed, and whether chance would do as much."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from scipy.stats import binomtest

DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """Yes or no about the same people under two systems.

    Attributes:
        name: what was asked.
        n: people.
        n_first: yes under the first.
        n_second: yes under the second.
        only_first: yes under the first alone.
        only_second: yes under the second alone.
        p_value: exact two-sided McNemar: P(so uneven a split or worse | either way as likely).
        difference: second less first, as a share of all.
        difference_low: lower end of its 95 % interval.
        difference_high: upper end.
    """

    name: str
    n: int
    n_first: int
    n_second: int
    only_first: int
    only_second: int
    p_value: float
    difference: float
    difference_low: float
    difference_high: float


def paired_test(
    name: str,
    first: Bool[np.ndarray, " n"],
    second: Bool[np.ndarray, " n"],
    *,
    rng: np.random.Generator,
) -> PairedTest:
    """Return McNemar's exact test of two answers about each person.

    People are taken as independent of each other. The interval of the difference is a percentile
    bootstrap over people, both answers of a person together.

    Args:
        name: what was asked.
        first: answer under the first system.
        second: of the same people, in the same order.
        rng: of the bootstrap.

    References:
        McNemar, Psychometrika 12 (1947) 153; Efron, Tibshirani, An Introduction to the Bootstrap,
        1993.
    """
    n = len(first)
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    either = only_first + only_second
    p_value = float(binomtest(only_second, either).pvalue) if either else 1.0
    low = high = difference = float("nan")
    if n:
        difference = (only_second - only_first) / n
        # Each draw is multinomial: only the three kinds of people matter.
        shares = np.array([only_first, only_second, n - either]) / n
        drawn = rng.multinomial(n, shares, size=DRAWS)
        low, high = np.quantile((drawn[:, 1] - drawn[:, 0]) / n, [0.025, 0.975]).tolist()
    return PairedTest(
        name=name,
        n=n,
        n_first=int(first.sum()),
        n_second=int(second.sum()),
        only_first=only_first,
        only_second=only_second,
        p_value=p_value,
        difference=difference,
        difference_low=low,
        difference_high=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MissesGone:
    """Which share of one system's misses another does not have, on the same carriers.

    Attributes:
        misses_other: of the system it is held against.
        misses: of the one in question.
        share_gone: 1 - misses / misses_other; NaN where the other missed nobody.
        low: lower end of its 95 % interval.
        high: upper end.
    """

    misses_other: int
    misses: int
    share_gone: float
    low: float
    high: float


def misses_gone(
    detected: Bool[np.ndarray, " n"],
    detected_other: Bool[np.ndarray, " n"],
    *,
    rng: np.random.Generator,
) -> MissesGone:
    """Return how many of the other system's misses are gone, with a paired bootstrap interval.

    Draws in which the other misses nobody say nothing about a ratio and are left out; with few
    misses the interval is wide, and it should be.

    Args:
        detected: by the system in question.
        detected_other: by the other, the same people in the same order.
        rng: of the bootstrap.
    """
    misses, other = int(np.sum(~detected)), int(np.sum(~detected_other))
    low = high = share = float("nan")
    if other:
        share = 1 - misses / other
        kind = 2 * (~detected).astype(int) + (~detected_other).astype(int)
        drawn = rng.multinomial(
            len(kind), np.bincount(kind, minlength=4) / max(len(kind), 1), size=DRAWS
        )
        of_other = drawn[:, 1] + drawn[:, 3]
        some = of_other > 0
        gone = 1 - (drawn[some, 2] + drawn[some, 3]) / of_other[some]
        low, high = np.quantile(gone, [0.025, 0.975]).tolist()
    return MissesGone(misses_other=other, misses=misses, share_gone=share, low=low, high=high)
