"""On which floor somebody is, where a site has more than one."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.web.levels import UNKNOWN, levels_of, p_report_at


@pytest.fixture
def two_floors(site):
    hall = site.levels[0]
    return replace(site, levels=(hall, replace(hall, level_id="upper")))


@pytest.fixture
def covers(helpers, site):
    """Return a sensor's coverage of 2 by 3 m on a floor."""

    def make(sensor_id: str, level_id: str, p: float = 0.9):
        one = helpers.coverage_of(site)
        p_report = np.full(one.p_report.shape, p)
        return replace(one, sensor_id=sensor_id, level_id=level_id, p_report=p_report)

    return make


INSIDE, OUTSIDE = np.array([0.5, 0.5]), np.array([7.0, 7.0])


def level_at(place, made, site, *coverage, passages=()):
    seen = {one.sensor_id: one for one in coverage}
    picture = made.picture(list(passages), coverage=seen)
    return levels_of(picture, [1], place[None], site)[0]


def test_one_floor_is_where_everybody_is(made, site) -> None:
    assert level_at(OUTSIDE, made, site) == 0
    assert levels_of(made.picture(), [], np.zeros((0, 2)), site) == []


@pytest.mark.parametrize(("level_id", "row"), [("concourse", 0), ("upper", 1), ("moved", UNKNOWN)])
def test_the_floor_is_that_of_the_sensor_that_sees_there(
    made, two_floors, covers, level_id: str, row: int
) -> None:
    assert level_at(INSIDE, made, two_floors, covers("a", level_id)) == row
    assert level_at(OUTSIDE, made, two_floors, covers("a", level_id)) == UNKNOWN


def test_sensors_of_two_floors_above_each_other_tell_nothing(made, two_floors, covers) -> None:
    both = (covers("a", "concourse"), covers("b", "upper"))
    assert level_at(INSIDE, made, two_floors, *both) == UNKNOWN
    blind = (covers("a", "concourse"), covers("b", "upper", p=0.0))
    assert level_at(INSIDE, made, two_floors, *blind) == 0


def test_then_the_last_look_that_was_theirs_tells(made, two_floors, covers) -> None:
    both = (covers("a", "concourse"), covers("b", "upper"))
    passage = made.passage(two_floors)
    assert passage.entries
    sensor_id = passage.entries[-1].sensor_id
    floors = {"concourse": 0, "upper": 1}
    for level_id, row in floors.items():
        moved = tuple(
            replace(spec, level_id=level_id) if spec.sensor_id == sensor_id else spec
            for spec in two_floors.sensors
        )
        there = replace(two_floors, sensors=moved)
        assert level_at(INSIDE, made, there, *both, passages=[passage]) == row
    theirs_no_more = tuple(replace(one, attachment=0.2) for one in passage.entries)
    other = replace(passage, entries=theirs_no_more)
    assert level_at(INSIDE, made, two_floors, *both, passages=[other]) == UNKNOWN


def test_outside_of_a_grid_nothing_is_seen(covers) -> None:
    one = covers("a", "concourse")
    assert p_report_at(one, INSIDE) == pytest.approx(0.9)
    for place in ([-0.1, 0.5], [0.5, 3.0], [np.nan, 0.5], [np.inf, 0.0]):
        assert p_report_at(one, np.array(place)) == 0.0
