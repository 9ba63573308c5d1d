import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.sensing.video.boxes import (
    Boxes,
    joined,
    no_boxes,
    overlap,
    share_inside,
    single_people,
    strongest,
)


def boxes_of(draw_numbers):
    corner = np.array(draw_numbers, dtype=float).reshape(-1, 4)
    return np.column_stack([corner[:, :2], corner[:, :2] + 1 + corner[:, 2:]])


many = st.lists(st.tuples(*(st.integers(0, 50) for _ in range(4))), min_size=1, max_size=30).map(
    boxes_of
)


def test_overlap_of_known_boxes() -> None:
    one = np.array([[0.0, 0, 10, 10]])
    other = np.array([[5.0, 0, 15, 10], [0, 0, 10, 10], [10, 0, 20, 10], [3, 3, 3, 3]])
    np.testing.assert_allclose(overlap(one, other), [[1 / 3, 1, 0, 0]])
    np.testing.assert_allclose(share_inside(other, one)[:, 0], [0.5, 1, 0, 0])


@given(corner=many)
def test_what_is_kept_does_not_overlap_and_explains_the_rest(corner) -> None:
    score = np.linspace(1, 0, len(corner))
    kept = strongest(corner, score, max_overlap=0.4)
    among = overlap(corner[kept], corner[kept]) - np.eye(len(kept))
    assert (among <= 0.4).all()
    gone = np.setdiff1d(np.arange(len(corner)), kept)
    stronger = overlap(corner[gone], corner[kept]) * (score[gone][:, None] <= score[kept])
    assert (stronger.max(axis=1, initial=0) > 0.4).all()


def test_a_thousand_people_are_a_thousand_boxes() -> None:
    x = 10.0 * np.arange(1000)
    corner = np.column_stack([x, np.zeros(1000), x + 8, np.full(1000, 20.0)])
    assert len(strongest(corner, np.ones(1000), max_overlap=0.5)) == 1000


def test_bad_suppression_is_refused() -> None:
    with pytest.raises(ValueError, match=r"max_overlap must be inside \[0, 1\], got 2"):
        strongest(np.zeros((1, 4)), np.ones(1), max_overlap=2.0)
    with pytest.raises(ValueError, match="1 of 1 scores are NaN"):
        strongest(np.zeros((1, 4)), np.full(1, np.nan), max_overlap=0.5)


def test_columns_must_be_of_one_length() -> None:
    with pytest.raises((ValueError, TypeError)):
        Boxes(
            corner_px=np.zeros((2, 4)),
            score=np.zeros(1),
            n_people=np.ones(1),
            is_uncertain=np.zeros(1, dtype=bool),
        )


def test_joined_and_taken() -> None:
    one = single_people(np.array([[0.0, 0, 4, 10]]), np.array([0.7]))
    both = joined([one, no_boxes(), one])
    assert len(both.score) == 2
    np.testing.assert_array_equal(both.take(np.array([True, False])).foot_px, [[2, 10]])
    np.testing.assert_array_equal(both.size_px, [[4, 10], [4, 10]])
