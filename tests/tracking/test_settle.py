from dataclasses import replace

import numpy as np
import pytest

from standex.tracking.motion import Motion
from standex.tracking.settle import Rows, needs_rejoin, plain_settle
from standex.tracking.step import plain_step

MOTION = Motion()


@pytest.fixture
def scene(crowd, settings, rows_of, rng):
    tracks, people, heard = crowd(rng, width_m=20.0)
    step = plain_step(people, heard, MOTION, settings(), dt_s=0.1)
    return tracks, step, rows_of(rng, heard)


def test_who_is_likely_enough_is_confirmed_and_stays_so(scene, to_settle) -> None:
    tracks, step, rows = scene
    settled = plain_settle(tracks, step, rows, MOTION, to_settle()).tracks
    for i, number in enumerate(tracks.track_id):
        (row,) = np.flatnonzero(settled.track_id == number) if number in settled.track_id else [-1]
        assert (row < 0) == (step.existence[i] < 0.02)
        if row >= 0:
            expected = tracks.is_confirmed[i] or step.existence[i] >= 0.9
            assert settled.is_confirmed[row] == expected
            np.testing.assert_array_equal(settled.mean[row], step.mean[i])
            np.testing.assert_array_equal(settled.modes.mean[row], step.modes.mean[i])
    assert (np.diff(settled.track_id) > 0).all()
    assert settled.t_utc_ns == rows.scan.t_utc_ns


def test_seen_is_who_was_rather_seen_than_missed(scene, to_settle) -> None:
    tracks, step, rows = scene
    settled = plain_settle(tracks, step, rows, MOTION, to_settle(end_existence=1e-9)).tracks
    seen = step.missed < 0.5
    assert 0 < seen.sum() < len(seen)
    last = np.where(seen, rows.scan.t_utc_ns, tracks.last_seen_utc_ns)
    np.testing.assert_array_equal(settled.last_seen_utc_ns[: len(last)], last)


def test_begins_where_nobody_is_and_says_where(scene, to_settle) -> None:
    tracks, step, rows = scene
    settled = plain_settle(tracks, step, rows, MOTION, to_settle())
    existence = 0.1 * rows.scan.existence * step.nobody
    np.testing.assert_array_equal(settled.begun > 0, existence >= 0.02)
    begun = settled.begun[settled.begun > 0]
    np.testing.assert_array_equal(begun, 81 + np.arange(len(begun)))
    after = settled.tracks
    assert after.next_track_id == begun[-1] + 1
    new = np.isin(after.track_id, begun)
    np.testing.assert_array_equal(after.mean[new, :2], rows.scan.position_site_m[settled.begun > 0])
    np.testing.assert_allclose(after.existence[new], existence[existence >= 0.02])


def test_association_is_with_people_and_sums_to_one(scene, to_settle) -> None:
    tracks, step, rows = scene
    association = plain_settle(tracks, step, rows, MOTION, to_settle()).association
    n = len(rows.scan.position_site_m)
    assert len(association.nobody) == n
    people = tracks.track_id[(tracks.is_confirmed | (step.existence >= 0.9))]
    assert set(association.pair_track_id.tolist()) <= set(people.tolist())
    for row in range(n):
        track_id, weight = association.of_row(row)
        assert weight.sum() + association.nobody[row] == pytest.approx(1, abs=1e-9)
        assert (np.diff(track_id) > 0).all()
        for number, share in zip(track_id, weight, strict=True):
            pair = (tracks.track_id[step.track_row] == number) & (step.position_row == row)
            assert share == step.of_position[pair]


def test_sure_is_beyond_doubt(scene, to_settle) -> None:
    tracks, step, rows = scene
    sure = plain_settle(tracks, step, rows, MOTION, to_settle()).sure
    assert len(sure) > 5
    assert step.of_position[sure].min() > 0.9
    assert step.missed[step.track_row[sure]].max() < 0.1
    assert len(set(step.track_row[sure].tolist())) == len(sure)


def test_rows_left_out_belong_to_nobody_and_begin_nobody(
    crowd, settings, rows_of, to_settle, rng
) -> None:
    tracks, people, heard = crowd(rng)
    all_rows = rows_of(rng, heard)
    kept = np.flatnonzero(np.arange(len(heard.position_site_m)) % 3 > 0)
    scan = all_rows.scan
    used = replace(
        scan,
        position_site_m=scan.position_site_m[kept],
        covariance_site_m2=scan.covariance_site_m2[kept],
        existence=scan.existence[kept],
        descriptor=scan.descriptor[kept],
    )
    some = replace(
        heard, position_site_m=used.position_site_m, covariance_site_m2=used.covariance_site_m2
    )
    step = plain_step(people, some, MOTION, settings(), dt_s=0.1)
    rows = Rows(scan=scan, used=used, row=kept, begun_before=None)
    settled = plain_settle(tracks, step, rows, MOTION, to_settle())
    left_out = np.setdiff1d(np.arange(len(scan.existence)), kept)
    np.testing.assert_array_equal(settled.association.nobody[left_out], 1)
    np.testing.assert_array_equal(settled.begun[left_out], 0)
    alone = plain_settle(
        tracks, step, Rows(scan=used, used=used, row=None, begun_before=None), MOTION, to_settle()
    )
    np.testing.assert_array_equal(settled.begun[kept], alone.begun)
    np.testing.assert_array_equal(settled.association.nobody[kept], alone.association.nobody)
    np.testing.assert_array_equal(settled.tracks.mean, alone.tracks.mean)


