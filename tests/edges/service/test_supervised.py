from typing import ClassVar

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.service.supervised import Blueprint, SupervisedSource
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.tasking import Task


def supervised(make, **changes):
    got: list = []
    blueprint = Blueprint(
        **{
            "name": "one",
            "sensors": ("cam-entry",),
            "make": make,
            "first_wait_s": 0.01,
            "longest_wait_s": 0.02,
        }
        | changes
    )
    return SupervisedSource(blueprint, deliver=got.extend, clock=SystemClock()), got


def health(name) -> Health:
    return Health(
        sensor_id=name,
        t_utc_ns=0,
        state=HealthState.DEGRADED,
        reason=HealthReason.OBSCURED,
        message="dust",
    )


def task(task_id) -> Task:
    return Task(
        task_id=task_id,
        t_utc_ns=0,
        sensor_id="cam-entry",
        track_id=1,
        position_site_m=np.zeros(2),
        t_look_utc_ns=1,
        zone=None,
        reason="",
    )


def until(true, *, for_s=5.0) -> bool:
    clock = SystemClock()
    end = clock.utc_ns() + round(for_s * 1e9)
    while not true() and clock.utc_ns() < end:
        clock.wait_until_utc_ns(clock.utc_ns() + 2_000_000)
    return true()


def test_a_source_that_breaks_off_is_started_again(fakes) -> None:
    def make():
        return fakes.ListSource([fakes.record(sequence=k) for k in range(3)], error=OSError("gone"))

    one, got = supervised(make)
    assert "being started" in one.troubles()["cam-entry"].message
    one.start()
    assert until(lambda: one.n_starts >= 3)
    assert until(lambda: "broke off (OSError: gone)" in str(one.troubles()))
    one.close()
    one.join(5)
    assert len(got) >= 6
    assert one.is_over


def test_a_source_that_cannot_be_made_is_tried_again() -> None:
    def make():
        raise ValueError("no such device")

    one, _ = supervised(make)
    one.start()
    assert until(lambda: one.n_starts >= 2)
    one.close()
    one.join(5)


@pytest.mark.parametrize(("on_end", "is_over"), [("stop", True), ("stay", False)])
def test_what_follows_the_end_is_as_told(fakes, on_end, is_over) -> None:
    one, got = supervised(lambda: fakes.ListSource([fakes.record()]), on_end=on_end)
    one.start()
    one.join(5)
    assert one.is_over is is_over
    assert len(got) == one.n_starts == 1
    assert "has ended" in one.troubles()["cam-entry"].message


def test_records_under_another_name_are_left_out(fakes) -> None:
    one, got = supervised(lambda: fakes.ListSource([fakes.record("cam-exit")]), on_end="stop")
    one.start()
    one.join(5)
    assert not got
    assert one.n_foreign == 1


def test_tasks_and_troubles_go_through(fakes) -> None:
    class Telling(fakes.ListSource):
        taken: ClassVar[list] = []

        def take(self, task, /) -> None:
            self.taken.append(task)

        def troubles(self):
            return {name: health(name) for name in ("cam-entry", "cam-exit")}

        def records(self):
            while not self.is_closed:
                yield fakes.record()

    one, got = supervised(lambda: Telling([]))
    one.take(task("nobody is there yet"))
    one.start()
    assert until(lambda: bool(got))
    assert set(one.troubles()) == {"cam-entry"}
    one.take(task("look"))
    one.close()
    one.join(5)
    assert [one.task_id for one in Telling.taken] == ["look"]
