"""Whose box a place is, and what of a frame is left of one person."""

import numpy as np
import pytest

from standex.sensing.video.boxes import Boxes, single_people
from standex.sensing.video.masking import GREY
from standex.sensing.video.subject_crop import APART_M, NEAR_M, subject_crop, whose_row

CORNERS = np.array([[10.0, 20, 50, 140], [60, 20, 100, 140]])
PLACES = np.array([[0.0, 3.0], [1.5, 3.0]])


def whose(place, *, boxes: Boxes | None = None, places=PLACES) -> int | None:
    return whose_row(
        np.array(place),
        row=np.arange(len(places)),
        position_m=places,
        boxes=boxes or single_people(CORNERS, np.ones(2)),
    )


def test_the_nearest_box_is_theirs() -> None:
    assert whose([0.1, 3.1]) == 0
    assert whose([1.6, 2.9]) == 1


@pytest.mark.parametrize(
    "place", [(0.0, 3.0 + NEAR_M + 0.01), (0.75 - APART_M / 2 + 0.01, 3.0), (np.nan, 3.0)]
)
def test_nobody_is_cut_out_where_it_is_not_sure_who(place) -> None:
    assert whose(place) is None
    assert whose((0.0, 3.0), places=np.zeros((0, 2))) is None


def test_a_box_that_may_hold_two_is_nobodys() -> None:
    alone = single_people(CORNERS, np.ones(2))
    two = Boxes(
        corner_px=CORNERS,
        score=alone.score,
        n_people=np.array([2.0, 1.0]),
        is_uncertain=alone.is_uncertain,
    )
    cut = Boxes(
        corner_px=CORNERS,
        score=alone.score,
        n_people=alone.n_people,
        is_uncertain=np.array([True, False]),
    )
    assert whose((0.0, 3.0), boxes=two) is None
    assert whose((0.0, 3.0), boxes=cut) is None


def test_a_crop_holds_their_clothes_and_neither_face_nor_anybody_else(rng) -> None:
    image = rng.integers(130, 255, (160, 120, 3), dtype=np.uint8)
    overlapping = np.array([[10.0, 20, 50, 140], [42, 20, 100, 140]])
    crop = subject_crop(image, single_people(overlapping, np.ones(2)), own=0, most_high_px=1000)
    assert crop is not None
    assert crop.shape == (120, 40, 3)
    assert (crop[:32] == GREY).all()  # the head: 27 % of the box
    assert (crop[:, 33:] == GREY).all()  # the other person, with some to spare
    assert (crop[40:, :20] == image[60:140, 10:30]).all()


def test_a_crop_is_no_larger_than_wanted(rng) -> None:
    image = rng.integers(0, 255, (160, 120, 3), dtype=np.uint8)
    crop = subject_crop(image, single_people(CORNERS, np.ones(2)), own=0, most_high_px=50)
    assert crop is not None
    assert crop.shape == (40, 14, 3)


def test_who_is_mostly_hidden_is_not_shown(rng) -> None:
    image = rng.integers(0, 255, (160, 120, 3), dtype=np.uint8)
    behind = np.array([[10.0, 20, 50, 140], [12, 10, 60, 150]])
    assert subject_crop(image, single_people(behind, np.ones(2)), own=0, most_high_px=99) is None
