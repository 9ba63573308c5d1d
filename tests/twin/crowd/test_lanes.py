import numpy as np
import pytest

from standex.twin.crowd.lanes import best_lane, open_lanes, service_s


@pytest.mark.slow
def test_service_times_have_the_stated_moments(made, rng: np.random.Generator) -> None:
    (kind,) = made.lanes(service_s=2.0, cv=0.5).turnstiles
    times_s = np.array([service_s(kind, rng) for _ in range(20000)])
    assert times_s.mean() == pytest.approx(2.0, abs=5 * 1.0 / np.sqrt(20000))
    assert times_s.std() == pytest.approx(1.0, rel=0.05)
    (steady,) = made.lanes(service_s=2.0, cv=0.0).turnstiles
    assert service_s(steady, rng) == 2.0


def test_a_lane_serves_one_after_the_other_and_only_at_its_head(made) -> None:
    lane = open_lanes(made.lanes(service_s=2.0, cv=0.0), seed=1)["lanes"][0]
    lane.members += [7, 8]
    head = lane.place_site_m[0]
    where = {7: head + [0.1, 0.0], 8: head + [0.9, 0.0]}
    served = [lane.serve(where, 0.1 * k) for k in range(30)]
    assert [agent for agent in served if agent is not None] == [7]
    assert served.index(7) == 20
    where[8] = head
    assert lane.serve(where, 3.0) is None
    assert lane.serve(where, 5.0) == 8
    assert lane.n_served == 2
    assert lane.busy_s == 4.0
    assert lane.serve(where, 6.0) is None


def test_who_is_nearer_stands_ahead_but_never_of_who_is_served(made) -> None:
    lane = open_lanes(made.lanes(), seed=1)["lanes"][0]
    lane.members += [7, 8, 9]
    head = lane.place_site_m[0]
    where = {7: head + [3.0, 0.0], 8: head + [0.2, 0.0], 9: head + [1.0, 0.0]}
    lane.serve(where, 0.0)
    assert lane.members == [8, 9, 7]
    where[9] = head + [0.1, 0.0]
    lane.serve(where, 0.1)
    assert lane.members == [8, 9, 7]
    np.testing.assert_array_equal(lane.place_of(9), lane.place_site_m[1])
    lane.members += list(range(20, 40))
    np.testing.assert_array_equal(lane.place_of(39), lane.place_site_m[-1])


def test_the_shortest_queue_is_chosen_and_of_equal_ones_the_nearest(made) -> None:
    lanes = open_lanes(made.lanes(n=3), seed=1)["lanes"]
    assert best_lane(lanes, lanes[2].place_site_m[-1]) is lanes[2]
    lanes[2].members += [1, 2]
    assert best_lane(lanes, lanes[2].place_site_m[-1]) is lanes[1]
