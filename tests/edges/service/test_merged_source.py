import threading

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.intake import ARRIVED
from standex.edges.live_ports import LiveSource, TellingSource
from standex.edges.service.merged_source import OLD_S, MergedSource
from standex.edges.service.supervised import Blueprint
from standex.edges.service.tables import SensorTable, WatchTable
from standex.model.observation import HealthReason
from standex.model.ports import Tasked

S = 10**9


class Feed:
    """A source that gives what it is told to, in real time."""

    def __init__(self, rows) -> None:
        self.rows, self.is_over = rows, threading.Event()

    def records(self):
        clock = SystemClock()
        start = clock.utc_ns()
        for at_s, make in self.rows:
            clock.wait_until_utc_ns(start + round(at_s * S))
            if self.is_over.is_set():
                return
            yield make(clock.utc_ns())

    def close(self) -> None:
        self.is_over.set()


def merged(fakes, feeds, **sensors):
    blueprints = [
        Blueprint(name=name, sensors=(name,), make=lambda feed=feed: feed, on_end="stop")
        for name, feed in feeds.items()
    ]
    tables = {name.replace("_", "-"): table for name, table in sensors.items()}
    return MergedSource(
        blueprints, fakes.site(), watch=WatchTable(), sensors=tables, clock=SystemClock()
    )


def rows(fakes, name, n, *, rate_hz, first=0, off_s=0.0):
    def made(k):
        values = np.random.default_rng(k).random(16)
        return lambda now: fakes.record(
            name, t_utc_ns=now + round(off_s * S), sequence=k, values=values
        )

    return [((k - first) / rate_hz, made(k)) for k in range(first, first + n)]


@pytest.mark.slow
def test_a_flood_of_one_harms_nobody_else(fakes) -> None:
    honest = Feed(rows(fakes, "cam-entry", 20, rate_hz=20))
    liar = Feed(rows(fakes, "cam-exit", 3000, rate_hz=3000))
    source = merged(fakes, {"cam-entry": honest, "cam-exit": liar})
    assert isinstance(source, LiveSource)
    assert isinstance(source, TellingSource)
    assert isinstance(source, Tasked)
    got: dict = {"cam-entry": [], "cam-exit": []}
    told: set = set()
    with source:
        for record in source.records():
            got[record.sensor_id].append(record.sequence)
            told |= {(name, one.reason) for name, one in source.troubles().items()}
    assert got["cam-entry"] == list(range(20))
    assert len(got["cam-exit"]) < 200
    assert ("cam-exit", HealthReason.SHEDDING) in told
    assert ("cam-entry", HealthReason.SHEDDING) not in told
    assert source.intake()["cam-exit"].n_flooded > 2000


@pytest.mark.slow
def test_a_wrong_clock_is_corrected_and_told(fakes) -> None:
    ahead = Feed(rows(fakes, "cam-exit", 30, rate_hz=30, off_s=0.5))
    honest = Feed(rows(fakes, "cam-entry", 30, rate_hz=30))
    source = merged(fakes, {"cam-entry": honest, "cam-exit": ahead}, cam_exit=SensorTable())
    clock, off_s, reasons = SystemClock(), [], set()
    with source:
        for record in source.records():
            if record.sensor_id == "cam-exit" and record.sequence > 10:
                off_s.append((clock.utc_ns() - record.t_utc_ns) * 1e-9)
                reasons.add(source.troubles()["cam-exit"].reason)
            elif record.sequence > 10:
                told = source.troubles().get("cam-entry")
                assert told is None or told.reason is not HealthReason.CLOCK
    assert HealthReason.CLOCK in reasons
    assert np.abs(off_s).max() < 0.3
    assert source.intake()["cam-exit"].behind_s == pytest.approx(-0.5, abs=0.05)


@pytest.mark.slow
def test_a_dead_source_fails_its_own_sensors_alone(fakes) -> None:
    class Dead:
        def records(self):
            raise OSError("no route")

        def close(self) -> None: ...

    honest = Feed(rows(fakes, "cam-entry", 20, rate_hz=20))
    blueprints = [
        Blueprint(name="a", sensors=("cam-entry",), make=lambda: honest, on_end="stop"),
        Blueprint(name="b", sensors=("cam-exit",), make=Dead),
    ]
    source = MergedSource(
        blueprints, fakes.site(), watch=WatchTable(), sensors={}, clock=SystemClock()
    )
    with source:
        n = 0
        for _ in source.records():
            n += 1
            if n == 10:
                assert set(source.troubles()) == {"cam-exit"}
                assert "no route" in source.troubles()["cam-exit"].message
                source.close()
    assert n == 10


def stamped(fakes, name, n, *, off_s, arrived):
    """Return rows that were held back by their source, which says when they came."""

    def made(k):
        values = np.random.default_rng(k).random(16)

        def make(now):
            t_utc_ns = now + round(off_s * S)
            came = {ARRIVED: np.array(arrived(t_utc_ns), dtype=np.int64)}
            return fakes.record(name, t_utc_ns=t_utc_ns, sequence=k, values=values, **came)

        return make

    return [(k / 50, made(k)) for k in range(n)]


@pytest.mark.slow
@pytest.mark.parametrize("arrived", [lambda t: t + S // 1000, lambda _: 0], ids=["held", "own"])
def test_what_a_source_held_back_says_nothing_against_a_clock(fakes, arrived) -> None:
    feed = Feed(stamped(fakes, "cam-entry", 20, off_s=-0.2, arrived=arrived))
    source = merged(fakes, {"cam-entry": feed})
    now, told = SystemClock(), set()
    with source:
        for record in source.records():
            assert (now.utc_ns() - record.t_utc_ns) * 1e-9 >= 0.2  # as it was stamped
            told |= {(name, one.reason) for name, one in source.troubles().items()}
    assert ("cam-entry", HealthReason.CLOCK) not in told


@pytest.mark.slow
def test_who_is_too_slow_gets_what_is_new_and_the_rest_is_counted(fakes) -> None:
    feed = Feed(rows(fakes, "cam-entry", 30, rate_hz=20))
    source = merged(fakes, {"cam-entry": feed}, cam_entry=SensorTable(most_hz=100.0))
    clock, got, told = SystemClock(), [], set()
    with source:
        for record in source.records():
            got.append((clock.utc_ns() - record.t_utc_ns) * 1e-9)
            told |= {(name, one.reason) for name, one in source.troubles().items()}
            clock.wait_until_utc_ns(clock.utc_ns() + S // 5)
    n_shed = source.intake()["cam-entry"].n_shed
    assert n_shed > 5
    assert n_shed + len(got) == 30
    assert max(got) < 2 * OLD_S
    assert ("cam-entry", HealthReason.SHEDDING) in told


def test_what_is_there_at_once_goes_on_together_and_each_sensor_once(fakes) -> None:
    n = 6
    feeds = {name: Feed(rows(fakes, name, n, rate_hz=10_000)) for name in ("cam-entry", "cam-exit")}
    source = merged(
        fakes, feeds, cam_entry=SensorTable(most_hz=1e6), cam_exit=SensorTable(most_hz=1e6)
    )
    batches = []
    with source:
        for batch in source.batches():
            names = [record.sensor_id for record in batch]
            assert len(names) == len(set(names))
            batches.append(batch)
    for name in feeds:
        of_one = [one.sequence for batch in batches for one in batch if one.sensor_id == name]
        assert of_one == list(range(n))
