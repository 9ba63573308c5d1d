"""One camera from records to tracks on the floor, held against annotated people."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.evaluation.pets_figures import speeds_m_per_s
from standex.evaluation.tracking_figures import TrackingFigures, tracking_figures
from standex.evaluation.tracking_scans import Shown, Whereabouts, reported, shown
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Positions
from standex.model.ports import Technology, Tracker
from standex.model.record import Record
from standex.model.tracks import no_tracks

GATE_M = 1.0  # of a match on the floor: a pixel is up to 0.2 m of depth in this picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeopleRun:
    """What became of a camera's records.

    Attributes:
        report: tracks shown after each record.
        speed_m_per_s: of the tracks.
        n_positions: given to the tracker.
    """

    report: Whereabouts
    speed_m_per_s: Float[np.ndarray, " steps"]
    n_positions: int

    def figures(self, truth: Whereabouts, *, skip: int) -> TrackingFigures:
        """Hold the tracks against the truth.

        Args:
            truth: where people were at the times of the records.
            skip: records at the start that do not count.
        """
        return tracking_figures(truth, self.report, skip=skip, gate_m=GATE_M)


def people_run(technology: Technology, tracker: Tracker, records: Iterable[Record]) -> PeopleRun:
    """Return what a camera and a tracker make of records.

    Raises:
        RecordError: a record cannot be used.
        ValueError: there is none.
    """
    state = technology.start()
    tracks = None
    scans: list[Shown] = []
    n_positions = 0
    for record in records:
        state, said = technology.perceive(state, record, no_hints(record.t_utc_ns))
        coverage = {one.sensor_id: one for one in said if isinstance(one, Coverage)}
        for positions in (one for one in said if isinstance(one, Positions)):
            tracks = no_tracks(positions.t_utc_ns) if tracks is None else tracks
            tracks = tracker(tracks, positions, coverage).tracks
            n_positions += len(positions.position_site_m)
            scans.append(shown(tracks))
    if not scans:
        raise ValueError("there is no record: nothing was seen")
    report = reported(scans)
    return PeopleRun(report=report, speed_m_per_s=speeds_m_per_s(report), n_positions=n_positions)
