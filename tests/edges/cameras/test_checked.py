import numpy as np
import pytest

from standex.edges.cameras.checked import checked, checked_camera, checked_homography
from standex.model.errors import DataFileError


def test_a_good_camera_passes(views) -> None:
    camera = views.a_camera()
    found = checked_camera(
        "a.json",
        size_px=(1280, 960),
        matrix=views.MATRIX,
        distortion=views.LENS,
        rotation=camera.rotation,
        translation_m=camera.translation_m,
    )
    views.same(found, camera)
    assert checked("a.json", camera) is camera


def test_tells_the_file_of_what_is_wrong(views) -> None:
    with pytest.raises(DataFileError, match=r"a\.json: no camera: rotation must be a proper"):
        checked_camera(
            "a.json",
            size_px=(1280, 960),
            matrix=views.MATRIX,
            distortion=views.LENS,
            rotation=2 * np.eye(3),
            translation_m=np.zeros(3),
        )
    with pytest.raises(DataFileError, match=r"a\.txt: no homography: .*singular"):
        checked_homography("a.txt", size_px=(640, 480), floor_from_picture=np.ones((3, 3)))
    # The horizon at v = 300, the floor above it.
    upside = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1 / 300, 1]])
    with pytest.raises(DataFileError, match=r"a\.txt: the horizon lies below the feet"):
        checked_homography(
            "a.txt", size_px=(640, 480), floor_from_picture=upside, floor_px=np.array([320.0, 0.0])
        )
