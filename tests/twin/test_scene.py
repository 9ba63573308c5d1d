import numpy as np
import pytest

from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.model.zones import BodyZone
from standex.twin.scene import Scene

S = 10**9


def test_a_straight_way_is_walked_as_recorded(walk):
    scene = walk(((4.6, 1.25), (-0.6, 1.25)), ((0.0, 3.0), (3.0, 4.0)))
    for t_s in (0.3, 1.013, 2.0, 3.717):
        now = scene.at(round(t_s * S))
        np.testing.assert_array_equal(now.person, [1, 2])
        expected = [[4.6 - 1.3 * t_s, 1.25], [0.75 * t_s, 3 + 0.25 * t_s]]
        np.testing.assert_allclose(now.position_site_m, expected, atol=0.005)
        np.testing.assert_allclose(now.velocity_site_m_per_s, [[-1.3, 0], [0.75, 0.25]], atol=0.01)
        np.testing.assert_allclose(
            np.cos(now.heading_rad - [np.pi, np.arctan2(1, 3)]), 1, atol=1e-4
        )
        np.testing.assert_allclose(
            np.diff(now.walked_m), (np.hypot(0.75, 0.25) - 1.3) * t_s, atol=0.05
        )


def test_places_stay_within_centimetres_of_a_swaying_walk(walk):
    scene = walk(((4.6, 1.25), (-0.6, 1.25)), sway_m=0.03)
    rows = scene.trajectories
    for frame in range(0, 101, 7):
        now = scene.at(round(frame / 25 * S))
        miss_m = np.hypot(*(now.position_site_m[0] - rows.position_m[frame]))
        assert miss_m < 0.05
        # Sway is no change of direction: the front stays where the person goes, to 10 degrees.
        assert np.cos(now.heading_rad[0] - np.pi) > np.cos(np.deg2rad(10))


def test_people_keep_their_speed_at_the_edge_of_the_picture(walk):
    scene = walk(((4.6, 1.25), (-0.6, 1.25)))
    for t_s in (0.0, 0.04, 3.96, 4.0):
        speed = np.hypot(*scene.at(round(t_s * S)).velocity_site_m_per_s[0])
        assert speed == pytest.approx(1.3, rel=0.01)


def test_a_curve_is_followed():
    angle = np.arange(200) / 25 * 0.6
    at = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    scene = Scene(
        trajectories=Trajectories(
            name="circle",
            person=np.full(200, 7),
            frame=np.arange(200),
            position_m=at,
            height_m=np.full(200, np.nan),
            frame_rate_hz=25.0,
        ),
        truth=Truth(seed=1, items=()),
        start_utc_ns=0,
    )
    for frame in range(20, 180, 20):
        now = scene.at(round(frame / 25 * S))
        np.testing.assert_allclose(now.position_site_m[0], at[frame], atol=0.03)
        assert np.cos(now.heading_rad[0] - angle[frame] - np.pi / 2) > np.cos(np.deg2rad(5))
        assert np.hypot(*now.velocity_site_m_per_s[0]) == pytest.approx(1.2, abs=0.05)


def test_people_are_there_from_their_first_frame_to_their_last(walk):
    scene = walk(((4.6, 1.25), (-0.6, 1.25)), start_utc_ns=5 * S)
    assert not len(scene.at(5 * S - 1).person)
    assert len(scene.at(5 * S).person) == 1
    assert len(scene.at(9 * S).person) == 1
    nobody = scene.at(9 * S + 50_000_000)
    assert nobody.position_site_m.shape == (0, 2)
    assert nobody.height_m.shape == (0,)
    assert scene.end_utc_ns == 9 * S


def test_who_stands_has_walked_nothing(walk):
    scene = walk(((2.0, 1.25), (2.0, 1.25)))
    early, late = scene.at(1 * S), scene.at(3 * S)
    assert early.walked_m == late.walked_m == 0
    np.testing.assert_array_equal(late.velocity_site_m_per_s, 0)
    assert np.isfinite(late.heading_rad).all()


def test_one_sighting_is_no_way(walk):
    trajectories = Trajectories(
        name="short",
        person=np.array([1, 2, 2]),
        frame=np.array([0, 0, 25]),
        position_m=np.zeros((3, 2)),
        height_m=np.full(3, np.nan),
        frame_rate_hz=25.0,
    )
    scene = Scene(trajectories=trajectories, truth=Truth(seed=1, items=()), start_utc_ns=0)
    np.testing.assert_array_equal(scene.at(0).person, [2])


def test_bodies_hang_on_seed_and_number_alone(walk, slab):
    way = ((4.6, 1.25), (-0.6, 1.25))
    alone, together = walk(way), walk(way, way, items=(slab(person=2),))
    np.testing.assert_array_equal(alone.body(1).position_m, together.body(1).position_m)
    assert alone.body(1) is alone.body(1)
    other = walk(way, seed=6)
    assert other.body(1).scale != alone.body(1).scale
    assert together.body(2).scale != together.body(1).scale
    item = together.item(2)
    assert item is not None
    assert item is together.body(2).item
    assert together.item(1) is None
    assert together.at(S).height_m == pytest.approx([1.75 * together.body(p).scale for p in (1, 2)])


def test_what_is_in_a_bag_is_not_on_the_body(walk, slab):
    way = ((2.0, 0.0), (-2.0, 0.0))
    with_bag = walk(way, items=(slab(zone=BodyZone.BAG),))
    np.testing.assert_array_equal(with_bag.body(1).stack, walk(way).body(1).stack)
    assert with_bag.item(1) is not None
    assert with_bag.at(S).height_m == walk(way).at(S).height_m
