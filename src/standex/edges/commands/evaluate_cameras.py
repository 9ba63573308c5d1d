"""``standex evaluate cameras``: people on the floor, by seven overlapping cameras (WILDTRACK).

The people, their places and the cameras are recorded. The boxes are not a detector's: the annotated
ones are largely projections of the annotated places, so they are missed, moved and mixed with
false ones as the public Faster R-CNN boxes of PETS S2.L1 were measured to be. Two frames a second.
Figures: error on the floor (pairs within 2 m), MODA and MODP (within 0.5 m), MOTA, IDF1 and HOTA by
TrackEval (gate 1 m), with Student's intervals over draws of the detector's errors.
Somebody whose place is known worse than 0.5 m is not shown. The first two seconds do not count.
"""

import argparse
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.wildtrack_set import read_wildtrack_set
from standex.evaluation.cameras_figures import cameras_figures
from standex.evaluation.cameras_run import STAGES, CameraSet, run_cameras
from standex.evaluation.tracking_intervals import Figure, over_runs
from standex.evaluation.wildtrack_boxes import BoxErrors
from standex.model.errors import StandexError
from standex.tracking.tracker import CrowdTracker

HELP = "people on the floor by seven cameras (recorded people, simulated detector errors)"
ORIGIN = "recorded people and cameras, simulated detector errors"
FIRST_SEED = 5_000_001  # far from all development
WARM_UP_SCANS = 4
SCALES = {"as measured": 1.0, "half as large": 0.5, "places exact": 1e-3}
COLUMNS = {
    "error_median_m": "error m", "error_p90_m": "90 % m", "moda": "MODA", "modp": "MODP",
    "recall": "recall", "precision": "precision", "mota": "MOTA", "idf1": "IDF1", "hota": "HOTA",
    "switches": "switches",
}  # fmt: skip
# From the pictures of the last 40 of the 400 annotated frames; MODA in per cent.
PUBLISHED = (
    "boxes of Faster R-CNN, clustered on the floor: MODA 11.3, precision 68, recall 43; "
    "Deep-Occlusion: MODA 74.1 (Chavdarova et al., CVPR 2018)",
    "MVDet: MODA 88.2, MODP 75.7 (Hou et al., ECCV 2020)",
    "MVDeTr: MODA 91.5, MODP 82.1 (Hou, Zheng, ACM MM 2021)",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "--data", type=Path, help="folder of recorded data; default: the one STANDEX_DATA names"
    )
    parser.add_argument("--seeds", type=natural, default=5, help="draws of the detector's errors")
    parser.add_argument("--frames", type=natural, metavar="N", help="at most so many frames")
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")


def run(args: argparse.Namespace) -> int:
    """Follow the people, state the figures."""
    if args.seeds < 1:
        raise StandexError(f"--seeds {args.seeds}: at least one draw is needed")
    one = _cut(read_wildtrack_set(_folder(args.data)), args.frames)
    tracker, clock = CrowdTracker(), SystemClock()
    tracker.warm_up()
    document: dict[str, Any] = {
        "origin": ORIGIN,
        "frames": len(one.boxes),
        "cameras": list(one.cameras),
        "people_per_frame": len(one.truth.who) / len(one.boxes),
        "published_on_other_frames": list(PUBLISHED),
        "errors": {},
    }
    lines = [f"{ORIGIN.upper()}: value (95 % interval), {len(one.boxes)} frames of 7 cameras"]
    with progress(args) as bar:
        task = bar.add_task("draws", total=args.seeds * len(SCALES))
        for name, scale in SCALES.items():
            runs: list[dict[str, float]] = []
            took = dict.fromkeys(STAGES, 0.0)
            n_frames = 0
            for seed in range(FIRST_SEED, FIRST_SEED + args.seeds):
                done = run_cameras(
                    one,
                    tracker,
                    errors=BoxErrors(scale=scale),
                    rng=np.random.default_rng(seed),
                    seconds=lambda: clock.utc_ns() * 1e-9,
                )
                runs.append(cameras_figures(one.truth, done.report, skip=WARM_UP_SCANS))
                took = {stage: took[stage] + done.took_s[stage] for stage in STAGES}
                n_frames += done.n_frames
                bar.advance(task)
            figures = {
                column: over_runs(np.array([of_run[column] for of_run in runs]))
                for column in runs[0]
            }
            rate = {stage: n_frames / max(took[stage], 1e-9) for stage in STAGES}
            document["errors"][name] = {
                "scale": scale,
                "figures": {column: _figure(figure) for column, figure in figures.items()},
                "camera_frames_per_s": rate,
            }
            lines += [f"errors of boxes {name}:"]
            lines += [
                f"  {words:<10} {_cell(figures[column])}"
                for column, words in COLUMNS.items()
                if column in figures
            ]
            told = ", ".join(f"{stage} {rate[stage]:.0f}" for stage in STAGES)
            lines.append(f"  camera frames a second: {told}")
    lines.append("published, from the pictures of the last 40 frames (not the frames here):")
    lines += [f"  {words}" for words in PUBLISHED]
    _write(document, args.out)
    say(args, document, *lines, f"figures in {args.out / 'cameras.json'}")
    return 0


def _folder(data: Path | None) -> Path:
    named = os.environ.get("STANDEX_DATA")
    if data is None and not named:
        raise StandexError("no folder of recorded data: give --data, or set STANDEX_DATA")
    return (data or Path(str(named))) / "mot" / "wildtrack"


def _cut(one: CameraSet, n_frames: int | None) -> CameraSet:
    if n_frames is None:
        return one
    if n_frames <= WARM_UP_SCANS:
        raise StandexError(f"--frames {n_frames}: more than {WARM_UP_SCANS} are needed")
    return CameraSet(
        name=one.name,
        cameras=one.cameras,
        level=one.level,
        truth=one.truth.cut(0, n_frames),
        boxes=one.boxes[:n_frames],
    )


def _figure(figure: Figure) -> dict[str, Any]:
    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "value": finite(figure.value),
        "low": finite(figure.low),
        "high": finite(figure.high),
        "interval": figure.interval,
    }


def _cell(figure: Figure) -> str:
    if not math.isfinite(figure.low):
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _write(document: dict[str, Any], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=1, allow_nan=False) + "\n"
        (out / "cameras.json").write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from error
