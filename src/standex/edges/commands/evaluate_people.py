"""``standex evaluate people``: how well people are found in a recorded video, and followed from it.

PETS 2009 S2.L1, view 1, all 795 frames: real people, a real camera, annotated boxes. The default
detector finds people in the frames; its positions on the floor go to the tracker, and so do the
boxes of a Faster R-CNN that the benchmark hands out. Recall and precision are of boxes that
overlap by half; intervals are from blocks of five seconds. MOTA, IDF1 and HOTA are on the floor,
with a gate of one metre. Settings of the default detector were chosen on this video.
"""

import argparse
import json
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.annotated_video import (
    N_FRAMES,
    RATE_HZ,
    AnnotatedVideo,
    read_annotated_video,
)
from standex.edges.commands.console import progress, say
from standex.evaluation.people_run import PeopleRun, people_run
from standex.evaluation.pets_figures import (
    BLOCK_S,
    FoundPeople,
    annotated_on_floor,
    found_people,
    speeds_m_per_s,
)
from standex.evaluation.tracking_intervals import Figure, over_time
from standex.model.errors import StandexError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import Level, SensorSpec
from standex.sensing.video.boxes import Detector
from standex.sensing.video.camera_technology import BOXES, FRAME, CameraTechnology, scaled_view
from standex.sensing.video.hog_people import GatedHog
from standex.tracking.tracker import CrowdTracker

HELP = "people found in a recorded video and followed on the floor (PETS S2.L1, annotated)"
MARGIN_M = 2.0
P_DETECT, CLUTTER_PER_M2 = 0.85, 0.002
LEAST_FRAMES = 60
SKIP = 20  # frames, 2 s, in which people are picked up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "--data", type=Path, help="folder of recorded data; default: the one STANDEX_DATA names"
    )
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")
    parser.add_argument(
        "--frames", type=int, default=N_FRAMES, help="only the first so many of the video"
    )


def run(args: argparse.Namespace) -> int:
    """Find and follow everybody, state the figures."""
    named = os.environ.get("STANDEX_DATA")
    if args.data is None and not named:
        raise StandexError("no folder of data is named (--data, or STANDEX_DATA)")
    video = read_annotated_video(args.data or Path(str(named)))
    if not LEAST_FRAMES <= args.frames <= N_FRAMES:
        raise StandexError(
            f"--frames {args.frames}: the video has {N_FRAMES}, {LEAST_FRAMES} are the fewest"
        )
    video = video.first(args.frames)
    with progress(args) as bar:
        task = bar.add_task("frames", total=3 * args.frames)
        document = people_document(video, lambda: bar.advance(task))
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=1, allow_nan=False) + "\n"
        (args.out / "people.json").write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(f"{args.out}: cannot be written ({error.strerror})") from error
    say(args, document, *_lines(document), f"figures in {args.out / 'people.json'}")
    return 0


