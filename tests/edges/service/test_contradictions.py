"""A sensor that contradicts two others is told, and nobody is lost by it; all of it simulated."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.service.contradictions import Contradictions
from standex.model.observation import Coverage, HealthReason, Positions
from standex.model.ports import Sink
from standex.model.zones import ZONES
from standex.tracking.tracker import CrowdTracker

T0, S = 1_760_000_000 * 10**9, 10**9
STEP_S, LIES_FROM_S, N = 0.05, 8.0, 6
SENSORS = ("east", "west", "liar")


def walk(rng, seconds: float):
    """Yield where people are who go about a hall of 10 m by 10 m, twenty times a second."""
    place, heading = rng.uniform(1, 9, (N, 2)), rng.uniform(-np.pi, np.pi, N)
    for _ in range(round(seconds / STEP_S)):
        heading = heading + rng.normal(0, 0.1, N)
        step = 1.2 * STEP_S * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        out = (np.abs(place + step - 5) > 4.5).any(axis=1)
        heading[out] += np.pi
        place = place + np.where(out[:, None], -step, step)
        yield place


def scan(sensor_id: str, seen, t_utc_ns: int) -> Positions:
    return Positions(
        sensor_id=sensor_id,
        t_utc_ns=t_utc_ns,
        level_id="ground",
        position_site_m=seen,
        covariance_site_m2=np.tile(0.02 * np.eye(2), (len(seen), 1, 1)),
        existence=np.ones(len(seen)),
        descriptor=np.zeros((len(seen), 0)),
        clutter_per_m2=0.02,
    )


COVERAGE = {
    name: Coverage(
        sensor_id=name,
        t_utc_ns=T0,
        level_id="ground",
        origin_site_m=np.array([-2.0, -2.0]),
        cell_m=0.5,
        p_report=np.full((28, 28), 0.9),
        p_detect=np.zeros((len(ZONES), 28, 28)),
    )
    for name in SENSORS
}
LIES = {
    "none": lambda seen, rng: seen,
    "shifted": lambda seen, rng: seen + [1.8, 0.0],
    "mirrored": lambda seen, rng: 10 - seen,
    "made up": lambda seen, rng: rng.uniform(0, 10, (N, 2)),
    "blind": lambda seen, rng: seen[:0],
}


def went(lie: str, fakes, seed: int, *, stops_s: float = np.inf, seconds: float = 20.0):
    """Return when which sensor was told, when it was over, and how far off everybody was."""
    rng, tracker, clock = np.random.default_rng(seed), CrowdTracker(), SimulatedClock(T0)
    watch = Contradictions(clock=clock)
    assert isinstance(watch, Sink)
    picture = replace(fakes.station().start(T0), coverage=COVERAGE)
    told, over, off_m = {}, {}, []
    for k, place in enumerate(walk(rng, seconds)):
        t_s = k * STEP_S
        name = SENSORS[k % len(SENSORS)]
        seen = place[rng.random(N) < 0.9]
        seen = seen + rng.normal(0, 0.1, seen.shape)
        if name == "liar" and LIES_FROM_S < t_s < stops_s:
            seen = LIES[lie](seen, rng)
        positions = scan(name, seen, T0 + round(t_s * S))
        tracks = tracker(picture.tracks, positions, COVERAGE).tracks
        picture = replace(picture, t_utc_ns=positions.t_utc_ns, tracks=tracks)
        clock.advance(STEP_S)
        watch.publish(positions.t_utc_ns, (positions,), ())
        watch(picture, ())
        now = watch.troubles()
        for one in now:
            told.setdefault(one, t_s - LIES_FROM_S)
        for one in told:
            if one not in now:
                over.setdefault(one, t_s)
        if t_s > LIES_FROM_S:
            here = tracks.mean[tracks.is_present][:, :2]
            off_m.append(np.linalg.norm(place[:, None] - here[None], axis=2).min(axis=1))
    return told, over, np.array(off_m), watch


@pytest.mark.slow
@pytest.mark.parametrize("lie", ["shifted", "mirrored", "made up", "blind"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_liar_is_told_within_ten_seconds_and_harms_nobody(fakes, lie, seed) -> None:
    told, _, off_m, watch = went(lie, fakes, seed)
    assert set(told) == {"liar"}
    assert 0 < told["liar"] < 10
    assert np.median(off_m) < 0.15
    assert np.mean(off_m > 1.0) < 0.02
    health = watch.troubles()["liar"]
    assert health.reason is HealthReason.DATA_QUALITY
    assert "contradicts" in health.message


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_honest_sensors_are_not_told(fakes, seed) -> None:
    told, _, _, _ = went("none", fakes, seed)
    assert told == {}


@pytest.mark.slow
def test_it_is_over_when_the_sensor_says_what_the_others_say(fakes) -> None:
    told, over, _, watch = went("mirrored", fakes, 1, stops_s=14.0)
    assert set(told) == {"liar"}
    assert over["liar"] < 20
    assert watch.troubles() == {}


def test_nothing_is_told_of_a_sensor_without_people(fakes) -> None:
    watch = Contradictions(clock=SimulatedClock(T0))
    picture = replace(fakes.station().start(T0), coverage=COVERAGE)
    for k in range(200):
        watch.publish(0, (scan("liar", np.zeros((0, 2)), T0 + k * S // 10),), ())
        watch(picture, ())
    assert watch.troubles() == {}
