"""Late scans find what came after them; what is of no use leaves everybody as they were."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.observation import HealthReason, HealthState
from standex.model.tracks import Tracks, no_tracks
from standex.tracking.admission import wrong_clock
from standex.tracking.late import later, left_alone, plain, used_rows
from standex.tracking.registration import unknown
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker(kernel="numpy")
RULES = {"max_lag_s": 0.5, "max_ahead_s": 5.0}


@pytest.fixture
def tracks(scan) -> Tracks:
    followed = no_tracks(0)
    for k in range(6):
        one = scan([[0.1 * k, 0.0]], t_s=1.0 + 0.1 * k, sensor_id="ab"[k % 2])
        followed = TRACKER(followed, one, {}).tracks
    return followed


def test_a_scan_in_time_has_nothing_after_it(tracks: Tracks, scan) -> None:
    again, before = later(tracks, scan([[0, 0]], t_s=2.0))
    assert again == ()
    assert before is tracks


def test_what_came_after_a_late_scan_and_the_people_before_it(tracks: Tracks, scan) -> None:
    again, before = later(tracks, scan([[0, 0]], t_s=1.25, sensor_id="c"))
    assert [round(one.scan.t_utc_ns / 1e8) for one in again] == [13, 14, 15]
    assert before.t_utc_ns == 1_200_000_000
    assert len(before.memory.recent) == 3
    assert before.next_track_id == tracks.next_track_id


def test_several_late_scans_of_anybody_go_together(tracks: Tracks, scan) -> None:
    def together(*at, **changed) -> list[bool]:
        scans = [(scan([[t_s, 0.3]], t_s=t_s, sensor_id=name), None) for name, t_s in at]
        return plain(tracks, scans, **RULES | changed)

    assert together(("c", 1.31), ("d", 1.32)) == [True, True]
    assert together(("c", 1.31), ("c", 1.41)) == [True, True]  # also of one sensor
    assert together(("c", 1.31), ("d", 1.6)) == [False, False]  # a single late one
    assert together(("c", 1.6), ("d", 1.7)) == [False, False]
    # One that came twice, and one that is too old, are told apart from the others.
    assert together(("c", 1.31), ("c", 1.31), ("d", 1.32)) == [True, False, True]
    assert together(("c", 1.31), ("d", 0.5), ("e", 1.32)) == [True, False, True]
    assert together(("c", 1.31), ("d", 1.41), max_lag_s=0.05) == [False, False]
    assert plain(no_tracks(0), [], **RULES) == []


def test_whoever_repeats_is_taken_by_itself(tracks: Tracks, scan) -> None:
    last = tracks.memory.sensors["a"].last_scan
    again = replace(last, t_utc_ns=last.t_utc_ns + 10_000_000)
    late = [
        (scan([[9, 9]], t_s=t_s, sensor_id=name), None) for name, t_s in (("c", 1.4), ("d", 1.41))
    ]
    assert plain(tracks, [(again, None), *late], **RULES) == [False, True, True]


def test_one_bad_scan_makes_the_others_no_dearer(tracks: Tracks, scan) -> None:
    late = [(scan([[9, 9]], t_s=1.2 + 0.01 * k, sensor_id=f"s{k}"), None) for k in range(20)]
    old = (scan([[3, 3]], t_s=0.2, sensor_id="old"), None)
    n_taken: list[int] = []

    class Counting(CrowdTracker):  # type: ignore[misc]
        def _take(self, *args):
            n_taken.append(1)
            return super()._take(*args)

    updates = Counting(kernel="numpy").together(tracks, [*late[:10], old, *late[10:]])
    assert len(n_taken) <= 20 + 6  # each late one, and what came after them once
    assert [bool(update.problems) for update in updates] == [k == 10 for k in range(21)]
    assert updates[-1].tracks.t_utc_ns == tracks.t_utc_ns


def test_a_scan_of_no_use_is_nobodys_and_is_told(tracks: Tracks, scan) -> None:
    bad = scan([[1, 1], [2, 2]], t_s=9.0)
    update = left_alone(tracks, bad, tracks.memory, wrong_clock(bad, 7.5))
    np.testing.assert_array_equal(update.association.nobody, [1.0, 1.0])
    np.testing.assert_array_equal(update.tracks.mean, tracks.mean)
    (told,) = update.problems
    assert (told.state, told.reason) == (HealthState.FAILED, HealthReason.CLOCK)


def test_rows_that_cannot_be_used_are_left_out_and_the_offset_is_taken_off(scan) -> None:
    one = scan([[1, 1], [2, 2], [3, 3]])
    used, rows = used_rows(one, np.array([True, True, True]), unknown())
    assert used is one
    assert rows is None
    off = replace(unknown(), offset_site_m=np.array([0.5, 0.0]))
    used, rows = used_rows(one, np.array([True, False, True]), off)
    assert rows is not None
    np.testing.assert_array_equal(rows, [0, 2])
    np.testing.assert_array_equal(used.position_site_m, [[0.5, 1.0], [2.5, 3.0]])
