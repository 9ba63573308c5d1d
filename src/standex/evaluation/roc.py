"""Detection against false alarms over passages, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.evaluation.rates import Rate, rate


@dataclass(frozen=True, slots=True, kw_only=True)
class RocPoint:
    """Rates at one threshold.

    Attributes:
        threshold: of the log-likelihood ratio; plus infinity where nobody alarms.
        pd_per_passage: of passages with the reference object.
        pfa_per_passage: of passages that must not alarm.
    """

    threshold: float
    pd_per_passage: Rate
    pfa_per_passage: Rate


def roc(target: Float[np.ndarray, " n"], other: Float[np.ndarray, " m"]) -> tuple[RocPoint, ...]:
    """Return the curve from no alarm to an alarm for everybody who was looked at.

    One point for each score that occurs, and one above them all, in falling order of the
    threshold; a passage alarms from its score on. A passage that was not looked at scores minus
    infinity: it never alarms, and it counts, so the curve ends below (1, 1) where there are such.
    The intervals are Clopper-Pearson's at 95 %, of each rate by itself.

    Args:
        target: score of each passage with the reference object.
        other: of each passage that must not alarm.

    Raises:
        ValueError: there are none of either, or a score is NaN or plus infinity.
    """
    if not len(target) or not len(other):
        raise ValueError(f"{len(target)} target and {len(other)} other passages: both are needed")
    scores = np.concatenate([target, other])
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise ValueError(
            f"{np.sum(np.isnan(scores) | np.isposinf(scores))} of {len(scores)} scores are NaN or "
            "+inf: a passage that was not looked at scores -inf"
        )
    thresholds = [np.inf, *np.unique(scores[np.isfinite(scores)])[::-1]]
    return tuple(
        RocPoint(
            threshold=float(at),
            pd_per_passage=rate("PD", int(np.sum(target >= at)), len(target)),
            pfa_per_passage=rate("PFA", int(np.sum(other >= at)), len(other)),
        )
        for at in thresholds
    )


def at_pfa(curve: Sequence[RocPoint], pfa_per_passage: float) -> RocPoint:
    """Return the point with the most detections at no more false alarms than that.

    Of several with as many detections the first, which has the fewest false alarms. The promise is
    about the passages of the curve; what to expect of others, the interval of the rate says.

    Raises:
        ValueError: ``pfa_per_passage`` is outside 0..1, or the curve has no point so low.
    """
    if not 0 <= pfa_per_passage <= 1:
        raise ValueError(f"pfa_per_passage must be inside 0..1, got {pfa_per_passage}")
    allowed = [point for point in curve if point.pfa_per_passage.value <= pfa_per_passage]
    if not allowed:
        raise ValueError(f"no point of the curve has pfa_per_passage <= {pfa_per_passage}")
    return max(allowed, key=lambda point: point.pd_per_passage.value)
