import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock, SystemClock
from standex.edges.settings import load_site
from standex.edges.twin_source import AHEAD_S, TwinPlan, TwinSource, play, with_faults
from standex.model.errors import StandexError
from standex.model.record import Record
from standex.model.tasking import Task
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.twin.faults import Fault
from standex.twin.scene import Scene

S = 10**9


@dataclass(frozen=True)
class FakeInstrument:
    """Takes its time, and is dead in the third second."""

    sensor_id: str
    rate_hz: float
    clock: SimulatedClock
    takes_s: float = 0.0
    faults: tuple[Fault, ...] = ()

    def record(self, scene, t_utc_ns, sequence, /):
        self.clock.advance(self.takes_s)
        if 2 * S <= t_utc_ns - scene.start_utc_ns < 3 * S:
            return None
        return self.make(self.sensor_id, t_utc_ns=t_utc_ns, sequence=sequence)


class Faultless:
    rate_hz = 1.0

    def record(self, scene, t_utc_ns, sequence, /):
        return None


@pytest.fixture
def walk() -> Trajectories:
    frames = np.arange(100)
    return Trajectories(
        name="walk",
        person=np.ones(100, dtype=np.int64),
        frame=frames,
        position_m=np.column_stack([4 - 0.05 * frames, np.full(100, 2.0)]),
        height_m=np.full(100, np.nan),
        frame_rate_hz=25.0,
    )


def played(fakes, walk, *, takes_s, heavy):
    clock = SimulatedClock(fakes.T0)
    FakeInstrument.make = staticmethod(fakes.record)
    instruments = {
        "slow": FakeInstrument("slow", 5.0, clock, takes_s),
        "light": FakeInstrument("light", 10.0, clock),
    }
    scene = Scene(trajectories=walk, truth=Truth(seed=1, items=()), start_utc_ns=fakes.T0)
    shed: dict[str, int] = {}
    rows = [
        (record.sensor_id, record.t_utc_ns - fakes.T0, record.sequence, clock.utc_ns())
        for record in play(
            instruments, scene, fakes.T0 + 5 * S, heavy=heavy, clock=clock, shed=shed
        )
    ]
    return rows, shed


def test_records_come_in_order_of_time_and_not_too_far_ahead(fakes, walk) -> None:
    rows, shed = played(fakes, walk, takes_s=0.01, heavy={"slow"})
    times = [t for _, t, _, _ in rows]
    assert times == sorted(times)
    assert not shed
    assert all(now >= fakes.T0 + t - AHEAD_S * S for _, t, _, now in rows)
    assert [n for name, _, n, _ in rows if name == "slow"] == list(range(21))  # of 26, 5 were dead


def test_late_heavy_frames_are_left_out_and_leave_a_gap(fakes, walk) -> None:
    rows, shed = played(fakes, walk, takes_s=0.5, heavy={"slow"})
    numbers = [n for name, _, n, _ in rows if name == "slow"]
    assert shed["slow"] > 5
    assert max(np.diff(numbers)) > 1
    assert sum(name == "light" for name, *_ in rows) == 41  # none is left out, ten were dead
    late = [now - fakes.T0 - t for name, t, _, now in rows if name == "slow"]
    assert max(late) < 1.0 * S


def test_no_heavy_sensor_starves_another(fakes, walk) -> None:
    clock = SimulatedClock(fakes.T0)
    FakeInstrument.make = staticmethod(fakes.record)
    names = ("a", "b")
    instruments = {name: FakeInstrument(name, 5.0, clock, takes_s=0.15) for name in names}
    scene = Scene(trajectories=walk, truth=Truth(seed=1, items=()), start_utc_ns=fakes.T0)
    shed: dict[str, int] = {}
    records = list(play(instruments, scene, fakes.T0 + 20 * S, heavy=names, clock=clock, shed=shed))
    n = [sum(r.sensor_id == name for r in records) for name in names]
    assert min(n) > 0.7 * max(n)
    assert sum(n) > 0.5 * 20 / 0.15 * 0.95  # and the time is used
    for name in names:
        times = [r.t_utc_ns for r in records if r.sensor_id == name]
        assert np.max(np.diff(times)) < 2.1 * S  # a second of it was dead


