"""What two sensors that see the same people learn of one another; all of it simulated."""

import numpy as np
import pytest
from scipy.stats import chi2

from standex.model.observation import HealthReason
from standex.model.tracks import no_tracks
from standex.tracking.registration import (
    DRIFT_M2_PER_S,
    FEWEST,
    FORGOTTEN_S,
    PRIOR_STD_M,
    SCANS_ALIKE,
    Offset,
    between,
    learnt,
    of,
    unknown,
)
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker()
OFF_M = np.array([0.24, -0.18])  # 0.3 m
DT_S, SIGMA_M = 0.1, 0.15


def spread(n: int, std_m: float) -> np.ndarray:
    return np.tile(std_m**2 * np.eye(2), (n, 1, 1))


def test_nothing_is_known_of_a_new_sensor() -> None:
    for offset in (unknown(), of(None)):
        np.testing.assert_array_equal(offset.offset_site_m, 0)
        np.testing.assert_allclose(offset.covariance_site_m2, PRIOR_STD_M**2 * np.eye(2))


def test_learns_as_bayes_says_from_scans_that_are_alike(rng) -> None:
    n = 20
    before = Offset(
        offset_site_m=np.array([0.1, 0.0]),
        covariance_site_m2=np.array([[0.02, 0.005], [0.005, 0.01]]),
    )
    innovation_m, covariance_m2 = rng.normal(0.2, 0.1, (n, 2)), spread(n, 0.1)
    after = learnt(before, innovation_m, covariance_m2, dt_s=0.0)
    prior = np.linalg.inv(before.covariance_site_m2)
    information = n / 0.01 / SCANS_ALIKE
    expected = np.linalg.inv(prior + information * np.eye(2))
    np.testing.assert_allclose(after.covariance_site_m2, expected, rtol=1e-9)
    change = expected @ (information * innovation_m.mean(axis=0))
    np.testing.assert_allclose(after.offset_site_m, before.offset_site_m + change)


def test_without_shared_people_it_is_forgotten_towards_what_was_not_known() -> None:
    known = Offset(offset_site_m=np.array([0.3, 0.0]), covariance_site_m2=1e-4 * np.eye(2))
    few = np.full((FEWEST - 1, 2), 9.0)
    later = learnt(known, few, spread(len(few), 0.1), dt_s=FORGOTTEN_S)
    np.testing.assert_allclose(later.offset_site_m, [0.3 / np.e, 0])
    left = np.exp(-2.0)
    variance = left * 1e-4 + (1 - left) * PRIOR_STD_M**2 + DRIFT_M2_PER_S * FORGOTTEN_S
    np.testing.assert_allclose(later.covariance_site_m2, variance * np.eye(2))
    same = learnt(known, few, spread(len(few), 0.1), dt_s=-1.0)
    np.testing.assert_array_equal(same.offset_site_m, known.offset_site_m)


@pytest.mark.slow
def test_the_interval_of_one_sensor_holds_the_truth(rng) -> None:
    # Against people known for certain, whose errors last for as many scans as is assumed.
    inside = []
    for _ in range(60):
        truth, offset = rng.normal(0, PRIOR_STD_M, 2), unknown()
        for _ in range(20):
            error = rng.normal(0, 0.15, (10, 2))  # the same for some scans in a row
            for _ in range(round(SCANS_ALIKE)):
                seen = truth - offset.offset_site_m + error
                offset = learnt(offset, seen, spread(10, 0.15), dt_s=DT_S)
        e = offset.offset_site_m - truth
        inside.append(e @ np.linalg.solve(offset.covariance_site_m2, e) < chi2.ppf(0.95, 2))
    assert np.mean(inside) >= 0.8


def walk(rng, n: int, seconds: float):
    """Yield where people are who go about a hall of 10 m by 10 m, ten times a second."""
    place, heading = rng.uniform(1, 9, (n, 2)), rng.uniform(-np.pi, np.pi, n)
    for _ in range(round(seconds / DT_S)):
        heading = heading + rng.normal(0, 0.15, n)
        step = 1.2 * DT_S * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        out = (np.abs(place + step - 5) > 4.5).any(axis=1)
        heading[out] += np.pi
        place = place + np.where(out[:, None], -step, step)
        yield place