def test_who_began_before_begins_with_the_same_number(scene, to_settle) -> None:
    tracks, step, rows = scene
    first = plain_settle(tracks, step, rows, MOTION, to_settle())
    later = replace(tracks, next_track_id=200)
    again = replace(rows, begun_before=first.begun)
    second = plain_settle(later, step, again, MOTION, to_settle())
    np.testing.assert_array_equal(second.begun, first.begun)
    np.testing.assert_array_equal(second.tracks.track_id, first.tracks.track_id)
    assert second.tracks.next_track_id == 200
    # A row that began nobody then gives a number that is free now.
    row = int(np.flatnonzero(first.begun)[0])
    before = first.begun.copy()
    before[row] = 0
    third = plain_settle(later, step, replace(rows, begun_before=before), MOTION, to_settle())
    assert third.begun[row] == 200
    assert (np.diff(third.tracks.track_id) > 0).all()


def test_clothes_and_things_are_learnt_of_those_beyond_doubt(scene, to_settle, rng) -> None:
    tracks, step, rows = scene
    n = len(rows.scan.existence)
    scan = replace(rows.scan, descriptor=rng.normal(size=(n, 3)), p_object=rng.random(n))
    dressed = replace(rows, scan=scan, used=scan)
    known = replace(tracks, descriptor=rng.normal(size=(40, 3)))
    settled = plain_settle(known, step, dressed, MOTION, to_settle(end_existence=1e-9))
    sure = step.track_row[settled.sure]
    changed = (settled.tracks.descriptor[:40] != known.descriptor).any(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(changed), np.sort(sure))
    differs = settled.tracks.p_object[:40] != known.p_object
    np.testing.assert_array_equal(np.flatnonzero(differs), np.sort(sure))
    new = settled.begun > 0
    np.testing.assert_array_equal(settled.tracks.descriptor[40:], scan.descriptor[new])
    np.testing.assert_array_equal(settled.tracks.p_object[40:], scan.p_object[new])


def test_a_sensor_that_sees_no_clothes_changes_none(scene, to_settle, rng) -> None:
    tracks, step, rows = scene
    known = replace(tracks, descriptor=rng.normal(size=(40, 3)))
    settled = plain_settle(known, step, rows, MOTION, to_settle(end_existence=1e-9)).tracks
    np.testing.assert_array_equal(settled.descriptor[:40], known.descriptor)
    assert np.isnan(settled.descriptor[40:]).all()
    np.testing.assert_array_equal(settled.p_object[:40], known.p_object)


def test_who_comes_back_takes_the_lost_number_and_all_weights(
    crowd, settings, rows_of, to_settle, rng
) -> None:
    tracks, people, heard = crowd(rng, n=2, n_lost=1, n_clutter=0)
    # Row 0 is lost; row 1 stands close by, and this scan confirms them.
    place = people.modes.mean.copy()
    place[1] = place[0]
    place[:, :, 2:] = 0
    sharp = people.modes.covariance.copy()
    sharp[1] = 0.01 * np.eye(4)
    modes = replace(people.modes, mean=place, covariance=sharp)
    confirmed, existence = np.array([True, False]), np.array([0.9, 0.85])
    people = replace(people, modes=modes, existence=existence, is_confirmed=confirmed)
    tracks = replace(tracks, modes=modes, existence=existence, is_confirmed=confirmed)
    heard = replace(
        heard,
        position_site_m=place[1, :1, :2],
        covariance_site_m2=0.01 * np.eye(2)[None],
        nobody_per_m2=1e-4,
    )
    step = plain_step(people, heard, MOTION, settings(), dt_s=0.1)
    assert needs_rejoin(tracks, step, to_settle())
    settled = plain_settle(tracks, step, rows_of(rng, heard), MOTION, to_settle())
    np.testing.assert_array_equal(settled.tracks.track_id, [2])
    np.testing.assert_array_equal(settled.tracks.mean[0], step.mean[1])
    track_id, weight = settled.association.of_row(0)
    np.testing.assert_array_equal(track_id, [2])
    assert weight[0] == pytest.approx(step.of_position[step.track_row == 1][0])


def test_nobody_rejoins_where_nobody_is_lost_or_new(scene, to_settle) -> None:
    tracks, step, _ = scene
    nobody_lost = replace(step, is_lost=np.zeros(40, dtype=bool))
    assert not needs_rejoin(tracks, nobody_lost, to_settle())
    all_lost = replace(step, is_lost=np.ones(40, dtype=bool))
    everybody = replace(tracks, is_confirmed=np.ones(40, dtype=bool))
    assert not needs_rejoin(everybody, all_lost, to_settle())
