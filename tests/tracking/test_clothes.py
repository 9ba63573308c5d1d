import numpy as np

from standex.tracking.clothes import SHARE_PER_SCAN, as_wide_as, learnt

NAN = np.nan


def test_a_new_look_counts_its_share_and_others_stay() -> None:
    known = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    after = learnt(known, np.array([1]), np.array([[8.0, NAN]]))
    np.testing.assert_allclose(after[1], [3 + SHARE_PER_SCAN * 5, 4])
    np.testing.assert_array_equal(after[[0, 2]], known[[0, 2]])
    np.testing.assert_array_equal(known[1], [3, 4])


def test_a_first_look_is_all_that_is_known() -> None:
    known = np.full((2, 2), NAN)
    after = learnt(known, np.array([0]), np.array([[1.0, NAN]]))
    np.testing.assert_array_equal(after, [[1, NAN], [NAN, NAN]])


def test_the_mean_of_many_looks_is_learnt(rng: np.random.Generator) -> None:
    known = np.full((2000, 1), NAN)
    rows = np.arange(2000)
    for _ in range(40):
        known = learnt(known, rows, rng.normal(7.0, 1.0, (2000, 1)))
    share = SHARE_PER_SCAN
    std = np.sqrt(share / (2 - share))  # of a running mean of independent looks
    np.testing.assert_allclose(known.mean(), 7.0, atol=5 * std / np.sqrt(2000))
    np.testing.assert_allclose(known.std(), std, rtol=0.1)


def test_nothing_to_learn_changes_nothing() -> None:
    known = np.ones((3, 2))
    assert learnt(known, np.zeros(0, dtype=np.int64), np.zeros((0, 2))) is known
    bare = np.ones((3, 0))
    assert learnt(bare, np.array([0]), np.zeros((1, 0))) is bare


def test_clothes_of_another_kind_say_nothing() -> None:
    known = np.ones((3, 2))
    assert as_wide_as(known, 2) is known
    wider = as_wide_as(known, 5)
    assert wider.shape == (3, 5)
    assert np.isnan(wider).all()
