from dataclasses import replace

import numpy as np
import pytest

from standex.model.tracks import Association, Modes, Tracks, no_tracks


@pytest.fixture
def three() -> Tracks:
    return replace(
        no_tracks(5),
        track_id=np.array([2, 3, 7]),
        mean=np.zeros((3, 4)),
        covariance=np.tile(np.eye(4), (3, 1, 1)),
        existence=np.array([0.9, 0.4, 0.9]),
        is_confirmed=np.array([True, True, False]),
        last_seen_utc_ns=np.array([5, 1, 5]),
        next_track_id=8,
        descriptor=np.zeros((3, 0)),
        p_object=np.zeros(3),
    )


def test_nobody_is_followed_at_first() -> None:
    tracks = no_tracks(17)
    assert (tracks.t_utc_ns, tracks.next_track_id) == (17, 1)
    assert tracks.modes is None
    assert not tracks.is_present.size
    assert not tracks.memory.sensors
    assert tracks.memory.recent == tracks.memory.waiting == ()


def test_two_beginnings_share_no_memory() -> None:
    assert no_tracks(0).memory.sensors is not no_tracks(0).memory.sensors


def test_present_is_who_counts_and_is_rather_there_than_gone(three: Tracks) -> None:
    np.testing.assert_array_equal(three.is_present, [True, False, False])


def test_rows_of_tracks_go_together(three: Tracks) -> None:
    with pytest.raises(TypeError, match="existence"):
        replace(three, existence=np.zeros(2))
    with pytest.raises(TypeError, match="covariance"):
        Modes(
            mean=np.zeros((2, 2, 4)), covariance=np.zeros((2, 1, 4, 4)), probability=np.ones((2, 2))
        )


def test_an_association_gives_the_tracks_near_a_row() -> None:
    association = Association(
        sensor_id="camera",
        t_utc_ns=0,
        first_pair=np.array([0, 2, 2, 3]),
        pair_track_id=np.array([4, 9, 4]),
        pair_weight=np.array([0.7, 0.2, 0.1]),
        nobody=np.array([0.1, 1.0, 0.9]),
    )
    for row, (numbers, weights) in enumerate([([4, 9], [0.7, 0.2]), ([], []), ([4], [0.1])]):
        track_id, weight = association.of_row(row)
        np.testing.assert_array_equal(track_id, numbers)
        np.testing.assert_array_equal(weight, weights)
