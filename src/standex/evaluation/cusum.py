"""Control charts of one-sided sums (CUSUM), their limits chosen by how seldom they may be wrong.

A chart adds up what each trial says for a change against none, and never falls below zero. Its
limit follows from a stated average run length: how many trials pass, on average, until it signals
a change where there is none. Trials may differ in how hard they are (risk-adjusted): each brings
its own rate of wrong results.

References:
    Page, Continuous inspection schemes, Biometrika 41 (1954) 100: CUSUM; a change is dated to
    where the sum last stood at zero.
    Steiner, Cook, Farewell, Treasure, Monitoring surgical performance using risk-adjusted
    cumulative sum charts, Biostatistics 1 (2000) 441: weights of right and wrong trials.
    Brook, Evans, An approach to the probability distribution of CUSUM run length, Biometrika 59
    (1972) 539: run lengths from a Markov chain.
    Lucas, Crosier, Robust CUSUM: a robustness study for CUSUM quality control schemes,
    Communications in Statistics A 11 (1982) 2669: values far off count as less.
    Siegmund, Sequential Analysis, 1985, chapter X: run lengths of the normal CUSUM.
    Gandy, Kvaloey, Guaranteed conditional performance of control charts via bootstrap methods,
    Scandinavian Journal of Statistics 40 (2013) 647: a rate that was itself estimated is taken at
    the bad end of its interval, or half of all charts signal far too often.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv
from scipy.stats import chi2, norm

N_STATES = 240  # of the Markov chain; twice as many change a limit by less than half a percent
SLACK = 0.5  # standard deviations: half of the shift that is looked for
FARTHEST = 3.0  # spreads that one value may lie off: one that is all wrong is no drift by itself
HELD = 2.0  # limits: a sum is held there, so that what was mended shows within as many trials
_OVERSHOOT = 1.166  # mean of what a normal random walk goes past a line by, Siegmund


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A one-sided sum along its trials.

    Attributes:
        sums: after each trial, in limits: above 1 it signals; held at ``HELD``.
        since_row: the first trial after the sum last stood at zero; None while it does not signal.
    """

    sums: tuple[float, ...]
    since_row: int | None

    @property
    def signals(self) -> bool:
        """Return whether the limit is passed at the end."""
        return bool(self.sums) and self.sums[-1] > 1


def path_of(steps: Iterable[tuple[float, float]], *, restart_rows: frozenset[int]) -> Path:
    """Return the sum of steps.

    Args:
        steps: each with the limit that held then, both positive where they speak for a change.
        restart_rows: where the sum begins anew, before that step.
    """
    total, since, sums = 0.0, 0, list[float]()
    for row, (step, limit) in enumerate(steps):
        if row in restart_rows:
            total = 0.0
        if total == 0:
            since = row
        total = min(max(total + step / limit, 0.0), HELD)
        sums.append(total)
    signals = bool(sums) and sums[-1] > 1
    return Path(sums=tuple(sums), since_row=since if signals else None)


def weights(p_wrong: float, odds_ratio: float) -> tuple[float, float]:
    """Return what a right and what a wrong trial adds: log p(trial | change) / p(trial | none).

    Args:
        p_wrong: P(wrong) of this trial without a change.
        odds_ratio: by which a change multiplies the odds of being wrong; above 1.

    Raises:
        ValueError: one of them is outside its range.
    """
    if not (0 < p_wrong < 1 and odds_ratio > 1):
        raise ValueError(
            f"p_wrong must be inside (0, 1) and odds_ratio above 1, got {p_wrong}, {odds_ratio}"
        )
    norm = math.log1p(p_wrong * (odds_ratio - 1))
    return -norm, math.log(odds_ratio) - norm


def changed_rate(p_wrong: float, odds_ratio: float) -> float:
    """Return P(wrong) after the odds have gone up by ``odds_ratio``."""
    return p_wrong * odds_ratio / (1 + p_wrong * (odds_ratio - 1))


def upper_rate(k: int, n: int, *, confidence: float) -> float:
    """Return the upper end of the one-sided exact interval of k of n (Clopper, Pearson 1934).

    Raises:
        ValueError: k is outside 0..n, or n is 0.
    """
    if not 0 <= k <= n or not n:
        raise ValueError(f"k = {k} is outside 0..{n}, or there is nothing")
    return 1.0 if k == n else float(betaincinv(k + 1, n - k, confidence))


