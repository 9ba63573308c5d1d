from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, poisson

from standex.edges.settings import load_crowd
from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.plan import Pauses, Returns
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.truth import Crowd


def ways(crowd: Crowd) -> dict[int, np.ndarray]:
    """Return frame, x, y of each person."""
    rows = crowd.trajectories
    table = np.column_stack([rows.frame, rows.position_m])
    return {int(p): table[rows.person == p] for p in rows.people}


@pytest.mark.slow
@pytest.mark.parametrize("model", ["csm", "avm"])
def test_the_same_seed_walks_the_same_ways_bit_for_bit(made, model: str) -> None:
    plan = made.corridor(per_hour=3000.0, both=True)
    plan = replace(plan, walking=replace(plan.walking, model=model))
    first, same = (simulate_crowd(plan, duration_s=15.0, seed=4) for _ in range(2))
    other = simulate_crowd(plan, duration_s=15.0, seed=5)
    assert first.trajectories.position_m.tobytes() == same.trajectories.position_m.tobytes()
    assert first.report == same.report
    assert first.trajectories.position_m.tobytes() != other.trajectories.position_m.tobytes()


@pytest.mark.slow
def test_everybody_comes_in_walks_through_and_leaves(made) -> None:
    plan = made.corridor(per_hour=3600.0)
    crowd = simulate_crowd(plan, duration_s=30.0, seed=1)
    low, high = poisson.interval(1 - 1e-6, 30)
    assert low <= crowd.report.n_due <= high
    assert crowd.report.n_due == crowd.report.n_entered == crowd.report.n_left
    assert crowd.report.n_inside == 0
    for way in ways(crowd).values():
        assert way[0, 1] > 8
        assert way[-1, 1] < -8
        assert (np.diff(way[:, 0]) == 1).all()
        step_m = np.hypot(*np.diff(way[:, 1:], axis=0).T)
        assert step_m.max() < 0.1 * 2.0 * 1.3
    assert crowd.truth.from_frame.tolist() == [way[0, 0] for way in ways(crowd).values()]
    assert crowd.truth.to_frame.tolist() == [way[-1, 0] for way in ways(crowd).values()]


@pytest.mark.slow
def test_nobody_leaves_the_floor_or_walks_through_another(made) -> None:
    plan = made.lanes(n=3, per_hour=3600.0)
    crowd = simulate_crowd(plan, duration_s=60.0, seed=2)
    rows = crowd.trajectories
    assert ground_of(plan).covers(rows.position_m).all()
    closest_m = 9.0
    for frame in np.unique(rows.frame)[::5]:
        place = rows.position_m[rows.frame == frame]
        away_m = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        closest_m = min(closest_m, (away_m + 9 * np.eye(len(place))).min())
    assert closest_m > plan.walking.radius_m


@pytest.mark.slow
def test_lanes_serve_as_fast_as_they_should_and_no_faster(made) -> None:
    # More come than can pass: each lane is busy but for the step up to its head.
    plan = made.lanes(n=2, service_s=3.0, cv=0.4, per_hour=2200.0)
    crowd = simulate_crowd(plan, duration_s=90.0, seed=1)
    for lane in crowd.report.lanes:
        busy_s = lane.busy_share * crowd.report.simulated_s
        sigma_s = 0.4 * 3.0 / np.sqrt(lane.n_served)
        assert busy_s / lane.n_served == pytest.approx(3.0, abs=5 * sigma_s)
        assert 0.5 < lane.busy_share < 1.0
    assert sum(lane.n_served for lane in crowd.report.lanes) == crowd.report.n_left
    # Through a lane one at a time: crossings of its end are a service time apart, or nearly.
    t_s = [way[way[:, 1] < -0.5][0, 0] / 10 for way in ways(crowd).values()]
    lane_of = [way[way[:, 1] < 0.5][0, 2] < 1.6 for way in ways(crowd).values()]
    gaps_s = np.diff(np.sort(np.array(t_s)[lane_of]))
    assert np.median(gaps_s) > 3.0


@pytest.mark.slow
def test_companions_start_abreast_and_stay_together(made) -> None:
    plan = replace(made.of_twos(made.corridor(per_hour=1200.0)), pauses=Pauses(standing_share=0.0))
    crowd = simulate_crowd(plan, duration_s=40.0, seed=1)
    paths, truth = ways(crowd), crowd.truth
    assert (truth.n_in_party == 2).all()
    apart_m: list[float] = []
    for party in np.unique(truth.party):
        first, second = (paths[int(p)] for p in truth.person[truth.party == party])
        assert first[0, 0] == second[0, 0]
        assert np.hypot(*(first[0, 1:] - second[0, 1:])) == pytest.approx(0.65, abs=0.2)
        n = min(len(first), len(second))
        apart_m += list(np.hypot(*(first[:n, 1:] - second[:n, 1:]).T))
    assert np.percentile(apart_m, 95) < 1.2
    assert max(apart_m) < 2.5


