from dataclasses import fields, replace

import numpy as np
import pytest

from standex.model.ports import Tracker
from standex.model.tracks import Tracks, no_tracks
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker()


def follow(
    scans, coverage, tracks: Tracks | None = None, tracker: CrowdTracker = TRACKER
) -> Tracks:
    tracks = no_tracks(0) if tracks is None else tracks
    for one in scans:
        tracks = tracker(tracks, one, coverage).tracks
    return tracks


@pytest.fixture
def covered(look):
    return {"camera": look()}


@pytest.fixture
def pair(scan, covered) -> Tracks:
    """Two confirmed people, 4 m apart, at 0.9 s."""
    return follow([scan([[3, 5], [7, 5]], t_s=k / 10) for k in range(10)], covered)


def assert_same(one: object, other: object) -> None:
    for field in fields(one):  # pyright: ignore[reportArgumentType]
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_is_a_tracker() -> None:
    assert isinstance(TRACKER, Tracker)


@pytest.mark.parametrize("clutter_per_m2", [0.0, 0.02, 0.05])
def test_third_detection_confirms(scan, covered, clutter_per_m2: float) -> None:
    tracks, confirmed = no_tracks(0), []
    for k in range(4):
        one = scan([[5, 5]], t_s=k / 10, clutter_per_m2=clutter_per_m2)
        tracks = TRACKER(tracks, one, covered).tracks
        confirmed.append(bool(tracks.is_confirmed[0]))
    assert confirmed == [False, False, True, True]
    np.testing.assert_array_equal(tracks.track_id, [1])
    assert tracks.next_track_id == 2


def test_much_clutter_takes_longer(scan, covered) -> None:
    walk = [scan([[5, 5]], t_s=k / 10, clutter_per_m2=0.5) for k in range(8)]
    assert not follow(walk[:3], covered).is_confirmed[0]
    assert follow(walk, covered).is_confirmed[0]


def test_what_the_sensor_doubts_takes_longer(scan, covered) -> None:
    doubted = [scan([[5, 5]], t_s=k / 10, existence=0.3) for k in range(4)]
    assert not follow(doubted[:3], covered).is_confirmed[0]
    assert follow(doubted, covered).is_confirmed[0]


def test_association_sums_to_one_and_names_people(pair: Tracks, scan, covered) -> None:
    update = TRACKER(pair, scan([[7, 5], [3.1, 5], [9, 9]], t_s=1.0), covered)
    association = update.association
    np.testing.assert_array_equal(association.track_id, [1, 2])
    np.testing.assert_allclose(association.weight.sum(axis=1) + association.nobody, 1, rtol=1e-12)
    np.testing.assert_allclose(association.weight, [[0, 1], [1, 0], [0, 0]], atol=0.01)
    assert (association.sensor_id, association.t_utc_ns) == ("camera", 1_000_000_000)
    np.testing.assert_array_equal(update.tracks.track_id, [1, 2, 3])
    np.testing.assert_array_equal(update.tracks.is_confirmed, [True, True, False])


def test_a_second_row_on_a_person_is_half_a_newcomer(pair: Tracks, scan, covered) -> None:
    update = TRACKER(pair, scan([[2.9, 5], [3.1, 5], [7, 5]], t_s=1.0), covered)
    np.testing.assert_allclose(update.association.weight[:2, 0], 0.5, atol=0.01)
    np.testing.assert_allclose(
        update.tracks.existence[2:], 0.5 * TRACKER.birth_existence, rtol=0.02
    )


def test_same_input_same_output_and_input_untouched(pair: Tracks, scan, covered, rng) -> None:
    one = scan(rng.uniform(0, 10, (40, 2)), t_s=1.0)
    before = [np.copy(getattr(pair, f.name)) for f in fields(pair)]
    first, second = TRACKER(pair, one, covered), TRACKER(pair, one, covered)
    assert_same(first.tracks, second.tracks)
    assert_same(first.association, second.association)
    for f, value in zip(fields(pair), before, strict=True):
        np.testing.assert_array_equal(getattr(pair, f.name), value)


