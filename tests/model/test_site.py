from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.site import Dependence, Line, LineRole, OperatingPoint, Site
from standex.model.zones import BodyZone


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


def line(start=(0.0, 4.0), end=(0.0, 0.0)) -> Line:
    return Line(
        line_id="l",
        role=LineRole.EXIT,
        level_id="g",
        from_site_m=np.array(start),
        to_site_m=np.array(end),
    )


def test_forward_is_to_the_right_of_the_way() -> None:
    # North to south: to the right is west.
    np.testing.assert_allclose(line().beyond_m(np.array([[-2.0, 1.0], [3.0, 9.0]])), [2.0, -3.0])
    turned = line((0.0, 0.0), (0.0, 4.0))
    np.testing.assert_allclose(turned.beyond_m(np.array([[-2.0, 1.0]])), [-2.0])


def test_a_slanted_line_measures_along_its_normal() -> None:
    slanted = line((0.0, 0.0), (3.0, 4.0))
    beyond_m = slanted.beyond_m(np.array([[4.0, -3.0], [1.5, 2.0]]))
    np.testing.assert_allclose(beyond_m, [5.0, 0.0], atol=1e-12)


def test_a_line_spans_half_a_metre_more() -> None:
    places = np.array([[9.0, -0.6], [9.0, -0.4], [-9.0, 2.0], [0.0, 4.4], [0.0, 4.6]])
    assert line().spans(places).tolist() == [False, True, True, True, False]


def test_a_sensor_is_found_by_its_name(site: Site) -> None:
    assert site.sensor("cam-exit").sensor_id == "cam-exit"
    with pytest.raises(KeyError, match=r"no sensor 'cam-9'; it has .*cam-exit"):
        site.sensor("cam-9")


def test_priors_are_those_of_the_items(site: Site) -> None:
    np.testing.assert_array_equal(site.log_prior(), site.items.log_prior(site.zone_share))


def test_zone_shares_must_be_one_per_zone(site: Site) -> None:
    with pytest.raises(ValueError, match="zone_share needs 7 entries"):
        replace(site, zone_share=np.ones(3) / 3)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"p_alarm": 0.0}, "p_alarm"),
        ({"p_alarm": float("nan")}, "p_alarm"),
        ({"min_coverage": 1.0}, "min_coverage"),
        ({"min_coverage": float("nan")}, "min_coverage"),
        ({"wanted_zones": ()}, "wanted_zones"),
    ],
)
def test_operating_points_that_mean_nothing_are_refused(changes, match) -> None:
    point = {"p_alarm": 0.5, "min_coverage": 0.5, "wanted_zones": (BodyZone.WAIST,)}
    with pytest.raises(ValueError, match=match):
        OperatingPoint(**{**point, **changes})


def alike(first: str, second: str, correlation: float) -> Dependence:
    return Dependence(between=(first, second), correlation=correlation, reason="said here")


def correlations(site: Site, *dependence: Dependence) -> dict[tuple[str, ...], float]:
    of_pair = replace(site, dependence=dependence).correlations()
    return {tuple(sorted(pair)): correlation for pair, correlation in of_pair.items()}


def test_where_nothing_is_stated_sensors_are_independent(site: Site) -> None:
    assert correlations(site) == {}
    assert correlations(site, alike("mw-south", "cam-entry", 0.0)) == {}


def test_a_technology_stands_for_all_its_sensors(site: Site) -> None:
    assert correlations(site, alike("microwave", "cam-exit", 0.2)) == {
        ("cam-exit", "mw-north"): 0.2,
        ("cam-exit", "mw-south"): 0.2,
    }
    assert correlations(site, alike("microwave", "microwave", 0.4)) == {
        ("mw-north", "mw-south"): 0.4
    }


@pytest.mark.parametrize("turn", [1, -1])
def test_what_is_said_of_a_sensor_goes_before_what_is_said_of_its_technology(site, turn) -> None:
    said = (
        alike("microwave", "floor-positions", 0.1),
        alike("mw-south", "floor-positions", 0.2),
        alike("cam-exit", "mw-south", 0.0),
    )[::turn]
    assert correlations(site, *said) == {
        ("cam-entry", "mw-north"): 0.1,
        ("cam-exit", "mw-north"): 0.1,
        ("cam-entry", "mw-south"): 0.2,
    }


@pytest.mark.parametrize("correlation", [-0.1, 1.1, float("nan")])
def test_a_correlation_is_one(correlation: float) -> None:
    with pytest.raises(ValueError, match="correlation must be inside"):
        alike("a", "b", correlation)