@lru_cache(maxsize=512)
def binary_limit(p_wrong: tuple[float, ...], odds_ratio: float, run_length: float) -> float:
    """Return the least limit whose average run length is ``run_length`` trials or more.

    Args:
        p_wrong: P(wrong) of each kind of trial; the kinds come equally often.
        odds_ratio: of the change that is looked for.
        run_length: trials between two false signals, on average; above 1.
    """
    low, high = 0.0, 1.0
    while binary_run_length(p_wrong, odds_ratio, high) < run_length:
        low, high = high, 2 * high
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        if binary_run_length(p_wrong, odds_ratio, middle) < run_length:
            low = middle
        else:
            high = middle
    return high


def binary_run_length(
    p_wrong: tuple[float, ...], odds_ratio: float, limit: float, *, has_changed: bool = False
) -> float:
    """Return how many trials pass on average until the sum passes the limit, beginning at zero.

    Args:
        p_wrong: P(wrong) of each kind of trial; the kinds come equally often.
        odds_ratio: that the weights are made for.
        limit: of the sum.
        has_changed: whether the odds of being wrong have gone up so.
    """
    if limit <= 0:
        return 1.0
    width = limit / N_STATES
    stay = np.zeros((N_STATES + 1, N_STATES + 1))
    rows = np.arange(N_STATES + 1)
    for p in p_wrong:
        right, wrong = weights(p, odds_ratio)
        p_now = changed_rate(p, odds_ratio) if has_changed else p
        for weight, chance in ((right, 1 - p_now), (wrong, p_now)):
            to = np.maximum(rows + weight / width, 0.0)
            below = np.floor(to).astype(int)
            # Split between two states so that no step is longer or shorter than it is.
            for state, part in ((below, below + 1 - to), (below + 1, to - below)):
                inside = (state <= N_STATES) & (to <= N_STATES)
                np.add.at(stay, (rows[inside], state[inside]), chance * part[inside] / len(p_wrong))
    lengths = np.linalg.solve(np.eye(N_STATES + 1) - stay, np.ones(N_STATES + 1))
    return float(lengths[0])


@lru_cache(maxsize=64)
def normal_limit(slack: float, run_length: float) -> float:
    """Return the limit of one one-sided sum of standard normal values less ``slack``.

    Siegmund's approximation, within 2 % of the exact run length from 100 trials on.

    Args:
        slack: positive; half the shift that is looked for, in standard deviations.
        run_length: trials between two false signals, on average.
    """

    def excess(limit: float) -> float:
        reach = 2 * slack * (limit + _OVERSHOOT)
        return (math.expm1(reach) - reach) / (2 * slack**2) - run_length

    return float(brentq(excess, 0.0, 200.0 / slack)) if excess(0.0) < 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What values are compared with: the first ones, and how far they may be wrong about the rest.

    Attributes:
        centre: of the first values.
        spread: their standard deviation, at the upper end of its interval.
        slack: in spreads: half a spread, and as much as the centre may be off.
        limit: of the sum of standardised values less the slack.
    """

    centre: float
    spread: float
    slack: float
    limit: float

    def above(self, value: float) -> tuple[float, float]:
        """Return what a value adds to the sum of what lies above, and its limit."""
        return self._step(value - self.centre), self.limit

    def below(self, value: float) -> tuple[float, float]:
        """Return what a value adds to the sum of what lies below, and its limit."""
        return self._step(self.centre - value), self.limit

    def _step(self, off: float) -> float:
        return max(-FARTHEST, min(off / self.spread, FARTHEST)) - self.slack


def baseline_of(
    values: Sequence[float], *, least_spread: float, run_length: float, confidence: float
) -> Baseline:
    """Return the baseline of the first values.

    Args:
        values: two or more, from when all was well.
        least_spread: shifts of less are of no consequence.
        run_length: values between two false signals of one side, on average, or more.
        confidence: that the run length is kept, however the first values came out by chance.

    Raises:
        ValueError: there are fewer than two values.
    """
    n = len(values)
    if n < 2:
        raise ValueError(f"a baseline needs two values or more, got {n}")
    each = math.sqrt(confidence)  # centre and spread of normal values err independently
    seen = float(np.std(values, ddof=1)) * math.sqrt((n - 1) / float(chi2.ppf(1 - each, n - 1)))
    slack = SLACK + float(norm.ppf(each)) / math.sqrt(n)
    return Baseline(
        centre=math.fsum(values) / n,
        spread=max(seen, least_spread),
        slack=slack,
        limit=normal_limit(slack, run_length),
    )
