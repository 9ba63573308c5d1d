from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, chi2, poisson

from standex.evaluation.tracking_sensor import (
    Floor,
    VirtualSensor,
    floor_of,
    is_splined,
    truth_of,
)
from standex.model.trajectories import Trajectories


def ways(*people, frame_rate_hz: float = 25.0) -> Trajectories:
    """Return trajectories; each person is frames and x; y is twice that."""
    x = np.concatenate([np.asarray(one[1], dtype=float) for one in people])
    return Trajectories(
        name="ways",
        person=np.concatenate([np.full(len(f), k + 1) for k, (f, _) in enumerate(people)]),
        frame=np.concatenate([np.asarray(f) for f, _ in people]),
        position_m=np.stack([x, 2 * x], axis=1),
        height_m=np.full(len(x), np.nan),
        frame_rate_hz=frame_rate_hz,
    )


HALL = Floor(min_site_m=np.zeros(2), max_site_m=np.array([20.0, 10.0]))


@pytest.fixture
def crowd(scans_of, rng):
    place = rng.uniform([0, 0], [20, 10], (100, 60, 2)).tolist()
    return scans_of([dict(enumerate(scan)) for scan in place])


def test_it_errs_as_it_says(crowd, rng) -> None:
    sensor = VirtualSensor(sigma_m=0.15, p_detect=0.9, clutter_per_m2=0.02)
    scans = sensor.scans(crowd, HALL, rng=rng)
    n_seen = sum(int((source >= 0).sum()) for source in scans.source)
    low, high = binom.interval(1 - 1e-6, 6000, 0.9)
    assert low <= n_seen <= high
    low, high = poisson.interval(1 - 1e-6, 0.02 * 200 * 100)
    assert low <= sum(int((source < 0).sum()) for source in scans.source) <= high
    squared = 0.0
    for scan, (positions, source) in enumerate(zip(scans.positions, scans.source, strict=True)):
        assert positions.t_utc_ns == crowd.t_utc_ns[scan]
        assert len(positions.position_site_m) == len(source)
        assert len(set(source[source >= 0].tolist())) == (source >= 0).sum()
        who, place = crowd.at(scan)
        row = np.searchsorted(who, source[source >= 0])
        squared += ((positions.position_site_m[source >= 0] - place[row]) ** 2).sum()
    low, high = chi2.interval(1 - 1e-6, 2 * n_seen)
    assert low <= squared / 0.15**2 <= high


def test_what_it_states_is_what_it_does(crowd, rng) -> None:
    sensor = VirtualSensor(sigma_m=0.2, p_detect=0.8, clutter_per_m2=0.05)
    scans = sensor.scans(crowd, HALL, rng=rng)
    positions = scans.positions[0]
    np.testing.assert_allclose(positions.covariance_site_m2[0], 0.04 * np.eye(2))
    assert positions.clutter_per_m2 == 0.05
    assert (positions.existence == 1).all()
    # Half-metre cells over the hall of 20 x 10 m and two metres about it.
    assert scans.coverage.p_report.shape == (48, 28)
    np.testing.assert_allclose(scans.coverage.origin_site_m, HALL.min_site_m - 2.0)
    assert (scans.coverage.p_report == 0.8).all()
    assert not scans.coverage.p_detect.any()


