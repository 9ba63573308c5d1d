"""P(there is such a person): how it fades, and what being seen or not being seen does to it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.special import expit, logit

from standex.model.observation import Coverage

# Nothing is certain; also what keeps log odds finite.
LEAST = 1e-9
# Unscented transform of a place: itself and four points at sqrt(3) standard deviations.
SIGMA_POINTS = np.sqrt(3) * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], dtype=float)
SIGMA_WEIGHTS = np.array([2, 1, 1, 1, 1]) / 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Where a sensor reports people, and how probably.

    Attributes:
        origin_site_m: lower left corner of the grid.
        cell_m: width of a cell.
        p_report: P(the sensor reports a person who stands in a cell).
    """

    origin_site_m: Float[np.ndarray, " 2"]
    cell_m: float
    p_report: Float[np.ndarray, "nx ny"]


@lru_cache(maxsize=64)  # a coverage is a value: looked through once
def seen_by(coverage: Coverage | None) -> Seen | None:
    """Return where a sensor reports people.

    Raises:
        ValueError: the coverage has a cell outside [0, 1] or a width that is not positive.
    """
    if coverage is None or not coverage.p_report.size:
        return None
    p_report = coverage.p_report
    if not (p_report.min() >= 0 and p_report.max() <= 1):  # a NaN fails, too
        raise ValueError(f"p_report of {coverage.sensor_id} must be inside [0, 1] in every cell")
    if not 0 < coverage.cell_m < np.inf or not np.isfinite(coverage.origin_site_m).all():
        raise ValueError(
            f"coverage of {coverage.sensor_id} needs a finite origin and cell_m above 0, "
            f"got {coverage.origin_site_m}, {coverage.cell_m}"
        )
    return Seen(origin_site_m=coverage.origin_site_m, cell_m=coverage.cell_m, p_report=p_report)


def p_report_at(
    seen: Seen | None,
    position_site_m: Float[np.ndarray, "n 2"],
    covariance_site_m2: Float[np.ndarray, "n 2 2"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return P(the sensor reports a person who is about there): expected, and at least.

    Over five points of where the person may be: their mean, which says how much a report is to be
    expected; and their least, which is all that silence may count with, scan after scan: who may
    still be in the shadow is not gone. Zero outside the grid, and everywhere without coverage.
    """
    nowhere = np.zeros(len(position_site_m))
    if seen is None:
        return nowhere, nowhere
    points_site_m = position_site_m[:, None, :] + SIGMA_POINTS @ _root(covariance_site_m2)
    cell = np.floor((points_site_m - seen.origin_site_m) / seen.cell_m)
    inside = ((cell >= 0) & (cell < seen.p_report.shape)).all(axis=2)
    ix, iy = np.where(inside[:, :, None], cell, 0).astype(np.int64).transpose(2, 0, 1)
    at_points = np.where(inside, seen.p_report[ix, iy], 0.0)
    return at_points @ SIGMA_WEIGHTS, at_points.min(axis=1)


def update_existence(
    existence: Float[np.ndarray, " n"],
    *,
    p_report: Float[np.ndarray, " n"],
    missed: Float[np.ndarray, " n"],
    max_gain: float,
    max_loss: float,
) -> Float[np.ndarray, " n"]:
    """Return P(there is such a person) after a scan.

    Bernoulli: seen means there; missed means either not there or not reported. Where nobody
    looked, a miss changes nothing. One scan moves the log odds by no more than stated, because
    neighbouring scans err together: a ghost comes back, and so does the person in front.

    Args:
        existence: before the scan.
        p_report: P(the sensor reports a person there), at least.
        missed: P(no position of the scan is this track's), all associations weighed.
        max_gain: log odds, above 0.
        max_loss: log odds, not below 0.

    References:
        Musicki, Evans, IEEE Trans. Aerospace and Electronic Systems 40 (2004) 1093.
    """
    before = np.clip(existence, LEAST, 1 - LEAST)
    there_though_missed = before * (1 - p_report) / (1 - before * p_report)
    after = np.clip((1 - missed) + missed * there_though_missed, LEAST, 1 - LEAST)
    log_odds = logit(before)
    # A certain sensor that is silent: 1 - p_report is 0, and the clip above made it finite.
    change = np.clip(logit(after) - log_odds, -max_loss, max_gain)
    return expit(log_odds + change)


def _root(covariance: Float[np.ndarray, "n 2 2"]) -> Float[np.ndarray, "n 2 2"]:
    """Return R with R^T R = covariance (Cholesky, upper)."""
    a, b, d = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    first = np.sqrt(a)
    root = np.zeros_like(covariance)
    root[:, 0, 0] = first
    root[:, 0, 1] = b / first
    root[:, 1, 1] = np.sqrt(np.maximum(d - (b / first) ** 2, 0))
    return root
