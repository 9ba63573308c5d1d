"""Finding and following people in a recorded video: frames a second of each stage, on one core.

    python benchmarks/bench_video_people.py [--data FOLDER] [--frames N]

Prints one JSON line. CPU seconds of the process, so that a busy machine counts for little; every
library is kept to one thread. Accuracy of the same frames comes from ``standex evaluate people``.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import cv2
import numpy as np

from standex.edges.annotated_video import RATE_HZ, read_annotated_video
from standex.edges.commands.evaluate_people import calibrated, camera_of, frame_records
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Positions
from standex.model.tracks import no_tracks
from standex.sensing.video.hog_people import GatedHog
from standex.sensing.video.moving_areas import first_background, learn, shrunk
from standex.sensing.video.picture_health import first_state, judge
from standex.tracking.tracker import CrowdTracker


class Stages:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = defaultdict(float)

    def __call__(self, name: str, call: Any, *args: Any, **more: Any) -> Any:
        began = time.process_time()
        result = call(*args, **more)
        self.cpu_s[name] += time.process_time() - began
        return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("STANDEX_DATA"))
    parser.add_argument("--frames", type=int, default=795)
    args = parser.parse_args()
    if args.data is None:
        parser.error("no folder of data is named (--data, or STANDEX_DATA)")
    video = read_annotated_video(Path(args.data))
    stages, tracker = Stages(), CrowdTracker()
    tracker.warm_up()
    technology = camera_of(video, GatedHog(rate_hz=RATE_HZ))
    alone, known = GatedHog(rate_hz=RATE_HZ), calibrated(video)
    states: list[Any] = [alone.start(), known.start(), technology.start()]
    background, picture, tracks, n = None, first_state(int(video.t_utc_ns[0])), None, 0
    records = frame_records(video)
    while n < args.frames:
        record = stages("decode", next, records, None)
        if record is None:
            break
        n, image = n + 1, record.arrays["image"]
        small = stages("shrink", shrunk, image)
        if background is None:
            background = first_background(small)
        background, _ = stages("background", learn, background, small, n_memory=150.0)
        picture, _ = stages("picture_health", judge, picture, image, t_utc_ns=record.t_utc_ns)
        states[0], _ = stages("detect", alone.detect, states[0], image)
        states[1], _ = stages("detect_calibrated", known.detect, states[1], image)
        hints = no_hints(record.t_utc_ns)
        states[2], said = stages("perceive", technology.perceive, states[2], record, hints)
        coverage = {one.sensor_id: one for one in said if isinstance(one, Coverage)}
        for positions in (one for one in said if isinstance(one, Positions)):
            tracks = no_tracks(positions.t_utc_ns) if tracks is None else tracks
            tracks = stages("track", tracker, tracks, positions, coverage).tracks
    per_s = {name: round(n / max(cpu_s, 1e-9), 1) for name, cpu_s in stages.cpu_s.items()}
    whole_s = sum(stages.cpu_s[name] for name in ("decode", "perceive", "track"))
    print(
        json.dumps(
            {
                "case": "pets_s2l1_view1",
                "opencv": cv2.__version__,
                "numpy": np.__version__,
                "frame_px": [image.shape[1], image.shape[0]],
                "frames": n,
                "frames_per_cpu_s": per_s,
                "live_to_tracks_per_cpu_s": round(n / whole_s, 1),
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
