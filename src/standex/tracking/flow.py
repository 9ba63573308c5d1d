"""How people go from area to area of the plan: learned from joins, on top of a prior."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.model.hand_over import Flow, Travel

MAX_PAIRS = 256
LEAST_S = 0.05
PRIOR_LOG_STD, PRIOR_LOG_STD_WEIGHT = 0.5, 2.0


def log_normal(
    t_s: Float[np.ndarray, "..."],
    *,
    median_s: Float[np.ndarray, "..."],
    log_std: Float[np.ndarray, "..."],
) -> Float[np.ndarray, "..."]:
    """Return the density (1/s) of a log-normal time."""
    t_s = np.maximum(t_s, LEAST_S)
    z = np.log(t_s / median_s) / log_std
    return np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * log_std * t_s)


def log_std_of(travel: Travel) -> float:
    """Return the standard deviation of the log time, drawn towards its prior."""
    squares = travel.squares_log_s + PRIOR_LOG_STD_WEIGHT * PRIOR_LOG_STD**2
    return float(np.sqrt(squares / (travel.weight + PRIOR_LOG_STD_WEIGHT)))


def fresh_per_s(
    flow: Flow, area: int, *, t_utc_ns: int, prior_per_s: float, prior_s: float
) -> float:
    """Return the rate at which people come into an area who were never followed before.

    The mean of a gamma posterior: as if ``prior_s`` had been watched at ``prior_per_s``.
    """
    watched_s = max(0.0, (t_utc_ns - flow.since_utc_ns) * 1e-9)
    n_fresh = flow.n_fresh.get(area, 0.0)
    return (prior_per_s * prior_s + n_fresh) / (prior_s + watched_s)


def travelled(flow: Flow, left: int, entered: int, *, took_s: float, weight: float) -> Flow:
    """Return the flow with a person who came from one area to another.

    Mean and spread of the log time are running ones; with as many pairs of areas as are held, a
    new one is not begun.

    References:
        West, Communications of the ACM 22 (1979) 532 (weighted incremental variance).
    """
    key = (left, entered)
    if weight <= 0 or (key not in flow.travel and len(flow.travel) >= MAX_PAIRS):
        return flow
    before = flow.travel.get(key, Travel(weight=0.0, mean_log_s=0.0, squares_log_s=0.0))
    total = before.weight + weight
    log_s = float(np.log(max(took_s, LEAST_S)))
    off = log_s - before.mean_log_s
    mean = before.mean_log_s + off * weight / total
    after = Travel(
        weight=total,
        mean_log_s=mean,
        squares_log_s=before.squares_log_s + weight * off * (log_s - mean),
    )
    return replace(flow, travel={**flow.travel, key: after})


def counted(counts: Mapping[int, float], area: int, weight: float) -> Mapping[int, float]:
    """Return counts by area with one more; bounded like the pairs of areas."""
    if area not in counts and len(counts) >= MAX_PAIRS:
        return counts
    return {**counts, area: counts.get(area, 0.0) + weight}
