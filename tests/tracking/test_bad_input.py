"""What a sensor gone wrong may do to the people that others see: nothing; all of it simulated."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.model.observation import HealthReason, Positions
from standex.model.ports import TrackUpdate
from standex.model.tracks import Tracks, no_tracks
from standex.tracking.admission import AGREE
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker()
HOUR_S = 3600.0
Spoil = Callable[[Positions], list[Positions]]
SPREADS = [
    [[1, 2], [2, 1]], [[-1, 0], [0, -1]], [[0, 0], [0, 1]], [[1, 0.5], [0, 1]],
    [[np.nan, 0], [0, 1]], [[np.inf, 0], [0, 0]], [[1e300, 0], [0, 1e300]],
]  # fmt: skip


class Run:
    """People who walk about among clutter, seen by sensors of which one may be wrong."""

    def __init__(self, scan, look, *, n: int = 12, sensors: str = "ab", seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.scan, self.sensors = scan, sensors
        self.coverage = {name: look(sensor_id=name) for name in sensors}
        self.place = self.rng.uniform(1, 9, (n, 2))
        self.heading = self.rng.uniform(-np.pi, np.pi, n)
        self.tracks, self.k = no_tracks(0), 0
        self.problems, self.over = [], []
        self.update: TrackUpdate | None = None

    def go(self, n_scans: int, *, spoil: Spoil | None = None, of: str = "b") -> Tracks:
        """Take in scans of the sensors by turns; those of one are what ``spoil`` makes of them."""
        for _ in range(n_scans):
            step = 0.05 * np.stack([np.cos(self.heading), np.sin(self.heading)], axis=1)
            out = (np.abs(self.place + step - 5) > 4.8).any(axis=1)
            self.heading[out] += np.pi
            self.place = self.place + np.where(out[:, None], -step, step)
            name = self.sensors[self.k % len(self.sensors)]
            seen = self.place[self.rng.random(len(self.place)) < 0.95]
            seen = seen + self.rng.normal(0, 0.1, seen.shape)
            clutter = self.rng.uniform(0, 10, (self.rng.poisson(0.5), 2))
            one = self.scan(
                np.concatenate([seen, clutter]), t_s=0.05 * self.k, sensor_id=name, sigma_m=0.1
            )
            for each in spoil(one) if spoil and name == of else [one]:
                self.update = TRACKER(self.tracks, each, self.coverage)
                self.tracks = self.update.tracks
                self.problems += [(each.sensor_id, said) for said in self.update.problems]
                self.over += [(each.sensor_id, said) for said in self.update.over]
            self.k += 1
        return self.tracks

    def followed(self, tracks: Tracks | None = None) -> np.ndarray:
        """Return the number of the track that is at each person, 0 where there is none."""
        tracks = self.tracks if tracks is None else tracks
        people = np.flatnonzero(tracks.is_present)
        d = np.linalg.norm(self.place[:, None] - tracks.mean[people, :2], axis=2)
        return np.where(
            d.min(axis=1, initial=9.0) < 0.5, tracks.track_id[people[d.argmin(axis=1)]], 0
        )

    def reasons(self) -> list[tuple[str, HealthReason]]:
        return [(said.sensor_id, said.reason) for _, said in self.problems]


@pytest.fixture
def run(scan, look) -> Run:
    """Twelve people followed for two seconds by sensors a and b."""
    run = Run(scan, look)
    run.go(40)
    assert (run.followed() > 0).mean() >= 0.9
    assert not run.problems
    return run


def assert_unharmed(run: Run, before: np.ndarray, share: float = 0.8) -> None:
    now = run.followed()
    assert (now > 0).mean() >= 0.9
    assert (now == before)[before > 0].mean() >= share
    assert run.tracks.is_present.sum() == pytest.approx(len(before), abs=2)
    assert np.isfinite(run.tracks.mean).all()
    assert (np.linalg.eigvalsh(run.tracks.covariance) > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("spread", SPREADS)
def test_rows_that_cannot_be_used_are_left_out_and_told_once(run: Run, spread) -> None:
    def some_bad(one: Positions) -> list[Positions]:
        n = len(one.existence)
        covariance, place = one.covariance_site_m2.copy(), one.position_site_m.copy()
        covariance[::4] = spread
        place[1::8] = np.nan
        place[2::8] = 1e300
        existence = one.existence.copy()
        existence[3 % n] = np.nan
        return [
            replace(one, position_site_m=place, covariance_site_m2=covariance, existence=existence)
        ]

    before = run.followed()
    run.go(20, spoil=some_bad)
    assert_unharmed(run, before)
    assert run.reasons() == [("b", HealthReason.DATA_QUALITY)]
    assert not run.over
    run.go(4)
    assert [said.reason for _, said in run.over] == [HealthReason.DATA_QUALITY]
    assert len(run.problems) == 1


def test_rows_left_out_do_not_change_the_others(run: Run, scan) -> None:
    good = scan(run.place, t_s=0.05 * run.k, sensor_id="a")
    rows = np.concatenate([run.place[:5], [[np.nan, 0]], run.place[5:], [[1.0, 1.0]]])
    bad = scan(rows, t_s=0.05 * run.k, sensor_id="a")
    covariance = bad.covariance_site_m2.copy()
    covariance[-1] = [[1, 2], [2, 1]]
    bad = replace(bad, covariance_site_m2=covariance)
    alone = TRACKER(run.tracks, good, run.coverage)
    among = TRACKER(run.tracks, bad, run.coverage)
    np.testing.assert_array_equal(among.tracks.track_id, alone.tracks.track_id)
    np.testing.assert_allclose(among.tracks.mean, alone.tracks.mean, atol=1e-9)
    np.testing.assert_allclose(among.tracks.existence, alone.tracks.existence, atol=1e-9)
    kept = np.delete(np.arange(len(rows)), [5, len(rows) - 1])
    np.testing.assert_allclose(among.association.nobody[kept], alone.association.nobody)
    np.testing.assert_array_equal(among.association.nobody[[5, len(rows) - 1]], 1)


@pytest.mark.slow
def test_a_burst_is_refused_and_told_and_is_over(run: Run) -> None:
    def burst(one: Positions) -> list[Positions]:
        rows = np.concatenate([one.position_site_m, run.rng.uniform(0, 10, (10_000, 2))])
        return [run.scan(rows, t_s=one.t_utc_ns * 1e-9, sensor_id=one.sensor_id)]

    before = run.followed()
    run.go(6, spoil=burst)
    assert_unharmed(run, before)
    assert run.reasons() == [("b", HealthReason.DATA_QUALITY)]
    assert (run.tracks.existence > 0.02).all()
    assert len(run.tracks.track_id) < 40
    run.go(2)
    assert [name for name, _ in run.over] == ["b"]


@pytest.mark.slow
def test_a_lasting_burst_swamps_nobody(run: Run) -> None:
    def burst(one: Positions) -> list[Positions]:
        rows = np.concatenate([one.position_site_m, run.rng.uniform(0, 10, (10_000, 2))])
        return [run.scan(rows, t_s=one.t_utc_ns * 1e-9, sensor_id=one.sensor_id)]

    for _ in range(10):  # taken for a crowd after three; from then on nobody can tell
        run.go(2, spoil=burst)
        assert (~run.tracks.is_confirmed).sum() <= TRACKER.max_tentative
        assert len(run.tracks.track_id) <= 12_000
        assert len(run.tracks.memory.recent) < 30


def off(seconds: float) -> Spoil:
    return lambda one: [replace(one, t_utc_ns=one.t_utc_ns + round(seconds * 1e9))]


@pytest.mark.slow
@pytest.mark.parametrize("off_s", [HOUR_S, -HOUR_S, 7.0, -0.7])
def test_the_clock_of_one_of_two_sensors_jumps(run: Run, off_s: float) -> None:
    before = run.followed()
    run.go(40, spoil=off(off_s))
    assert_unharmed(run, before)
    assert run.tracks.t_utc_ns == round(0.05 * (run.k - 2) * 1e9)
    assert run.reasons() == [("b", HealthReason.CLOCK)]
    assert not run.over
    run.go(10)
    assert_unharmed(run, before)
    assert [said.reason for _, said in run.over] == [HealthReason.CLOCK]
    assert run.tracks.t_utc_ns == round(0.05 * (run.k - 1) * 1e9)
    assert len(run.problems) == 1


@pytest.mark.slow
def test_the_clock_of_a_fast_sensor_jumps_beside_a_slow_one(scan, look) -> None:
    run = Run(scan, look, sensors="abbbbbbb")
    run.go(64)
    before = run.followed()
    run.go(65, spoil=off(HOUR_S))  # the last one is of the slow sensor
    assert_unharmed(run, before)
    assert run.tracks.t_utc_ns < HOUR_S * 1e9


@pytest.mark.slow
@pytest.mark.parametrize("off_s", [HOUR_S, -HOUR_S])
def test_the_clock_of_the_only_sensor_jumps(scan, look, off_s: float) -> None:
    run = Run(scan, look, sensors="b")
    run.go(40)
    frozen = run.tracks
    run.go(AGREE - 1, spoil=off(off_s))
    assert run.tracks.t_utc_ns == frozen.t_utc_ns
    np.testing.assert_array_equal(run.tracks.mean, frozen.mean)
    run.go(1, spoil=off(off_s))
    assert run.tracks.t_utc_ns == round((0.05 * (run.k - 1) + off_s) * 1e9)
    assert not run.tracks.is_confirmed.any()
    run.go(15, spoil=off(off_s))
    assert (run.followed() > 0).mean() >= 0.9
    assert run.tracks.track_id.min() >= frozen.next_track_id  # no number is used again
    assert len(run.over) == len(run.problems) == (off_s < 0)


@pytest.mark.slow
def test_all_clocks_jump_together(run: Run) -> None:
    for _ in range(20):
        run.go(1, spoil=off(HOUR_S), of="ab"[run.k % 2])
    assert run.tracks.t_utc_ns > HOUR_S * 1e9
    assert (run.followed() > 0).mean() >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0, 2])
def test_a_sensor_that_repeats_itself_is_frozen(run: Run, delay: int) -> None:
    first: list[Positions] = []

    def repeat(one: Positions) -> list[Positions]:
        first.append(one)
        return [replace(first[0], t_utc_ns=one.t_utc_ns)]

    before = run.followed()
    if not delay:
        run.go(60, spoil=repeat)
    else:
        # The other one is always late, and put in its place before the last of the frozen one.
        waiting: list[Positions] = []

        def both(one: Positions) -> list[Positions]:
            if one.sensor_id == "b":
                return repeat(one)
            waiting.append(one)
            return [waiting.pop(0)] if len(waiting) > delay else []

        for _ in range(60):
            run.go(1, spoil=both, of="ab"[run.k % 2])
    assert run.reasons() == [("b", HealthReason.DATA_QUALITY)]
    assert "frozen" in run.problems[0][1].message
    assert not run.over
    assert (run.followed() == before)[before > 0].mean() >= 0.7
    run.go(10)
    assert [name for name, _ in run.over] == ["b"]


@pytest.mark.slow
def test_a_scan_that_comes_twice_counts_once_and_nothing_is_told(scan, look) -> None:
    runs = [Run(scan, look), Run(scan, look)]
    last: list[Positions] = []

    def twice(one: Positions) -> list[Positions]:
        last.append(one)
        return [one, one, *last[-4:-1]]

    once = runs[0].go(60)
    again = runs[1].go(60, spoil=twice)
    np.testing.assert_array_equal(again.track_id, once.track_id)
    np.testing.assert_array_equal(again.mean, once.mean)
    np.testing.assert_array_equal(again.existence, once.existence)
    assert not runs[1].problems
    # Whose the rows of what came again are, nobody says.
    assert runs[1].update is not None
    one = last[-1]
    same = TRACKER(again, one, runs[1].coverage)
    np.testing.assert_array_equal(same.association.nobody, 1)


@pytest.mark.slow
@pytest.mark.parametrize("far_m", [1e3, 9e6])
def test_positions_far_outside_the_site_are_nobodys(run: Run, far_m: float) -> None:
    def far(one: Positions) -> list[Positions]:
        away = run.rng.uniform(-far_m, far_m, (150, 2)) + far_m * np.sign(run.rng.normal(size=2))
        rows = np.concatenate([one.position_site_m, away])
        return [run.scan(rows, t_s=one.t_utc_ns * 1e-9, sensor_id=one.sensor_id, sigma_m=0.1)]

    before = run.followed()
    run.go(30, spoil=far)
    people = run.tracks.is_present
    assert (np.abs(run.tracks.mean[people, :2]) < 20).all()
    assert_unharmed(run, before)
    # What nobody sees again ends: there are a few scans' worth of it.
    assert len(run.tracks.track_id) < 16 * 150


@pytest.mark.slow
def test_a_position_known_to_a_kilometre_harms_nobody(run: Run) -> None:
    def vague(one: Positions) -> list[Positions]:
        covariance = one.covariance_site_m2.copy()
        covariance[0] = 1e6 * np.eye(2)
        return [replace(one, covariance_site_m2=covariance)]

    before = run.followed()
    run.go(40, spoil=vague)
    assert_unharmed(run, before)
    assert not run.problems


@pytest.mark.slow
def test_a_dead_clock_and_a_frozen_sensor_beside_a_good_one(scan, look) -> None:
    # Three sensors, two of them wrong at once: each is told of, and the people stay who they are.
    run = Run(scan, look, sensors="abc")
    run.go(60)
    before = run.followed()
    stuck: dict[str, Positions] = {}

    def wrong(one: Positions) -> list[Positions]:
        if one.sensor_id == "b":
            return off(-HOUR_S)(one)
        if one.sensor_id == "c":
            return [replace(stuck.setdefault("c", one), t_utc_ns=one.t_utc_ns)]
        return [one]

    for _ in range(90):
        run.go(1, spoil=wrong, of="abc"[run.k % 3])
    assert sorted(run.reasons()) == [("b", HealthReason.CLOCK), ("c", HealthReason.DATA_QUALITY)]
    assert (run.followed() == before)[before > 0].mean() >= 0.7
