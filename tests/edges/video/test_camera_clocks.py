"""Clocks against each other: found within their stated deviation, and left where nothing tells."""

import numpy as np
import pytest

from standex.edges.video.camera_clocks import ClockOffset, Sights, balanced, clock_offset


def walkers(rng: np.random.Generator, *, n: int, same_way: bool = False):
    """Return a function of time: where each of n people is, walking to and fro in 8 x 8 m."""
    start = rng.uniform(0, 8, (n, 2))
    turn = np.zeros(n) if same_way else rng.uniform(0, 2 * np.pi, n)
    speed = np.full(n, 1.3) if same_way else rng.uniform(0.8, 1.7, n)
    velocity = speed[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])

    def at(t_s: float) -> np.ndarray:
        way = (start + t_s * velocity) % 16
        return np.where(way > 8, 16 - way, way) if not same_way else start + t_s * velocity

    return at


def seen(at, times_s, rng, *, ahead_s=0.0, shift=(0.0, 0.0), sigma_m=0.08, p_seen=0.9) -> Sights:
    t, p = [], []
    for time_s in times_s:
        places = at(time_s)
        rows = rng.permutation(np.flatnonzero(rng.uniform(size=len(places)) < p_seen))
        t += [time_s + ahead_s] * len(rows)
        p.append(places[rows] + shift + rng.normal(0, sigma_m, (len(rows), 2)))
    return Sights(t_s=np.array(t), position_m=np.concatenate(p))


@pytest.mark.slow
@pytest.mark.parametrize("ahead_s", [-1.7, -0.13, 0.0, 0.42, 2.5])
def test_the_offset_is_found_at_ten_frames_a_second(ahead_s: float) -> None:
    rng = np.random.default_rng(round(1000 + 10 * ahead_s))
    at = walkers(rng, n=6)
    one = seen(at, np.arange(3, 33, 0.1), rng)
    other = seen(at, np.arange(3.03, 33, 0.1), rng, ahead_s=ahead_s, shift=(0.15, -0.1))
    found = clock_offset(one, other)
    assert found is not None
    assert abs(found.offset_s - ahead_s) < max(4 * found.std_s, 0.01)
    assert abs(found.offset_s - ahead_s) < 0.04
    assert abs(found.shift_m - 0.18) < 0.08


@pytest.mark.slow
def test_the_stated_deviation_is_honest() -> None:
    off = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        at = walkers(rng, n=5)
        one = seen(at, np.arange(0, 25, 0.2), rng, sigma_m=0.12)
        other = seen(at, np.arange(0.05, 25, 0.2), rng, ahead_s=0.6, sigma_m=0.12)
        found = clock_offset(one, other)
        assert found is not None
        off.append((found.offset_s - 0.6) / found.std_s)
    assert np.abs(off).max() < 4
    assert np.sqrt(np.mean(np.square(off))) < 2


@pytest.mark.slow
def test_two_frames_a_second_are_enough() -> None:
    rng = np.random.default_rng(5)
    at = walkers(rng, n=8)
    one = seen(at, np.arange(0, 60, 0.5), rng)
    other = seen(at, np.arange(0.2, 60, 0.5), rng, ahead_s=-0.8)
    found = clock_offset(one, other)
    assert found is not None
    assert abs(found.offset_s + 0.8) < 0.1


@pytest.mark.slow
def test_people_who_all_walk_alike_leave_it_open() -> None:
    rng = np.random.default_rng(6)
    at = walkers(rng, n=6, same_way=True)
    one = seen(at, np.arange(0, 30, 0.1), rng)
    other = seen(at, np.arange(0, 30, 0.1), rng, ahead_s=0.3)
    found = clock_offset(one, other)
    # A clock 0.23 s off is the same as a survey 0.3 m off.
    assert found is None or (found.std_s > 0.05 and abs(found.offset_s - 0.3) < 4 * found.std_s)


def test_nobody_and_standing_people_say_nothing() -> None:
    empty = Sights(t_s=np.zeros(0), position_m=np.zeros((0, 2)))
    assert clock_offset(empty, empty) is None
    rng = np.random.default_rng(7)
    places = np.array([[1.0, 1.0], [3.0, 2.0]])
    one, other = (seen(lambda _: places, np.arange(0, 10, 0.2), rng) for _ in range(2))
    assert clock_offset(one, other) is None


def test_other_people_are_no_offset() -> None:
    rng = np.random.default_rng(8)
    here, there = walkers(rng, n=4), walkers(rng, n=4)
    one = seen(here, np.arange(0, 10, 0.2), rng)
    far = seen(lambda t_s: there(t_s) + 50, np.arange(0, 10, 0.2), rng)
    assert clock_offset(one, far) is None


def test_offsets_of_all_cameras_balance() -> None:
    def found(offset_s: float) -> ClockOffset:
        return ClockOffset(offset_s=offset_s, std_s=0.01, shift_m=0.0, n_matched=100)

    ahead = balanced({("a", "b"): found(0.3), ("b", "c"): found(-0.1), ("a", "c"): found(0.2)})
    assert sum(ahead.values()) == pytest.approx(0, abs=1e-9)
    assert ahead["b"] - ahead["a"] == pytest.approx(0.3)
    assert ahead["c"] - ahead["b"] == pytest.approx(-0.1)
    assert balanced({}) == {}


def test_sights_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Sights(t_s=np.array([1.0, 0.0]), position_m=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="finite"):
        Sights(t_s=np.array([np.nan]), position_m=np.zeros((1, 2)))