def together(scan, look, *, seed, n, seconds=30.0, off_m=OFF_M, apart=False, sensors="ab"):
    """Return how it goes with sensors that take turns, of which b is off; and what was told."""
    rng = np.random.default_rng(seed)
    coverage = {name: look(sensor_id=name, p_report=0.9) for name in sensors}
    tracks, told, over = no_tracks(0), [], []
    for k, place in enumerate(walk(rng, n, seconds)):
        name = sensors[k % len(sensors)]
        seen = place[rng.random(n) < 0.9]
        if apart:  # one sees the west, the other the east, and nothing else
            seen = seen[(seen[:, 0] < 4) if name == "a" else (seen[:, 0] > 6)]
        seen = seen + rng.normal(0, SIGMA_M, seen.shape) + off_m * (name == "b")
        update = TRACKER(tracks, scan(seen, t_s=k * DT_S, sensor_id=name), coverage)
        tracks = update.tracks
        told += [one for one in update.problems if one.reason is HealthReason.MISALIGNED]
        over += update.over
    return tracks, told, over


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 30])
def test_two_sensors_learn_how_far_they_are_apart(scan, look, n: int) -> None:
    errors, stretch = [], []
    for seed in range(8):
        tracks, told, _ = together(scan, look, seed=seed, n=n)
        apart_m, covariance_m2 = between(tracks.memory.sensors, "b", "a")
        e = apart_m - OFF_M
        errors.append(np.linalg.norm(e))
        stretch.append(e @ np.linalg.solve(covariance_m2, e))
        assert {one.sensor_id for one in told} <= {"a", "b"}
        assert told
        assert tracks.is_present.sum() == pytest.approx(n, abs=2)
    assert max(errors) <= 0.03
    # The stated interval of 95 % holds the truth at least about as often as it says.
    assert np.mean(np.array(stretch) < chi2.ppf(0.95, 2)) >= 0.75
    assert np.mean(stretch) < 3 * 2


@pytest.mark.slow
def test_none_is_invented_of_one_sensor_alone(scan, look) -> None:
    tracks, told, _ = together(scan, look, seed=1, n=20, sensors="b")
    np.testing.assert_array_equal(tracks.memory.sensors["b"].offset_site_m, 0)
    assert not told


@pytest.mark.slow
def test_none_is_invented_of_sensors_that_are_not_off(scan, look) -> None:
    tracks, told, _ = together(scan, look, seed=2, n=20, off_m=np.zeros(2))
    apart_m, _ = between(tracks.memory.sensors, "b", "a")
    assert np.linalg.norm(apart_m) <= 0.03
    assert not told


@pytest.mark.slow
def test_none_is_invented_without_shared_people(scan, look) -> None:
    tracks, told, _ = together(scan, look, seed=3, n=20, apart=True)
    apart_m, covariance_m2 = between(tracks.memory.sensors, "b", "a")
    assert not told
    assert np.linalg.norm(apart_m) < 0.1
    assert np.sqrt(np.trace(covariance_m2) / 2) > 0.2


@pytest.mark.slow
def test_misaligned_ends_when_the_sensor_is_surveyed_again(scan, look) -> None:
    rng, n = np.random.default_rng(5), 20
    coverage = {name: look(sensor_id=name, p_report=0.9) for name in "ab"}
    tracks, told, over = no_tracks(0), [], []
    for k, place in enumerate(walk(rng, n, 100.0)):
        name = "ab"[k % 2]
        off_m = 1.5 * OFF_M * (name == "b" and k < 200)
        seen = place + rng.normal(0, SIGMA_M, place.shape) + off_m
        update = TRACKER(tracks, scan(seen, t_s=k * DT_S, sensor_id=name), coverage)
        tracks = update.tracks
        told += [(one.sensor_id, k) for one in update.problems]
        over += [(one.sensor_id, k) for one in update.over]
    assert {name for name, _ in told} == {name for name, _ in over} <= {"a", "b"}
    assert len(told) == len(over) <= 2  # each once
    assert max(k for _, k in told) < 200 < min(k for _, k in over)


def test_a_sensor_that_never_came_has_no_offset(scan, look) -> None:
    tracks, _, _ = together(scan, look, seed=1, n=3, seconds=0.3, sensors="b")
    with pytest.raises(KeyError):
        between(tracks.memory.sensors, "b", "a")
    np.testing.assert_array_equal(of(tracks.memory.sensors["b"]).offset_site_m, 0)
