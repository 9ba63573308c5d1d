"""What the tracker promises on crowds whose truth is known; all of it simulated."""

from time import process_time

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from standex.model.tracks import no_tracks
from standex.tracking.motion import STANDING
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker()
DT_S, SIGMA_M, P_REPORT, CLUTTER_PER_M2 = 0.1, 0.15, 0.95, 0.02


def seen(rng, truth_m, *, low=(0.0, 0.0), high=(10.0, 10.0)) -> np.ndarray:
    """Return what a sensor reports of people: noisy, not all of them, and clutter."""
    hit = rng.random(len(truth_m)) < P_REPORT
    area_m2 = np.prod(np.subtract(high, low))
    clutter = rng.uniform(low, high, (rng.poisson(CLUTTER_PER_M2 * area_m2), 2))
    rows = np.concatenate([truth_m[hit] + rng.normal(0, SIGMA_M, (hit.sum(), 2)), clutter])
    return rng.permutation(rows)


def nearest(tracks, place_m, within_m: float = 0.6) -> np.ndarray:
    """Return the confirmed track number nearest to each place, 0 for nobody."""
    people = tracks.is_confirmed
    if not people.any():
        return np.zeros(len(place_m), dtype=int)
    d = np.linalg.norm(tracks.mean[people, None, :2] - place_m[None], axis=2)
    return np.where(d.min(axis=0) < within_m, tracks.track_id[people][d.argmin(axis=0)], 0)


@pytest.mark.slow
@pytest.mark.parametrize("p_report", [0.999, 0.8])
def test_states_are_as_wrong_as_they_say(scan, look, rng, p_report: float) -> None:
    # 200 people who walk and stand as the model says, too far apart to meet: so many independent
    # runs at once.
    n, motion = 200, TRACKER.motion
    x = np.concatenate(
        [np.stack([100.0 * np.arange(n), np.zeros(n)], axis=1), rng.normal(0, 0.7, (n, 2))], axis=1
    )
    stands = rng.random(n) < motion.newcomer()[STANDING]
    coverage = {
        "camera": look(low_site_m=(-50, -50), high_site_m=(20050, 50), p_report=p_report, cell_m=10)
    }
    tracks, errors = no_tracks(0), []
    for k in range(61):
        stands = rng.random(n) < motion.switch(DT_S)[stands.astype(int), STANDING]
        for mode, (reach_s, left, q_pp, q_pv, q_vv) in enumerate(motion.steps(DT_S)):
            these = stands == bool(mode)
            root = np.linalg.cholesky(np.kron([[q_pp, q_pv], [q_pv, q_vv]], np.eye(2)))
            f = np.kron([[1, reach_s], [0, left]], np.eye(2))
            x[these] = x[these] @ f.T + rng.normal(size=(these.sum(), 4)) @ root.T
        place = x[:, :2] + rng.normal(0, SIGMA_M, (n, 2))
        place = place[rng.random(n) < p_report]
        tracks = TRACKER(tracks, scan(place, t_s=k * DT_S, clutter_per_m2=1e-6), coverage).tracks
        if k in (20, 30, 40, 60):
            people = np.flatnonzero(tracks.is_confirmed)
            assert len(people) == pytest.approx(n, abs=4)  # out of its gate one may begin another
            d = np.linalg.norm(x[:, None, :2] - tracks.mean[None, people, :2], axis=2)
            near = d.min(axis=1) < 5
            assert near.mean() >= 0.98  # who is hardly seen begins late
            who = people[d[near].argmin(axis=1)]
            e = tracks.mean[who] - x[near]
            errors.append(np.einsum("ni,nij,nj->n", e, np.linalg.inv(tracks.covariance[who]), e))
    # Two modes stand for many histories, and the gate cuts tails: nearly chi-square, not quite.
    nees = np.concatenate(errors)
    assert nees.mean() == pytest.approx(4, rel=0.12)
    assert np.mean(nees < chi2.ppf(0.95, 4)) >= 0.92


