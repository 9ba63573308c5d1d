"""Places of the standard on the plan: every coordinate system says the same place."""

from dataclasses import replace
from math import cos, sin

import numpy as np
import pytest

from standex.edges.interop.anchor import Anchor, metres_per_radian
from standex.edges.interop.sapient.generated import location_pb2 as location
from standex.edges.interop.sapient.generated import range_bearing_pb2 as bearing
from standex.edges.interop.sapient.places import Places
from standex.model.frames import RigidTransform

AT = np.array([7.0, 5.0, 0.0])
FOOT, YAW_RAD = np.array([1.0, 2.0]), 0.3


@pytest.fixture
def places(anchor: Anchor) -> Places:
    pose = RigidTransform.from_pose(position_m=(1.0, 2.0, 3.0), yaw_rad=YAW_RAD)
    return Places(anchor=anchor, site_from_node=pose, sigma_m=0.4, are_errors_m=False)


def lat_lng(anchor: Anchor, *, radians: bool = False, **more: float) -> location.Location:
    latitude, longitude, height = anchor.geodetic_from_site(AT[None])
    unit = 1.0 if radians else 180 / np.pi
    return location.Location(
        x=longitude[0] * unit,
        y=latitude[0] * unit,
        z=height[0],
        coordinate_system=2 if radians else 1,
        datum=location.LOCATION_DATUM_WGS84_E,
        **more,
    )


def utm(anchor: Anchor) -> location.Location:
    pytest.importorskip("utm")
    east, north, height = anchor.utm_from_site(AT[None], zone=anchor.utm_zone())
    return location.Location(
        x=east[0], y=north[0], z=height[0], coordinate_system=5, datum=1, x_error=0.2, y_error=0.1
    )


def azimuth_rad(anchor: Anchor) -> float:
    """Return the true bearing of the place from the node."""
    return float(np.arctan2(*(AT[:2] - FOOT))) + anchor.bearing_rad


def test_degrees_radians_and_utm_agree(places: Places, anchor: Anchor) -> None:
    all_ways = [lat_lng(anchor), lat_lng(anchor, radians=True), utm(anchor)]
    got = places.on_plan(all_ways)
    np.testing.assert_allclose(got.position_site_m, np.tile(AT[:2], (3, 1)), atol=5e-3)
    np.testing.assert_allclose(got.covariance_site_m2[0], 0.16 * np.eye(2), atol=1e-12)


@pytest.mark.parametrize("datum", [1, 2, 3, 4])
@pytest.mark.parametrize("system", [1, 2, 3, 4])
def test_range_and_bearing_from_every_north(
    places: Places, anchor: Anchor, datum: int, system: int
) -> None:
    norths = {1: 0.0, 2: anchor.declination_rad, 3: anchor.convergence_rad(),
              4: np.pi / 2 - YAW_RAD + anchor.bearing_rad}  # fmt: skip
    angle = azimuth_rad(anchor) - norths[datum]
    away = float(np.hypot(*(AT[:2] - FOOT)))
    place = bearing.RangeBearing(
        azimuth=angle if system in {2, 4} else np.rad2deg(angle),
        range=away / (1000 if system in {3, 4} else 1),
        coordinate_system=system,
        datum=datum,
    )
    got = places.on_plan([place])
    np.testing.assert_allclose(got.position_site_m[0], AT[:2], atol=1e-9)


def test_errors_turn_with_the_plan(places: Places, anchor: Anchor) -> None:
    """An error along east lies along east of the plan, wherever its axes point."""
    east_m, north_m = metres_per_radian(anchor.latitude_rad)
    place = lat_lng(anchor, x_error=np.rad2deg(2.0 / east_m), y_error=np.rad2deg(0.5 / north_m))
    covariance = places.on_plan([place]).covariance_site_m2[0]
    east = np.array([cos(anchor.bearing_rad), sin(anchor.bearing_rad)])
    north = np.array([-east[1], east[0]])
    assert east @ covariance @ east == pytest.approx(4.0)
    assert north @ covariance @ north == pytest.approx(0.25)
    assert east @ covariance @ north == pytest.approx(0.0, abs=1e-9)


def test_errors_of_a_bearing_lie_along_and_across(places: Places, anchor: Anchor) -> None:
    place = bearing.RangeBearing(
        azimuth=azimuth_rad(anchor), range=float(np.hypot(*(AT[:2] - FOOT))),
        azimuth_error=0.1, range_error=0.3, coordinate_system=2, datum=1,
    )  # fmt: skip
    covariance = places.on_plan([place]).covariance_site_m2[0]
    along = (AT[:2] - FOOT) / place.range
    across = np.array([along[1], -along[0]])
    assert along @ covariance @ along == pytest.approx(0.09)
    assert across @ covariance @ across == pytest.approx((0.1 * place.range) ** 2)


