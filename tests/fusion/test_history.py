"""What is remembered of where people were: near in time, thinned, in order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.fusion.history import (
    DRIFT_STEP_S,
    LOOK_S,
    STEP_S,
    nearest,
    remembered,
    snapshot,
)
from standex.model.tracks import Snapshot, Tracks, no_tracks

MS = 10**6


def at(t_ms: int) -> Tracks:
    return replace(no_tracks(t_ms * MS), next_track_id=t_ms)


def past(t_ms: int) -> Snapshot:
    return snapshot(at(t_ms))


def times_ms(history: tuple[Snapshot, ...]) -> list[int]:
    return [one.t_utc_ns // MS for one in history]


def test_only_people_are_in_a_snapshot() -> None:
    n = 3
    tracks = replace(
        no_tracks(5),
        track_id=np.arange(n),
        mean=np.arange(4.0 * n).reshape(n, 4),
        covariance=np.tile(np.eye(4), (n, 1, 1)),
        is_confirmed=np.array([True, False, True]),
        existence=np.ones(n),
        last_seen_utc_ns=np.zeros(n, dtype=np.int64),
        descriptor=np.zeros((n, 0)),
        p_object=np.zeros(n),
    )
    one = snapshot(tracks)
    assert one.track_id.tolist() == [0, 2]
    np.testing.assert_array_equal(one.position_site_m, [[0.0, 1.0], [8.0, 9.0]])
    np.testing.assert_array_equal(one.velocity_site_m_per_s, [[2.0, 3.0], [10.0, 11.0]])
    assert one.covariance_site_m2.shape == (2, 2, 2)


@given(st.lists(st.integers(0, 10_000), min_size=1, unique=True), st.integers(-1000, 12_000))
def test_the_nearest_is_nearest(at_ms: list[int], t_ms: int) -> None:
    history = tuple(past(t) for t in sorted(at_ms))
    found = nearest(history, t_ms * MS)
    assert found is not None
    assert abs(found.t_utc_ns // MS - t_ms) == min(abs(t - t_ms) for t in at_ms)


def test_nobody_was_anywhere_before_the_first_scan() -> None:
    assert nearest((), 0) is None
    assert remembered((), [], for_s=3.0) == ()


@pytest.mark.parametrize("together", [1, 7, 400])
def test_with_many_scans_a_second_history_stays_short(together: int) -> None:
    history: tuple[Snapshot, ...] = ()
    scans = [at(2 * k) for k in range(4000)]  # five hundred a second
    for first in range(0, len(scans), together):
        history = remembered(history, scans[first : first + together], for_s=60.0)
        assert history[-1].t_utc_ns == scans[min(first + together, len(scans)) - 1].t_utc_ns
    assert len(history) <= LOOK_S / STEP_S + 8.0 / DRIFT_STEP_S + 3
    gaps_ms = np.diff(times_ms(history))
    recent = np.array(times_ms(history))[1:] > history[-1].t_utc_ns / MS - 1000 * LOOK_S
    assert (gaps_ms > 0).all()
    assert gaps_ms[recent].max() <= 1000 * STEP_S + 2
    assert gaps_ms[~recent].max() <= 1000 * DRIFT_STEP_S + 2


def test_few_scans_a_second_are_all_kept() -> None:
    history = remembered((), [at(40 * k) for k in range(50)], for_s=LOOK_S)
    assert times_ms(history) == [40 * k for k in range(50)]


def test_what_nobody_asks_for_goes() -> None:
    history = remembered((past(0), past(900)), [at(5000)], for_s=LOOK_S)
    assert times_ms(history) == [5000]
    assert times_ms(remembered((past(0), past(900)), [at(5000)], for_s=60.0)) == [0, 900, 5000]


def test_a_late_scan_that_was_put_in_its_place_is_better_known() -> None:
    before = (past(0), past(40))
    after = remembered(before, [at(40)], for_s=LOOK_S)
    assert times_ms(after) == [0, 40]
    assert after[-1] is not before[-1]


def test_a_time_that_has_yet_to_come_is_forgotten() -> None:
    assert times_ms(remembered((past(0), past(9000)), [at(100)], for_s=LOOK_S)) == [0, 100]
