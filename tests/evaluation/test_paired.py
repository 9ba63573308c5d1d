import numpy as np
import pytest

from standex.evaluation.paired import misses_gone, paired_test


def answers(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    kinds = [(True, True)] * both + [(True, False)] * first
    kinds += [(False, True)] * second + [(False, False)] * neither
    pairs = np.array(kinds, dtype=bool).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def test_only_those_on_whom_both_differ_count(rng):
    for both, neither in ((0, 0), (50, 3), (7, 400)):
        found = paired_test("x", *answers(both, 1, 6, neither), rng=rng)
        # Two-sided, of seven fair coins at most one tail: 2 (1 + 7) / 2^7.
        assert found.p_value == pytest.approx(2 * 8 / 128)
        assert (found.only_first, found.only_second) == (1, 6)
        assert found.difference == pytest.approx(5 / found.n)
        assert found.difference_low <= found.difference <= found.difference_high


def test_the_other_way_round_is_the_same_test(rng):
    first, second = answers(10, 2, 9, 10)
    there, back = paired_test("x", first, second, rng=rng), paired_test("x", second, first, rng=rng)
    assert there.p_value == back.p_value
    assert there.difference == -back.difference
    assert (there.n_first, there.n_second) == (back.n_second, back.n_first) == (12, 19)


def test_who_never_differs_and_nobody_at_all(rng):
    same = paired_test("x", *answers(5, 0, 0, 5), rng=rng)
    assert (same.p_value, same.difference, same.difference_low) == (1.0, 0.0, 0.0)
    nobody = paired_test("x", *answers(0, 0, 0, 0), rng=rng)
    assert nobody.p_value == 1.0
    assert np.isnan(nobody.difference)


def test_the_test_keeps_its_level(rng):
    rejected = 0
    for _ in range(400):
        first, second = rng.random((2, 60)) < 0.5
        rejected += paired_test("x", first, second, rng=rng).p_value < 0.05
    assert rejected <= 400 * 0.05 + 4 * np.sqrt(400 * 0.05)  # exact tests are on the safe side


def test_misses_gone_by_hand(rng):
    # Of 100 carriers the other missed 20; of these 12 are found, and two others are lost.
    detected = np.ones(100, dtype=bool)
    other = np.ones(100, dtype=bool)
    other[:20] = False
    detected[12:22] = False
    gone = misses_gone(detected, other, rng=rng)
    assert (gone.misses_other, gone.misses) == (20, 10)
    assert gone.share_gone == pytest.approx(0.5)
    assert gone.low < 0.5 < gone.high
    assert gone.high < 1


def test_where_the_other_missed_nobody_there_is_no_share(rng):
    some = np.array([True, False])
    gone = misses_gone(some, np.array([True, True]), rng=rng)
    assert gone.misses == 1
    assert np.isnan([gone.share_gone, gone.low, gone.high]).all()
    assert np.isnan(misses_gone(some[:0], some[:0], rng=rng).share_gone)


def test_all_gone_is_all_gone(rng):
    gone = misses_gone(np.array([True] * 9), np.array([False] * 3 + [True] * 6), rng=rng)
    assert (gone.share_gone, gone.low, gone.high) == (1.0, 1.0, 1.0)
