import numpy as np
import pytest

from standex.edges.cameras.grid_picture import LINE, MAIN, POINT, with_grid
from standex.sensing.video.camera import HomographyCamera
from standex.sensing.video.pose import KnownPoints

pytest.importorskip("cv2")


def near(picture: np.ndarray, px: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Return whether a colour is within three pixels."""
    u, v = px.round().astype(int)
    window = picture[max(v - 3, 0) : v + 4, max(u - 3, 0) : u + 4].astype(int)
    return bool((np.abs(window - np.array(colour)).sum(axis=2) < 60).any())


def test_lines_lie_where_the_camera_sees_them(views) -> None:
    camera = views.a_camera()
    image = np.zeros((960, 1280, 3), np.uint8)
    picture = with_grid(image, camera)
    assert not image.any()
    place = np.array([[0.0, 3.25], [0.0, 5.25], [2.0, 5.25], [4.0, 4.25]])
    px, in_front = camera.to_picture(place)
    assert in_front.all()
    assert [near(picture, one, MAIN) for one in px] == [True, True, False, False]
    assert (picture == LINE).all(axis=2).any()


def test_points_and_their_residuals_are_drawn(views) -> None:
    camera = views.a_camera()
    points = KnownPoints(px=np.array([[700.0, 500], [300, 600]]), position_m=np.zeros((2, 3)))
    off = np.array([[3.0, 0.0], [np.inf, np.inf]])
    picture = with_grid(np.zeros((960, 1280, 3), np.uint8), camera, points, off)
    assert near(picture, np.array([715.0, 500]), POINT)  # on the arrow, ten times as long
    assert near(picture, np.array([306.0, 600]), POINT)


def test_a_homography_has_a_grid_as_well() -> None:
    view = HomographyCamera(
        width_px=640,
        height_px=480,
        floor_from_picture=np.array([[0.02, 0, -6.4], [0, 0, 10], [0, 0.01, -1]]),
    )
    assert with_grid(np.zeros((480, 640, 3), np.uint8), view).any()


def test_the_frame_must_be_of_the_size_of_the_view(views) -> None:
    with pytest.raises(ValueError, match="frame is 640 x 480"):
        with_grid(np.zeros((480, 640, 3), np.uint8), views.a_camera())
