from dataclasses import replace

import numpy as np
import pytest

from standex.twin.crowd.ground import INSET_M, SIDE_M, ground_of
from standex.twin.crowd.plan import Opening
from standex.twin.crowd.route import route_of


@pytest.mark.parametrize("across", [0.0, 0.25, 1.0])
def test_both_directions_count_from_their_right_hand(made, across: float) -> None:
    plan = made.corridor(both=True)
    ground = ground_of(plan)
    west, east = (route_of(plan, ground, flow, across=across) for flow in plan.flows)
    from_right_m = SIDE_M + across * (4 - 2 * SIDE_M)
    # Towards west the right hand is north, towards east it is south.
    np.testing.assert_allclose(west.start_site_m, [9 - INSET_M, 4 - from_right_m], atol=1e-9)
    np.testing.assert_allclose(east.start_site_m, [INSET_M - 9, from_right_m], atol=1e-9)
    (leave,) = west.legs
    np.testing.assert_allclose(leave.target_site_m, [INSET_M - 9, 4 - from_right_m], atol=1e-9)
    assert leave.kind == "leave"
    assert leave.left_over_m == 0
    assert west.length_m == pytest.approx(18 - 2 * INSET_M)


def test_companions_are_side_by_side_and_stay_off_the_walls(made) -> None:
    plan = made.corridor()
    ground = ground_of(plan)
    left = route_of(plan, ground, plan.flows[0], across=0.5, aside_m=0.65)
    right = route_of(plan, ground, plan.flows[0], across=0.5, aside_m=-0.65)
    np.testing.assert_allclose(right.start_site_m - left.start_site_m, [0, 1.3], atol=1e-9)
    pressed = route_of(plan, ground, plan.flows[0], across=0.0, aside_m=-0.65)
    assert pressed.start_site_m[1] == pytest.approx(4 - SIDE_M)


def test_ways_lead_through_lines_and_lanes(made) -> None:
    plan = made.lanes()
    line = Opening(name="line", from_site_m=np.array([4.0, 0.0]), to_site_m=np.array([4.0, 3.2]))
    flow = replace(plan.flows[0], via=("line", "lanes"))
    plan = replace(plan, openings=(*plan.openings, line), flows=(flow,))
    route = route_of(plan, ground_of(plan), flow, across=0.5)
    assert [leg.kind for leg in route.legs] == ["pass", "queue", "leave"]
    assert [leg.name for leg in route.legs] == ["line", "lanes", "west"]
    left_m = [leg.left_over_m for leg in route.legs]
    assert left_m == sorted(left_m, reverse=True)
    np.testing.assert_allclose(route.legs[0].ahead_site, [-1, 0], atol=1e-9)


def test_entrances_within_the_floor_are_walked_through_onward(made) -> None:
    plan = made.corridor()
    inner = tuple(
        replace(one, from_site_m=one.from_site_m * [0.5, 1], to_site_m=one.to_site_m * [0.5, 1])
        for one in plan.openings
    )
    plan = replace(plan, openings=inner)
    route = route_of(plan, ground_of(plan), plan.flows[0], across=0.5)
    np.testing.assert_allclose(route.start_site_m, [4.5 - INSET_M, 2.0], atol=1e-9)
    np.testing.assert_allclose(route.legs[-1].target_site_m, [INSET_M - 4.5, 2.0], atol=1e-9)


def test_boarding_ends_at_a_door(made) -> None:
    plan = made.platform()
    route = route_of(plan, ground_of(plan), plan.flows[0], across=0.99)
    assert route.legs[-1].kind == "board"
    np.testing.assert_allclose(route.legs[-1].target_site_m, [4.0, 0.5])
