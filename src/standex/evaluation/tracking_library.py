"""CLEAR-MOT, identity and HOTA figures by the library TrackEval; the only module that knows it."""

import contextlib
import importlib
import io
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.evaluation.tracking_scans import Whereabouts, check_same_scans
from standex.model.errors import StandexError

GATE_M = 0.6  # closer is a match; the similarity of two places falls to zero at twice that
MOST_CELLS = 1e7  # people times tracks; the tables of the library take 160 bytes a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFigures:
    """What the library says.

    Attributes:
        mota: 1 - (missed + false + switches) / people, all summed over scans.
        switches: times that a person's track is another than their last.
        idf1: F1 of the best one-to-one pairing of people and tracks over all scans.
        hota: root of detection times association accuracy, mean over thresholds of similarity.
        det_a: detection accuracy, its mean.
        ass_a: association accuracy, its mean.
    """

    mota: float
    switches: int
    idf1: float
    hota: float
    det_a: float
    ass_a: float


def identity_figures(
    truth: Whereabouts, report: Whereabouts, *, skip: int = 0, gate_m: float = GATE_M
) -> IdentityFigures | None:
    """Hold the numbers of tracks against the people, over all scans.

    The similarity of two places d apart is max(0, 1 - d / (2 gate)), so that the library's usual
    threshold of 0.5 is the gate. Scans are dense in the library: None where people times tracks
    are more than it has room for.

    Args:
        truth: who was where.
        report: the tracks shown, of the same scans.
        skip: scans at the start that do not count; CLEAR-MOT knows from them who was whose.
        gate_m: further is no match.

    Raises:
        StandexError: the library is not installed.
        ValueError: truth and report are of different scans, or there is nobody in the truth.

    References:
        Bernardin, Stiefelhagen, EURASIP J. Image and Video Processing (2008) 246309 (CLEAR-MOT).
        Ristani et al., ECCV 2016 workshops (identity). Luiten et al., IJCV 129 (2021) 548 (HOTA).
    """
    check_same_scans(truth, report)
    counted, shown = truth.cut(skip), report.cut(skip)
    if not len(counted.who):
        raise ValueError("nobody is in the truth: no figure can be made of it")
    if len(np.unique(truth.who)) * len(np.unique(report.who)) > MOST_CELLS:
        return None
    metrics = _metrics()
    if not len(shown.who):  # the library leaves its figures at zero without scoring
        return IdentityFigures(mota=0.0, switches=0, idf1=0.0, hota=0.0, det_a=0.0, ass_a=0.0)
    quiet = {"PRINT_CONFIG": False}
    # Sums of CLEAR-MOT look back only: those of the scans that count are a difference.
    clear, before = (
        metrics.CLEAR(quiet).eval_sequence(_sequence(*both, gate_m))
        for both in ((truth, report), (truth.cut(0, skip), report.cut(0, skip)))
    )
    switches = int(clear["IDSW"]) - int(before["IDSW"])
    wrong = clear["CLR_FN"] - before["CLR_FN"] + clear["CLR_FP"] - before["CLR_FP"] + switches
    data = _sequence(counted, shown, gate_m)
    hota = metrics.HOTA().eval_sequence(data)
    return IdentityFigures(
        mota=1 - float(wrong) / len(counted.who),
        switches=switches,
        idf1=float(metrics.Identity(quiet).eval_sequence(data)["IDF1"]),
        hota=float(np.mean(hota["HOTA"])),
        det_a=float(np.mean(hota["DetA"])),
        ass_a=float(np.mean(hota["AssA"])),
    )


def _sequence(truth: Whereabouts, report: Whereabouts, gate_m: float) -> dict[str, Any]:
    """Return both as the library wants them: numbers from 0 on, one array a scan."""
    people, who = np.unique(truth.who, return_inverse=True)
    numbers, track = np.unique(report.who, return_inverse=True)
    return {
        "num_timesteps": len(truth.t_utc_ns),
        "gt_ids": np.split(who, truth.first_row[1:-1]),
        "tracker_ids": np.split(track, report.first_row[1:-1]),
        "similarity_scores": _Similarity(truth, report, 2 * gate_m),
        "num_gt_dets": len(who),
        "num_tracker_dets": len(track),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(numbers),
    }


@final
class _Similarity:
    """Similarities scan by scan, made when asked for: all of them at once would not fit."""

    def __init__(self, truth: Whereabouts, report: Whereabouts, reach_m: float) -> None:
        self._truth, self._report, self._reach_m = truth, report, reach_m

    def __getitem__(self, scan: int) -> Float[np.ndarray, "n m"]:
        (_, a), (_, b) = self._truth.at(scan), self._report.at(scan)
        away_m = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
        return np.maximum(0, 1 - away_m / self._reach_m)


def _metrics() -> Any:
    """Return the library's metrics; what it prints at import is about data sets of its own."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return importlib.import_module("trackeval.metrics")
    except ImportError as error:
        raise StandexError(
            "CLEAR-MOT, identity and HOTA figures need the package trackeval; "
            "install it with pip install 'standex[evaluation]'"
        ) from error
