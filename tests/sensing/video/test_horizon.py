import numpy as np
import pytest

from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.horizon import refuse_no_floor, share_of_floor

WIDTH_PX, HEIGHT_PX = 640, 480


def level_camera(*, height_m: float = 3.0, is_upside_down: bool = False) -> Camera:
    """Return a camera that looks along y, its horizon in the middle of the picture."""
    turn = np.diag([-1.0, -1.0, 1.0]) if is_upside_down else np.eye(3)
    rotation = turn @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    return Camera(
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        matrix=np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]]),
        distortion=np.zeros(0),
        rotation=rotation,
        translation_m=-rotation @ np.array([0.0, 0, height_m]),
    )


def test_floor_is_what_lies_below_the_horizon() -> None:
    camera = level_camera()
    refuse_no_floor(camera)
    assert share_of_floor(camera).tolist() == [0.0] * 6 + [1.0] * 6


def test_refuses_a_horizon_below_the_feet() -> None:
    with pytest.raises(ValueError, match="horizon lies below the feet: 0% of the lower half"):
        refuse_no_floor(level_camera(is_upside_down=True))


@pytest.mark.parametrize("height_m", [-3.0, 0.0, 3000.0])
def test_refuses_a_camera_that_hangs_nowhere(height_m: float) -> None:
    with pytest.raises(ValueError, match="above the floor; from 0 to 100"):
        refuse_no_floor(level_camera(height_m=height_m))


def test_refuses_a_homography_with_the_floor_above() -> None:
    # w grows upwards: the floor is in the upper half.
    matrix = np.array([[0.01, 0, 0], [0, 0.01, 0], [0, -1 / 480, 0.5]])
    view = HomographyCamera(width_px=WIDTH_PX, height_px=HEIGHT_PX, floor_from_picture=matrix)
    with pytest.raises(ValueError, match="horizon lies below the feet"):
        refuse_no_floor(view)


def test_refuses_feet_above_the_horizon() -> None:
    camera = level_camera()
    low, high = np.full((3, 2), [320.0, 400.0]), np.full((4, 2), [320.0, 100.0])
    refuse_no_floor(camera, low)
    with pytest.raises(ValueError, match="only 3 of 7 feet"):
        refuse_no_floor(camera, np.concatenate([low, high]))
