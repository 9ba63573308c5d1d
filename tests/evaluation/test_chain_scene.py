"""A crowd that is looked up walks on straight lines between its frames."""

import numpy as np
import pytest

from standex.evaluation.chain_scene import LEAST_M, MOST_M, CrowdScene, scene_of
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.twin.crowd.truth import Crowd, CrowdReport, CrowdTruth

START = 10**18


def trajectories(rows: list[tuple[int, int, float, float]]) -> Trajectories:
    table = np.array(sorted(rows))
    return Trajectories(
        name="made up",
        person=table[:, 0].astype(np.int64),
        frame=table[:, 1].astype(np.int64),
        position_m=table[:, 2:],
        height_m=np.full(len(table), np.nan),
        frame_rate_hz=10.0,
    )


def scene(rows: list[tuple[int, int, float, float]]) -> CrowdScene:
    return CrowdScene(
        trajectories=trajectories(rows),
        truth=Truth(seed=1, items=()),
        start_utc_ns=START,
        height_of_m=np.array([1.6, 1.8]),
    )


def walking(person: int, first: int, last: int) -> list[tuple[int, int, float, float]]:
    return [(person, frame, 0.13 * frame, float(person)) for frame in range(first, last + 1)]


@pytest.mark.parametrize("t_s", [0.5, 0.57, 0.6, 0.99])
def test_places_and_velocities_are_those_of_a_straight_way(t_s: float) -> None:
    now = scene(walking(1, 5, 20) + walking(2, 0, 12)).at(START + round(t_s * 1e9))
    assert now.person.tolist() == [1, 2]
    np.testing.assert_allclose(now.position_site_m, [[1.3 * t_s, 1], [1.3 * t_s, 2]], atol=1e-6)
    np.testing.assert_allclose(now.velocity_site_m_per_s, [[1.3, 0], [1.3, 0]], atol=1e-6)
    np.testing.assert_allclose(now.height_m, [1.6, 1.8])


def test_nobody_is_there_before_the_first_and_after_the_last_frame() -> None:
    walked = scene(walking(1, 5, 20))
    assert [len(walked.at(START + round(t_s * 1e9)).person) for t_s in (0.4, 0.5, 1.9, 2.1, 9)] == [
        0, 1, 1, 0, 0,
    ]  # fmt: skip
    assert walked.end_utc_ns == START + 2 * 10**9


def test_who_comes_back_is_as_tall_as_before() -> None:
    person = np.array([0, 1, 0])
    rows = [(0, f, 0.1 * f, 0.0) for f in (*range(5), *range(20, 25))]
    rows += [(1, f, 0.1 * f, 1.0) for f in range(5)]
    crowd = Crowd(
        trajectories=trajectories(rows),
        truth=CrowdTruth(
            seed=3,
            person=person,
            visit=np.array([0, 0, 1]),
            party=np.arange(3),
            flow=np.zeros(3, dtype=np.int64),
            from_frame=np.array([0, 0, 20]),
            to_frame=np.array([4, 4, 24]),
            pauses=(),
        ),
        report=CrowdReport(
            simulated_s=2.5, n_due=3, n_entered=3, n_blocked=0, most_wait_s=0.0, n_frozen=0,
            n_nudged=0, n_rerouted=0, n_people_frozen=0, n_left=3, n_inside=0, lanes=(),
        ),
    )  # fmt: skip
    made = scene_of(crowd, start_utc_ns=START)
    assert made.height_of_m[0] == made.height_of_m[2] != made.height_of_m[1]
    assert np.all((made.height_of_m >= LEAST_M) & (made.height_of_m <= MOST_M))
    assert made.at(START + 2 * 10**9).person.tolist() == [3]
