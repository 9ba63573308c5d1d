"""Tracks on the masked frame: rings where feet are, no face anywhere."""

import numpy as np

from standex.edges.video.overlay import Shown, setup_picture
from standex.sensing.video.camera import Camera
from standex.sensing.video.masking import GREY, head_px

# Three metres up, looking 45 degrees down and to the north.
_S = np.sqrt(0.5)
ROTATION = np.array([[1.0, 0.0, 0.0], [0.0, -_S, -_S], [0.0, _S, -_S]])
VIEW = Camera(
    width_px=320,
    height_px=240,
    matrix=np.array([[300.0, 0, 160], [0, 300, 120], [0, 0, 1]]),
    distortion=np.zeros(0),
    rotation=ROTATION,
    translation_m=-ROTATION @ np.array([0.0, 0.0, 3.0]),
)
ONE = Shown(
    position_m=np.array([[0.0, 3.0]]), velocity_m_per_s=np.array([[1.0, 0.0]]), label=("7",)
)
NOBODY = Shown(position_m=np.zeros((0, 2)), velocity_m_per_s=np.zeros((0, 2)), label=())
BOX = np.array([[140.0, 40.0, 180.0, 125.0]])


def test_a_ring_lies_around_the_feet() -> None:
    image = np.zeros((240, 320, 3), dtype=np.uint8)
    out = setup_picture(image, BOX, VIEW, ONE, has_grid=False)
    drawn = np.argwhere((out == (80, 220, 255)).all(axis=2))
    # 3 m off and 3 m up is the middle of the picture; 0.35 m are 25 px there.
    assert np.abs(np.median(drawn, axis=0) - [120, 160]).max() < 30
    assert drawn[:, 1].max() > 160 + 60  # where they will be in a second: a metre to the east


def test_the_face_is_masked_before_anything_is_drawn(rng: np.random.Generator) -> None:
    image = rng.integers(0, GREY, (240, 320, 3), dtype=np.uint8)
    out = setup_picture(image, BOX, VIEW, NOBODY, has_grid=False)
    x1, y1, x2, y2 = head_px(BOX[0]).astype(int)
    assert (out[y1:y2, x1:x2] == GREY).all()
    np.testing.assert_array_equal(out[200:], image[200:])


def test_without_boxes_only_lines_are_left(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    one = setup_picture(image, None, VIEW, ONE)
    other = setup_picture(255 - image, None, VIEW, ONE)
    np.testing.assert_array_equal(one, other)
    assert (one != GREY).any()


def test_who_is_behind_the_camera_is_not_drawn() -> None:
    behind = Shown(
        position_m=np.array([[0.0, -9.0]]), velocity_m_per_s=np.zeros((1, 2)), label=("1",)
    )
    image = np.zeros((240, 320, 3), dtype=np.uint8)
    assert not setup_picture(image, np.zeros((0, 4)), VIEW, behind, has_grid=False).any()
