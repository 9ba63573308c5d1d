"""The evidence for a calibration: costs, bounds, reliability and curves, with their intervals.

All of it is of passages that the fit has not seen. Intervals are of the passages at hand: whole
passages are drawn again, threats and others each as many as there are, and the fit is kept, so they
say nothing of another site, season or device.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from standex.evaluation.calibrate import PFA_OF_P_DETECT, HeldBack
from standex.evaluation.likelihood_cost import (
    best_llr,
    cllr,
    cross_entropy,
    min_cllr,
    supported_range,
)
from standex.evaluation.reliability import ReliabilityBin, reliability

RESAMPLES = 1000
POINTS = 200
PRIOR_REACH = 3.0 * np.log(10)  # of the cross-entropy curves: a prior of 1 in 1000, either way


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its bootstrap interval.

    Attributes:
        name: what it is.
        value: of the passages held back.
        low: lower end.
        high: upper end.
        level: of the interval.
        n: passages behind it.
    """

    name: str
    value: float
    low: float
    high: float
    level: float
    n: int

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.value:.3f} ({100 * self.level:g} % interval {self.low:.3f} to "
            f"{self.high:.3f}; {self.n} passages)"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """What is drawn.

    Attributes:
        llr: thresholds of the Tippett plot, natural logarithm.
        share_of_threats: of the passages with a threat, those with a larger ratio.
        share_of_others: of those without.
        log_prior_odds: of the cross-entropy curves, natural logarithm.
        cross_entropy: in bits, at each prior.
        cross_entropy_best: after the best map that keeps the order.
        cross_entropy_prior: of the prior alone, all ratios one.
    """

    llr: Float[np.ndarray, " k"]
    share_of_threats: Float[np.ndarray, " k"]
    share_of_others: Float[np.ndarray, " k"]
    log_prior_odds: Float[np.ndarray, " m"]
    cross_entropy: Float[np.ndarray, " m"]
    cross_entropy_best: Float[np.ndarray, " m"]
    cross_entropy_prior: Float[np.ndarray, " m"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibrationEvidence:
    """How far a calibration may be believed, and what shows it.

    Attributes:
        n_threats: passages with a threat.
        n_others: passages without.
        cllr: cost in bits; 1 says nothing.
        min_cllr: least cost with this order of the passages.
        p_detect: share of the threats above the 95 % point of the others.
        prior: share of threats here, at which the reliability is stated.
        bins: the reliability diagram.
        llr_low: least ratio that so many passages support, natural logarithm.
        llr_high: the greatest.
        beyond: share of the passages whose ratio lies beyond what is supported.
        curves: what is drawn.
    """

    n_threats: int
    n_others: int
    cllr: Figure
    min_cllr: Figure
    p_detect: Figure
    prior: float
    bins: tuple[ReliabilityBin, ...]
    llr_low: float
    llr_high: float
    beyond: float
    curves: Curves


def evidence_of(
    held: HeldBack,
    *,
    rng: np.random.Generator,
    n_resamples: int = RESAMPLES,
    level: float = 0.95,
) -> CalibrationEvidence:
    """Return costs, bounds, reliability and curves of passages held back.

    Args:
        held: the passages.
        rng: draws the resamples.
        n_resamples: of the bootstrap.
        level: of its intervals.

    Raises:
        ValueError: there are no threats or no others, or a ratio is not finite.

    References:
        Efron, Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    llr, is_threat = held.llr, held.is_threat
    if not np.isfinite(llr).all():
        raise ValueError(f"{np.sum(~np.isfinite(llr))} of {len(llr)} ratios are not finite")
    n_threats = int(is_threat.sum())
    if not 0 < n_threats < len(llr):
        raise ValueError(f"{n_threats} threats and {len(llr) - n_threats} others: both are needed")
    prior = n_threats / len(llr)
    log_odds = llr + np.log(prior / (1 - prior))
    low, high = supported_range(llr, is_threat)

    def figure(name: str, of: Callable[[np.ndarray, np.ndarray], float]) -> Figure:
        return bootstrap(name, of, llr, is_threat, rng=rng, n_resamples=n_resamples, level=level)

    return CalibrationEvidence(
        n_threats=n_threats,
        n_others=len(llr) - n_threats,
        cllr=figure("Cllr in bits", cllr),
        min_cllr=figure("least Cllr in bits", min_cllr),
        p_detect=figure(f"detected at {100 * PFA_OF_P_DETECT:.0f} % false", _p_detect),
        prior=prior,
        bins=reliability(1 / (1 + np.exp(-log_odds)), is_threat),
        llr_low=low,
        llr_high=high,
        beyond=float(np.mean((llr < low - 1e-9) | (llr > high + 1e-9))),
        curves=_curves(llr, is_threat),
    )


def bootstrap(
    name: str,
    of: Callable[[np.ndarray, np.ndarray], float],
    llr: Float[np.ndarray, " n"],
    is_threat: Bool[np.ndarray, " n"],
    *,
    rng: np.random.Generator,
    n_resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Figure:
    """Return a number of passages with the percentile interval of drawing them again.

    Args:
        name: of the number.
        of: takes ratios, and which are threats.
        llr: of the passages.
        is_threat: which are threats; there stay as many of each.
        rng: draws.
        n_resamples: how often.
        level: of the interval.
    """
    threats, others = llr[is_threat], llr[~is_threat]
    truth = np.repeat([True, False], [len(threats), len(others)])
    values = [
        of(
            np.concatenate([rng.choice(threats, len(threats)), rng.choice(others, len(others))]),
            truth,
        )
        for _ in range(n_resamples)
    ]
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Figure(
        name=name,
        value=float(of(llr, is_threat)),
        low=float(low),
        high=float(high),
        level=level,
        n=len(llr),
    )


def _p_detect(llr: np.ndarray, is_threat: np.ndarray) -> float:
    threshold = np.quantile(llr[~is_threat], 1 - PFA_OF_P_DETECT)
    return float(np.mean(llr[is_threat] > threshold))


def _curves(llr: np.ndarray, is_threat: np.ndarray) -> Curves:
    reach = max(float(np.abs(llr).max()), 1.0) * 1.05
    at = np.linspace(-reach, reach, POINTS)
    odds = np.linspace(-PRIOR_REACH, PRIOR_REACH, POINTS)
    return Curves(
        llr=at,
        share_of_threats=_share_above(llr[is_threat], at),
        share_of_others=_share_above(llr[~is_threat], at),
        log_prior_odds=odds,
        cross_entropy=cross_entropy(llr, is_threat, odds),
        cross_entropy_best=cross_entropy(best_llr(llr, is_threat), is_threat, odds),
        cross_entropy_prior=cross_entropy(np.zeros(len(llr)), is_threat, odds),
    )


def _share_above(llr: np.ndarray, at: np.ndarray) -> Float[np.ndarray, " k"]:
    return 1 - np.searchsorted(np.sort(llr), at, side="right") / len(llr)
