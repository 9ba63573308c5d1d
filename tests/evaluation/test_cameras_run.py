from dataclasses import replace

import numpy as np
import pytest

from standex.evaluation.cameras_figures import cameras_figures
from standex.evaluation.cameras_run import AnnotatedBoxes, CameraSet, coverage_of, run_cameras
from standex.evaluation.tracking_scans import Whereabouts
from standex.evaluation.wildtrack_boxes import BoxErrors
from standex.model.site import Level
from standex.sensing.video.camera import Camera
from standex.tracking.tracker import CrowdTracker

N_SCANS, STEP_S = 24, 0.5
EXACT = BoxErrors(by_hidden_share=((1.0, 1.0, 0.0, 0.0, 0.0),), false_per_frame=0.0)
LEVEL = Level(
    level_id="ground",
    min_site_m=np.array([-6.0, 0.0]),
    max_site_m=np.array([6.0, 16.0]),
    wall_site_m=np.zeros((0, 2, 2)),
)


def camera_at(x_m: float) -> Camera:
    c, s = np.cos(0.4), np.sin(0.4)
    rotation = np.array([[1.0, 0, 0], [0, -s, -c], [0, c, -s]])
    return Camera(
        width_px=1920,
        height_px=1080,
        matrix=np.array([[1000.0, 0, 960], [0, 1000, 540], [0, 0, 1]]),
        distortion=np.zeros(0),
        rotation=rotation,
        translation_m=-rotation @ np.array([x_m, -6.0, 5.0]),
    )


def two_walkers() -> CameraSet:
    """Return two people who walk side by side, seen by two cameras at once."""
    cameras = {"left": camera_at(-3.0), "right": camera_at(3.0)}
    boxes: list[dict[str, AnnotatedBoxes]] = []
    place: list[np.ndarray] = []
    for scan in range(N_SCANS):
        y = 3.0 + 0.4 * scan
        here = np.array([[-1.5, y], [1.5, y]])
        place.append(here)
        frame: dict[str, AnnotatedBoxes] = {}
        for name, camera in cameras.items():
            foot, _ = camera.to_picture(here)
            head, _ = camera.project(np.column_stack([here, [1.7, 1.7]]))
            tall = foot[:, 1] - head[:, 1]
            corner = np.column_stack(
                [foot[:, 0] - 0.2 * tall, head[:, 1], foot[:, 0] + 0.2 * tall, foot[:, 1]]
            )
            frame[name] = AnnotatedBoxes(corner_px=corner, person=np.array([7, 9]))
        boxes.append(frame)
    truth = Whereabouts(
        t_utc_ns=np.arange(N_SCANS) * round(STEP_S * 1e9),
        first_row=2 * np.arange(N_SCANS + 1),
        who=np.tile([7, 9], N_SCANS),
        position_site_m=np.concatenate(place),
    )
    return CameraSet(name="two", cameras=cameras, level=LEVEL, truth=truth, boxes=tuple(boxes))


@pytest.mark.slow
def test_who_is_seen_by_two_cameras_is_one_person(rng: np.random.Generator) -> None:
    one = two_walkers()
    done = run_cameras(one, CrowdTracker(kernel="numpy"), errors=EXACT, rng=rng)
    assert len(np.unique(done.report.who)) == 2
    assert done.n_frames == 2 * N_SCANS
    assert done.n_positions == 4 * N_SCANS
    late = done.report.cut(4)
    assert np.diff(late.first_row).tolist() == [2] * (N_SCANS - 4)
    away = np.hypot(*(late.position_site_m - one.truth.cut(4).position_site_m).T)
    assert np.median(away) < 0.05


@pytest.mark.slow
def test_two_cameras_are_better_than_one() -> None:
    pytest.importorskip("trackeval")
    one = two_walkers()
    errors = replace(EXACT, by_hidden_share=((1.0, 0.8, 0.06, 0.0, 0.08),))
    recall: dict[int, list[float]] = {1: [], 2: []}
    for seed in range(5):
        for names in (["left"], ["left", "right"]):
            rng = np.random.default_rng(seed)
            tracker = CrowdTracker(kernel="numpy")
            done = run_cameras(one, tracker, errors=errors, rng=rng, names=names)
            recall[len(names)].append(cameras_figures(one.truth, done.report, skip=4)["recall"])
    assert np.mean(recall[2]) > np.mean(recall[1])


@pytest.mark.slow
def test_time_is_told_by_stage(rng: np.random.Generator) -> None:
    ticks = iter(range(10_000))
    one = two_walkers()
    done = run_cameras(
        one, CrowdTracker(kernel="numpy"), errors=EXACT, rng=rng, seconds=lambda: float(next(ticks))
    )
    assert dict(done.took_s) == {"feet to floor": 2.0 * N_SCANS, "tracking": 2.0 * N_SCANS}


def test_coverage_is_of_the_level() -> None:
    coverage = coverage_of(camera_at(0.0), "left", LEVEL, p_detect=0.7)
    assert coverage.p_report.shape == (24, 32)
    assert coverage.p_report.max() == 0.7
    assert not coverage.p_detect.any()
