"""The places that stereo cameras give: on the clothes, worse with distance, none on plain cloth."""

from dataclasses import replace

import numpy as np
import pytest

from standex.twin.body import HEAD
from standex.twin.dress import dress
from standex.twin.layers import Layer
from standex.twin.panel_stereo import (
    BASELINE_M,
    CALIBRATION_PX,
    FOCAL_PX,
    MATCHING_PX,
    PITCH_M,
    StereoHeads,
    outside_m,
    seen_points,
)
from standex.twin.physical_optics import Facets
from standex.twin.planes import Plane


@pytest.fixture(scope="module")
def person():
    """Return somebody dressed, and their facets, who looks along +x at a head 1.2 m away."""
    worn = dress((), seed=5, person=1, pitch_m=0.012, lowest_m=0.6)
    body, row = worn.body, worn.row
    facets = Facets(
        position_m=body.position_m[row] + worn.height_m[:, None] * body.normal[row],
        velocity_m_per_s=np.zeros((len(row), 3)),
        normal=body.normal[row],
        area_m2=body.area_m2[row],
        stack=worn.stack,
        visible=(body.normal[row, :1] > 0.1).astype(float),
    )
    return worn, facets


def look(person, x_m: float = 1.2, offset_px: float = 0.0, facets=None, seed: int = 1):
    heads = StereoHeads(position_m=np.array([[x_m, 0.0, 1.2]]), offset_px=np.array([offset_px]))
    return seen_points(
        person[0],
        facets or person[1],
        heads,
        plain=np.random.default_rng(2),
        rng=np.random.default_rng(seed),
    )


def from_clothes_m(person, points):
    """Return how far each place is along x from the nearest facet's outside, across and up."""
    worn, _ = person
    outer = np.zeros(len(worn.body.part))
    planes = np.array([outside_m(plane) for plane in worn.planes.planes])
    np.maximum.at(outer, worn.row, planes[worn.stack])
    front = worn.body.normal[:, 0] > 0.5
    place = worn.body.position_m[front] + outer[front, None] * worn.body.normal[front]
    aside = np.hypot(*(points[:, None, 1:] - place[None, :, 1:]).transpose(2, 0, 1))
    return points[:, 0] - place[aside.argmin(axis=1), 0], aside.min(axis=1)


def test_places_lie_on_the_outside_of_the_clothes(person):
    points, sigma = look(person)
    assert len(points) > 500
    off, aside = from_clothes_m(person, points)
    off = off[aside < 0.01]
    assert abs(np.median(off)) < 0.002
    assert np.median(np.abs(off)) < 0.006
    assert np.all((sigma > 0) & (sigma < 0.01))


def test_the_error_grows_with_the_square_of_the_distance(person):
    for x_m in (1.0, 2.0):
        points, sigma = look(person, x_m)
        distance = np.linalg.norm(points - [x_m, 0, 1.2], axis=1)
        per_px = distance**2 / (FOCAL_PX * BASELINE_M)
        np.testing.assert_allclose(sigma, per_px * np.hypot(MATCHING_PX, CALIBRATION_PX), rtol=0.05)
    shift = np.mean(look(person, 2.0, 1.0)[0] - look(person, 2.0, 0.0)[0], axis=0)
    assert shift[0] == pytest.approx(-(1.9**2) / (FOCAL_PX * BASELINE_M), rel=0.2)


def test_plain_cloth_heads_and_glancing_places_give_nothing(person):
    worn, facets = person
    points, _ = look(person)
    top_of_clothes = worn.body.position_m[worn.body.part != HEAD, 2].max()
    assert points[:, 2].max() < top_of_clothes + 0.02
    visible_m2 = worn.body.area_m2[worn.body.normal[:, 0] > 0.3].sum()
    assert 0.3 < len(points) * PITCH_M**2 / visible_m2 < 0.95
    dark = replace(facets, visible=np.zeros_like(facets.visible))
    assert not len(look(person, facets=dark)[0])
    hidden = replace(facets, visible=0.5 * facets.visible)
    assert not len(look(person, facets=hidden)[0])


def test_chance_makes_the_places_and_nothing_else_does(person):
    one, again, other = (look(person, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or np.any(one != other)


def test_heads_are_drawn_with_their_calibration(rng):
    heads = StereoHeads.draw(np.zeros((4000, 3)), rng)
    assert np.std(heads.offset_px) == pytest.approx(CALIBRATION_PX, rel=0.05)


def test_the_outside_is_above_all_layers():
    cloth, air = (Layer(thickness_m=d, permittivity=1.0) for d in (0.002, 0.010))
    assert outside_m(Plane(layers=(cloth, air))) == pytest.approx(0.012)
    metal = Plane(layers=(cloth,), backing="metal", raised_m=0.02, at_m=0.02)
    assert outside_m(metal) == pytest.approx(0.022)
