"""What was said then is said now: times move along, and tasks by the name that they have now."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.exercises.shifted import shifted
from standex.model.observation import (
    Coverage,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Positions,
)
from standex.model.zones import ZONES
from standex.testing.examples import example_evidence

S = 10**9


def evidence(task_id=""):
    one = example_evidence(
        sensor_id="laser-1", position_site_m=(1.0, 2.0), log_likelihood=np.zeros(2), t_utc_ns=5 * S
    )

    footprint = GaussianFootprint(
        position_site_m=np.zeros(2),
        covariance_site_m2=np.eye(2),
        clutter_per_m2=0.1,
        task_id=task_id,
    )
    return replace(one, footprint=footprint)


def test_a_look_keeps_its_length_and_names_the_task_of_now() -> None:
    before = evidence(f"laser-1-{4 * S}-7")
    after = shifted(before, by_ns=10 * S, tracks_by=1000)
    assert after.t_utc_ns == 15 * S
    assert (
        after.t_last_utc_ns - after.t_first_utc_ns == before.t_last_utc_ns - before.t_first_utc_ns
    )
    assert after.footprint.task_id == f"laser-1-{14 * S}-1007"


@pytest.mark.parametrize("task_id", ["", "by-hand", "a-1-b", "-5-6"])
def test_a_name_that_no_scheduler_made_stays(task_id) -> None:
    assert shifted(evidence(task_id), by_ns=S, tracks_by=1).footprint.task_id == task_id


def test_places_coverage_and_health_move_along() -> None:
    seen = Positions(
        sensor_id="cam",
        t_utc_ns=S,
        level_id="hall",
        position_site_m=np.zeros((1, 2)),
        covariance_site_m2=np.eye(2)[None],
        existence=np.ones(1),
        descriptor=np.zeros((1, 0)),
        clutter_per_m2=0.1,
    )
    covered = Coverage(
        sensor_id="cam",
        t_utc_ns=S,
        level_id="hall",
        origin_site_m=np.zeros(2),
        cell_m=1.0,
        p_report=np.ones((1, 1)),
        p_detect=np.zeros((len(ZONES), 1, 1)),
    )
    health = Health(
        sensor_id="laser-1",
        t_utc_ns=S,
        state=HealthState.DEGRADED,
        reason=HealthReason.INTERLOCK,
        message="",
        not_done_task_id=f"laser-1-{S}-2",
    )
    after = [shifted(one, by_ns=2 * S, tracks_by=5) for one in (seen, covered, health)]
    assert [one.t_utc_ns for one in after] == [3 * S] * 3
    assert after[0].position_site_m is seen.position_site_m
    assert after[2].not_done_task_id == f"laser-1-{3 * S}-7"
