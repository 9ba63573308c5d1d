import numpy as np

from standex.twin.crowd.truth import Crowd, CrowdReport, CrowdTruth, made_trajectories, passages


def test_visits_of_one_person_become_passages_of_their_own() -> None:
    # Person 1 is there in frames 0-1 and again in 5-6; person 2 in frames 1-3.
    person = np.array([2, 1, 1, 2, 1, 1, 2])
    frame = np.array([1, 0, 1, 2, 5, 6, 3])
    place = np.stack([person, frame], axis=1).astype(float)
    trajectories = made_trajectories(
        "t", person=person, frame=frame, position_site_m=place, frame_rate_hz=10.0
    )
    assert trajectories.person.tolist() == [1, 1, 1, 1, 2, 2, 2]
    truth = CrowdTruth(
        seed=1,
        person=np.array([1, 2, 1]),
        visit=np.array([0, 0, 1]),
        party=np.array([0, 0, 7]),
        flow=np.zeros(3, dtype=np.int64),
        from_frame=np.array([0, 1, 5]),
        to_frame=np.array([1, 3, 6]),
        pauses=(),
    )
    assert truth.is_return.tolist() == [False, False, True]
    assert truth.n_in_party.tolist() == [2, 2, 1]
    report = CrowdReport(
        simulated_s=0.7, n_due=3, n_entered=3, n_blocked=0, most_wait_s=0.0, n_frozen=0,
        n_nudged=0, n_rerouted=0, n_people_frozen=0, n_left=3, n_inside=0, lanes=(),
    )  # fmt: skip
    split, whose = passages(Crowd(trajectories=trajectories, truth=truth, report=report))
    assert split.person.tolist() == [1, 1, 2, 2, 2, 3, 3]
    assert split.frame.tolist() == [0, 1, 1, 2, 3, 5, 6]
    assert whose.tolist() == [1, 2, 1]
    np.testing.assert_array_equal(split.position_m[:, 0], [1, 1, 2, 2, 2, 1, 1])
