from dataclasses import replace

import numpy as np
import pytest

from standex.model.tracks import Tracks, no_tracks
from standex.tracking.lifecycle import (
    begin,
    confirm,
    end_unlikely,
    end_unseen,
    lost,
    rejoin,
    select,
)


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
    )


def started(tracks: Tracks, positions, existence, **limits) -> Tracks:
    settings = {"least_existence": 0.02, "max_tentative": 10, "speed_std_m_per_s": 1.2} | limits
    return begin(tracks, positions, np.asarray(existence, dtype=float), **settings)


def test_select_keeps_rows_together_and_numbers_taken(three: Tracks) -> None:
    kept = select(three, np.array([False, True, True]))
    np.testing.assert_array_equal(kept.track_id, [5, 8])
    np.testing.assert_array_equal(kept.mean, three.mean[1:])
    np.testing.assert_array_equal(kept.last_seen_utc_ns, three.last_seen_utc_ns[1:])
    assert kept.next_track_id == 9


@pytest.mark.parametrize(
    ("confirmed_s", "tentative_s", "left"),
    [(5, 2, [3, 5]), (6, 0.5, [3, 8]), (4, 1, [3, 5]), (3.9, 0.9, [])],
)
def test_unseen_for_too_long_ends(three, confirmed_s, tentative_s, left) -> None:
    kept = end_unseen(three, max_unseen_s=confirmed_s, max_unseen_tentative_s=tentative_s)
    np.testing.assert_array_equal(kept.track_id, left)


def test_unlikely_ends(three: Tracks) -> None:
    np.testing.assert_array_equal(end_unlikely(three, end_existence=0.02).track_id, [3, 5])


def test_once_confirmed_stays_confirmed(three: Tracks) -> None:
    np.testing.assert_array_equal(confirm(three, confirm_existence=0.995).is_confirmed, [1, 0, 1])
    np.testing.assert_array_equal(confirm(three, confirm_existence=0.5).is_confirmed, [1, 1, 1])


def test_begins_at_rows_nobody_claims(three: Tracks, scan) -> None:
    positions = scan([[1, 2], [3, 4], [5, 6]], t_s=10, sigma_m=0.2)
    begun = started(three, positions, [0.1, 0.0, 0.05])
    np.testing.assert_array_equal(begun.track_id, [3, 5, 8, 9, 10])
    assert begun.next_track_id == 11
    np.testing.assert_array_equal(begun.mean[3:], [[1, 2, 0, 0], [5, 6, 0, 0]])
    np.testing.assert_allclose(begun.covariance[4], np.diag([0.04, 0.04, 1.44, 1.44]))
    np.testing.assert_array_equal(begun.existence[3:], [0.1, 0.05])
    assert not begun.is_confirmed[3:].any()
    np.testing.assert_array_equal(begun.last_seen_utc_ns[3:], 10 * 10**9)


def test_begins_nobody_who_would_end_at_once(three: Tracks, scan) -> None:
    assert len(started(three, scan([[1, 2]]), [0.019]).track_id) == 3
    assert len(started(three, scan([[1, 2]]), [0.0], least_existence=0.0).track_id) == 3


def test_begins_the_likelier_when_short_of_room(three: Tracks, scan) -> None:
    positions = scan([[i, 0] for i in range(5)])
    begun = started(three, positions, [0.1, 0.3, 0.1, 0.2, 0.1], max_tentative=4)
    np.testing.assert_array_equal(begun.mean[3:, 0], [0, 1, 3])
    assert len(started(three, positions, np.full(5, 0.1), max_tentative=1).track_id) == 3


def test_lost_is_who_is_known_worse_than_the_scan(three: Tracks, scan) -> None:
    covariance = three.covariance.copy()
    covariance[:, :2, :2] = [[0.6, 0.3], [0.3, 0.6]]  # 0.95 m along the diagonal
    known = replace(three, covariance=covariance)
    sharp, blunt = scan([[0, 0]], sigma_m=0.2), scan([[0, 0]], sigma_m=0.6)
    empty = scan([])
    for positions, expected in ((sharp, [1, 0, 1]), (blunt, [0, 0, 0]), (empty, [1, 0, 1])):
        marked = lost(known, positions.covariance_site_m2, lost_std_m=0.8)
        np.testing.assert_array_equal(marked, expected)


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


def test_newcomers_keep_their_number(three: Tracks) -> None:
    mean = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0.9, 0, 1, 1]], dtype=float)
    for case, density in ((mean, 0.2), (mean + [[0], [0], [50]], 0.002)):
        after, row = rejoined(replace(three, mean=case), newcomer_per_m2=density)
        np.testing.assert_array_equal(row, [0, 1, 2])
        np.testing.assert_array_equal(after.existence, three.existence)
