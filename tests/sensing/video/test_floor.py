import numpy as np
import pytest

from standex.model.site import Level
from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.floor import behind_wall, field_of_view, places_on, storeys_of

WALL = [[-10.0, 10.0], [10.0, 10.0]]


def camera_at(height_m: float = 6.0) -> Camera:
    """Return a camera over the origin that looks along y and down by 30 degrees."""
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    rotation = np.array([[1.0, 0, 0], [0, -s, -c], [0, c, -s]])
    return Camera(
        width_px=1280,
        height_px=960,
        matrix=np.array([[800.0, 0, 640], [0, 800, 480], [0, 0, 1]]),
        distortion=np.zeros(0),
        rotation=rotation,
        translation_m=-rotation @ np.array([0.0, 0, height_m]),
    )


def level_with(
    walls: list[list[list[float]]], *, name: str = "ground", y_max_m: float = 30.0
) -> Level:
    return Level(
        level_id=name,
        min_site_m=np.array([-15.0, -5.0]),
        max_site_m=np.array([15.0, y_max_m]),
        wall_site_m=np.array(walls, dtype=float).reshape(-1, 2, 2),
    )


def feet_at(camera: Camera, place_m: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    px, in_front = camera.to_picture(np.array(place_m, dtype=float))
    assert in_front.all()
    return px, np.ones_like(px)


def test_nobody_is_seen_through_a_wall() -> None:
    camera, level = camera_at(), level_with([WALL])
    px, sigma = feet_at(camera, [[0, 8], [0, 9.9], [0, 13], [14, 13]])
    (found,) = places_on(storeys_of(camera, level), px, sigma)
    # The third is behind the wall; the fourth beside it.
    assert found.row.tolist() == [0, 1, 3]
    np.testing.assert_allclose(found.points.position_m[0], [0, 8], atol=1e-9)


def test_an_error_that_reaches_the_wall_hides_nobody() -> None:
    camera, level = camera_at(), level_with([WALL])
    px, sigma = feet_at(camera, [[0, 10.2]])
    sharp = camera.to_floor(px, 0.1 * sigma)
    vague = camera.to_floor(px, 10 * sigma)
    assert behind_wall(camera, level, sharp).tolist() == [True]
    assert behind_wall(camera, level, vague).tolist() == [False]


def test_nobody_stands_in_a_pillar() -> None:
    ring = [[[-1, 8], [1, 8]], [[1, 8], [1, 10]], [[1, 10], [-1, 10]], [[-1, 10], [-1, 8]]]
    camera = camera_at()
    px, sigma = feet_at(camera, [[0, 9], [0, 7], [0, 12], [4, 9]])
    (found,) = places_on(storeys_of(camera, level_with(ring)), px, sigma)
    assert found.row.tolist() == [1, 3]


def test_the_wall_it_hangs_on_hides_nothing() -> None:
    camera = camera_at()
    level = level_with([[[-5, 0.2], [5, 0.2]]])
    px, sigma = feet_at(camera, [[0, 8]])
    assert places_on(storeys_of(camera, level), px, sigma)[0].row.tolist() == [0]


def test_a_view_of_unknown_place_knows_no_walls() -> None:
    matrix = np.array([[0.01, 0, 0], [0, 0, 1.0], [0, 0.002, 0]])
    view = HomographyCamera(width_px=640, height_px=480, floor_from_picture=matrix)
    level = level_with([WALL])
    points = view.to_floor(np.array([[320.0, 400.0]]), np.ones((1, 2)))
    assert not behind_wall(view, level, points).any()
    with pytest.raises(ValueError, match="knows one floor only"):
        storeys_of(view, level, [(level, 3.0)])


def test_of_several_levels_the_ray_meets_the_highest_first() -> None:
    camera = camera_at(8.0)
    ground, gallery = level_with([]), level_with([], name="gallery", y_max_m=9.0)
    roof = level_with([], name="roof")
    storeys = storeys_of(camera, ground, [(gallery, 3.0), (roof, 20.0)])
    px, _ = camera.project(np.array([[0, 8.0, 3.0], [0, 20.0, 0.0]]))
    found = {one.level_id: one for one in places_on(storeys, px, np.ones_like(px))}
    assert found["gallery"].row.tolist() == [0]
    np.testing.assert_allclose(found["gallery"].points.position_m, [[0, 8]], atol=1e-9)
    assert found["ground"].row.tolist() == [1]
    # A floor above the camera is seen by nobody from below.
    assert not len(found["roof"].row)


def test_coverage_is_where_people_are_reported() -> None:
    camera, level = camera_at(), level_with([WALL])
    p_report = field_of_view(camera, level, p_detect=0.8, cell_m=0.5)
    assert p_report.shape == (60, 70)
    assert set(np.unique(p_report)) == {0.0, 0.8}

    def at(x: float, y: float) -> float:
        return float(p_report[int((x + 15) / 0.5), int((y + 5) / 0.5)])

    assert at(0.2, 8.2) == 0.8
    assert at(0.2, 12.2) == 0.0  # behind the wall
    assert at(0.2, -3.2) == 0.0  # behind the camera
    assert at(-14.2, 3.2) == 0.0  # beside the picture
    open_floor = field_of_view(camera, level_with([]), p_detect=0.8)
    assert (open_floor >= p_report).all()
    assert open_floor.sum() > p_report.sum()


def test_coverage_ends_where_nothing_is_known_any_more() -> None:
    level = level_with([], y_max_m=120.0)
    rows = (field_of_view(camera_at(), level, p_detect=1.0) > 0).any(axis=0)
    small = (field_of_view(camera_at(), level, p_detect=1.0, least_body_px=100) > 0).any(axis=0)
    assert rows.any()
    assert not rows[-1]
    assert small.sum() < rows.sum()
    with pytest.raises(ValueError, match="p_detect must be inside"):
        field_of_view(camera_at(), level, p_detect=1.5)
