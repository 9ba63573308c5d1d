import numpy as np
import pytest

from standex.evaluation.people_run import people_run
from standex.evaluation.tracking_scans import Whereabouts
from standex.model.observation import Coverage, Positions
from standex.model.record import Record
from standex.tracking.tracker import CrowdTracker

STEP_NS = 100_000_000


class Walker:
    """A technology that sees one person walk by at 1.2 m/s."""

    def start(self):
        return None

    def perceive(self, state, record, hints, /):
        shape = (20, 4)
        return state, (
            Coverage(
                sensor_id="cam",
                t_utc_ns=record.t_utc_ns,
                level_id="hall",
                origin_site_m=np.zeros(2),
                cell_m=0.5,
                p_report=np.full(shape, 0.9),
                p_detect=np.zeros((9, *shape)),
            ),
            Positions(
                sensor_id="cam",
                t_utc_ns=record.t_utc_ns,
                level_id="hall",
                position_site_m=np.array([[1 + 1.2e-9 * record.t_utc_ns, 1.0]]),
                covariance_site_m2=0.01 * np.eye(2)[None],
                existence=np.ones(1),
                descriptor=np.zeros((1, 0)),
                clutter_per_m2=0.01,
            ),
        )


def records(n):
    return [
        Record(sensor_id="cam", t_utc_ns=k * STEP_NS, kind="x", sequence=k, arrays={})
        for k in range(n)
    ]


def test_somebody_who_walks_by_is_one_track_at_their_speed() -> None:
    n = 60
    run = people_run(Walker(), CrowdTracker(), records(n))
    t_utc_ns = np.arange(n) * STEP_NS
    truth = Whereabouts(
        t_utc_ns=t_utc_ns,
        first_row=np.arange(n + 1),
        who=np.ones(n, dtype=np.int64),
        position_site_m=np.column_stack([1 + 1.2e-9 * t_utc_ns, np.ones(n)]),
    )
    assert run.n_positions == n
    assert np.median(run.speed_m_per_s) == pytest.approx(1.2, rel=0.05)
    pytest.importorskip("trackeval")
    figures = run.figures(truth, skip=10)
    assert figures.n_tracks == 1
    assert figures.identity is not None
    assert figures.identity.mota == 1.0


def test_nothing_seen_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no record"):
        people_run(Walker(), CrowdTracker(), [])
