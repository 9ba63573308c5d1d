"""A camera for tests of its files."""

from types import SimpleNamespace

import numpy as np
import pytest

from standex.sensing.video.camera import Camera
from standex.sensing.video.pose import turned

MATRIX = np.array([[900.0, 0, 630], [0, 910, 470], [0, 0, 1]])
LENS = np.array([-0.25, 0.08, 0.001, -0.0005, 0.01])
LOOK = np.array([[1.0, 0, 0], [0, -0.5, -np.sqrt(0.75)], [0, np.sqrt(0.75), -0.5]])


def a_camera(lens: np.ndarray = LENS) -> Camera:
    rotation = turned(np.array([0.05, -0.1, 0.15])) @ LOOK
    return Camera(
        width_px=1280,
        height_px=960,
        matrix=MATRIX,
        distortion=lens,
        rotation=rotation,
        translation_m=-rotation @ np.array([2.0, -1.0, 5.0]),
    )


def same(one: Camera, other: Camera, *, atol: float = 1e-9) -> None:
    """Assert that two cameras are the same."""
    assert (one.width_px, one.height_px) == (other.width_px, other.height_px)
    for name in ("matrix", "rotation", "translation_m"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=atol)
    px = np.array([[300.0, 700.0], [900.0, 800.0]])
    found = [view.to_floor(px, np.ones((2, 2))).position_m for view in (one, other)]
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


@pytest.fixture
def views() -> SimpleNamespace:
    return SimpleNamespace(MATRIX=MATRIX, LENS=LENS, a_camera=a_camera, same=same)
