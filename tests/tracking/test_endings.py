from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.hand_over import Ending
from standex.model.observation import Coverage
from standex.model.site import Line, LineRole, Site
from standex.tracking.endings import areas, endings, is_looked_at


@pytest.fixture(scope="module")
def site() -> Site:
    def line(line_id: str, role: LineRole, x_m: float) -> Line:
        ends = np.array([[x_m, 4.0], [x_m, 0.0]])  # forward is west
        return Line(
            line_id=line_id,
            role=role,
            level_id="ground",
            from_site_m=ends[0],
            to_site_m=ends[1],
        )

    lines = (line("re-id", LineRole.REID, 10.0), line("out", LineRole.EXIT, 0.0))
    return replace(load_site("metro"), lines=lines)


@pytest.fixture
def coverage(look) -> Mapping[str, Coverage]:
    """Return coverage of x = 0 to 8 m and of x = 12 to 20 m."""
    return {
        "one": look(low_site_m=(0, 0), high_site_m=(8, 4), sensor_id="one"),
        "two": look(low_site_m=(12, 0), high_site_m=(20, 4), sensor_id="two"),
        "blind": look(low_site_m=(0, 0), high_site_m=(20, 4), sensor_id="blind", p_report=0.0),
    }


def test_areas_lie_between_the_lines(site: Site) -> None:
    assert areas(site, np.array([[15, 2], [5, 2], [-3, 2], [5, 99]], dtype=float)).tolist() == [
        0b00,
        0b01,
        0b11,
        0b01,
    ]


def test_where_a_sensor_reports_is_looked_at(coverage) -> None:
    places = np.array([[1, 1], [10, 1], [13, 1], [13, 9], [-50, 1]], dtype=float)
    assert is_looked_at(coverage, places).tolist() == [True, False, True, False, False]
    assert not is_looked_at({}, places).any()


@pytest.mark.parametrize(
    ("place", "velocity", "ending"),
    [
        ((12.3, 2), (-1.3, 0), Ending.GAP),  # on the way into the other area
        ((7.7, 2), (1.3, 0), Ending.GAP),
        ((4, 2), (0, 0), Ending.GAP),  # standing in sight
        ((4, 2), (-0.6, 0), Ending.GAP),  # walking in sight
        ((19.6, 2), (1.3, 0), Ending.EDGE),  # out at the entrance
        ((0.7, 2), (-1.3, 0), Ending.EDGE),
        ((4, 3.9), (0, 1.3), Ending.EDGE),
        ((0.2, 2), (-0.02, 0), Ending.GAP),  # standing before the exit
        ((-0.1, 2), (-1.3, 0), Ending.LINE),
        ((-0.1, 9), (-1.3, 0), Ending.EDGE),  # beside the exit
    ],
)
def test_where_people_end(site, coverage, place, velocity, ending) -> None:
    assert endings(
        site, coverage, np.array([place], dtype=float), np.array([velocity], dtype=float)
    ) == (ending,)


def test_without_coverage_there_is_no_gap(site: Site) -> None:
    assert endings(site, {}, np.array([[4.0, 2.0]]), np.zeros((1, 2))) == (Ending.EDGE,)
    assert endings(site, {}, np.zeros((0, 2)), np.zeros((0, 2))) == ()
