"""How good likelihood ratios are: their cost, the least cost, and how large they may be.

All ratios are natural logarithms, threat against no threat; costs are in bits, 1 says nothing.
"""

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import isotonic_regression

STEP = 0.01  # of thresholds, natural logarithm


def cllr(llr: Float[np.ndarray, " n"], is_target: Bool[np.ndarray, " n"]) -> float:
    """Return the log-likelihood-ratio cost in bits: 0 is perfect, 1 says nothing.

    References:
        Bruemmer, du Preez, Computer Speech & Language 20 (2006) 230.
    """
    miss = np.logaddexp(0, -llr[is_target]).mean()
    false = np.logaddexp(0, llr[~is_target]).mean()
    return float((miss + false) / (2 * np.log(2)))


def best_llr(
    llr: Float[np.ndarray, " n"], is_target: Bool[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Return the ratios after the best rising map of them onto these very passages.

    Pool adjacent violators: no other map that keeps the order has a lower cost on these passages,
    for any prior. It has seen them, so it is a yardstick and no calibration: its ratios go to
    infinity at the ends.

    Raises:
        ValueError: a ratio is NaN, or there are no targets or no others.

    References:
        Bruemmer, du Preez, Computer Speech & Language 20 (2006) 230, section 5.
    """
    _check(llr, is_target)
    value, of_value = np.unique(llr, return_inverse=True)  # equal ratios get equal ones
    n = np.bincount(of_value, minlength=len(value))
    k = np.bincount(of_value, weights=is_target, minlength=len(value))
    p = np.asarray(isotonic_regression(k / n, weights=n).x)
    n_target = int(is_target.sum())
    with np.errstate(divide="ignore"):
        log_odds = np.log(p) - np.log1p(-p)
    return (log_odds - np.log(n_target / (len(llr) - n_target)))[of_value]


def min_cllr(llr: Float[np.ndarray, " n"], is_target: Bool[np.ndarray, " n"]) -> float:
    """Return the least cost that any map which keeps the order could have: what cannot be told.

    What Cllr is above it is loss of calibration.
    """
    return cllr(best_llr(llr, is_target), is_target)


def cross_entropy(
    llr: Float[np.ndarray, " n"],
    is_target: Bool[np.ndarray, " n"],
    log_prior_odds: Float[np.ndarray, " m"],
) -> Float[np.ndarray, " m"]:
    """Return the empirical cross-entropy in bits at each prior: what is left unknown.

    At even odds it is Cllr.

    References:
        Ramos, Gonzalez-Rodriguez, Forensic Science International 230 (2013) 156.
    """
    prior = 1 / (1 + np.exp(-log_prior_odds))
    posterior = llr + log_prior_odds[:, None]
    miss = np.logaddexp(0, -posterior[:, is_target]).mean(axis=1)
    false = np.logaddexp(0, posterior[:, ~is_target]).mean(axis=1)
    return (prior * miss + (1 - prior) * false) / np.log(2)


def supported_range(
    llr: Float[np.ndarray, " n"], is_target: Bool[np.ndarray, " n"], *, step: float = STEP
) -> tuple[float, float]:
    """Return the least and the greatest ratio that so many passages can support (ELUB).

    A ratio is supported as far as deciding by it is still no worse than deciding by the prior
    alone, at every prior up to there, even if one more passage of each kind were misleading: at
    threshold t a system costs P(miss) + t P(false), the prior alone min(1, t). So n others support
    no ratio above about n, and fewer where some are misled.

    Args:
        llr: of passages that had no part in the fit.
        is_target: which are targets.
        step: of the thresholds.

    Returns:
        Natural logarithms, the first at most 0, the second at least 0.

    Raises:
        ValueError: a ratio is NaN, or there are no targets or no others.

    References:
        Vergeer, van Es, de Jongh, Alberink, Stoel, Science & Justice 56 (2016) 482.
    """
    _check(llr, is_target)
    target, other = np.sort(llr[is_target]), np.sort(llr[~is_target])
    finite = np.clip(llr, -20.0, 20.0)
    upward = np.arange(0, max(float(finite.max()), 0.0) + step, step)
    downward = -np.arange(0, max(-float(finite.min()), 0.0) + step, step)

    def is_useful(x: np.ndarray) -> np.ndarray:
        p_miss = (np.searchsorted(target, x, side="left") + 1) / (len(target) + 1)
        p_false = (len(other) - np.searchsorted(other, x, side="left") + 1) / (len(other) + 1)
        return p_miss + np.exp(x) * p_false <= np.minimum(1, np.exp(x))

    return _reach(downward, is_useful(downward)), _reach(upward, is_useful(upward))


def _reach(x: np.ndarray, is_useful: np.ndarray) -> float:
    """Return the last threshold before the first that is of no use; 0 where none is of any."""
    n = len(x) if is_useful.all() else int(np.argmin(is_useful))
    return float(x[n - 1]) if n else 0.0


def _check(llr: np.ndarray, is_target: np.ndarray) -> None:
    if np.isnan(llr).any():
        raise ValueError(f"{np.sum(np.isnan(llr))} of {len(llr)} likelihood ratios are NaN")
    n_target = int(is_target.sum())
    if not 0 < n_target < len(llr):
        raise ValueError(
            f"{n_target} targets and {len(llr) - n_target} others: both kinds of passages are "
            "needed"
        )
