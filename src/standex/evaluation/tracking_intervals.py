"""Intervals for figures whose cases are not independent: blocks of time, repeated runs, ratios."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student

N_RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its interval.

    Attributes:
        value: the figure.
        low: lower end; NaN where there is too little to tell.
        high: upper end, likewise.
        interval: of which kind, in words.
    """

    value: float
    low: float
    high: float
    interval: str


def over_runs(values: Float[np.ndarray, " runs"], *, level: float = 0.95) -> Figure:
    """Return the mean over runs with Student's interval; one run has none.

    It speaks of what differs from run to run, and of nothing else.
    """
    n = len(values)
    mean, half = float(np.mean(values)), np.nan
    if n > 1:
        spread = float(np.std(values, ddof=1)) / np.sqrt(n)
        half = float(student.ppf((1 + level) / 2, n - 1)) * spread
    return Figure(
        value=mean, low=mean - half, high=mean + half, interval=f"Student, over {n} draws"
    )


def over_time(
    series: Float[np.ndarray, " scans"],
    *,
    block: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Figure:
    """Return the mean of a series with a circular block bootstrap interval.

    Blocks keep what neighbouring scans have in common. Below four blocks there is no interval.

    Args:
        series: one value a scan.
        block: scans in a block.
        rng: which blocks are drawn.
        level: of the interval.

    Raises:
        ValueError: ``block`` is not positive, or the series is empty.

    References:
        Politis, Romano, in: Exploring the Limits of Bootstrap, Wiley 1992, 263 (circular blocks).
    """
    if block < 1 or not len(series):
        raise ValueError(f"block must be at least 1, got {block}, of {len(series)} values")
    n, low, high = len(series), np.nan, np.nan
    n_blocks = n // block
    if n_blocks >= 4:
        wrapped = np.concatenate([[0.0], np.cumsum(np.concatenate([series, series[: block - 1]]))])
        of_block = (wrapped[block:] - wrapped[:-block]) / block
        drawn = of_block[rng.integers(n, size=(N_RESAMPLES, n_blocks))].mean(axis=1)
        low, high = _middle(drawn, level)
    return Figure(
        value=float(series.mean()), low=low, high=high, interval=f"block bootstrap, {block} scans"
    )


def over_cases(
    part: Float[np.ndarray, " cases"],
    whole: Float[np.ndarray, " cases"],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Figure:
    """Return the ratio of two sums with a bootstrap interval over cases.

    Args:
        part: of each case.
        whole: of each case; their sum should be well away from zero.
        rng: which cases are drawn.
        level: of the interval.

    Raises:
        ValueError: there is no case.
    """
    n = len(whole)
    if not n:
        raise ValueError("no case: a ratio of nothing is not known")
    low, high = np.nan, np.nan
    if n > 1:
        times = rng.multinomial(n, np.full(n, 1 / n), size=N_RESAMPLES)
        below = times @ whole
        drawn = np.divide(times @ part, below, out=np.full(N_RESAMPLES, np.nan), where=below != 0)
        low, high = _middle(drawn[np.isfinite(drawn)], level)
    total = float(whole.sum())
    return Figure(
        value=float(part.sum()) / total if total else np.nan,
        low=low,
        high=high,
        interval=f"bootstrap over {n} cases",
    )


def _middle(drawn: Float[np.ndarray, " n"], level: float) -> tuple[float, float]:
    if not len(drawn):
        return np.nan, np.nan
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
