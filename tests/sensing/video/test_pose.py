from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.video.camera import Camera
from standex.sensing.video.pose import (
    KnownPoints,
    fitted_camera,
    fitted_homography,
    fitted_pose,
    residuals_px,
    turned,
)

LENS = np.array([-0.25, 0.08, 0.001, -0.0005, 0.0])


def camera_with(lens: np.ndarray) -> Camera:
    rotation = turned(np.array([0.1, -0.2, 0.15])) @ np.array(
        [[1.0, 0, 0], [0, -0.5, -np.sqrt(0.75)], [0, np.sqrt(0.75), -0.5]]
    )
    return Camera(
        width_px=1280,
        height_px=960,
        matrix=np.array([[900.0, 0, 640], [0, 900, 480], [0, 0, 1]]),
        distortion=lens,
        rotation=rotation,
        translation_m=-rotation @ np.array([2.0, -1.0, 5.0]),
    )


def known(
    camera: Camera, rng: np.random.Generator, *, n: int, height_m: float = 0.0
) -> KnownPoints:
    px = np.column_stack([rng.uniform(100, 1180, n), rng.uniform(300, 900, n)])
    floor = camera.to_floor(px, np.ones((n, 2)))
    assert floor.is_on_floor.all()
    place = np.column_stack([floor.position_m, height_m * rng.uniform(0, 1, n)])
    return KnownPoints(px=camera.project(place)[0], position_m=place)


@pytest.mark.parametrize("n", [4, 9])
def test_homography_carries_points_to_their_places(n: int, rng: np.random.Generator) -> None:
    points = known(camera_with(np.zeros(0)), rng, n=n)
    view = fitted_homography(points, width_px=1280, height_px=960)
    found = view.to_floor(points.px, np.full((n, 2), 0.1))
    np.testing.assert_allclose(found.position_m, points.position_m[:, :2], atol=1e-6)


@pytest.mark.parametrize(("n", "height_m"), [(4, 0.0), (12, 0.0), (8, 2.0), (5, 1.0)])
def test_pose_is_found_again(n: int, height_m: float, rng: np.random.Generator) -> None:
    camera = camera_with(LENS)
    points = known(camera, rng, n=n, height_m=height_m)
    lens = replace(camera, rotation=np.eye(3), translation_m=np.zeros(3))
    found = fitted_pose(points, lens)
    np.testing.assert_allclose(found.position_m, camera.position_m, atol=1e-4)
    np.testing.assert_allclose(found.rotation, camera.rotation, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("height_m", [0.0, 2.0])
def test_focal_length_is_found_again(height_m: float, rng: np.random.Generator) -> None:
    camera = camera_with(np.zeros(0))
    found = fitted_camera(known(camera, rng, n=12, height_m=height_m), width_px=1280, height_px=960)
    assert found.matrix[0, 0] == pytest.approx(900, rel=1e-4)
    np.testing.assert_allclose(found.position_m, camera.position_m, atol=1e-3)


def test_a_wrong_point_stands_out(rng: np.random.Generator) -> None:
    camera = camera_with(LENS)
    points = known(camera, rng, n=12)
    wrong = points.position_m.copy()
    wrong[5, 0] += 1.0
    points = KnownPoints(px=points.px, position_m=wrong)
    away = np.hypot(*residuals_px(fitted_pose(points, camera), points).T)
    assert np.argmax(away) == 5


@pytest.mark.parametrize(
    ("px", "told"),
    [
        (np.array([[0.0, 0], [1, 0], [1, 1]]), "at least 4 points"),
        (np.array([[0.0, 0], [100, 100], [200, 200], [300, 300]]), "nearly in one line"),
        (np.array([[0.0, 0], [100, np.nan], [200, 0], [300, 300]]), "must be finite"),
        (np.array([[0.0, 0], [100, 0], [200, 0], [100, 300]]), "three of the points"),
    ],
)
def test_refuses_points_that_fix_nothing(px: np.ndarray, told: str) -> None:
    points = KnownPoints(px=px, position_m=np.column_stack([px, np.zeros(len(px))]))
    with pytest.raises(ValueError, match=told):
        fitted_homography(points, width_px=640, height_px=480)


def test_a_homography_takes_floor_only(rng: np.random.Generator) -> None:
    points = known(camera_with(np.zeros(0)), rng, n=6, height_m=1.0)
    with pytest.raises(ValueError, match="on the floor only"):
        fitted_homography(points, width_px=640, height_px=480)
