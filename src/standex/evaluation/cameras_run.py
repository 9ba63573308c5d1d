"""Boxes of several cameras that overlap -> people on the floor, with the time of each stage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from standex.evaluation.tracking_scans import Shown, Whereabouts, reported, shown
from standex.evaluation.wildtrack_boxes import BoxErrors
from standex.model.observation import Coverage, Positions
from standex.model.ports import Tracker
from standex.model.site import Level
from standex.model.tracks import Tracks, no_tracks
from standex.model.zones import ZONES
from standex.sensing.video.camera import Camera
from standex.sensing.video.feet import feet_of
from standex.sensing.video.floor import CELL_M, field_of_view, places_on, storeys_of

P_DETECT = 0.9
KNOWN_STD_M = 0.5  # along the longer axis: the distance within which a place counts as found
STAGES = ("feet to floor", "tracking")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnnotatedBoxes:
    """Annotated boxes of one frame of one camera.

    Attributes:
        corner_px: x1, y1, x2, y2.
        person: of each; for scoring alone.
    """

    corner_px: Float[np.ndarray, "n 4"]
    person: Int[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraSet:
    """Frames of several synchronous cameras, with the people on the floor.

    Attributes:
        name: of the set.
        cameras: by name.
        level: the floor that people are annotated on.
        truth: who was where; times are those of the frames.
        boxes: of each frame, by camera.
    """

    name: str
    cameras: Mapping[str, Camera]
    level: Level
    truth: Whereabouts
    boxes: tuple[Mapping[str, AnnotatedBoxes], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CamerasRun:
    """What came of it.

    Attributes:
        report: who was shown where.
        took_s: of each stage.
        n_frames: of all cameras together.
        n_positions: of all cameras together.
    """

    report: Whereabouts
    took_s: Mapping[str, float]
    n_frames: int
    n_positions: int


def coverage_of(camera: Camera, name: str, level: Level, *, p_detect: float) -> Coverage:
    """Return what a camera covers of a floor, at any time."""
    p_report = field_of_view(camera, level, p_detect=p_detect)
    return Coverage(
        sensor_id=name,
        t_utc_ns=0,
        level_id=level.level_id,
        origin_site_m=level.min_site_m,
        cell_m=CELL_M,
        p_report=p_report,
        p_detect=np.zeros((len(ZONES), *p_report.shape)),
    )


def run_cameras(
    one: CameraSet,
    tracker: Tracker,
    *,
    errors: BoxErrors,
    rng: np.random.Generator,
    seconds: Callable[[], float] = lambda: 0.0,
    names: Sequence[str] | None = None,
) -> CamerasRun:
    """Follow people through the frames of several cameras.

    What is shown is shown once per frame, after all cameras: who is present, with a place known to
    ``KNOWN_STD_M``, inside the level's area, since nobody is annotated outside of it.

    Args:
        one: the set.
        tracker: any.
        errors: of the detector that stands between annotated boxes and the tracker.
        rng: of these.
        seconds: a clock, for the time of the stages; the core has none.
        names: of the cameras to use; all, if not given.
    """
    names = tuple(one.cameras) if names is None else tuple(names)
    storeys = {name: storeys_of(one.cameras[name], one.level) for name in names}
    coverage = {
        name: coverage_of(one.cameras[name], name, one.level, p_detect=P_DETECT) for name in names
    }
    clutter = {
        name: errors.false_per_frame
        / max(float((coverage[name].p_report > 0).sum()) * CELL_M**2, 1.0)
        for name in names
    }
    took: dict[str, float] = dict.fromkeys(STAGES, 0.0)
    tracks = no_tracks(int(one.truth.t_utc_ns[0]))
    scenes: list[Shown] = []
    n_positions = 0
    for t_utc_ns, boxes in zip(one.truth.t_utc_ns.tolist(), one.boxes, strict=True):
        for name in names:
            camera = one.cameras[name]
            drawn = errors.draw(
                boxes[name].corner_px,
                width_px=camera.width_px,
                height_px=camera.height_px,
                rng=rng,
            )
            start_s = seconds()
            feet = feet_of(drawn.corner_px, height_px=camera.height_px)
            rows = np.flatnonzero(feet.is_seen)
            points = places_on(storeys[name], feet.foot_px[rows], feet.sigma_px[rows])[0].points
            positions = Positions(
                sensor_id=name,
                t_utc_ns=t_utc_ns,
                level_id=one.level.level_id,
                position_site_m=points.position_m,
                covariance_site_m2=points.covariance_m2,
                existence=np.ones(len(points.position_m)),
                descriptor=np.zeros((len(points.position_m), 0)),
                clutter_per_m2=clutter[name],
            )
            middle_s = seconds()
            seen = {name: replace(coverage[name], t_utc_ns=t_utc_ns)}
            tracks = tracker(tracks, positions, seen).tracks
            took["feet to floor"] += middle_s - start_s
            took["tracking"] += seconds() - middle_s
            n_positions += len(points.position_m)
        scenes.append(_shown(tracks, one.level))
    return CamerasRun(
        report=reported(scenes),
        took_s=took,
        n_frames=len(names) * len(one.boxes),
        n_positions=n_positions,
    )


def _shown(tracks: Tracks, level: Level) -> Shown:
    """Return the people whose place is known; of others the tracker knows only that they are."""
    t_utc_ns, who, place = shown(tracks)
    std_m = np.sqrt(np.linalg.eigvalsh(tracks.covariance[tracks.is_present, :2, :2])[:, 1])
    keep = (std_m <= KNOWN_STD_M) & np.all(place >= level.min_site_m, axis=1)
    keep &= np.all(place <= level.max_site_m, axis=1)
    return t_utc_ns, who[keep], place[keep]
