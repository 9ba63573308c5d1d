"""A tracker over a run of scans: what it shows, and where looks at people land."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from standex.evaluation.tracking_figures import TrackingFigures, tracking_figures
from standex.evaluation.tracking_landing import Landing, landing_of
from standex.evaluation.tracking_looks import LookSensor, Way, attach, ledger_fuser
from standex.evaluation.tracking_scans import Shown, Whereabouts, reported, shown
from standex.evaluation.tracking_sensor import SensorScans
from standex.model.picture import Passage
from standex.model.ports import Tracker, TrackUpdate
from standex.model.tracks import no_tracks

WARM_UP_S = 2.0  # in which a crowd that is there at once is picked up
WAYS: tuple[Way, ...] = ("row", "footprint")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackingRun:
    """One run of a tracker.

    Attributes:
        figures: after the warm-up.
        landing: of looks at people, by the way in which they were attached.
    """

    figures: TrackingFigures
    landing: dict[Way, Landing]


def follow(tracker: Tracker, scans: SensorScans) -> Iterator[TrackUpdate]:
    """Yield what a tracker makes of one scan after the other."""
    first_utc_ns = scans.positions[0].t_utc_ns if scans.positions else 0
    tracks = no_tracks(first_utc_ns)
    for positions in scans.positions:
        coverage = replace(scans.coverage, t_utc_ns=positions.t_utc_ns)
        update = tracker(tracks, positions, {positions.sensor_id: coverage})
        tracks = update.tracks
        yield update


def tracking_run(
    tracker: Tracker,
    truth: Whereabouts,
    scans: SensorScans,
    *,
    rng: np.random.Generator,
    look_sensor: LookSensor | None = None,
    warm_up_s: float = WARM_UP_S,
) -> TrackingRun:
    """Return the figures of a tracker on one run.

    Args:
        tracker: any.
        truth: who was where.
        scans: what a sensor reported of them.
        rng: who carries, and all looks.
        look_sensor: that hits people at random.
        warm_up_s: left out of all figures; nobody is looked at in it.

    Raises:
        StandexError: TrackEval is not installed.
        ValueError: the run is no longer than the warm-up.
    """
    look_sensor = look_sensor or LookSensor()
    warm_up_ns = truth.t_utc_ns[0] + round(warm_up_s * 1e9) if len(truth.t_utc_ns) else 0
    skip = int(np.searchsorted(truth.t_utc_ns, warm_up_ns))
    carriers = look_sensor.carriers(truth, rng=rng)
    looks = look_sensor.looks(truth, scans, carriers, skip=skip, rng=rng)
    fuser = ledger_fuser()
    passages: dict[Way, dict[int, Passage]] = {way: {} for way in WAYS}
    seen: list[Shown] = []
    for scan, update in enumerate(follow(tracker, scans)):
        seen.append(shown(update.tracks))
        for way in WAYS:
            passages[way] = dict(
                attach(
                    passages[way],
                    update,
                    looks,
                    scan=scan,
                    way=way,
                    sensor=look_sensor,
                    fuser=fuser,
                )
            )
    report = reported(seen)
    return TrackingRun(
        figures=tracking_figures(truth, report, skip=skip),
        landing={
            way: landing_of(passages[way], looks, carriers, way=way, truth=truth, report=report)
            for way in WAYS
        },
    )