def test_gone_where_somebody_looked(pair: Tracks, scan, covered) -> None:
    empty = [scan([], t_s=1 + k / 10) for k in range(6)]
    assert len(follow(empty[:1], covered, pair).track_id) == 2
    assert len(follow(empty, covered, pair).track_id) == 0


@pytest.mark.parametrize("other", ["no coverage", "elsewhere", "other level", "other sensor"])
def test_not_gone_where_nobody_looked(pair: Tracks, scan, look, other: str) -> None:
    coverage = {
        "no coverage": {},
        "elsewhere": {"camera": look(low_site_m=(100, 100), high_site_m=(110, 110))},
        "other level": {"camera": look(level_id="first")},
        "other sensor": {"radar": look(sensor_id="radar")},
    }[other]
    empty = [scan([], t_s=1 + k / 10) for k in range(20)]
    kept = follow(empty, coverage, pair)
    assert kept.is_confirmed.all()
    np.testing.assert_array_equal(kept.track_id, [1, 2])
    np.testing.assert_allclose(kept.existence, pair.existence * 0.99**2, rtol=1e-6)
    longer = [scan([], t_s=3 + k) for k in range(4)]
    assert len(follow(longer, coverage, kept).track_id) == 0


def test_a_dead_sensor_makes_nobody_disappear(pair: Tracks, scan, look) -> None:
    coverage = {"camera": look(), "radar": look(p_report=0.0, sensor_id="radar")}
    silent = [scan([], t_s=1 + k / 10, sensor_id="radar") for k in range(20)]
    np.testing.assert_array_equal(follow(silent, coverage, pair).track_id, [1, 2])


def test_seen_just_outside_of_coverage_is_still_the_same(scan, look) -> None:
    coverage = {"camera": look(high_site_m=(5, 10))}
    walk = [scan([[4 + 0.13 * k, 5]], t_s=k / 10) for k in range(20)]
    tracks = follow(walk, coverage)
    np.testing.assert_array_equal(tracks.track_id, [1])


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [2, 10, 30])
def test_one_number_at_any_usual_rate(scan, look, rng, rate_hz: int) -> None:
    coverage = {"camera": look(high_site_m=(60, 12))}
    tracks, numbers = no_tracks(0), set()
    for k in range(20 * rate_hz):
        place = [1.3 * k / rate_hz, 5] + rng.normal(0, 0.15, 2)
        tracks = TRACKER(tracks, scan(place, t_s=k / rate_hz), coverage).tracks
        numbers |= set(tracks.track_id[tracks.is_confirmed].tolist())
    assert len(numbers) == 1


def test_who_comes_out_of_the_shadow_has_the_old_number(pair: Tracks, scan, look) -> None:
    shadow = {"camera": look(p_report=0.0)}
    lost = follow([scan([], t_s=3.0)], shadow, pair)
    back = [scan([[3.5, 5.5]], t_s=3.1 + k / 10) for k in range(3)]
    first = TRACKER(lost, back[0], shadow)
    np.testing.assert_array_equal(first.tracks.track_id, [1, 2, 3])
    assert first.association.nobody[0] == 1
    third = follow(back[:2], shadow, lost)
    update = TRACKER(third, back[2], shadow)
    np.testing.assert_array_equal(update.tracks.track_id, [1, 2])
    np.testing.assert_allclose(update.tracks.mean[0, :2], [3.5, 5.5], atol=0.01)
    np.testing.assert_array_equal(update.association.track_id, [1, 2])
    assert update.association.weight[0, 0] > 0.8


