"""With instruments that only count and technologies that only repeat."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from standex.evaluation.closed_loop import closed_loop, give_tasks
from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import Health, HealthReason, HealthState, Positions
from standex.model.record import Record
from standex.model.tasking import Task
from standex.station import Station
from standex.testing.leaves import check_same

S = 10**9


@dataclass(frozen=True)
class Counter:
    """Delivers the place of one person; dead for some numbers."""

    sensor_id: str
    rate_hz: float
    dead: frozenset[int] = frozenset()

    def record(self, scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        if sequence in self.dead:
            return None
        at = scene.at(t_utc_ns).position_site_m
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind="count",
            sequence=sequence,
            arrays={"at": at},
        )


@dataclass(frozen=True)
class Repeater:
    """Says what the record says; its state is how many it has had."""

    sensor_id: str
    level_id: str
    heard: list[Hints] = field(default_factory=list)
    refuse: int = -1

    def start(self):
        return 0

    def perceive(self, state, record: Record, hints: Hints, /):
        if record.sequence == self.refuse:
            raise RecordError("not this one")
        self.heard.append(hints)
        n = len(record.arrays["at"])
        health = Health(
            sensor_id=self.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=HealthState.OK,
            reason=HealthReason.NONE,
            message=str(state),
        )
        positions = Positions(
            sensor_id=self.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.level_id,
            position_site_m=record.arrays["at"],
            covariance_site_m2=np.tile(0.01 * np.eye(2), (n, 1, 1)),
            existence=np.full(n, 0.99),
            descriptor=np.zeros((n, 0)),
            clutter_per_m2=0.001,
        )
        return state + 1, (positions, health)


@pytest.fixture
def scene(walk):
    return walk(((4.0, 2.0), (-1.0, 2.0)))


def station_of(metro, *sensor_ids: str, refuse: int = -1) -> Station:
    specs = tuple(replace(metro.sensors[2], sensor_id=sensor_id) for sensor_id in sensor_ids)
    site = replace(metro, sensors=specs)
    level_id = metro.levels[0].level_id
    technologies = {s: Repeater(s, level_id, refuse=refuse) for s in sensor_ids}
    return Station.of(site, technologies, {})


def steps_of(station, scene, *instruments, start_utc_ns=0, end_utc_ns=2 * S):
    by_id = {instrument.sensor_id: instrument for instrument in instruments}
    return list(
        closed_loop(station, scene, by_id, start_utc_ns=start_utc_ns, end_utc_ns=end_utc_ns)
    )


def test_records_come_in_order_each_at_its_own_rate(metro, scene):
    station = station_of(metro, "a", "b")
    steps = steps_of(station, scene, Counter("a", 3.0), Counter("b", 10.0))
    times = [(step.record.t_utc_ns, step.record.sensor_id) for step in steps]
    assert times == sorted(times)
    for sensor_id, rate_hz in (("a", 3.0), ("b", 10.0)):
        mine = [step.record for step in steps if step.record.sensor_id == sensor_id]
        assert [record.sequence for record in mine] == list(range(int(2 * rate_hz) + 1))
        # Counted from the start: a period that is no whole number of nanoseconds does not drift.
        assert [record.t_utc_ns for record in mine] == [
            round(row / rate_hz * S) for row in range(len(mine))
        ]


def test_each_technology_has_its_own_state(metro, scene):
    station = station_of(metro, "a", "b")
    steps = steps_of(station, scene, Counter("a", 4.0), Counter("b", 10.0))
    for step in steps:
        assert step.observations[1].message == str(step.record.sequence)


def test_hints_are_of_the_step_before(metro, scene):
    station = station_of(metro, "a")
    steps = steps_of(station, scene, Counter("a", 10.0))
    heard = station.technologies["a"].heard
    assert len(heard) == len(steps)
    assert not len(heard[0].need)
    for before, hints in zip(steps[:-1], heard[1:], strict=True):
        assert before.hints is hints
    assert len(steps[-1].hints.need) == 1
    assert len(steps[-1].picture.tracks.track_id) >= 1


def test_a_dead_instrument_is_passed_over_and_comes_back(metro, scene):
    station = station_of(metro, "a", "b")
    dead = Counter("a", 5.0, dead=frozenset(range(2, 6)))
    steps = steps_of(station, scene, dead, Counter("b", 5.0))
    mine = [step.record.sequence for step in steps if step.record.sensor_id == "a"]
    assert mine == [0, 1, 6, 7, 8, 9, 10]


def test_a_bad_record_is_health_and_the_rest_goes_on(metro, scene):
    station = station_of(metro, "a", refuse=3)
    steps = steps_of(station, scene, Counter("a", 5.0))
    (health,) = steps[3].observations
    assert health.reason is HealthReason.BAD_RECORD
    # The state stayed as it was.
    assert steps[4].observations[1].message == "3"


def test_it_ends_when_it_is_told_to(metro, scene):
    station = station_of(metro, "a")
    steps = steps_of(station, scene, Counter("a", 5.0), start_utc_ns=S, end_utc_ns=2 * S)
    assert steps[0].record.t_utc_ns == S
    assert steps[-1].record.t_utc_ns == 2 * S
    assert not steps_of(station, scene, Counter("a", 5.0), start_utc_ns=1, end_utc_ns=0)


@pytest.mark.slow
def test_the_same_again_is_the_same(metro, scene):
    first, again = (
        steps_of(station_of(metro, "a", "b"), scene, Counter("a", 3.0), Counter("b", 10.0))
        for _ in range(2)
    )
    for one, other in zip(first, again, strict=True):
        check_same(one, other, "two runs must be the same")


def test_tasks_go_to_their_instruments(metro):
    class Laser(Counter):
        taken: list[Task] = []  # noqa: RUF012

        def take(self, task: Task, /) -> None:
            self.taken.append(task)

    task = Task(
        task_id="t1",
        t_utc_ns=0,
        sensor_id="laser",
        track_id=1,
        position_site_m=np.zeros(2),
        t_look_utc_ns=S,
        zone=None,
        reason="a test",
    )
    laser, camera = Laser("laser", 1.0), Counter("camera", 1.0)
    give_tasks((task, replace(task, sensor_id="camera"), replace(task, sensor_id="gone")),
               {"laser": laser, "camera": camera})  # fmt: skip
    assert laser.taken == [task]
