"""The law of a tracker: nobody at once, nobody twice, nobody out of thin air."""

from collections.abc import Mapping

import numpy as np

from standex.model.observation import Coverage, Positions
from standex.model.ports import Tracker, TrackUpdate
from standex.model.tracks import Association, Tracks, no_tracks
from standex.model.zones import ZONES
from standex.testing.examples import T_UTC_NS
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_covariance, check_probability

_SIGMA_M = 0.05


def check_tracker(
    tracker: Tracker,
    *,
    rng: np.random.Generator,
    sensor_id: str = "check",
    level_id: str = "concourse",
    center_site_m: tuple[float, float] = (0.0, 2.5),
) -> None:
    """Assert that a tracker follows people and keeps its books.

    Three people walk side by side for four seconds, seen five times a second; they are gone, and
    a sensor that would see them looks once a second, for twenty seconds; then two others come.

    * No scan makes a confirmed person out of nothing; after four seconds there are three, each
      where one walks; after twenty seconds of nobody there is nobody; then there are two.
    * Each row's weights and its ``nobody`` sum to one, and so do a track's over the rows at most.
    * Track numbers ascend and are never used again.
    * Same in, same out, bit for bit; nothing that was given is written to.

    Args:
        tracker: under check.
        rng: noise of the positions.
        sensor_id: who sees them.
        level_id: where.
        center_site_m: middle of the six metres that they walk, westwards.
    """
    assert isinstance(tracker, Tracker), "a tracker is called with tracks, positions, coverage"
    center = np.array(center_site_m)
    coverage = {sensor_id: _coverage(sensor_id, level_id, center)}
    tracks = no_tracks(T_UTC_NS)
    t_utc_ns = T_UTC_NS
    for n_people, step_s in ((3, 0.2), (0, 1.0), (2, 0.2)):
        start = center + np.stack([np.full(n_people, 2.4), 1.5 * np.arange(n_people) - 1.5], axis=1)
        people = start
        for step in range(20):
            people = start + [-1.2 * step * step_s, 0.0]
            seen = people + _SIGMA_M * rng.standard_normal(people.shape)
            positions = _positions(sensor_id, level_id, t_utc_ns, seen)
            tracks = _step(tracker, tracks, positions, coverage)
            t_utc_ns += round(step_s * 1e9)
        _check_people(tracks, people)


def _step(
    tracker: Tracker, tracks: Tracks, positions: Positions, coverage: Mapping[str, Coverage]
) -> Tracks:
    with Untouched(tracks=tracks, positions=positions, coverage=coverage):
        update = tracker(tracks, positions, coverage)
        again = tracker(tracks, positions, coverage)
    check_same(update, again, "the same scan on the same tracks must give the same")
    assert isinstance(update, TrackUpdate), f"a tracker gives no {type(update).__name__}"
    _check_tracks(tracks, update.tracks, positions)
    _check_association(update.association, update.tracks, positions)
    return update.tracks


def _check_tracks(before: Tracks, after: Tracks, positions: Positions) -> None:
    assert after.t_utc_ns == positions.t_utc_ns, "tracks must hold for the time of the scan"
    assert (np.diff(after.track_id) > 0).all(), f"rows must ascend by number: {after.track_id}"
    new = ~np.isin(after.track_id, before.track_id)
    reused = after.track_id[new & (after.track_id < before.next_track_id)]
    assert not len(reused), f"track numbers used again: {reused}"
    assert after.next_track_id >= before.next_track_id, "next_track_id must not fall"
    assert (after.track_id < after.next_track_id).all(), "next_track_id must be free"
    assert not (new & after.is_confirmed).any(), "one scan must not invent confirmed people"
    assert np.isfinite(after.mean).all(), "tracks must be finite"
    check_covariance(after.covariance, "track")
    check_probability(after.existence, "existence of a track")
    assert (after.last_seen_utc_ns <= after.t_utc_ns).all(), "nobody is seen in the future"


def _check_association(association: Association, tracks: Tracks, positions: Positions) -> None:
    rows = len(positions.position_site_m)
    assert (association.sensor_id, association.t_utc_ns) == (
        positions.sensor_id,
        positions.t_utc_ns,
    ), "the association must be of the scan"
    pairs = len(association.pair_track_id)
    assert association.nobody.shape == (rows,), f"{association.nobody.shape} for {rows} rows"
    assert association.pair_weight.shape == (pairs,), "a weight for each pair"
    first = association.first_pair
    assert first.shape == (rows + 1,), f"first_pair {first.shape} for {rows} rows"
    assert first[0] == 0, "pairs begin with the first row"
    assert first[-1] == pairs, "pairs end with the last row"
    assert (np.diff(first) >= 0).all(), f"first_pair must not fall: {first}"
    for row in range(rows):
        track_id, _ = association.of_row(row)
        assert (np.diff(track_id) > 0).all(), f"tracks of row {row} must ascend: {track_id}"
    assert (association.pair_track_id < tracks.next_track_id).all(), "weights of a track to come"
    check_probability(association.pair_weight, "association weight")
    check_probability(association.nobody, "association nobody")
    row = np.repeat(np.arange(rows), np.diff(first))
    total = np.bincount(row, association.pair_weight, rows) + association.nobody
    np.testing.assert_allclose(total, 1.0, atol=1e-9, err_msg="weights of a row sum to one")
    of_track = np.bincount(association.pair_track_id, association.pair_weight)
    most = of_track.max(initial=0.0)
    assert most <= 1 + 1e-6, f"a person is at one place at a time, weights sum to {most}"


def _check_people(tracks: Tracks, people: np.ndarray) -> None:
    confirmed = tracks.mean[tracks.is_confirmed, :2]
    assert len(confirmed) == len(people), (
        f"{len(people)} people are there, {len(confirmed)} are confirmed"
    )
    if len(people):
        away_m = np.linalg.norm(confirmed[:, None] - people[None], axis=2)
        assert (away_m.min(axis=0) < 0.5).all(), f"nobody is followed within 0.5 m: {away_m}"


def _positions(sensor_id: str, level_id: str, t_utc_ns: int, seen: np.ndarray) -> Positions:
    n = len(seen)
    return Positions(
        sensor_id=sensor_id,
        t_utc_ns=t_utc_ns,
        level_id=level_id,
        position_site_m=seen,
        covariance_site_m2=np.tile(_SIGMA_M**2 * np.eye(2), (n, 1, 1)),
        existence=np.full(n, 0.95),
        descriptor=np.zeros((n, 0)),
        clutter_per_m2=0.004,
    )


def _coverage(sensor_id: str, level_id: str, center: np.ndarray) -> Coverage:
    """Return that the sensor sees everybody in ten metres around."""
    return Coverage(
        sensor_id=sensor_id,
        t_utc_ns=T_UTC_NS,
        level_id=level_id,
        origin_site_m=center - 10.0,
        cell_m=0.5,
        p_report=np.full((40, 40), 0.95),
        p_detect=np.zeros((len(ZONES), 40, 40)),
    )
