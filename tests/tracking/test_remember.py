from dataclasses import replace

import numpy as np
import pytest

from standex.model.tracks import TakenScan, TrackMemory
from standex.tracking import remember as remembering
from standex.tracking.motion import Motion
from standex.tracking.registration import PRIOR_STD_M
from standex.tracking.remember import as_they_came, remember
from standex.tracking.step import plain_step

OFF_M, NOT_OFF_M = np.array([0.3, 0.1]), np.zeros(2)


@pytest.fixture
def told(crowd, settings, rows_of, rng):
    """A scan of a crowd that is seen beyond doubt, and how to remember it."""
    tracks, people, heard = crowd(rng, n=12, width_m=40.0, n_clutter=0)
    tracks = replace(tracks, is_confirmed=np.arange(12) > 0)
    place = people.place_site_m + 0.1 * tracks.mean[:, 2:]
    heard = replace(
        heard, position_site_m=place, covariance_site_m2=np.tile(0.02 * np.eye(2), (12, 1, 1))
    )
    step = plain_step(people, heard, Motion(), settings(), dt_s=0.1)
    sure = np.flatnonzero((step.of_position > 0.9) & (step.missed[step.track_row] < 0.1))
    scan = rows_of(rng, heard).scan

    def make(memory: TrackMemory, *, sensor_id="camera", t_s=1.1, off_m=NOT_OFF_M, max_lag_s=0.5):
        one = replace(
            scan,
            sensor_id=sensor_id,
            t_utc_ns=round(t_s * 1e9),
            position_site_m=scan.position_site_m + off_m,
        )
        taken = TakenScan(
            before=replace(tracks, memory=TrackMemory()),
            scan=one,
            coverage=None,
            begun=np.zeros(12, dtype=np.int64),
        )
        return remember(memory, tracks, one, step, sure, taken, max_lag_s=max_lag_s)

    return make, tracks.track_id[np.unique(step.track_row[sure])]


def shared(make) -> TrackMemory:
    """Return what is remembered when both sensors came, the camera with people of the second."""
    return make(make(TrackMemory(), sensor_id="radar", t_s=1.0), t_s=1.1)


def test_remembers_the_scan_and_whom_it_saw(told) -> None:
    make, sure_track_id = told
    memory = make(make(TrackMemory(), sensor_id="radar", t_s=1.05))
    sensor = memory.sensors["camera"]
    assert sensor.last_scan is memory.recent[-1].scan
    # Who is not a person yet is nobody to learn from.
    np.testing.assert_array_equal(np.sort(sensor.sure_track_id), np.setdiff1d(sure_track_id, [2]))
    assert (sensor.n_repeats, sensor.n_bursts, sensor.problem) == (0, 0, None)
    # Nobody sees what the only sensor sees.
    assert not len(make(TrackMemory()).sensors["camera"].sure_track_id)


def test_scans_are_kept_while_late_ones_may_come(told) -> None:
    make, _ = told
    memory = TrackMemory()
    for k in range(20):
        memory = make(memory, t_s=1 + k / 10, max_lag_s=0.5)
        times = [one.scan.t_utc_ns for one in memory.recent]
        assert times == sorted(times)
        assert len(times) == min(k + 1, 6)
    assert make(TrackMemory(), max_lag_s=0.0).recent == ()
    assert all(not one.before.memory.recent for one in memory.recent)


def test_an_offset_is_learnt_from_people_whom_another_has_just_seen(told) -> None:
    make, _ = told
    alone = make(make(TrackMemory(), off_m=OFF_M), t_s=1.2, off_m=OFF_M)
    np.testing.assert_array_equal(alone.sensors["camera"].offset_site_m, 0)
    both = make(shared(make), sensor_id="radar", t_s=1.2, off_m=OFF_M)
    radar, camera = (both.sensors[name].offset_site_m for name in ("radar", "camera"))
    learnt = radar - camera
    assert 0.3 < learnt @ OFF_M / (OFF_M @ OFF_M) < 1.1
    spread_m2 = both.sensors["radar"].offset_covariance_site_m2
    assert np.linalg.eigvalsh(spread_m2).max() < 0.5 * PRIOR_STD_M**2
    # What both have in common is nobody's offset: they balance.
    np.testing.assert_allclose(radar, -camera)


@pytest.mark.parametrize("t_s", [2.2, 10.0])
def test_no_offset_from_whom_another_saw_long_ago(told, t_s: float) -> None:
    make, _ = told
    both = make(shared(make), sensor_id="radar", t_s=t_s, off_m=OFF_M)
    np.testing.assert_array_equal(both.sensors["radar"].offset_site_m, 0)


def test_a_scan_of_the_right_time_ends_a_wrong_one(told) -> None:
    # A sensor whose first scans were of another time is known by its first good one.
    make, _ = told
    wrong = make(TrackMemory(), t_s=3600.0)
    right = make(replace(wrong, recent=()), t_s=1.1)
    assert right.sensors["camera"].last_scan.t_utc_ns == 1_100_000_000


def test_what_is_wrong_goes_by_the_order_in_which_scans_came(told) -> None:
    make, _ = told
    now = make(make(TrackMemory(), sensor_id="radar"))
    ill = replace(now.sensors["radar"], n_repeats=7, n_bursts=2)
    before = {"camera": replace(now.sensors["camera"], n_bursts=1), "radar": ill, "third": ill}
    again = as_they_came(now, before, {"camera": now.sensors["camera"].last_scan})
    assert (again.sensors["radar"].n_repeats, again.sensors["radar"].n_bursts) == (7, 2)
    assert again.sensors["radar"].offset_site_m is now.sensors["radar"].offset_site_m
    assert again.sensors["third"] is ill
    assert again.sensors["camera"].n_bursts == 0  # a scan of its own was good
    new = as_they_came(now, {"radar": ill}, {"camera": now.sensors["camera"].last_scan})
    assert new.sensors["camera"] is now.sensors["camera"]


@pytest.mark.parametrize("n_mine", [1, 3, 8])
def test_few_and_many_are_found_in_common_alike(told, rng, n_mine, monkeypatch) -> None:
    make, _ = told
    memory = make(TrackMemory(), sensor_id="radar", t_s=1.0)
    one = memory.sensors["radar"]
    others = [
        replace(one, sure_track_id=rng.choice(12, size=n, replace=False)) for n in (0, 1, 4, 9, 2)
    ]
    mine = rng.choice(12, size=n_mine, replace=False)
    both, counts = remembering._in_common(mine, others)
    monkeypatch.setattr(remembering, "_FEW", 0)
    both_too, counts_too = remembering._in_common(mine, others)
    np.testing.assert_array_equal(both, both_too)
    assert [(id(other), n) for other, n in counts] == [(id(other), n) for other, n in counts_too]
