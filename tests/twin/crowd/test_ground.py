from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.twin.crowd.ground import HALF_WALL_M, ground_of
from standex.twin.crowd.plan import Opening


def test_walls_are_no_floor_and_what_they_close_off_neither(made) -> None:
    ground = ground_of(made.lanes())
    places = np.array([[5.0, 1.0], [5.0, 3.3], [0.7, 0.8], [0.7, 1.6], [0.7, 2.4], [0.7, 0.1]])
    assert ground.covers(places).tolist() == [True, False, True, False, True, False]
    # Both housings at the sides and the one between, and nothing of the strips outside.
    inner_m2 = 18 * (3.2 + 2 * (0.05 - HALF_WALL_M))
    housings_m2 = (1.5 + 0.1) * 2 * (0.3 + 0.05) + (1.5 + 0.1) * (0.6 + 0.1)
    assert ground.area.area == pytest.approx(inner_m2 - housings_m2, rel=1e-3)


def test_sight_and_room(made) -> None:
    ground = ground_of(made.lanes())
    assert ground.sees(np.array([5.0, 0.8]), np.array([-5.0, 0.8]))
    assert not ground.sees(np.array([5.0, 0.8]), np.array([-5.0, 2.4]))
    assert ground.is_clear(np.array([[5.0, 1.0], [5.0, 0.2]])).tolist() == [True, False]


def test_edges_lead_inward_and_lines_on_the_way_nowhere(made) -> None:
    plan = made.corridor()
    ground = ground_of(plan)
    west, east = plan.openings
    np.testing.assert_allclose(ground.inward(west), [1, 0], atol=1e-12)
    np.testing.assert_allclose(ground.inward(east), [-1, 0], atol=1e-12)
    middle = Opening(name="m", from_site_m=np.array([0.0, 0.0]), to_site_m=np.array([0.0, 4.0]))
    assert ground.inward(middle) is None


def test_an_entrance_outside_is_refused(made) -> None:
    plan = made.corridor()
    west, east = plan.openings
    far = replace(east, from_site_m=np.array([20.0, 0.0]), to_site_m=np.array([20.0, 4.0]))
    with pytest.raises(SiteError, match="'east' does not lie on the floor of level 'corridor'"):
        ground_of(replace(plan, openings=(west, far)))


def test_turnstiles_outside_are_refused(made) -> None:
    plan = made.lanes()
    (lanes,) = plan.turnstiles
    moved = replace(lanes, head_site_m=lanes.head_site_m + np.array([0.0, 0.8]))
    with pytest.raises(SiteError, match="'lanes': places of lane 1 do not lie on the floor"):
        ground_of(replace(plan, turnstiles=(moved,)))


def test_a_platform_outside_is_refused(made) -> None:
    plan = made.platform()
    (platform,) = plan.platforms
    far = np.array([0.0, -9.0])
    with pytest.raises(SiteError, match="a door is not on the floor"):
        ground_of(
            replace(plan, platforms=(replace(platform, door_site_m=platform.door_site_m + far),))
        )
    wide = replace(platform, waiting_max_site_m=np.array([30.0, 4.0]))
    with pytest.raises(SiteError, match="its area is not on the floor"):
        ground_of(replace(plan, platforms=(wide,)))


def test_a_level_without_floor_is_refused(made) -> None:
    plan = made.corridor()
    x = np.arange(-9.0, 9.01, 0.05)
    walls = np.stack(
        [np.stack([x, np.full_like(x, -1)], 1), np.stack([x, np.full_like(x, 6.0)], 1)], 1
    )
    with pytest.raises(SiteError, match="no floor"):
        ground_of(replace(plan, level=replace(plan.level, wall_site_m=walls)))
