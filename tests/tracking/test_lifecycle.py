from dataclasses import replace

import numpy as np
import pytest

from standex.model.tracks import Modes, Tracks, no_tracks
from standex.tracking.lifecycle import begin, newborn_rows, rejoin, select, unseen_too_long


@pytest.fixture
def three() -> Tracks:
    return replace(
        no_tracks(10 * 10**9),
        track_id=np.array([3, 5, 8]),
        mean=np.arange(12.0).reshape(3, 4),
        covariance=np.tile(np.eye(4), (3, 1, 1)),
        existence=np.array([0.99, 0.5, 0.01]),
        is_confirmed=np.array([True, False, True]),
        last_seen_utc_ns=np.array([6, 9, 4]) * 10**9,
        next_track_id=9,
        descriptor=np.array([[0.1], [0.2], [np.nan]]),
        p_object=np.array([0.0, 0.6, 0.3]),
        modes=Modes(
            mean=np.arange(24.0).reshape(3, 2, 4),
            covariance=np.tile(np.eye(4), (3, 2, 1, 1)),
            probability=np.tile([0.9, 0.1], (3, 1)),
        ),
    )


NEWCOMER = np.array([0.8, 0.2])


def started(tracks: Tracks, positions, rows, numbers, existence=None) -> Tracks:
    return begin(
        tracks,
        positions,
        np.array(rows, dtype=np.int64),
        track_id=np.array(numbers, dtype=np.int64),
        existence=np.full(len(rows), 0.1) if existence is None else np.array(existence),
        newcomer=NEWCOMER,
        speed_std_m_per_s=1.2,
    )


def born(tracks: Tracks, existence, **limits) -> list[int]:
    settings = {"least_existence": 0.02, "max_tentative": 10} | limits
    return newborn_rows(tracks, np.asarray(existence, dtype=float), **settings).tolist()


def test_select_keeps_rows_together_and_numbers_taken(three: Tracks) -> None:
    kept = select(three, np.array([False, True, True]))
    np.testing.assert_array_equal(kept.track_id, [5, 8])
    np.testing.assert_array_equal(kept.mean, three.mean[1:])
    np.testing.assert_array_equal(kept.last_seen_utc_ns, three.last_seen_utc_ns[1:])
    np.testing.assert_array_equal(kept.descriptor, three.descriptor[1:])
    np.testing.assert_array_equal(kept.p_object, three.p_object[1:])
    np.testing.assert_array_equal(kept.modes.mean, three.modes.mean[1:])
    np.testing.assert_array_equal(kept.modes.probability, three.modes.probability[1:])
    assert kept.next_track_id == 9


def test_select_takes_everybody_or_an_order(three: Tracks) -> None:
    assert select(three, np.ones(3, dtype=bool)) is three
    turned = select(replace(three, modes=None), np.array([2, 0]))
    np.testing.assert_array_equal(turned.track_id, [8, 3])
    assert turned.modes is None


@pytest.mark.parametrize(
    ("confirmed_s", "tentative_s", "left"),
    [(5, 2, [3, 5]), (6, 0.5, [3, 8]), (4, 1, [3, 5]), (3.9, 0.9, [])],
)
def test_unseen_for_too_long_ends(three, confirmed_s, tentative_s, left) -> None:
    too_long = unseen_too_long(
        three, three.t_utc_ns, max_unseen_s=confirmed_s, max_unseen_tentative_s=tentative_s
    )
    np.testing.assert_array_equal(three.track_id[~too_long], left)


