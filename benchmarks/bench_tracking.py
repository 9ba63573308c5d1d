"""Following a synthetic crowd: CPU time a scan and how well, with the keys that the peers print.

    python benchmarks/bench_tracking.py IN.npz [--scans N] [--skip N] [--save F] [--kernel numpy]

Prints one JSON line. Only the call of the tracker is timed (CPU of the process, all threads); the
first scans are left out of time and scores. ``mota``, ``idsw``, ``idf1`` and ``hota`` come from
TrackEval and are null where the crowd is too large for it (``MOST_CELLS`` people times tracks).
"""

import argparse
import json
import os
import resource
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from standex.edges.tracking_scenario import Scenario, read_scenario
from standex.evaluation.tracking_figures import TrackingFigures, tracking_figures
from standex.evaluation.tracking_scans import Shown, Whereabouts, reported, shown
from standex.model.ports import Tracker
from standex.model.tracks import no_tracks
from standex.tracking.tracker import CrowdTracker


def make_tracker(kernel: str) -> tuple[Tracker, str]:
    """Return the tracker as shipped, and its name; a build without kernels has one form only."""
    if any(field.name == "kernel" for field in fields(CrowdTracker)):
        settings: dict[str, Any] = {"kernel": kernel}
        return CrowdTracker(**settings), f"standex/{kernel}"
    return CrowdTracker(), "standex"


def follow(tracker: Tracker, scenario: Scenario) -> tuple[list[Shown], np.ndarray, np.ndarray]:
    """Return what was shown after each scan, and the CPU and wall seconds that each took."""
    tracks = no_tracks(scenario.scans.positions[0].t_utc_ns)
    seen: list[Shown] = []
    cpu_s: list[float] = []
    wall_s: list[float] = []
    for positions in scenario.scans.positions:
        coverage = {
            positions.sensor_id: replace(scenario.scans.coverage, t_utc_ns=positions.t_utc_ns)
        }
        began, began_cpu = time.perf_counter(), time.process_time()
        update = tracker(tracks, positions, coverage)
        cpu_s.append(time.process_time() - began_cpu)
        wall_s.append(time.perf_counter() - began)
        tracks = update.tracks
        seen.append(shown(tracks))
    return seen, np.array(cpu_s), np.array(wall_s)


def line_of(
    name: str,
    scenario: Scenario,
    cpu_s: np.ndarray,
    wall_s: np.ndarray,
    figures: TrackingFigures,
    skip: int,
) -> dict[str, object]:
    ms = np.sort(cpu_s[skip:]) * 1e3
    median_ms = float(np.median(ms))
    used = [len(one.position_site_m) for one in scenario.scans.positions[skip:]]
    values, identity = figures.values(), figures.identity
    return {
        "tracker": name,
        "n": scenario.n_people,
        "scans": len(cpu_s),
        "scans_per_s": round(1e3 / median_ms, 2),
        "updates_per_s": round(float(np.mean(used)) / median_ms * 1e3),
        "ms_median": round(median_ms, 3),
        "ms_p95": round(float(ms[int(0.95 * (len(ms) - 1))]), 3),
        "ms_max": round(float(ms[-1]), 3),
        "wall_ms_median": round(1e3 * float(np.median(wall_s[skip:])), 3),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "ospa": rounded(values["ospa_m"]),
        "gospa": rounded(values["gospa_m"]),
        "rmse_m": rounded(values["rmse_m"]),
        "missed": rounded(values["missed_per_scan"], 2),
        "false": rounded(values["false_per_scan"], 2),
        "mota": rounded(values["mota"]),
        "idsw": None if identity is None else identity.switches,
        "idf1": rounded(values["idf1"]),
        "people": figures.n_people,
        "tracks": figures.n_tracks,
        "hota": rounded(values["hota"]),
        "switches_per_person_minute": rounded(values["switches_per_person_minute"]),
        "us_per_person": round(1e3 * median_ms / scenario.n_people, 3),
    }


def rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def save(path: Path, report: Whereabouts) -> None:
    """Write what was reported, in the layout of the peers' ``--save``."""
    np.savez_compressed(
        path,
        ptr=report.first_row,
        id=np.unique(report.who, return_inverse=True)[1],
        xy=report.position_site_m,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("npz", type=Path, help="a synthetic crowd")
    parser.add_argument("--scans", type=int, help="stop after this many scans")
    parser.add_argument("--skip", type=int, default=20, help="scans left out of timing and scores")
    parser.add_argument("--save", type=Path, help="also write the reported tracks to this .npz")
    parser.add_argument("--kernel", default="auto", choices=["auto", "numpy", "compiled"])
    args = parser.parse_args()
    scenario = read_scenario(args.npz, n_scans=args.scans)
    tracker, name = make_tracker(args.kernel)
    follow(tracker, replace(scenario, scans=warm(scenario)))  # compiles what is compiled
    seen, cpu_s, wall_s = follow(tracker, scenario)
    report = reported(seen)
    if args.save:
        save(args.save, report)
    skip = min(args.skip, len(cpu_s) // 2)
    figures = tracking_figures(scenario.truth, report, skip=skip)
    print(json.dumps(line_of(name, scenario, cpu_s, wall_s, figures, skip)), flush=True)


def warm(scenario: Scenario):
    return replace(scenario.scans, positions=scenario.scans.positions[:3])


if __name__ == "__main__":
    main()