@pytest.mark.slow
def test_some_come_back_within_the_time_as_the_same_person(made) -> None:
    plan = made.corridor(per_hour=3600.0, returns=Returns(share=0.4, least_s=5.0, within_s=20.0))
    crowd = simulate_crowd(plan, duration_s=60.0, seed=1)
    truth = crowd.truth
    low, high = binom.interval(1 - 1e-6, int((~truth.is_return).sum()), 0.4)
    assert low <= truth.is_return.sum() <= high
    for row in np.flatnonzero(truth.is_return):
        (before,) = np.flatnonzero((truth.person == truth.person[row]) & (truth.visit == 0))
        away_s = (truth.from_frame[row] - truth.to_frame[before]) / 10
        assert 5.0 - 0.2 < away_s < 20.0 + 1.0
        assert truth.party[row] not in truth.party[:row]


@pytest.mark.slow
def test_people_stand_still_or_turn_round_together(made) -> None:
    pauses = Pauses(standing_share=0.5, standing_s=3.0, turning_share=0.5, turning_s=2.0)
    plan = made.of_twos(made.corridor(per_hour=900.0, pauses=pauses))
    crowd = simulate_crowd(plan, duration_s=40.0, seed=3)
    paths, truth = ways(crowd), crowd.truth
    assert {pause.kind for pause in crowd.truth.pauses} == {"standing", "turning"}
    assert len(truth.pauses) == len(truth.person)
    for pause in truth.pauses:
        way = paths[int(truth.person[pause.visit])]
        inside = (way[:, 0] > pause.from_frame + 5) & (way[:, 0] < pause.to_frame - 1)
        if inside.sum() < 3:
            continue
        went_m = way[inside][-1, 1] - way[inside][0, 1]
        if pause.kind == "standing":
            assert abs(went_m) < 0.05
        else:
            assert went_m > 0  # back towards the east, where they came from


@pytest.mark.slow
def test_trains_take_who_waits_and_bring_others(made) -> None:
    plan = made.platform()
    crowd = simulate_crowd(plan, duration_s=100.0, seed=2)
    truth, paths = crowd.truth, ways(crowd)
    assert crowd.report.n_inside == 0
    (platform,) = plan.platforms
    for row, person in enumerate(truth.person.tolist()):
        way = paths[person]
        if truth.flow[row] == 0:
            assert platform.is_open(way[-1, 0] / 10 - 0.2)
            assert np.hypot(*(platform.door_site_m - way[-1, 1:]).T).min() < 0.6
        else:
            assert 0 <= (way[0, 0] / 10 - 45.0) % 60.0 < platform.dwell_s
            assert way[-1, 1] > 8


def test_rates_and_lengths_that_make_no_sense_are_refused(made) -> None:
    with pytest.raises(ValueError, match="20 over a whole number, got 15"):
        simulate_crowd(made.corridor(), duration_s=1.0, seed=1, frame_rate_hz=15.0)
    with pytest.raises(ValueError, match="frame_rate_hz"):
        simulate_crowd(made.corridor(), duration_s=1.0, seed=1, frame_rate_hz=40.0)
    with pytest.raises(ValueError, match="duration_s"):
        simulate_crowd(made.corridor(), duration_s=0.0, seed=1)


def test_nobody_comes_and_nothing_breaks(made) -> None:
    crowd = simulate_crowd(made.corridor(per_hour=0.1), duration_s=1.0, seed=1)
    assert crowd.report.n_due == 0
    assert len(crowd.trajectories.person) == 0


@pytest.mark.slow
def test_the_stadium_passes_ten_thousand_an_hour() -> None:
    plan = load_crowd("stadium")
    assert plan is not None
    assert plan.people_per_hour == 10000
    crowd = simulate_crowd(plan, duration_s=60.0, seed=1)
    assert crowd.report.n_inside == 0
    assert crowd.report.n_left == crowd.report.n_due
    # Queues do not build up: whoever came in last is out after a little more than a walk.
    assert crowd.report.simulated_s < 60 + 75
    assert len(crowd.report.lanes) == 6
    # Parties of three and four whose lanes differ make the largest difference between lanes.
    served = [lane.n_served for lane in crowd.report.lanes]
    assert max(served) - min(served) <= 0.3 * np.mean(served)


@pytest.mark.slow
def test_rome_has_groups_and_people_who_come_back() -> None:
    plan = load_crowd("rome")
    assert plan is not None
    crowd = simulate_crowd(plan, duration_s=200.0, seed=1)
    truth = crowd.truth
    assert crowd.report.n_inside == 0
    assert truth.is_return.any()
    assert set(truth.n_in_party.tolist()) >= {1, 2, 3}
    assert ground_of(plan).covers(crowd.trajectories.position_m).all()
