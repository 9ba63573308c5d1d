"""Cooke's classical model: experts weighed by how they did on questions whose answer is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.special import gammaincc

from standex.model.errors import StandexError
from standex.planning.expert_quantiles import Quantity, bin_shares, information, pooled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """How well somebody did on the seed questions.

    Attributes:
        hits: realisations below, between and above the quantiles.
        calibration: P(hits at least as unlikely, if the stated probabilities were right).
        information: mean over the seed questions, nats.
    """

    hits: Int[np.ndarray, " bins"]
    calibration: float
    information: float

    @property
    def score(self) -> float:
        """Return calibration times information."""
        return self.calibration * self.information


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassicalWeights:
    """The weights, and what they rest on.

    Attributes:
        weight: of each expert, sums to one.
        experts: how each did.
        pool: how their weighted pool did, as if it were one more expert.
        equal_pool: how the pool with equal weights did.
        cutoff: calibration below which an expert has no weight.
        is_optimised: whether the cutoff is the one with the best score of the pool.
    """

    weight: Float[np.ndarray, " experts"]
    experts: tuple[Performance, ...]
    pool: Performance
    equal_pool: Performance
    cutoff: float
    is_optimised: bool


def hits_of(
    seeds: Sequence[Quantity], *, quantile_p: Float[np.ndarray, " k"]
) -> Int[np.ndarray, "experts bins"]:
    """Return how often the realisation was in each bin; at a quantile it is in the bin below."""
    n_bins = len(quantile_p) + 1
    hits = np.zeros((seeds[0].answers.shape[0], n_bins), dtype=np.int64)
    for seed in seeds:
        for row in np.flatnonzero(seed.is_answered):
            hits[row, int(np.sum(seed.realisation > seed.answers[row]))] += 1
    return hits


def calibration_score(
    hits: Int[np.ndarray, " bins"],
    *,
    quantile_p: Float[np.ndarray, " k"],
    n_effective: int | None = None,
) -> float:
    """Return the calibration score.

    ``1 - F(2 n I(s, p))``: I is the relative information of the shares of hits to the stated ones,
    F the chi-square distribution function with as many degrees of freedom as there are quantiles.
    That distribution holds for many independent questions; with a handful the score still ranks.

    Args:
        hits: in each bin.
        quantile_p: of the quantiles.
        n_effective: count as so many questions; for comparing experts who answered more of them
            with those who answered fewer. Default: as many as there are.

    Raises:
        ValueError: there are no hits at all.

    References:
        Cooke, Experts in Uncertainty, 1991, chapter 12.
    """
    n = int(hits.sum())
    if n < 1:
        raise ValueError("no seed question was answered")
    p, s = bin_shares(quantile_p), hits / n
    hit = s > 0
    relative = float(np.sum(s[hit] * np.log(s[hit] / p[hit])))
    statistic = 2 * (n if n_effective is None else n_effective) * max(relative, 0.0)
    return float(gammaincc(len(quantile_p) / 2, statistic / 2))


def classical_weights(
    seeds: Sequence[Quantity],
    *,
    names: Sequence[str],
    quantile_p: Float[np.ndarray, " k"],
    overshoot: float,
    cutoff: float | None = None,
) -> ClassicalWeights:
    """Return global weights: calibration times information, nothing below the cutoff.

    Where experts answered different numbers of questions, all are scored as if they had answered
    as few as the one who answered least, so that more answers are no disadvantage.

    Args:
        seeds: with their realisations.
        names: of the experts, for messages.
        quantile_p: of all quantiles.
        overshoot: of the intrinsic range.
        cutoff: calibration below which an expert has no weight; None for the one with the best
            score of the pool.

    Raises:
        StandexError: there are fewer than two experts or no seeds, a seed has no realisation, an
            expert answered none, or nobody reaches the cutoff.

    References:
        Cooke, Experts in Uncertainty, 1991, chapter 12.
        Cooke, Goossens, Reliability Engineering & System Safety 93 (2008) 657.
    """
    _check(seeds, names, quantile_p)
    hits = hits_of(seeds, quantile_p=quantile_p)
    n_least = int(hits.sum(axis=1).min())
    told = np.array([information(s, quantile_p=quantile_p, overshoot=overshoot) for s in seeds])
    experts = tuple(
        Performance(
            hits=row,
            calibration=calibration_score(row, quantile_p=quantile_p, n_effective=n_least),
            information=float(mean),
        )
        for row, mean in zip(hits, np.nanmean(told, axis=0), strict=True)
    )

    def pool_of(weight: np.ndarray) -> Performance:
        return _pool_performance(
            seeds, weight, quantile_p=quantile_p, overshoot=overshoot, n_effective=n_least
        )

    calibration = np.array([one.calibration for one in experts])
    score = np.array([one.score for one in experts])
    wanted = np.unique(calibration) if cutoff is None else np.array([cutoff])
    best: tuple[float, np.ndarray, Performance] | None = None
    for at in wanted:
        kept = np.where(calibration >= at, score, 0.0)
        if not kept.sum() > 0:
            continue
        weight = kept / kept.sum()
        pool = pool_of(weight)
        # Of two cutoffs that do as well, the one that leaves fewer experts out.
        if best is None or pool.score > best[2].score:
            best = (float(at), weight, pool)
    if best is None:
        reached = "; ".join(f"{name} {c:.2g}" for name, c in zip(names, calibration, strict=True))
        raise StandexError(
            f"no expert reaches the calibration cutoff {wanted.max():g}: {reached}; lower the "
            "cutoff, leave it out to have it optimised, or use equal weights"
        )
    n = len(experts)
    return ClassicalWeights(
        weight=best[1],
        experts=experts,
        pool=best[2],
        equal_pool=pool_of(np.full(n, 1 / n)),
        cutoff=best[0],
        is_optimised=cutoff is None,
    )


def _check(
    seeds: Sequence[Quantity], names: Sequence[str], quantile_p: Float[np.ndarray, " k"]
) -> None:
    """Refuse what cannot be weighed."""
    if len(names) < 2:
        raise StandexError(
            f"{len(names)} expert: an assessment needs two at least, or there is nobody to weigh"
        )
    if not seeds:
        raise StandexError("no seed questions: add some, or use equal weights")
    for seed in seeds:
        if seed.answers.shape != (len(names), len(quantile_p)):
            raise ValueError(f"{seed.name}: answers must be {(len(names), len(quantile_p))}")
        if np.isnan(seed.realisation):
            raise StandexError(f"{seed.name}: no realisation; a seed question has a known answer")
    answered = np.sum([seed.is_answered for seed in seeds], axis=0)
    silent = [name for name, n in zip(names, answered, strict=True) if not n]
    if silent:
        raise StandexError(
            f"expert {', '.join(silent)} answered no seed question and cannot be weighed; have "
            "them answered, leave the expert out, or use equal weights"
        )


def _pool_performance(
    seeds: Sequence[Quantity],
    weight: Float[np.ndarray, " experts"],
    *,
    quantile_p: Float[np.ndarray, " k"],
    overshoot: float,
    n_effective: int,
) -> Performance:
    """Return how the pool does on the seeds, against the background that the experts made."""
    rows: list[Quantity] = []
    told: list[float] = []
    for seed in seeds:
        if not (seed.is_answered & (weight > 0)).any():
            continue
        mixture = pooled(seed, weight, quantile_p=quantile_p, overshoot=overshoot)
        said = np.array([mixture.quantile(float(p)) for p in quantile_p])
        rows.append(replace(seed, answers=said[None]))
        # Beside the experts, whose quantiles span the range; a pool never widens it.
        beside = replace(seed, answers=np.concatenate([seed.answers, said[None]]))
        told.append(float(information(beside, quantile_p=quantile_p, overshoot=overshoot)[-1]))
    hits = hits_of(rows, quantile_p=quantile_p)[0]
    return Performance(
        hits=hits,
        calibration=calibration_score(
            hits, quantile_p=quantile_p, n_effective=min(n_effective, len(rows))
        ),
        information=float(np.mean(told)),
    )
