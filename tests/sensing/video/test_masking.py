"""What may be shown holds no face, and nothing of those that nobody may see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.sensing.video.masking import GREY, Masked, Remembered, head_px, masked, person_crop

BOX = np.array([[30.0, 20.0, 60.0, 100.0]])
OTHER = np.array([100.0, 20.0, 130.0, 100.0])


@pytest.fixture
def image(rng: np.random.Generator) -> np.ndarray:
    # No pixel is grey by itself.
    return rng.integers(0, GREY, (120, 160, 3), dtype=np.uint8)


def is_grey(image: np.ndarray) -> np.ndarray:
    return (image == GREY).all(axis=2)


def test_the_head_goes_and_the_rest_stays(image: np.ndarray) -> None:
    shown = masked(image, BOX, what=Masked.FACES)
    assert is_grey(shown)[20:41, 30:60].all()
    np.testing.assert_array_equal(shown[45:], image[45:])


def test_nothing_of_what_was_masked_can_be_told(image: np.ndarray) -> None:
    other = image.copy()
    other[20:40, 30:60] = 255 - other[20:40, 30:60]
    np.testing.assert_array_equal(
        masked(image, BOX, what=Masked.FACES), masked(other, BOX, what=Masked.FACES)
    )


def test_whole_figures_on_request(image: np.ndarray) -> None:
    hidden = is_grey(masked(image, BOX, what=Masked.FIGURES))
    assert hidden[20:100, 30:60].all()
    assert not hidden[:, 70:].any()


@pytest.mark.parametrize("corner", [None, np.array([[np.nan, 0.0, 1.0, 1.0]])])
def test_where_nobody_has_looked_everything_goes(image: np.ndarray, corner) -> None:
    assert is_grey(masked(image, corner, what=Masked.FACES)).all()


def test_what_moves_without_a_box_goes_too(image: np.ndarray) -> None:
    moving = np.zeros(image.shape[:2], dtype=bool)
    moving[60:100, 100:120] = True  # somebody missed
    moving[50:90, 35:55] = True  # the body of somebody found stays to be seen
    moving[5, 5] = True  # a speck
    hidden = is_grey(masked(image, BOX, what=Masked.FACES, is_moving=moving))
    assert hidden[60:100, 100:120].all()
    assert not hidden[50:90, 35:55].any()
    assert not hidden[5, 5]


def test_the_image_given_is_left_as_it_was(image: np.ndarray) -> None:
    before = image.copy()
    masked(image, BOX, what=Masked.FIGURES)
    person_crop(image, BOX, row=0)
    np.testing.assert_array_equal(image, before)


@given(st.lists(st.floats(-500, 500), min_size=4, max_size=4))
def test_boxes_may_lie_anywhere(values: list[float]) -> None:
    image = np.zeros((50, 60, 3), dtype=np.uint8)
    corner = np.array([[*np.minimum(values[:2], values[2:]), *np.maximum(values[:2], values[2:])]])
    for what in Masked:
        assert masked(image, corner, what=what).shape == image.shape
    person_crop(image, corner, row=0)


def test_a_crop_has_no_face_and_nobody_else(image: np.ndarray) -> None:
    beside = np.array([[30.0, 20.0, 60.0, 100.0], [52.0, 10.0, 90.0, 100.0], OTHER])
    crop = person_crop(image, beside, row=0)
    assert crop is not None
    assert crop.shape == (80, 30, 3)
    assert is_grey(crop)[:21].all()
    assert is_grey(crop)[:, 22:].all()
    np.testing.assert_array_equal(crop[30:, :15], image[50:100, 30:45])


def test_no_crop_of_somebody_mostly_hidden(image: np.ndarray) -> None:
    behind = np.array([[30.0, 20.0, 60.0, 100.0], [35.0, 20.0, 70.0, 100.0]])
    assert person_crop(image, behind, row=0) is None
    assert person_crop(image, np.full((1, 4), np.nan), row=0) is None
    assert person_crop(image, np.array([[300.0, 0.0, 330.0, 80.0]]), row=0) is None


def test_boxes_are_remembered_for_a_moment() -> None:
    memory = Remembered.nothing().then(BOX, t_utc_ns=0)
    missed = memory.then(np.zeros((0, 4)), t_utc_ns=10**9)
    np.testing.assert_array_equal(missed.corner_px, BOX)
    assert len(missed.then(np.zeros((0, 4)), t_utc_ns=3 * 10**9).corner_px) == 0


def test_a_head_is_on_top_of_its_box() -> None:
    x1, y1, x2, y2 = head_px(BOX[0])
    assert max(x1 - 30, y1 - 20, 60 - x2) < 0
    assert 20 + 80 / 5 < y2 < 20 + 80 / 3
