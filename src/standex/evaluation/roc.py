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
        threshold: of the log-likelihood ratio.
        pd_per_passage: of passages with the reference object.
        pfa_per_passage: of passages that must not alarm.
    """

    threshold: float
    pd_per_passage: Rate
    pfa_per_passage: Rate


def roc(
    target: Float[np.ndarray, " n"], other: Float[np.ndarray, " m"]
) -> tuple[RocPoint, ...]:
    """Return the curve from no alarm to an alarm for everybody.

    A passage that was not looked at scores minus infinity: it never alarms, and it counts.

    Args:
        target: score of each passage with the reference object.
        other: of each passage that must not alarm.

    Raises:
        ValueError: there are none of either, or a score is NaN.
    """
    if not len(target) or not len(other):
        raise ValueError(f"{len(target)} target and {len(other)} other passages: both are needed")
    if np.isnan(target).any() or np.isnan(other).any():
        raise ValueError("a score is NaN: a passage that was not looked at scores -inf")
    finite = np.unique(np.concatenate([target, other]))
    thresholds = [np.inf, *finite[np.isfinite(finite)][::-1]]
    return tuple(
        RocPoint(
            threshold=float(at),
            pd_per_passage=rate("PD", int(np.sum(target >= at)), len(target)),
            pfa_per_passage=rate("PFA", int(np.sum(other >= at)), len(other)),
        )
        for at in thresholds
    )


def at_pfa(curve: Sequence[RocPoint], pfa_per_passage: float) -> RocPoint:
    """Return the point with the most detections at no more false alarms than that."""
    allowed = [point for point in curve if point.pfa_per_passage.value <= pfa_per_passage]
    return max(allowed, key=lambda point: point.pd_per_passage.value)
