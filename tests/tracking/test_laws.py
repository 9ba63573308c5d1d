"""Laws of following people, whatever the crowd; all of it simulated."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.model.observation import Coverage, Positions
from standex.model.tracks import Tracks, no_tracks
from standex.tracking.compiled import AVAILABLE
from standex.tracking.motion import largest_eigenvalue
from standex.tracking.tracker import CrowdTracker

WALLS = np.array([[[4.0, 0.0], [4.0, 6.0]], [[4.0, 6.0], [9.0, 6.5]]])
TRACKER = CrowdTracker()
WALLED = CrowdTracker(wall_site_m=WALLS)
SENSORS = ("a", "b", "c")


def crowd_of(rng: np.random.Generator, scan, n: int, seconds: float, *, n_sensors: int = 1):
    """Return scans, in order of time, of people who walk about at 10 Hz, and where they end."""
    place, velocity = rng.uniform(0, 10, (n, 2)), rng.normal(0, 0.8, (n, 2))
    scans = []
    for k in range(round(10 * seconds)):
        velocity = np.where((place < 0) | (place > 10), -np.abs(velocity) * np.sign(place - 5),
                            velocity)  # fmt: skip
        place = place + 0.1 * velocity
        for i, name in enumerate(SENSORS[:n_sensors]):
            seen = place[rng.random(n) < 0.85]
            seen = seen + rng.normal(0, 0.1 + 0.05 * i, seen.shape) + 0.02 * i
            clutter = rng.uniform(0, 10, (rng.poisson(1.0), 2))
            rows = rng.permutation(np.concatenate([seen, clutter]))
            scans.append(scan(rows, t_s=0.1 * k + 0.03 * i, sensor_id=name, sigma_m=0.15))
    return scans, place


def follow(tracker: CrowdTracker, scans: list[Positions], coverage) -> Tracks:
    tracks = no_tracks(0)
    for one in scans:
        tracks = tracker(tracks, one, coverage).tracks
    return tracks


def covered(look) -> dict[str, Coverage]:
    return {name: look(sensor_id=name, p_report=0.85) for name in SENSORS}


def by_place(tracks: Tracks) -> Tracks:
    """Return everything of tracks that has to do with the people, in order of where they are."""
    order = np.lexsort(np.round(tracks.mean[:, :2].T, 6))
    assert tracks.modes is not None
    return replace(
        tracks,
        mean=tracks.mean[order],
        covariance=tracks.covariance[order],
        existence=tracks.existence[order],
        is_confirmed=tracks.is_confirmed[order],
        last_seen_utc_ns=tracks.last_seen_utc_ns[order],
    )


def assert_same_people(one: Tracks, other: Tracks, atol: float = 1e-6) -> None:
    one, other = by_place(one), by_place(other)
    assert len(one.track_id) == len(other.track_id)
    np.testing.assert_allclose(one.mean, other.mean, atol=atol)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=atol)
    np.testing.assert_allclose(one.existence, other.existence, atol=atol)
    np.testing.assert_array_equal(one.is_confirmed, other.is_confirmed)
    np.testing.assert_array_equal(one.last_seen_utc_ns, other.last_seen_utc_ns)


def late(rng: np.random.Generator, scans: list[Positions], max_s: float) -> list[Positions]:
    """Return scans in an order in which they may come when each takes up to so long."""
    arrives = [one.t_utc_ns * 1e-9 + rng.uniform(0, max_s) for one in scans]
    return [scans[i] for i in np.argsort(arrives, kind="stable")]


@pytest.mark.slow
@pytest.mark.parametrize("tracker", [TRACKER, WALLED])
@pytest.mark.parametrize("n_sensors", [1, 2, 3])
def test_order_of_scans_within_the_lag_makes_no_difference(
    scan, look, tracker: CrowdTracker, n_sensors: int
) -> None:
    coverage = covered(look)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        scans, _ = crowd_of(rng, scan, 12, 3.0, n_sensors=n_sensors)
        in_order = follow(tracker, scans, coverage)
        mixed = late(rng, scans, 0.45)
        assert [one.t_utc_ns for one in mixed] != [one.t_utc_ns for one in scans]
        at_random = follow(tracker, mixed, coverage)
        assert_same_people(in_order, at_random)
        for name in SENSORS[:n_sensors]:
            one, other = in_order.memory.sensors[name], at_random.memory.sensors[name]
            np.testing.assert_allclose(one.offset_site_m, other.offset_site_m, atol=1e-7)
            np.testing.assert_allclose(
                one.offset_covariance_site_m2, other.offset_covariance_site_m2, atol=1e-7
            )
            assert one.last_scan is other.last_scan


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations(range(8)))
def test_any_order_of_a_few_scans_makes_no_difference(scan, look, order) -> None:
    scans, _ = crowd_of(np.random.default_rng(4), scan, 6, 0.8, n_sensors=2)
    before, last = scans[:8], scans[8:]
    coverage = covered(look)
    straight = follow(TRACKER, [*before, *last], coverage)
    assert max(one.t_utc_ns for one in before) <= 0.5e9
    mixed = follow(TRACKER, [*(before[i] for i in order), *last], coverage)
    assert_same_people(straight, mixed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("angle_rad", "moved_m"), [(0.4, (0.0, 0.0)), (-2.5, (300.0, -20.0)), (0.0, (-50.0, 7.0))]
)
def test_turning_and_moving_the_site_turns_and_moves_the_result(
    scan, look, angle_rad: float, moved_m
) -> None:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.array([[c, -s], [s, c]])
    scans, _ = crowd_of(np.random.default_rng(1), scan, 15, 3.0)
    turned = [
        replace(
            one,
            position_site_m=one.position_site_m @ turn.T + moved_m,
            covariance_site_m2=turn @ one.covariance_site_m2 @ turn.T,
        )
        for one in scans
    ]
    # Everything is covered alike, whichever way the cells lie.
    everywhere = {
        "a": look(sensor_id="a", low_site_m=(-1e3, -1e3), high_site_m=(1e3, 1e3), cell_m=10.0)
    }
    straight = follow(WALLED, scans, everywhere)
    walled = CrowdTracker(wall_site_m=WALLS @ turn.T + moved_m)
    after = follow(walled, turned, everywhere)
    both = np.kron(np.eye(2), turn)
    np.testing.assert_array_equal(after.track_id, straight.track_id)
    np.testing.assert_array_equal(after.is_confirmed, straight.is_confirmed)
    shift = np.concatenate([moved_m, [0, 0]])
    np.testing.assert_allclose(after.mean, straight.mean @ both.T + shift, atol=1e-6)
    np.testing.assert_allclose(after.covariance, both @ straight.covariance @ both.T, atol=1e-6)
    np.testing.assert_allclose(after.existence, straight.existence, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not AVAILABLE, reason="needs Numba")
@pytest.mark.parametrize("n", [3, 20, 60])
@pytest.mark.parametrize("wall_site_m", [np.zeros((0, 2, 2)), WALLS])
def test_compiled_and_plain_runs_give_the_same_people(scan, look, n: int, wall_site_m) -> None:
    rng = np.random.default_rng(n)
    scans, _ = crowd_of(rng, scan, n, 4.0, n_sensors=2)
    scans = late(rng, scans, 0.2)
    coverage = covered(look)
    plain, fast = (
        follow(CrowdTracker(kernel=kernel, wall_site_m=wall_site_m), scans, coverage)
        for kernel in ("numpy", "compiled")
    )
    assert len(plain.track_id) >= n / 2
    np.testing.assert_array_equal(fast.track_id, plain.track_id)
    np.testing.assert_array_equal(fast.is_confirmed, plain.is_confirmed)
    np.testing.assert_allclose(fast.mean, plain.mean, atol=1e-6)
    np.testing.assert_allclose(fast.covariance, plain.covariance, atol=1e-6)
    np.testing.assert_allclose(fast.existence, plain.existence, atol=1e-6)
    assert fast.next_track_id == plain.next_track_id


def test_no_sensor_means_growing_uncertainty_never_confidence(scan, look) -> None:
    scans, _ = crowd_of(np.random.default_rng(2), scan, 10, 2.0)
    tracks = follow(TRACKER, scans, covered(look))
    people = tracks.is_confirmed
    assert people.sum() >= 8
    for k in range(25):
        # A sensor that looks elsewhere: time goes by.
        blind = scan([], t_s=2.0 + 0.1 * k, sensor_id="elsewhere")
        later = TRACKER(tracks, blind, covered(look)).tracks
        kept = np.isin(tracks.track_id, later.track_id)
        assert kept[people].all()
        before, after = tracks.covariance[kept], later.covariance
        grown = largest_eigenvalue(after[:, :2, :2]) - largest_eigenvalue(before[:, :2, :2])
        assert grown.min() > 0
        assert (np.linalg.det(after[:, :2, :2]) > np.linalg.det(before[:, :2, :2])).all()
        assert (later.existence < tracks.existence[kept]).all()
        assert (later.last_seen_utc_ns == tracks.last_seen_utc_ns[kept]).all()
        np.testing.assert_array_equal(later.is_confirmed, tracks.is_confirmed[kept])
        tracks, people = later, later.is_confirmed


def test_without_any_scan_nobody_is_invented(scan, look) -> None:
    empty = [scan([], t_s=0.1 * k, sensor_id="a") for k in range(20)]
    assert not len(follow(TRACKER, empty, covered(look)).track_id)


@pytest.mark.slow
def test_nobody_ends_behind_a_wall(scan, look) -> None:
    # Twenty people pace up and down before a thin wall, from 0.15 m to 2 m off it; it shows a gap
    # to nobody, and their positions lie beyond it as often as noise will have it.
    wall = np.array([[[4.0, -5.0], [4.0, 45.0]]])
    tracker = CrowdTracker(wall_site_m=wall)
    rng, n = np.random.default_rng(5), 20
    coverage = {"a": look(sensor_id="a", low_site_m=(-5, -5), high_site_m=(15, 45))}
    tracks, behind = no_tracks(0), 0
    for k in range(200):
        off_m = 1.07 + 0.92 * np.cos(0.13 * k + np.arange(n))
        truth = np.stack([4.0 - off_m, 2.0 * np.arange(n)], axis=1)
        rows = truth + rng.normal(0, 0.15, (n, 2))
        behind += (rows[:, 0] > 4.0).sum()
        tracks = tracker(tracks, scan(rows, t_s=0.1 * k, sensor_id="a"), coverage).tracks
        if k == 20:
            before = tracks.track_id[tracks.is_confirmed]
            assert len(before) == n
    assert behind > 50
    people = tracks.is_present
    assert people.sum() == pytest.approx(n, abs=1)
    assert np.isin(before, tracks.track_id[people]).mean() >= 0.9
    assert (tracks.mean[people, 0] < 4.0).all()


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["numpy", "auto"])
def test_a_person_beyond_a_thin_wall_does_not_take_the_track_over(scan, look, kernel) -> None:
    # Two people, 0.6 m from one another with a wall between: the near one goes unseen for 0.8 s,
    # then the far one is all there is. Twenty such pairs, 10 m apart.
    n = 20
    wall = np.array([[[4.0, 10.0 * i - 4], [4.0, 10.0 * i + 4]] for i in range(n)])
    rng = np.random.default_rng(6)
    high_m = 10.0 * n
    coverage = {"a": look(sensor_id="a", low_site_m=(-5, -5), high_site_m=(15, high_m))}
    y = 10.0 * np.arange(n)
    near, far = np.stack([0 * y + 3.7, y], 1), np.stack([0 * y + 4.3, y], 1)

    def run(tracker: CrowdTracker) -> tuple[Tracks, np.ndarray]:
        tracks, first = no_tracks(0), np.zeros(0)
        for k in range(40):
            truth = near if k < 15 else far
            rows = truth + rng.normal(0, 0.02, truth.shape)
            if k < 15 or k >= 22:
                one = scan(rows, t_s=0.1 * k, sensor_id="a", sigma_m=0.08)
                tracks = tracker(tracks, one, coverage).tracks
            if k == 14:
                first = tracks.track_id[tracks.is_confirmed]
        return tracks, first

    tracks, first = run(CrowdTracker(wall_site_m=wall, kernel=kernel))
    assert len(first) == n
    people = tracks.track_id[tracks.is_present]
    assert len(people) == n
    assert not np.isin(first, people).any()
    assert (tracks.mean[tracks.is_present, 0] > 4.0).all()
    # Without the wall they are the same people.
    tracks, first = run(CrowdTracker(kernel=kernel))
    assert np.isin(first, tracks.track_id[tracks.is_present]).mean() > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("delay_s", [0.06, 0.15])
@pytest.mark.parametrize("period_s", [0.05, 0.1, 0.3])
def test_scans_of_one_step_are_taken_as_one_by_one(
    scan, look, seed: int, delay_s: float, period_s: float
) -> None:
    rng = np.random.default_rng(seed)
    scans, _ = crowd_of(rng, scan, 6, 3.0, n_sensors=3)
    came = [one.t_utc_ns * 1e-9 + rng.exponential(delay_s) for one in scans]
    came = np.minimum(came, np.array([one.t_utc_ns * 1e-9 for one in scans]) + 0.19)
    step_of = np.floor(came / period_s).astype(int)
    coverage = covered(look)
    one_by_one = together = no_tracks(0)
    n_late = 0
    for step in np.unique(step_of):
        rows = np.flatnonzero(step_of == step)
        of_step = [scans[row] for row in rows[rng.permutation(len(rows))]]
        n_late += sum(one.t_utc_ns < together.t_utc_ns for one in of_step)
        for one in of_step:
            one_by_one = TRACKER(one_by_one, one, coverage).tracks
        updates = TRACKER.together(together, [(one, coverage[one.sensor_id]) for one in of_step])
        assert [update.association.t_utc_ns for update in updates] == [
            one.t_utc_ns for one in of_step
        ]
        together = updates[-1].tracks
    assert n_late  # or nothing was tried
    a, b = by_place(one_by_one), by_place(together)
    assert a.t_utc_ns == b.t_utc_ns
    np.testing.assert_array_equal(a.is_confirmed, b.is_confirmed)
    np.testing.assert_allclose(a.mean, b.mean, atol=1e-9)
    np.testing.assert_allclose(a.existence, b.existence, atol=1e-9)
    assert len(np.unique(together.track_id)) == len(together.track_id)
