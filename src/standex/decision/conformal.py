"""A threshold whose false-alarm rate holds at finite sample, whatever the scores are.

Split conformal calibration: people who carry no threat have walked through the system as it is; the
score of a passage is the **largest** posterior that it ever had. Whoever walks later is judged at
every moment, and an alarm stays, so they are alarmed about if and only if their largest posterior
exceeds the threshold: one comparison per passage, however often it was looked at. That is why the
promise holds under repeated looks and at any moment, with nothing asked of the likelihoods.

What it does ask: that the passages which are to come are exchangeable with those it rests on. The
same site, sensors, calibrations, priors and cueing; the same kinds of people, clothes and things
carried, in the same shares. It is a promise about the mean over all people, not about each kind.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import betainc, betaincinv

from standex.model.errors import StandexError

ROUNDING = 1e-9  # 0.07 of 100 is 7, also in binary


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformalThreshold:
    """A threshold and what it promises.

    Attributes:
        p_alarm: an alarm is raised from this largest posterior on; just above that of the passage
            at ``rank``.
        pfa_per_passage: the budget.
        n_clean: passages that it rests on.
        rank: of that passage, the largest posterior first.
        pfa_mean: expected rate, over all that such passages could have been.
        pfa_low: lower end of the interval of the rate that this very threshold has.
        pfa_high: upper end.
        level: of the interval.
        assurance: probability that the rate of this very threshold is within the budget.
    """

    p_alarm: float
    pfa_per_passage: float
    n_clean: int
    rank: int
    pfa_mean: float
    pfa_low: float
    pfa_high: float
    level: float
    assurance: float

    def __str__(self) -> str:
        return (
            f"p_alarm {self.p_alarm:.6g}, just above number {self.rank} from the top of "
            f"{self.n_clean} clean passages: PFA at most {self.pfa_mean:.3g} per passage in the "
            f"mean ({100 * self.level:.0f} % interval {self.pfa_low:.3g} to {self.pfa_high:.3g}), "
            f"within {self.pfa_per_passage:.3g} with probability {self.assurance:.2f} or more"
        )


def conformal_threshold(
    largest_posterior: Float[np.ndarray, " n"],
    pfa_per_passage: float,
    *,
    assurance: float | None = None,
    level: float = 0.95,
) -> ConformalThreshold:
    """Return the least threshold that keeps a budget of false alarms per passage.

    With the n scores in order, p_alarm is just above the k-th, k = ceil((n + 1)(1 - pfa)). For a
    fresh exchangeable passage P(alarm) <= (n + 1 - k) / (n + 1) <= pfa, over both. The rate that
    the threshold of these very passages has is Beta(n + 1 - k, k) distributed, or smaller where
    scores are equal. With an ``assurance`` k is the least for which that rate keeps
    the budget with this probability.

    Args:
        largest_posterior: of the passages of people without a threat, each its largest.
        pfa_per_passage: the budget, inside (0, 1).
        assurance: inside (0, 1); None asks for the mean alone.
        level: of the interval of the rate.

    Raises:
        ValueError: a score is not a probability, or a number is outside its range.
        StandexError: there are too few passages for so small a budget, or the posterior of so many
            of them is at 1; it says what can be had.

    References:
        Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005, section 4.1.
        Vovk, Asian Conference on Machine Learning 2012, PMLR 25, 475 (the Beta distribution).
    """
    n = len(largest_posterior)
    if not ((largest_posterior >= 0) & (largest_posterior <= 1)).all():  # a NaN fails, too
        bad = np.sum(~((largest_posterior >= 0) & (largest_posterior <= 1)))
        raise ValueError(f"{bad} of {n} largest posteriors are not inside [0, 1]")
    _check(pfa_per_passage, assurance)
    if not 0 < level < 1:
        raise ValueError(f"level must be inside (0, 1), got {level}")
    rank = threshold_rank(n, pfa_per_passage, assurance=assurance)
    if rank < 1:
        raise StandexError(_too_few(n, pfa_per_passage, assurance))
    score = float(np.sort(largest_posterior)[n - rank])
    p_alarm = float(np.nextafter(score, np.inf))
    if not p_alarm < 1:
        at_one = int(np.sum(largest_posterior >= score))
        least = (at_one + 1) / (n + 1)
        raise StandexError(
            f"{at_one} of {n} clean passages reach a posterior of 1: no threshold keeps "
            f"{pfa_per_passage:g} per passage. A budget of {least:.3g} can be met; or find out "
            "what the sensors are so sure of there"
        )
    tail = (1 - level) / 2
    low, high = betaincinv(rank, n + 1 - rank, [tail, 1 - tail])
    return ConformalThreshold(
        p_alarm=p_alarm,
        pfa_per_passage=pfa_per_passage,
        n_clean=n,
        rank=rank,
        pfa_mean=rank / (n + 1),
        pfa_low=float(low),
        pfa_high=float(high),
        level=level,
        assurance=_assured(n, rank, pfa_per_passage),
    )


def threshold_rank(n: int, pfa_per_passage: float, *, assurance: float | None = None) -> int:
    """Return the rank of the passage that gives the threshold; 0 where there are too few."""
    _check(pfa_per_passage, assurance)
    most = int(np.floor((n + 1) * pfa_per_passage * (1 + ROUNDING)))
    if assurance is None:
        return min(most, n)
    ranks = np.arange(1, n + 1)
    assured = betainc(ranks, n + 1 - ranks, pfa_per_passage) >= assurance
    return min(int(assured.sum()), n)  # it falls with the rank


def passages_needed(pfa_per_passage: float, *, assurance: float | None = None) -> int:
    """Return how many clean passages a budget needs at least."""
    _check(pfa_per_passage, assurance)
    if assurance is None:
        return int(np.ceil(1 / pfa_per_passage * (1 - ROUNDING))) - 1
    return int(np.ceil(np.log1p(-assurance) / np.log1p(-pfa_per_passage) * (1 - ROUNDING)))


def least_budget(n: int, *, assurance: float | None = None) -> float:
    """Return the least budget of false alarms per passage that n clean passages can promise."""
    if n < 1:
        return 1.0
    return 1 / (n + 1) if assurance is None else float(-np.expm1(np.log1p(-assurance) / n))


def _assured(n: int, rank: int, pfa_per_passage: float) -> float:
    return float(betainc(rank, n + 1 - rank, pfa_per_passage))


def _too_few(n: int, pfa_per_passage: float, assurance: float | None) -> str:
    needed = passages_needed(pfa_per_passage, assurance=assurance)
    sure = "" if assurance is None else f" with probability {assurance:g}"
    return (
        f"{n} clean passages cannot promise a PFA of {pfa_per_passage:g} per passage{sure}: "
        f"{needed} are needed. The least that {n} can promise is "
        f"{least_budget(n, assurance=assurance):.3g}"
    )


def _check(pfa_per_passage: float, assurance: float | None) -> None:
    if not 0 < pfa_per_passage < 1:
        raise ValueError(f"pfa_per_passage must be inside (0, 1), got {pfa_per_passage}")
    if assurance is not None and not 0 < assurance < 1:
        raise ValueError(f"assurance must be inside (0, 1), got {assurance}")