def test_two_sensors_share_people(scan, look) -> None:
    coverage = {"a": look(sensor_id="a"), "b": look(sensor_id="b", p_report=0.6)}
    scans = [
        scan([[2 + 0.065 * k, 5]], t_s=k / 20, sensor_id="ab"[k % 2], sigma_m=0.1 + 0.2 * (k % 2))
        for k in range(40)
    ]
    tracks = follow(scans, coverage)
    np.testing.assert_array_equal(tracks.track_id, [1])
    np.testing.assert_allclose(tracks.mean[0, 2], 1.3, atol=0.05)


def test_late_scan_is_taken_at_the_time_of_the_tracks(pair: Tracks, scan, covered) -> None:
    late = scan([[3, 5]], t_s=0.7)
    update = TRACKER(pair, late, covered)
    assert update.tracks.t_utc_ns == pair.t_utc_ns
    assert update.association.t_utc_ns == late.t_utc_ns
    np.testing.assert_array_equal(update.tracks.last_seen_utc_ns, pair.last_seen_utc_ns)
    # Its silence about the second person says nothing.
    np.testing.assert_allclose(update.tracks.existence[1], pair.existence[1])
    now = TRACKER(pair, replace(late, t_utc_ns=pair.t_utc_ns), covered).tracks
    assert now.covariance[0, 0, 0] < update.tracks.covariance[0, 0, 0] < pair.covariance[0, 0, 0]


def test_refuses_a_scan_that_is_too_old(pair: Tracks, scan, covered) -> None:
    with pytest.raises(
        ValueError, match=r"camera is 0\.6 s older than the tracks, max_lag_s is 0\.5"
    ):
        TRACKER(pair, scan([[3, 5]], t_s=0.3), covered)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_a_place_that_is_none(scan, covered, value: float) -> None:
    with pytest.raises(ValueError, match=f"camera: position_site_m .*, row 1 is .*{value}"):
        TRACKER(no_tracks(0), scan([[1, 2], [value, 2], [np.nan, 1]]), covered)


@pytest.mark.parametrize(
    "covariance",
    [[[1, 2], [2, 1]], [[-1, 0], [0, -1]], [[0, 0], [0, 1]], [[1, 0.5], [0, 1]],
     [[np.nan, 0], [0, 1]], [[1, np.nan], [np.nan, 1]], [[np.inf, 0], [0, 1]]],
)  # fmt: skip
def test_refuses_a_covariance_that_is_none(scan, covered, covariance) -> None:
    one = scan([[1, 2], [3, 4]])
    bad = one.covariance_site_m2.copy()
    bad[1] = covariance
    with pytest.raises(ValueError, match="positive definite, row 1 is"):
        TRACKER(no_tracks(0), replace(one, covariance_site_m2=bad), covered)


@pytest.mark.parametrize("existence", [np.nan, -0.1, 1.1])
def test_refuses_an_existence_that_is_none(scan, covered, existence: float) -> None:
    with pytest.raises(ValueError, match=f"existence .*, row 0 is {existence}"):
        TRACKER(no_tracks(0), scan([[1, 2]], existence=existence), covered)


@pytest.mark.parametrize("clutter_per_m2", [np.nan, -0.1, np.inf])
def test_refuses_clutter_that_is_none(scan, covered, clutter_per_m2: float) -> None:
    with pytest.raises(ValueError, match="clutter_per_m2 of camera"):
        TRACKER(no_tracks(0), scan([[1, 2]], clutter_per_m2=clutter_per_m2), covered)


@pytest.mark.parametrize(
    "setting",
    [{"gate": 0.0}, {"accel_psd_m2_per_s3": np.nan}, {"birth_existence": 0.96},
     {"end_existence": 0.2}, {"p_survive_per_s": 1.01}, {"max_lag_s": -1.0},
     {"min_p_report": 1.0}, {"max_tentative": 0}, {"max_unseen_s": np.inf}],
)  # fmt: skip
def test_refuses_settings_that_mean_nothing(setting) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        CrowdTracker(**setting)