def test_same_chance_same_scans(crowd) -> None:
    one, two = (VirtualSensor().scans(crowd, HALL, rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(
        one.positions[7].position_site_m, two.positions[7].position_site_m
    )


def test_the_order_says_nothing(crowd, rng) -> None:
    """People come at random rows, and clutter is not at the end."""
    scans = VirtualSensor().scans(crowd, HALL, rng=rng)
    row_of_first = [np.flatnonzero(source == 0) / len(source) for source in scans.source]
    assert abs(np.mean(np.concatenate(row_of_first)) - 0.5) < 0.15


@pytest.mark.parametrize(
    ("setting", "value"),
    [("sigma_m", 0.0), ("sigma_m", np.nan), ("p_detect", 1.1), ("clutter_per_m2", -1.0)],
)
def test_settings_are_held_to_their_range(setting: str, value: float) -> None:
    with pytest.raises(ValueError, match=setting):
        VirtualSensor(**{setting: value})


def test_floor_holds_everybody(crowd) -> None:
    floor = floor_of(crowd)
    assert (floor.min_site_m <= crowd.position_site_m.min(axis=0)).all()
    assert (floor.max_site_m > crowd.position_site_m.max(axis=0)).all()
    np.testing.assert_allclose(floor.max_site_m * 2 % 1, 0)
    assert HALL.area_m2 == 200
    with pytest.raises(ValueError, match="nobody is in the truth"):
        floor_of(crowd.cut(0, 0))


def test_straight_between_close_frames() -> None:
    """At 25 frames and 10 scans a second, every other scan falls between two frames."""
    frames = np.arange(51)
    truth = truth_of(ways((frames, frames / 25.0), (frames[:26] + 25, np.zeros(26))))
    assert len(truth.t_utc_ns) == 21
    for scan, t_utc_ns in enumerate(truth.t_utc_ns.tolist()):
        who, place = truth.at(scan)
        t_s = t_utc_ns * 1e-9
        assert who.tolist() == ([1, 2] if t_s >= 1 - 1e-9 else [1])
        np.testing.assert_allclose(place[0], [t_s, 2 * t_s], atol=1e-12)


def test_a_spline_between_sparse_annotations() -> None:
    """A walk that is smooth is met far better than by straight lines, and exactly where known."""
    frames = np.arange(0, 251, 20)
    sparse = ways((frames, np.sin(frames / 25.0)))
    assert is_splined(sparse)
    assert not is_splined(ways((np.arange(9), np.zeros(9))))
    truth = truth_of(sparse)
    t_s = truth.t_utc_ns * 1e-9
    x_m = truth.position_site_m[:, 0]
    middle = (t_s > 2) & (t_s < 8)
    assert np.abs(x_m - np.sin(t_s))[middle].max() < 0.01
    straight = np.interp(t_s, frames / 25.0, np.sin(frames / 25.0))
    assert np.abs(straight - np.sin(t_s))[middle].max() > 0.05
    known = np.isclose(t_s % 0.8, 0) | np.isclose(t_s % 0.8, 0.8)
    np.testing.assert_allclose(x_m[known], straight[known], atol=1e-9)


@pytest.mark.parametrize("step", [1, 20])
def test_nothing_is_made_up_over_a_gap(step: int) -> None:
    """A gap of two steps is bridged, one of four is not; the number comes back."""
    frames = np.array([0, 1, 3, 4, 8, 9, 10]) * step
    truth = truth_of(ways((frames, np.zeros(7))), rate_hz=25 / step)
    present = [len(truth.at(scan)[0]) for scan in range(len(truth.t_utc_ns))]
    assert present == [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]
    assert set(truth.who.tolist()) == {1}


def test_a_part_of_a_recording() -> None:
    frames = np.arange(100, 351)
    recording = ways((frames, (frames - 100) / 25.0))
    part = truth_of(recording, from_s=2.0, lasts_s=3.0)
    assert len(part.t_utc_ns) == 31
    assert part.t_utc_ns[0] == 0
    np.testing.assert_allclose(part.position_site_m[[0, -1], 0], [2, 5])
    assert len(truth_of(recording, from_s=8.0, lasts_s=99.0).t_utc_ns) == 21


def test_no_part_is_refused() -> None:
    recording = ways((np.arange(50), np.zeros(50)))
    with pytest.raises(ValueError, match="nobody is there from 9 s on"):
        truth_of(recording, from_s=9.0)
    with pytest.raises(ValueError, match="rate_hz must be positive"):
        truth_of(recording, rate_hz=0.0)
    nobody = replace(
        recording,
        person=recording.person[:0],
        frame=recording.frame[:0],
        position_m=recording.position_m[:0],
        height_m=recording.height_m[:0],
    )
    with pytest.raises(ValueError, match="nobody is there"):
        truth_of(nobody)