def test_begins_at_rows_nobody_claims(three: Tracks, scan) -> None:
    positions = scan([[1, 2], [3, 4], [5, 6]], t_s=10, sigma_m=0.2)
    positions = replace(positions, descriptor=np.array([[7.0], [8.0], [9.0]]))
    begun = started(three, positions, [0, 2], [9, 10], [0.1, 0.05])
    np.testing.assert_array_equal(begun.track_id, [3, 5, 8, 9, 10])
    assert begun.next_track_id == 11
    np.testing.assert_array_equal(begun.mean[3:], [[1, 2, 0, 0], [5, 6, 0, 0]])
    np.testing.assert_allclose(begun.covariance[4], np.diag([0.04, 0.04, 1.44, 1.44]))
    np.testing.assert_array_equal(begun.existence[3:], [0.1, 0.05])
    assert not begun.is_confirmed[3:].any()
    np.testing.assert_array_equal(begun.last_seen_utc_ns[3:], 10 * 10**9)
    np.testing.assert_array_equal(begun.descriptor[3:], [[7], [9]])
    np.testing.assert_array_equal(begun.p_object[3:], 0)
    for mode in range(2):
        np.testing.assert_array_equal(begun.modes.mean[3:, mode], begun.mean[3:])
        np.testing.assert_array_equal(begun.modes.covariance[3:, mode], begun.covariance[3:])
    np.testing.assert_array_equal(begun.modes.probability[3:], np.tile(NEWCOMER, (2, 1)))
    assert started(three, positions, [], []) is three


def test_rows_stay_in_order_of_numbers_whoever_begins_late(three: Tracks, scan) -> None:
    positions = replace(scan([[1, 2], [3, 4]]), descriptor=np.zeros((2, 1)))
    begun = started(three, positions, [0, 1], [6, 12])
    np.testing.assert_array_equal(begun.track_id, [3, 5, 6, 8, 12])
    np.testing.assert_array_equal(begun.mean[2], [1, 2, 0, 0])
    np.testing.assert_array_equal(begun.modes.mean[3], three.modes.mean[2])
    assert begun.next_track_id == 13
    assert started(three, positions, [0], [4]).next_track_id == 9


def test_begins_nobody_who_would_end_at_once(three: Tracks) -> None:
    assert born(three, [0.1, 0.0, 0.019, 0.02]) == [0, 3]
    assert born(three, [0.0, 0.01], least_existence=0.0) == [1]


def test_begins_the_likelier_when_short_of_room(three: Tracks) -> None:
    assert born(three, [0.1, 0.3, 0.1, 0.2, 0.1], max_tentative=4) == [0, 1, 3]
    assert born(three, np.full(5, 0.1), max_tentative=1) == []
    assert born(three, np.full(5, 0.1), max_tentative=6) == [0, 1, 2, 3, 4]


def rejoined(tracks: Tracks, *, newcomer_per_m2: float):
    everybody = replace(tracks, is_confirmed=np.ones(3, dtype=bool))
    new = np.array([False, False, True])
    return rejoin(everybody, new, ~new, newcomer_per_m2=newcomer_per_m2, gate=4.0)


def test_rejoin_takes_the_likelier_of_the_lost(three: Tracks) -> None:
    mean = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0.9, 0, 1, 1]], dtype=float)
    after, row = rejoined(replace(three, mean=mean), newcomer_per_m2=0.002)
    np.testing.assert_array_equal(row, [0, 1, 0])  # farther, but twice as likely to exist
    np.testing.assert_array_equal(after.mean[0], mean[2])
    np.testing.assert_array_equal(after.mean[1], mean[1])
    np.testing.assert_array_equal(after.existence, [0.01, 0.5, 0])
    np.testing.assert_array_equal(after.track_id, three.track_id)
    np.testing.assert_array_equal(after.modes.mean[0], three.modes.mean[2])
    # What was known of the clothes of the lost one stays.
    np.testing.assert_array_equal(after.descriptor[:2], three.descriptor[:2])


def test_newcomers_keep_their_number(three: Tracks) -> None:
    mean = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0.9, 0, 1, 1]], dtype=float)
    for case, density in ((mean, 0.2), (mean + [[0], [0], [50]], 0.002)):
        after, row = rejoined(replace(three, mean=case), newcomer_per_m2=density)
        np.testing.assert_array_equal(row, [0, 1, 2])
        np.testing.assert_array_equal(after.existence, three.existence)
