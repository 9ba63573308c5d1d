"""Who hides whom from a panel at x = 0, 1.2 m up; the person looked at stands 2 m ahead."""

import numpy as np
import pytest

from standex.twin.body import LEFT_ARM, TRUNK, Body, make_body
from standex.twin.scene import PeopleNow
from standex.twin.shadow import ARM_RADIUS_M, SOFT_M, TRUNK_RADIUS_M, visible_from

PANEL_M = np.array([0.0, 0.0, 1.2])


@pytest.fixture(scope="module")
def body() -> Body:
    return make_body(None, pitch_m=0.0105, lowest_m=0.72, rng=np.random.default_rng(1))


def people(*place_m: tuple[float, float], height_m: tuple[float, ...] = ()) -> PeopleNow:
    n = len(place_m)
    return PeopleNow(
        t_utc_ns=0,
        person=np.arange(n),
        position_site_m=np.array(place_m),
        velocity_site_m_per_s=np.zeros((n, 2)),
        heading_rad=np.full(n, np.pi),
        walked_m=np.zeros(n),
        height_m=np.array(height_m or (1.75,) * n),
    )


def seen(body: Body, now: PeopleNow) -> np.ndarray:
    # Facing the panel: turned by half a circle.
    turned = np.array([-1.0, -1.0, 1.0])
    here = np.append(now.position_site_m[0], 0.0)
    return visible_from(
        PANEL_M, body.position_m * turned + here, body.normal * turned, body, now, 0
    )


def test_alone_the_front_is_seen_and_the_back_is_not(body):
    alone = seen(body, people((2.0, 0.0)))
    front, back = body.normal[:, 0] > 0.5, body.normal[:, 0] < -0.3
    trunk = body.part == TRUNK
    assert alone[front & trunk].mean() > 0.95
    assert not alone[back].any()


def test_somebody_between_hides(body):
    now = people((2.0, 0.0), (1.0, 0.0), height_m=(1.75, 1.9))
    low_enough = body.position_m[:, 2] < 1.7
    middle = np.abs(body.position_m[:, 1]) < 0.2
    assert not seen(body, now)[low_enough & middle].any()


@pytest.mark.parametrize("place_m", [(1.0, 0.8), (2.0, 0.7), (2.6, 0.0), (-1.0, 0.0)])
def test_beside_behind_and_at_the_other_side_hide_nothing(body, place_m):
    np.testing.assert_array_equal(
        seen(body, people((2.0, 0.0), place_m)), seen(body, people((2.0, 0.0)))
    )


def test_half_beside_hides_half(body):
    alone, partly = (seen(body, people((2.0, 0.0), *others)) for others in ((), ((1.0, 0.2),)))
    assert np.all(partly <= alone)
    low = (alone > 0) & (body.position_m[:, 2] < 1.4)
    left = body.position_m[:, 1] < -0.1  # turned about, their right is the panel's left
    right = body.position_m[:, 1] > 0.1
    assert not partly[low & left].any()
    assert partly[low & right].mean() > 0.9


def test_shadows_have_soft_edges(body):
    """At the middle of the body's height, against the way of the line past a cylinder."""
    beside_m = 0.25
    now = people((2.0, 0.0), (1.0, beside_m))
    alone, lit = seen(body, people((2.0, 0.0))), seen(body, now)
    chest = (alone == 1) & (body.position_m[:, 2] < 1.3)
    place = body.position_m[chest] * np.array([-1.0, -1.0, 1.0]) + np.array([2.0, 0.0, 0.0])
    way = place[:, :2] / np.linalg.norm(place[:, :2], axis=1, keepdims=True)
    miss_m = np.abs(way[:, 0] * beside_m - way[:, 1])
    share = lit[chest]
    assert np.all(share[miss_m > TRUNK_RADIUS_M + SOFT_M / 2] == 1)
    assert np.all(share[miss_m < TRUNK_RADIUS_M - SOFT_M / 2] == 0)
    on_edge = np.abs(miss_m - TRUNK_RADIUS_M) < 2e-3
    assert on_edge.any()
    np.testing.assert_allclose(share[on_edge], 0.5, atol=0.05)
    order = np.argsort(miss_m)
    assert np.all(np.diff(share[order]) >= -1e-9)  # the further past, the lighter


def test_one_sees_over_a_child_and_not_over_a_giant(body):
    alone, child, giant = (
        seen(body, people((2.0, 0.0), *others, height_m=heights))
        for others, heights in (
            ((), (1.75,)),
            (((1.0, 0.0),), (1.75, 1.0)),
            (((1.0, 0.0),), (1.75, 2.2)),
        )
    )
    # The line over a head of 1.0 m, a metre away, reaches 0.8 m at two metres.
    high = body.position_m[:, 2] > 0.85
    np.testing.assert_array_equal(child[high], alone[high])
    middle = np.abs(body.position_m[:, 1]) < 0.15
    assert alone[middle].any()
    assert not giant[middle].any()


def test_an_arm_before_the_flank_hides_it(body):
    now = people((2.0, 0.0))
    position, normal = body.position_m.copy(), body.normal.copy()
    # Their left towards the panel.
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    position[:, :2] = body.position_m[:, :2] @ quarter.T + np.array([2.0, 0.0])
    normal[:, :2] = body.normal[:, :2] @ quarter.T
    view = visible_from(PANEL_M, position, normal, body, now, 0)
    faces = ((PANEL_M - position) * normal).sum(axis=1) > 0
    arm_z = body.position_m[body.part == LEFT_ARM, 2]
    behind = (
        (body.part == TRUNK)
        & faces
        & (np.abs(position[:, 1]) < ARM_RADIUS_M / 2)
        & (position[:, 2] > max(arm_z.min(), 0.9) + 0.05)
        & (position[:, 2] < arm_z.max() - 0.1)
    )
    assert behind.sum() > 20
    assert view[behind].mean() < 0.05
    clear = (body.part == TRUNK) & faces & (np.abs(position[:, 1]) > 3 * ARM_RADIUS_M)
    np.testing.assert_array_equal(view[clear], 1)
    np.testing.assert_array_equal(view[(body.part == LEFT_ARM) & faces], 1)
    assert not view[~faces].any()