def test_what_is_no_place_is_not_a_number(places: Places, anchor: Anchor) -> None:
    without_range = bearing.RangeBearing(azimuth=1.0, coordinate_system=2, datum=1)
    unknown = bearing.RangeBearing(azimuth=1.0, range=1.0, coordinate_system=2)
    beyond = lat_lng(anchor)
    beyond.y = 500.0
    zone = utm(anchor)
    zone.utm_zone = "nowhere"
    got = places.on_plan([without_range, unknown, beyond, zone, location.Location()])
    assert np.isnan(got.position_site_m).all()
    assert places.on_plan([]).position_site_m.shape == (0, 2)


def test_sea_level_and_ellipsoid(anchor: Anchor) -> None:
    """A place in a hall hardly moves with its height, whatever that is above."""
    high = replace(anchor, geoid_m=48.0)
    places = Places(anchor=high, site_from_node=RigidTransform.from_pose(
        position_m=(0.0, 0.0, 0.0), yaw_rad=0.0), sigma_m=1.0, are_errors_m=True)  # fmt: skip
    place = lat_lng(anchor)
    place.z -= 48.0
    place.datum = location.LOCATION_DATUM_WGS84_G
    np.testing.assert_allclose(places.on_plan([place]).position_site_m[0], AT[:2], atol=1e-6)
    place.ClearField("z")
    np.testing.assert_allclose(places.on_plan([place]).position_site_m[0], AT[:2], atol=1e-3)


def test_outlines(places: Places, anchor: Anchor) -> None:
    area = bearing.LocationOrRangeBearing()
    corners = np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [4.0, 3.0, 0.0]])
    for latitude, longitude, _ in zip(*anchor.geodetic_from_site(corners), strict=True):
        area.location_list.locations.add(
            x=np.rad2deg(longitude), y=np.rad2deg(latitude), coordinate_system=1, datum=1
        )
    np.testing.assert_allclose(places.outline(area), corners[:, :2], atol=1e-3)
    cone = bearing.LocationOrRangeBearing()
    cone.range_bearing.range, cone.range_bearing.horizontal_extent = 10.0, 60.0
    cone.range_bearing.coordinate_system, cone.range_bearing.datum = 1, 4
    outline = places.outline(cone)
    np.testing.assert_allclose(outline[0], FOOT)
    np.testing.assert_allclose(np.hypot(*(outline[1:] - FOOT).T), 10.0)
    edge = outline[1] - FOOT
    along = np.array([cos(YAW_RAD), sin(YAW_RAD)])
    assert edge @ along / 10 == pytest.approx(cos(np.deg2rad(30)))
    assert len(places.outline(bearing.LocationOrRangeBearing())) == 0


@pytest.mark.parametrize("are_errors_m", [False, True])
@pytest.mark.parametrize("radians", [False, True])
def test_few_places_are_turned_as_many_are(
    anchor: Anchor, *, radians: bool, are_errors_m: bool, rng: np.random.Generator
) -> None:
    pose = RigidTransform.from_pose(position_m=(1.0, 2.0, 3.0), yaw_rad=YAW_RAD)
    places = Places(
        anchor=replace(anchor, geoid_m=48.0),
        site_from_node=pose,
        sigma_m=0.4,
        are_errors_m=are_errors_m,
    )
    odd = [0.0, -1.0, 1e12, np.nan, np.inf]
    many = []
    for k in range(40):
        place = lat_lng(anchor, radians=radians)
        place.x += rng.normal(0, 1e-5)
        place.y += rng.normal(0, 1e-5)
        place.datum = 1 + k % 2
        place.x_error, place.y_error = rng.uniform(0, 1e-5, 2)
        if k % 4 == 1:
            place.ClearField("z")
        if k % 4 == 2:
            setattr(place, ("x", "y", "z", "x_error", "y_error")[k % 5], odd[k // 4 % len(odd)])
        many.append(place)
    together = places.on_plan(many)
    for row, place in enumerate(many):
        alone = places.on_plan([place])
        np.testing.assert_allclose(
            alone.position_site_m[0], together.position_site_m[row], atol=1e-7
        )
        np.testing.assert_allclose(
            alone.covariance_site_m2[0], together.covariance_site_m2[row], rtol=1e-9, atol=1e-15
        )