@pytest.mark.slow
def test_clutter_alone_makes_few_people(scan, look, rng) -> None:
    coverage = {"camera": look(low_site_m=(0, 0), high_site_m=(20, 20))}
    tracks, n_people, n_tentative = no_tracks(0), [], []
    for k in range(400):
        rows = seen(rng, np.zeros((0, 2)), high=(20.0, 20.0))  # eight a scan
        tracks = TRACKER(tracks, scan(rows, t_s=k * DT_S), coverage).tracks
        n_people.append(tracks.is_confirmed.sum())
        n_tentative.append((~tracks.is_confirmed).sum())
    assert np.mean(n_people) < 0.2
    assert np.mean(n_tentative) < 20


@pytest.mark.slow
def test_who_crosses_keeps_the_number(scan, look) -> None:
    # Forty crossings 30 m apart: two people meet in one place at right angles, at 1.3 m/s.
    rng, n = np.random.default_rng(7), 40
    centre = np.stack([30.0 * np.arange(n), np.zeros(n)], axis=1)
    way = np.array([[1.3, 0.0], [0.0, 1.3]])
    coverage = {"camera": look(low_site_m=(-10, -10), high_site_m=(1210, 10), cell_m=2.0)}
    tracks, before = no_tracks(0), None
    for k in range(-20, 21):
        truth = (centre[:, None] + way * k * DT_S).reshape(-1, 2)
        rows = seen(rng, truth, low=(-10, -10), high=(1210, 10))
        tracks = TRACKER(tracks, scan(rows, t_s=(k + 20) * DT_S), coverage).tracks
        if k == -10:
            before = nearest(tracks, truth)
    kept = (nearest(tracks, truth) == before).reshape(n, 2).all(axis=1)
    assert kept.mean() >= 0.8


@pytest.mark.slow
def test_who_is_hidden_for_two_seconds_keeps_the_number(scan, look) -> None:
    rng, n = np.random.default_rng(8), 100
    coverage = look(low_site_m=(-5, -5), high_site_m=(15, 1005), cell_m=0.2)
    dark = np.abs(coverage.origin_site_m[0] + 0.2 * (np.arange(100) + 0.5) - 4.0) < 1.3
    coverage.p_report[dark] = 0  # a fresh array of the fixture's
    tracks, before = no_tracks(0), None
    for k in range(61):
        truth = np.stack([np.full(n, 1.3 * k * DT_S), 10.0 * np.arange(n)], axis=1)
        hidden = abs(truth[0, 0] - 4.0) < 1.3
        rows = seen(rng, truth[:0] if hidden else truth, low=(0, -5), high=(8, 1005))
        rows = rows[np.abs(rows[:, 0] - 4.0) >= 1.3]
        tracks = TRACKER(tracks, scan(rows, t_s=k * DT_S), {"camera": coverage}).tracks
        if k == 15:
            before = nearest(tracks, truth)
    kept = (before > 0) & (nearest(tracks, truth) == before)
    assert kept.mean() >= 0.9


