import numpy as np

from standex.sensing.video.camera import HomographyCamera
from standex.sensing.video.person_size import USUAL_M, heights_px, is_person_size, range_px


def feet_at(camera, *places):
    foot_px, _ = camera.to_picture(np.array(places, dtype=float))
    return foot_px


def test_heights_are_those_of_projected_people(camera) -> None:
    places = np.array([[0.0, 8], [1, 10], [-1, 12]])
    foot_px, _ = camera.to_picture(places)
    head_px, _ = camera.project(np.column_stack([places, np.full(3, USUAL_M)]))
    np.testing.assert_allclose(
        heights_px(camera, foot_px), foot_px[:, 1] - head_px[:, 1], rtol=1e-6
    )


def test_above_the_horizon_nobody_stands(camera) -> None:
    assert np.isnan(heights_px(camera, np.array([[160.0, -500.0]]))).all()


def test_a_homography_knows_no_heights(camera) -> None:
    floor = np.column_stack([camera.rotation[:, 0], camera.rotation[:, 1], camera.translation_m])
    view = HomographyCamera.seeing(
        np.linalg.inv(camera.matrix @ floor), width_px=320, height_px=240
    )
    assert heights_px(view, np.zeros((1, 2))) is None
    assert heights_px(None, np.zeros((1, 2))) is None
    assert is_person_size(view, np.array([[0.0, 0, 1, 900]])).all()
    assert range_px(view, (0, 0, 320, 240), otherwise=(30, 90)) == (30, 90)


def test_giants_and_dwarfs_are_no_people(camera) -> None:
    foot = feet_at(camera, (0, 10))
    usual = heights_px(camera, foot)[0]
    x, y = foot[0]
    corner = np.array([[x - 10, y - k * usual, x + 10, y] for k in (0.3, 0.6, 1.0, 1.3, 2.0)])
    np.testing.assert_array_equal(is_person_size(camera, corner), [0, 1, 1, 1, 0])


def test_the_search_is_around_what_the_camera_says(camera) -> None:
    (x, y), usual = feet_at(camera, (0, 10))[0], heights_px(camera, feet_at(camera, (0, 10)))[0]
    region = (int(x) - 20, int(y - usual), int(x) + 20, int(y))
    low, high = range_px(camera, region, otherwise=(10.0, 500.0))
    assert low < usual < high
    assert high / low < 2.2
    assert range_px(camera, region, otherwise=(490.0, 500.0)) is None
