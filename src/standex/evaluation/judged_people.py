"""People with known truth and what was said of them: do stated probabilities and budgets hold?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import betabinom

from standex.evaluation.rates import Rate, rate
from standex.evaluation.reliability import (
    BINS,
    LEVEL,
    ReliabilityBin,
    all_hold,
    reliability,
)
from standex.evaluation.score import PersonOutcome

REFUTED = 0.005  # a promise under which so few trials turn out so badly is taken for broken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedPeople:
    """One passage a row.

    Attributes:
        item_class: what they carried, or ``nothing``.
        p_max: largest posterior that they had at any time.
        p_final: posterior at the end; NaN of whom no track was.
    """

    item_class: tuple[str, ...]
    p_max: Float[np.ndarray, " n"]
    p_final: Float[np.ndarray, " n"]

    def __post_init__(self) -> None:
        n = len(self.item_class)
        if not len(self.p_max) == len(self.p_final) == n:
            raise ValueError(
                f"{n} people, {len(self.p_max)} largest and {len(self.p_final)} final posteriors"
            )
        if not ((self.p_max >= 0) & (self.p_max <= 1)).all():  # a NaN fails, too
            raise ValueError("p_max must be finite and inside [0, 1]")
        if ((self.p_final < 0) | (self.p_final > 1)).any():
            raise ValueError("p_final must be inside [0, 1], or NaN of whom nobody followed")

    @property
    def is_threat(self) -> Bool[np.ndarray, " n"]:
        """Whether they carried a threat."""
        return np.array([name.startswith("threat") for name in self.item_class], dtype=bool)

    @property
    def clean(self) -> Float[np.ndarray, " m"]:
        """Return the largest posterior of each who carried no threat, benign things included."""
        return self.p_max[~self.is_threat]


def judged(outcomes: Sequence[PersonOutcome]) -> JudgedPeople:
    """Return what was said of the people of simulated runs."""
    return JudgedPeople(
        item_class=tuple(one.item_class for one in outcomes),
        p_max=np.array([one.p_max for one in outcomes], dtype=np.float64),
        p_final=np.array([one.p_final for one in outcomes], dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedProbabilities:
    """Whether it is 1 % when it says 1 %.

    Attributes:
        bins: stated and found, bin by bin.
        p_stated: mean of what was stated.
        found: how many of all carried a threat.
        n_unseen: people who are not among them: no track was theirs.
    """

    bins: tuple[ReliabilityBin, ...]
    p_stated: float
    found: Rate
    n_unseen: int

    @property
    def holds(self) -> bool:
        """Whether every bin does."""
        return all_hold(self.bins)


def stated_probabilities(
    people: JudgedPeople, *, n_bins: int = BINS, level: float = LEVEL, is_by_count: bool = False
) -> StatedProbabilities:
    """Return final posteriors held against the truth, in bins.

    A posterior is true at the prior it was made with: threats must be as common among these people
    as the site's priors say, or the bins tell of the priors and not of the evidence.

    Args:
        people: with their truth.
        n_bins: how many.
        level: of the interval of each bin and of the whole.
        is_by_count: bins of as many people, rather than of the same width.
    """
    seen = ~np.isnan(people.p_final)
    p, is_threat = people.p_final[seen], people.is_threat[seen]
    return StatedProbabilities(
        bins=reliability(p, is_threat, n_bins=n_bins, level=level, is_by_count=is_by_count),
        p_stated=float(p.mean()) if len(p) else float("nan"),
        found=rate("threat carried", int(is_threat.sum()), len(p), level=level),
        n_unseen=int(np.sum(~seen)),
    )


def alarm_rates(people: JudgedPeople, p_alarm: float, *, level: float = 0.95) -> tuple[Rate, Rate]:
    """Return PD and PFA per passage at a threshold, with Clopper-Pearson intervals.

    People whom no sensor looked at count: a threat among them is a miss.

    Args:
        people: with their truth.
        p_alarm: threshold of the largest posterior.
        level: of the intervals.
    """
    alarmed, is_threat = people.p_max >= p_alarm, people.is_threat
    return (
        rate("PD per passage", int(alarmed[is_threat].sum()), int(is_threat.sum()), level=level),
        rate(
            "PFA per passage", int(alarmed[~is_threat].sum()), int((~is_threat).sum()), level=level
        ),
    )


def chance_of_as_many(n_alarms: int, n_fresh: int, *, rank: int, n_clean: int) -> float:
    """Return the probability of so many alarms or more among fresh clean passages.

    Under the promise of a conformal threshold at that rank of so many clean passages, both sets
    drawn alike: the alarms are beta-binomial, or fewer. Below ``REFUTED`` the promise is broken:
    the people, the site or the sensors are not what they were.

    References:
        Marques, arXiv 2303.02770, 2023 (the distribution of the coverage over fresh samples).
    """
    return float(betabinom.sf(n_alarms - 1, n_fresh, rank, n_clean + 1 - rank))
