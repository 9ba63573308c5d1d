"""Figures of people on a floor as several cameras see them, in the way of the WILDTRACK papers.

A reported place within 0.5 m of a person finds them, one to one. MODA = 1 - (missed + false) /
people; MODP is the mean of 1 - distance / 0.5 m over those found.

References:
    Kasturi et al., IEEE Trans. PAMI 31 (2009) 319 (MODA, MODP).
    Chavdarova et al., CVPR 2018, 5030 (WILDTRACK).
"""

import numpy as np

from standex.evaluation.tracking_gospa import nearest_pairs
from standex.evaluation.tracking_library import identity_figures
from standex.evaluation.tracking_scans import Whereabouts, check_same_scans

FOUND_M = 0.5
TRACKED_M = 1.0  # of MOTA and IDF1 in the published figures
FARTHEST_M = 2.0  # for the median error, so that a gate does not make it


def cameras_figures(truth: Whereabouts, report: Whereabouts, *, skip: int = 0) -> dict[str, float]:
    """Return the figures of one run by name.

    Args:
        truth: who was where.
        report: who was shown where, in the same scans.
        skip: scans at the start that do not count.

    Raises:
        StandexError: TrackEval is not installed.
        ValueError: the scans differ, or nobody is in those that count.
    """
    check_same_scans(truth, report)
    n_people = n_shown = 0
    near: list[np.ndarray] = []
    loose: list[np.ndarray] = []
    for scan in range(skip, len(truth.t_utc_ns)):
        (_, people), (_, places) = truth.at(scan), report.at(scan)
        near.append(nearest_pairs(people, places, cutoff_m=FOUND_M)[2])
        loose.append(nearest_pairs(people, places, cutoff_m=FARTHEST_M)[2])
        n_people, n_shown = n_people + len(people), n_shown + len(places)
    if not n_people:
        raise ValueError("nobody is in the scans that count: no figure can be made of them")
    away_m, loose_m = np.concatenate(near), np.concatenate(loose)
    n_found = len(away_m)
    identity = identity_figures(truth, report, skip=skip, gate_m=TRACKED_M)
    figures = {
        "error_median_m": float(np.median(loose_m)) if len(loose_m) else np.nan,
        "error_p90_m": float(np.quantile(loose_m, 0.9)) if len(loose_m) else np.nan,
        "moda": 1 - (n_people - n_found + n_shown - n_found) / n_people,
        "modp": float(np.mean(1 - away_m / FOUND_M)) if n_found else np.nan,
        "recall": n_found / n_people,
        "precision": n_found / n_shown if n_shown else np.nan,
    }
    if identity is not None:
        figures |= {
            "mota": identity.mota,
            "idf1": identity.idf1,
            "hota": identity.hota,
            "switches": float(identity.switches),
        }
    return figures
