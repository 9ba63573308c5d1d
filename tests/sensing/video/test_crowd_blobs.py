import numpy as np
import pytest

from standex.sensing.video.boxes import no_boxes, single_people
from standex.sensing.video.crowd_blobs import left_over_people, without_ghosts


def silhouettes(camera, places):
    """Return where people of 1.7 x 0.5 m, standing at these places, cover the picture."""
    moving = np.zeros((camera.height_px, camera.width_px), dtype=bool)
    for x, y in places:
        left, right = camera.project(
            np.array([[x + s, y, z] for s, z in ((-0.25, 0.0), (0.25, 1.7))])
        )[0]
        x1, x2 = sorted((left[0], right[0]))
        moving[max(round(right[1]), 0) : max(round(left[1]), 0), max(round(x1), 0) : round(x2)] = (
            True
        )
    return moving


def count(camera, moving, **more):
    settings = {"zoom": 1.0, "view": camera, "people_per_m2": 1.5, **more}
    return left_over_people(moving, no_boxes(), **settings)


def test_one_person_is_about_one(camera) -> None:
    found = count(camera, silhouettes(camera, [(0.0, 9.0)]))
    assert len(found.score) == 1
    assert found.is_uncertain.all()
    assert 1.0 <= found.n_people[0] < 1.8


@pytest.mark.parametrize("side", [3, 4, 5])
def test_a_crowd_is_counted_within_two_fifths(camera, rng, side) -> None:
    step = np.sqrt(1 / 1.5)  # 1.5 a square metre
    grid = step * np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    places = grid - grid.mean(axis=0) + (0.0, 9.0) + rng.uniform(-0.1, 0.1, grid.shape)
    found = count(camera, silhouettes(camera, places))
    assert found.is_uncertain.all()
    assert abs(found.n_people.sum() / side**2 - 1) < 0.4
    floor = camera.to_floor(found.foot_px, np.ones((len(found.score), 2)))
    assert floor.is_on_floor.all()
    low, high = places.min(axis=0) - 0.8, places.max(axis=0) + 0.8
    assert ((floor.position_m > low) & (floor.position_m < high)).all()


def test_who_was_recognised_is_not_counted_again(camera) -> None:
    moving = silhouettes(camera, [(0.0, 9.0)])
    rows, columns = np.nonzero(moving)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    found = single_people(np.array([box], dtype=float), np.ones(1))
    rest = left_over_people(moving, found, zoom=1.0, view=camera, people_per_m2=1.5)
    assert not len(rest.score)


def test_without_a_calibration_nothing_is_counted(camera) -> None:
    moving = silhouettes(camera, [(0.0, 9.0)])
    assert not len(count(camera, moving, view=None).score)
    assert not len(count(camera, moving, least_px=1000.0).score)
    assert not len(count(camera, np.zeros_like(moving)).score)


def test_what_left_is_a_ghost_and_what_came_is_not(street, person) -> None:
    usual = person(street.copy(), 80, 200)  # who stood there when the background was learned
    now = person(street.copy(), 230, 200)
    moving = np.abs(usual.astype(int) - now).max(axis=2) > 25
    left = without_ghosts(moving, now, usual.astype(np.float32))
    assert left[:, 160:].sum() > 0.9 * moving[:, 160:].sum()
    assert not left[110:, 40:120].any()