def walkers(rng, n: int, width_m: float, n_scans: int):
    """Yield (numbers, places) of people who cross a square hall, avoiding one another."""

    def enter(m: int):
        side, along = rng.integers(4, size=m), rng.uniform(0.5, width_m - 0.5, m)
        inwards = np.array([0.0, np.pi / 2, np.pi, -np.pi / 2])[side] + rng.uniform(-0.6, 0.6, m)
        edge = np.where(side < 2, 0.0, width_m)
        place = np.where((side % 2 == 0)[:, None], np.c_[edge, along], np.c_[along, edge])
        return place, inwards

    place, heading = rng.uniform(0, width_m, (n, 2)), rng.uniform(-np.pi, np.pi, n)
    number, pace = np.arange(n), np.clip(rng.normal(1.3, 0.25, n), 0.6, 2.0)
    velocity = pace[:, None] * np.c_[np.cos(heading), np.sin(heading)]
    for _ in range(n_scans):
        wanted = pace[:, None] * np.c_[np.cos(heading), np.sin(heading)]
        apart = place[:, None] - place[None]
        d = np.linalg.norm(apart, axis=2) + 1e-9
        push = (2.0 * np.exp((0.9 - d) / 0.25) / d)[:, :, None] * apart
        force = (wanted - velocity) / 0.5 + push.sum(axis=1)
        size = np.linalg.norm(force, axis=1, keepdims=True)
        velocity += DT_S * force * np.minimum(1, 8 / (size + 1e-9))
        velocity += rng.normal(0, 0.1, (n, 2)) * np.sqrt(DT_S)
        place = place + DT_S * velocity
        gone = ((place < 0) | (place > width_m)).any(axis=1)
        place[gone], heading[gone] = enter(gone.sum())
        velocity[gone] = pace[gone, None] * np.c_[np.cos(heading[gone]), np.sin(heading[gone])]
        number = number.copy()
        number[gone] = number.max() + 1 + np.arange(gone.sum())
        yield number, place


@pytest.mark.slow
def test_fifty_people_stay_fifty_people(scan, look) -> None:
    rng, n, n_scans = np.random.default_rng(5), 50, 200
    coverage = {"camera": look()}
    tracks, last, n_people, n_switches, gospa_m = no_tracks(0), {}, [], 0, []
    for k, (number, truth) in enumerate(walkers(rng, n, 10.0, n_scans)):
        tracks = TRACKER(tracks, scan(seen(rng, truth), t_s=k * DT_S), coverage).tracks
        people = tracks.mean[tracks.is_confirmed, :2]
        d = np.linalg.norm(truth[:, None] - people[None], axis=2)
        was = np.array([last.get(who, 0) for who in number])[:, None]
        stays = (was == tracks.track_id[tracks.is_confirmed]) & (d < 0.6)
        i, j = linear_sum_assignment(np.where(stays, -2, np.minimum(d, 1.0) ** 2))
        near = d[i, j] < 0.6
        now = dict(zip(number[i[near]], tracks.track_id[tracks.is_confirmed][j[near]], strict=True))
        if k >= 20:
            n_people.append(len(people))
            n_switches += sum(last.get(who, now[who]) != now[who] for who in now)
            close = d[i, j] < 1.0
            lost = n + len(people) - 2 * close.sum()
            gospa_m.append(np.sqrt((d[i, j][close] ** 2).sum() + lost / 2))
        last |= now
    person_minutes = n * (n_scans - 20) * DT_S / 60
    assert np.mean(n_people) == pytest.approx(n, rel=0.05)
    assert n_switches / person_minutes <= 2
    assert np.mean(gospa_m) <= 2.0


@pytest.mark.slow
def test_a_burst_harms_nobody_and_ends_in_time(scan, look) -> None:
    rng, n = np.random.default_rng(6), 50
    coverage = {"camera": look()}
    truth = np.stack(np.meshgrid(np.arange(10), np.arange(0, 10, 2)), axis=2).reshape(-1, 2) + 0.5
    tracks = no_tracks(0)
    took_s = []
    for k in range(30):
        rows = seen(rng, truth)
        if k in (15, 16, 20):
            rows = np.concatenate([rows, rng.uniform(0, 10, (10_000, 2))])
        if k == 15:
            before = nearest(tracks, truth)
        start_s = process_time()
        tracks = TRACKER(tracks, scan(rows, t_s=k * DT_S), coverage).tracks
        took_s.append(process_time() - start_s)
    assert max(took_s) < 1
    assert np.mean((before > 0) & (nearest(tracks, truth) == before)) >= 0.9
    assert tracks.is_confirmed.sum() <= 1.1 * n
