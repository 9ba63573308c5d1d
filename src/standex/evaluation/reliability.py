"""Stated probabilities against what was found: when it says 1 %, is it 1 %?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from standex.evaluation.rates import Rate, rate

BINS = 10
LEVEL = 0.995  # of each bin: ten bins of a true statement are all inside in 95 of 100 trials


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Passages of which much the same probability was stated.

    Attributes:
        low: least probability that belongs here.
        high: the greatest.
        p_stated: mean of what was stated; NaN of nobody.
        found: how many of them it was true of.
    """

    low: float
    high: float
    p_stated: float
    found: Rate

    @property
    def holds(self) -> bool:
        """Whether what was stated lies inside the interval of what was found.

        Nobody refutes nothing: an empty bin holds.
        """
        return not self.found.n or self.found.low <= self.p_stated <= self.found.high


def reliability(
    p_stated: Float[np.ndarray, " n"],
    is_true: Bool[np.ndarray, " n"],
    *,
    n_bins: int = BINS,
    level: float = LEVEL,
    is_by_count: bool = False,
) -> tuple[ReliabilityBin, ...]:
    """Return the reliability diagram: what was stated and what was found, bin by bin.

    Passages are taken for independent. Within a bin the mean is compared: with probabilities that
    differ inside the bin the count varies less than a binomial of their mean, so the exact interval
    is on the safe side.

    Args:
        p_stated: probability that was stated of each passage.
        is_true: whether it was so.
        n_bins: how many bins.
        level: of the Clopper-Pearson interval of each bin.
        is_by_count: bins of as many passages each, rather than of the same width; for probabilities
            that are nearly all small.

    Raises:
        ValueError: a probability is not finite or outside [0, 1], there is no bin, or the two
            have not one entry per passage.

    References:
        Murphy, Winkler, Applied Statistics 26 (1977) 41 (reliability diagram).
    """
    if p_stated.shape != is_true.shape:
        raise ValueError(f"{p_stated.shape[0]} probabilities of {is_true.shape[0]} passages")
    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, got {n_bins}")
    if not ((p_stated >= 0) & (p_stated <= 1)).all():  # a NaN fails, too
        raise ValueError("stated probabilities must be finite and inside [0, 1]")
    edges = np.linspace(0, 1, n_bins + 1)
    if is_by_count and len(p_stated):
        edges = np.quantile(p_stated, edges)
    # The last bin has its upper end, too.
    row = np.clip(np.searchsorted(edges, p_stated, side="right") - 1, 0, n_bins - 1)
    bins: list[ReliabilityBin] = []
    for k in range(n_bins):
        inside = row == k
        n = int(inside.sum())
        low, high = float(edges[k]), float(edges[k + 1])
        bins.append(
            ReliabilityBin(
                low=low,
                high=high,
                p_stated=float(p_stated[inside].mean()) if n else float("nan"),
                found=rate(
                    f"true of those stated {low:.3g} to {high:.3g}",
                    int(is_true[inside].sum()),
                    n,
                    level=level,
                ),
            )
        )
    return tuple(bins)


def all_hold(bins: tuple[ReliabilityBin, ...]) -> bool:
    """Return whether what was stated holds in every bin."""
    return all(one.holds for one in bins)