def test_slow_heavy_sensors_leave_out_no_more_than_fast_ones(fakes, walk) -> None:
    """Two fast ones and a slow one, equal in weight, on two thirds of the time they need."""
    clock = SimulatedClock(fakes.T0)
    FakeInstrument.make = staticmethod(fakes.record)
    rate_hz = {"a": 5.0, "b": 5.0, "c": 1.25}
    takes_s = 1.5 / sum(rate_hz.values())
    instruments = {
        name: FakeInstrument(name, rate, clock, takes_s=takes_s) for name, rate in rate_hz.items()
    }
    scene = Scene(trajectories=walk, truth=Truth(seed=1, items=()), start_utc_ns=fakes.T0)
    shed: dict[str, int] = {}
    records = list(
        play(instruments, scene, fakes.T0 + 40 * S, heavy=rate_hz, clock=clock, shed=shed)
    )
    kept = {
        name: sum(r.sensor_id == name for r in records) / (rate * 40)
        for name, rate in rate_hz.items()
    }
    assert min(kept.values()) > 0.8 * max(kept.values())
    assert len(records) * takes_s > 40 * 0.85  # and the time is used


def test_light_sensors_are_never_left_out(fakes, walk) -> None:
    _, shed = played(fakes, walk, takes_s=0.5, heavy=())
    assert not shed


def test_a_fault_for_a_sensor_that_is_not_there_is_refused(fakes) -> None:
    instrument = FakeInstrument("a", 5.0, SimulatedClock(0))
    faults = (Fault(kind="dead", from_s=0, to_s=1),)
    assert with_faults({"a": instrument}, {"a": faults})["a"].faults == faults
    with pytest.raises(StandexError, match="'b', which the site does not have; it has a"):
        with_faults({"a": instrument}, {"b": faults})
    with pytest.raises(StandexError, match="cannot have faults"):
        with_faults({"a": Faultless()}, {"a": faults})


def plan(fakes, walk, **changes) -> TwinPlan:
    settings = {"faults": {}, "duration_s": 1.0} | changes
    return TwinPlan(
        site=fakes.site(), trajectories=walk, truth=Truth(seed=1, items=()), seed=1, **settings
    )


@pytest.mark.slow
def test_records_come_at_their_time_from_another_process(fakes, walk) -> None:
    clock = SystemClock()
    with TwinSource(plan(fakes, walk), clock=clock) as source:
        start = clock.utc_ns() + S
        source.begin(start)
        rows = [(r.sensor_id, r.t_utc_ns, clock.utc_ns()) for r in source.records()]
    assert {name for name, _, _ in rows} == {"cam-entry", "cam-exit"}
    assert len(rows) == 22
    assert all(0 <= now - t < S for _, t, now in rows)
    assert rows[0][1] == start


@pytest.mark.slow
def test_what_the_twin_cannot_build_is_said(fakes, walk) -> None:
    faults = {"ghost": (Fault(kind="dead", from_s=0, to_s=1),)}
    with pytest.raises(StandexError, match="'ghost', which the site does not have"):
        TwinSource(plan(fakes, walk, faults=faults), clock=SystemClock()).__enter__()


@pytest.mark.slow
def test_a_twin_that_dies_is_told(fakes, walk) -> None:
    with TwinSource(plan(fakes, walk, duration_s=30.0), clock=SystemClock()) as source:
        records = source.records()
        next(records)
        source._child.process.kill()
        with pytest.raises(StandexError, match="twin has stopped"):
            list(records)


def laser_task(fakes, *, asked_s: float) -> Task:
    return Task(
        task_id="t1",
        t_utc_ns=fakes.T0 + round(asked_s * S),
        sensor_id="laser",
        track_id=1,
        position_site_m=np.zeros(2),
        t_look_utc_ns=fakes.T0 + round(asked_s * S) + S // 5,
        zone=None,
        reason="a test",
    )


