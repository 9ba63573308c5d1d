"""Site frame, latitude and longitude, UTM: round trips, closed forms, mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.anchor import Anchor, UtmZone, metres_per_radian
from standex.model.errors import SiteError

WGS84_A_M, WGS84_B_M = 6_378_137.0, 6_356_752.314245

anchors = st.builds(
    Anchor.from_degrees,
    latitude_deg=st.floats(-85, 85),
    longitude_deg=st.floats(-180, 180),
    height_m=st.floats(-400, 9000),
    bearing_deg=st.floats(-360, 360),
)
places = st.tuples(*[st.floats(-2000, 2000)] * 3)


@pytest.mark.slow
@given(anchor=anchors, place=places)
def test_geodetic_and_back(anchor: Anchor, place: tuple[float, float, float]) -> None:
    at = np.array([place])
    back = anchor.site_from_geodetic(*anchor.geodetic_from_site(at))
    np.testing.assert_allclose(back, at, atol=1e-6)


@pytest.mark.slow
@given(anchor=anchors, place=places)
def test_distances_stay(anchor: Anchor, place: tuple[float, float, float]) -> None:
    """The turn is rigid: a place is as far from the origin on Earth as on the plan."""
    latitude, longitude, height = anchor.geodetic_from_site(np.array([place, (0.0, 0.0, 0.0)]))
    n_m = WGS84_A_M / np.sqrt(1 - (1 - (WGS84_B_M / WGS84_A_M) ** 2) * np.sin(latitude) ** 2)
    across = (n_m + height) * np.cos(latitude)
    z = (n_m * (WGS84_B_M / WGS84_A_M) ** 2 + height) * np.sin(latitude)
    ecef = np.stack([across * np.cos(longitude), across * np.sin(longitude), z], axis=1)
    np.testing.assert_allclose(np.linalg.norm(ecef[0] - ecef[1]), np.linalg.norm(place), atol=1e-4)


def test_the_bearing_turns_the_plan() -> None:
    """With y towards the east, a metre along y is a metre of longitude."""
    anchor = Anchor.from_degrees(latitude_deg=48, longitude_deg=9, height_m=0, bearing_deg=90)
    latitude, longitude, _ = anchor.geodetic_from_site(np.array([[0.0, 1.0, 0.0]]))
    east_m, _ = metres_per_radian(anchor.latitude_rad)
    np.testing.assert_allclose((longitude[0] - anchor.longitude_rad) * east_m, 1.0, rtol=1e-5)
    np.testing.assert_allclose(latitude[0], anchor.latitude_rad, atol=1e-12)


def test_the_origin_is_the_anchor() -> None:
    anchor = Anchor.from_degrees(latitude_deg=-33, longitude_deg=151, height_m=12)
    latitude, longitude, height = anchor.geodetic_from_site(np.zeros((1, 3)))
    np.testing.assert_allclose(
        [latitude[0], longitude[0], height[0]],
        [anchor.latitude_rad, anchor.longitude_rad, 12.0],
        atol=1e-8,
    )


def test_a_degree_of_latitude_at_the_equator_and_at_the_pole() -> None:
    """The radii of curvature there are b^2/a and a^2/b."""
    assert metres_per_radian(0.0)[1] == pytest.approx(WGS84_B_M**2 / WGS84_A_M)
    assert metres_per_radian(0.0)[0] == pytest.approx(WGS84_A_M)
    assert metres_per_radian(np.pi / 2)[1] == pytest.approx(WGS84_A_M**2 / WGS84_B_M)


@pytest.mark.parametrize(("latitude", "longitude"), [(41.9, 12.5), (-33.9, 151.2), (60.2, 5.3)])
def test_utm_and_back(latitude: float, longitude: float) -> None:
    pytest.importorskip("utm")
    anchor = Anchor.from_degrees(latitude_deg=latitude, longitude_deg=longitude, height_m=5)
    zone = anchor.utm_zone()
    at = np.array([[300.0, -200.0, 7.0], [0.0, 0.0, 0.0]])
    back = anchor.site_from_utm(*anchor.utm_from_site(at, zone=zone), zone=zone)
    np.testing.assert_allclose(back, at, atol=5e-3)


@pytest.mark.parametrize(("latitude", "longitude"), [(41.9, 12.5), (-33.9, 149.0), (0.1, 11.9)])
def test_grid_north_lies_where_a_step_to_the_north_says(latitude: float, longitude: float) -> None:
    pytest.importorskip("utm")
    anchor = Anchor.from_degrees(latitude_deg=latitude, longitude_deg=longitude, height_m=0)
    step = np.array([[0.0, 0.0, 0.0], [0.0, 100.0, 0.0]])
    east, north, _ = anchor.utm_from_site(step, zone=anchor.utm_zone())
    grid_bearing_of_true_north = np.arctan2(east[1] - east[0], north[1] - north[0])
    assert anchor.convergence_rad() == pytest.approx(-grid_bearing_of_true_north, abs=3e-6)


def test_utm_zones_are_read() -> None:
    assert UtmZone.read("33N") == UtmZone(number=33, is_northern=True)
    assert UtmZone.read("30U").text == "30N"  # the letter of a band
    assert UtmZone.read("56H").is_northern is False
    for wrong in ("", "N", "0N", "61N", "33I", "33", "x3N", "³3N"):
        with pytest.raises(ValueError, match="zone"):
            UtmZone.read(wrong)


def test_swapped_values_are_told() -> None:
    with pytest.raises(SiteError, match="swapped"):
        Anchor.from_degrees(latitude_deg=151, longitude_deg=-33, height_m=0)
    with pytest.raises(SiteError, match="not finite"):
        Anchor.from_degrees(latitude_deg=float("nan"), longitude_deg=0, height_m=0)
