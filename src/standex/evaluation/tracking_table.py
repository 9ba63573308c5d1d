"""Several runs of a tracker on one crowd -> each figure once, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.evaluation.tracking_intervals import Figure, over_runs, over_time
from standex.evaluation.tracking_landing import joined
from standex.evaluation.tracking_looks import Way
from standex.evaluation.tracking_run import WAYS, TrackingRun

BLOCK_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrowdFigures:
    """All figures of a tracker on one crowd.

    Attributes:
        n_runs: draws of the sensor.
        n_scans: that count, in each.
        people_per_scan: there, on average.
        figures: by name; errors of scans over time, all others over runs.
        parts_m2: of the squared GOSPA, per person who is there: localisation, missed, false.
        landing: shares of carriers' evidence, by the way it was attached; empty where no carrier
            was looked at.
    """

    n_runs: int
    n_scans: int
    people_per_scan: float
    figures: dict[str, Figure]
    parts_m2: tuple[float, float, float]
    landing: dict[Way, dict[str, Figure]]


def crowd_figures(
    runs: Sequence[TrackingRun], *, step_s: float, rng: np.random.Generator
) -> CrowdFigures:
    """Return the figures of several runs on the same people.

    Errors of scans are averaged over runs and bootstrapped in blocks of 2 s: their intervals speak
    of this crowd at other moments. Figures of whole runs get Student's interval over runs, which
    speaks of the sensor's chance alone. Landing is bootstrapped over carriers, of all runs.

    Args:
        runs: of the same scans.
        step_s: between scans.
        rng: of the resampling.

    Raises:
        ValueError: there is no run.
    """
    if not runs:
        raise ValueError("no run: no figure can be made of it")
    block = max(round(BLOCK_S / step_s), 1)

    def series(name: str) -> Float[np.ndarray, " scans"]:
        return np.mean([getattr(run.figures.errors, name) for run in runs], axis=0)

    figures = {
        told: over_time(series(name), block=block, rng=rng)
        for told, name in (
            ("gospa_m", "gospa_m"),
            ("ospa_m", "ospa_m"),
            ("rmse_m", "rmse_m"),
            ("missed_per_scan", "n_missed"),
            ("false_per_scan", "n_false"),
        )
    }
    of_runs = [run.figures.values() for run in runs]
    for name in of_runs[0]:
        values = [one for of_run in of_runs if (one := of_run[name]) is not None]
        if name not in figures and values:
            figures[name] = over_runs(np.array(values, dtype=float))
    errors = [run.figures.errors for run in runs]
    there = float(np.mean([(one.n_found + one.n_missed).mean() for one in errors]))
    localisation, missed, false = np.mean(
        [[float(part.mean()) for part in one.parts_m2()] for one in errors], axis=0
    ).tolist()
    return CrowdFigures(
        n_runs=len(runs),
        n_scans=len(errors[0].n_found),
        people_per_scan=there,
        figures=figures,
        parts_m2=(localisation / there, missed / there, false / there),
        landing={
            way: landing.shares(rng=rng)
            for way in WAYS
            if len((landing := joined([run.landing[way] for run in runs])).person)
        },
    )