class Laser:
    """Fires a record for each task when its time has come."""

    rate_hz = 20.0

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def take(self, task: Task, /) -> None:
        self.tasks.append(task)

    def record(self, scene, t_utc_ns, sequence, /):
        due = [task for task in self.tasks if task.t_look_utc_ns <= t_utc_ns]
        self.tasks = [task for task in self.tasks if task not in due]
        return self.make("laser", t_utc_ns=t_utc_ns, sequence=sequence) if due else None


def test_a_task_reaches_its_instrument_before_its_time(fakes, walk) -> None:
    clock = SimulatedClock(fakes.T0)
    FakeInstrument.make = Laser.make = staticmethod(fakes.record)
    instruments = {"light": FakeInstrument("light", 10.0, clock), "laser": Laser()}
    scene = Scene(trajectories=walk, truth=Truth(seed=1, items=()), start_utc_ns=fakes.T0)
    waiting = [laser_task(fakes, asked_s=1.0)]

    def tasks():
        # It is asked for when it is asked for, not a twin's lead earlier.
        while waiting and waiting[0].t_utc_ns <= clock.utc_ns():
            yield waiting.pop()

    fired = [
        (record.t_utc_ns - fakes.T0, clock.utc_ns() - fakes.T0)
        for record in play(
            instruments, scene, fakes.T0 + 2 * S, heavy=(), clock=clock, shed={}, tasks=tasks
        )
        if record.sensor_id == "laser"
    ]
    ((at_ns, made_ns),) = fired
    assert 1.2 * S <= at_ns <= 1.26 * S
    assert made_ns >= at_ns


def test_who_takes_tasks_is_never_left_out_and_leaves_nobody_out(fakes, walk) -> None:
    clock = SimulatedClock(fakes.T0)
    FakeInstrument.make = Laser.make = staticmethod(fakes.record)

    class Always(Laser):
        def record(self, scene, t_utc_ns, sequence, /):
            return self.make("laser", t_utc_ns=t_utc_ns, sequence=sequence)

    instruments = {"slow": FakeInstrument("slow", 5.0, clock, 0.01), "laser": Always()}
    scene = Scene(trajectories=walk, truth=Truth(seed=1, items=()), start_utc_ns=fakes.T0)
    shed: dict[str, int] = {}
    heavy = ("slow", "laser")
    records = list(play(instruments, scene, fakes.T0 + 2 * S, heavy=heavy, clock=clock, shed=shed))
    assert not shed
    assert sum(record.sensor_id == "laser" for record in records) == 40


def test_tasks_go_to_the_twins_process_and_late_records_overtake(fakes, walk) -> None:
    plan = TwinPlan(
        site=load_site("metro"),
        trajectories=walk,
        truth=Truth(seed=1, items=()),
        seed=1,
        faults={},
        duration_s=1.5,
    )
    with TwinSource(plan, clock=SystemClock(), build=laser_and_camera) as source:
        start = SystemClock().utc_ns() + round(0.6 * S)
        source.begin(start)
        source.take(
            Task(
                task_id="t1",
                t_utc_ns=start,
                sensor_id="laser",
                track_id=1,
                position_site_m=np.zeros(2),
                t_look_utc_ns=start + S // 2,
                zone=None,
                reason="a test",
            )
        )
        records = list(source.records())
    names = {record.sensor_id for record in records}
    assert names == {"laser", "cam"}
    times = [record.t_utc_ns for record in records]
    late = sum(after < before for before, after in itertools.pairwise(times))
    assert late <= 1


class BareLaser(Laser):
    @staticmethod
    def make(sensor_id, *, t_utc_ns, sequence):
        return Record(
            sensor_id=sensor_id, t_utc_ns=t_utc_ns, kind="count", sequence=sequence, arrays={}
        )


class BareCamera:
    rate_hz = 10.0

    def record(self, scene, t_utc_ns, sequence, /):
        return BareLaser.make("cam", t_utc_ns=t_utc_ns, sequence=sequence)


def laser_and_camera(site, seed):
    return {"laser": BareLaser(), "cam": BareCamera()}