def people_document(
    video: AnnotatedVideo, advance: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Return all figures of the video.

    Args:
        video: see ``read_annotated_video``.
        advance: called after each frame of each way.
    """
    rng = np.random.default_rng(0)
    truth = annotated_on_floor(video.truth.corner_px, video.truth.who, video.t_utc_ns, video.camera)
    technology = camera_of(video, GatedHog(rate_hz=RATE_HZ))
    followed = {
        "standex": people_run(technology, CrowdTracker(), frame_records(video, advance)),
        "faster_rcnn": people_run(technology, CrowdTracker(), box_records(video)),
    }
    given = [
        boxes_of(video, GatedHog(rate_hz=RATE_HZ), advance),
        boxes_of(video, calibrated(video), advance),
        list(video.public.corner_px),
    ]
    names = ("standex, not calibrated", "standex", "faster_rcnn")
    document: dict[str, Any] = {
        "origin": "recorded people, PETS 2009 S2.L1 view 1",
        "frames": video.n_frames,
        "people": sum(len(one) for one in video.truth.corner_px),
        "settings_chosen_on_this_video": True,
        "walking_m_per_s": {"annotated": _median(speeds_m_per_s(truth))},
        "found": {},
        "followed": {},
    }
    for name, corner_px in zip(names, given, strict=True):
        document["found"][name] = {
            f"overlap_{least:g}": _found(
                found_people(corner_px, video.truth.corner_px, least_overlap=least), rng
            )
            for least in (0.5, 0.3)
        }
    for name, one in followed.items():
        document["followed"][name] = _followed(one, truth)
        document["walking_m_per_s"][name] = _median(one.speed_m_per_s)
    return document


def calibrated(video: AnnotatedVideo) -> GatedHog:
    """Return the default detector that knows the camera of the video, at the video's own size."""
    first = next(video.images())
    view = scaled_view(video.camera, (first.shape[1], first.shape[0]))
    return GatedHog(rate_hz=RATE_HZ, view=view)


def boxes_of(
    video: AnnotatedVideo, detector: GatedHog, advance: Callable[[], None] = lambda: None
) -> list[np.ndarray]:
    """Return the corners of everybody found, in pixels of the annotated boxes."""
    state, corners = detector.start(), list[np.ndarray]()
    for image in video.images():
        state, boxes = detector.detect(state, image)
        corners.append(boxes.corner_px * (video.camera.width_px / image.shape[1]))
        advance()
    return corners


def camera_of(video: AnnotatedVideo, detector: Detector) -> CameraTechnology:
    """Return the camera of the video on a floor as large as people walked."""
    truth = annotated_on_floor(video.truth.corner_px, video.truth.who, video.t_utc_ns, video.camera)
    place = truth.position_site_m
    level = Level(
        level_id="ground",
        min_site_m=place.min(axis=0) - MARGIN_M,
        max_site_m=place.max(axis=0) + MARGIN_M,
        wall_site_m=np.zeros((0, 2, 2)),
    )
    spec = SensorSpec(
        sensor_id="pets",
        technology="camera",
        instrument="",
        level_id="ground",
        site_from_sensor=RigidTransform(rotation=np.eye(3), translation_m=np.zeros(3)),
        rate_hz=RATE_HZ,
        settings={},
        instrument_settings={},
    )
    return CameraTechnology(
        spec=spec,
        level=level,
        view=video.camera,
        detector=detector,
        p_detect=P_DETECT,
        clutter_per_m2=CLUTTER_PER_M2,
    )


def frame_records(
    video: AnnotatedVideo, advance: Callable[[], None] = lambda: None
) -> Iterator[Record]:
    """Yield the frames as a camera would deliver them."""
    for k, image in enumerate(video.images()):
        arrays = {"image": image, "frame_index": np.array(k)}
        yield _record(video, k, FRAME, arrays)
        advance()


def box_records(video: AnnotatedVideo) -> Iterator[Record]:
    """Yield the public boxes as a camera would that finds people itself."""
    for k in range(video.n_frames):
        arrays = {
            "corner_px": video.public.corner_px[k],
            "score": np.clip(video.public.score[k], 0.0, 1.0),
            "frame_width_px": np.array(float(video.camera.width_px)),
            "frame_height_px": np.array(float(video.camera.height_px)),
        }
        yield _record(video, k, BOXES, arrays)


def _record(video: AnnotatedVideo, k: int, kind: str, arrays: dict[str, np.ndarray]) -> Record:
    return Record(
        sensor_id="pets", t_utc_ns=int(video.t_utc_ns[k]), kind=kind, sequence=k, arrays=arrays
    )


def _found(one: FoundPeople, rng: np.random.Generator) -> dict[str, Any]:
    figures = one.figures(block=round(BLOCK_S * RATE_HZ), rng=rng)
    off = one.foot_off
    return {name: _figure(figure) for name, figure in figures.items()} | {
        "foot_median_off_heights": np.median(off, axis=0).tolist(),
        "foot_rms_heights": np.sqrt((off**2).mean(axis=0)).tolist(),
        "false_per_frame": float((one.n_found - one.n_right).mean()),
    }


def _followed(one: PeopleRun, truth: Any) -> dict[str, Any]:
    figures = one.figures(truth, skip=SKIP)
    rng = np.random.default_rng(0)
    block = round(BLOCK_S * RATE_HZ)
    values = {name: _finite(value) for name, value in figures.values().items()}
    gospa = over_time(figures.errors.gospa_m, block=block, rng=rng)
    return {
        **values,
        "gospa_interval_m": [_finite(gospa.low), _finite(gospa.high)],
        "n_positions": one.n_positions,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _finite(figure.value),
        "low": _finite(figure.low),
        "high": _finite(figure.high),
        "interval": figure.interval,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"  # too few frames for an interval


def _median(speed_m_per_s: np.ndarray) -> float | None:
    return _finite(float(np.median(speed_m_per_s))) if len(speed_m_per_s) else None


def _lines(document: dict[str, Any]) -> list[str]:
    """Return the figures, for people."""
    lines = [f"{document['origin']}: {document['frames']} frames, {document['people']} boxes"]
    lines.append("boxes that overlap by half (95 % interval); settings were chosen on this video")
    for name, by_overlap in document["found"].items():
        half = by_overlap["overlap_0.5"]
        cells = [
            f"{what} {_told(one['value'])} ({_told(one['low'])} to {_told(one['high'])})"
            for what, one in ((what, half[what]) for what in ("recall", "precision"))
        ]
        lines.append(f"  {name}: {', '.join(cells)}")
    lines.append("followed on the floor, gate 1 m")
    for name, one in document["followed"].items():
        lines.append(
            f"  {name}: MOTA {_told(one['mota'])}, IDF1 {_told(one['idf1'])}, "
            f"HOTA {_told(one['hota'])}, "
            f"{one['switches']} switches, {one['tracks']} tracks of {one['people']} people"
        )
    speeds = [f"{name} {value:.2f}" for name, value in document["walking_m_per_s"].items()]
    lines.append(f"median speed, m/s: {', '.join(speeds)}")
    return lines
