from dataclasses import replace

import numpy as np

from standex.edges.clock import SimulatedClock
from standex.edges.health_board import HealthBoard
from standex.edges.live_status import RunCounts
from standex.edges.single_writer import Outputs, SingleWriter
from standex.model.errors import RecordingError
from standex.model.event import HealthChanged
from standex.model.hints import no_hints
from standex.model.observation import Health, HealthReason, HealthState


def make(fakes, **outputs) -> SingleWriter:
    station = fakes.station()
    return SingleWriter(
        station,
        started_utc_ns=fakes.T0,
        outputs=Outputs(**outputs),
        board=HealthBoard(),
        counts=RunCounts(station.site, started_utc_ns=fakes.T0, is_simulated=True),
        clock=SimulatedClock(fakes.T0),
    )


def seen(fakes, t_ns: int = 0):
    record = fakes.record(t_utc_ns=fakes.T0 + t_ns)
    return fakes.station().perceive(0, record, no_hints(0))[1]


def test_every_step_is_published_in_order(fakes) -> None:
    memory, heard = fakes.Memory(), []
    writer = make(
        fakes, recorder=memory, sinks=(memory,), listeners=(lambda p, e: heard.append(p),)
    )
    for n in range(3):
        writer.take("cam-entry", seen(fakes, n * 10**8))
    assert len(memory.steps) == 6
    assert [p.t_utc_ns - fakes.T0 for p in heard] == [0, 10**8, 2 * 10**8]


def test_a_batch_that_the_station_refuses_is_dropped_and_told(fakes) -> None:
    memory = fakes.Memory()
    writer = make(fakes, recorder=memory)
    coverage, positions = seen(fakes)
    broken = replace(coverage, p_report=coverage.p_report + 5)
    writer.take("cam-entry", (broken, positions))
    health = writer.picture.health["cam-entry"]
    assert health.state is HealthState.FAILED
    assert "dropped" in health.message
    assert [o for step in memory.steps for o in step[0]] == [health]  # a replay can do the same
    writer.take("cam-exit", tuple(replace(o, sensor_id="cam-exit") for o in seen(fakes, 10**8)))
    assert writer.picture.health["cam-entry"].state is HealthState.FAILED
    writer.take("cam-entry", seen(fakes, 2 * 10**8))
    assert writer.picture.health["cam-entry"].state is HealthState.OK


def test_a_failed_recording_is_told_and_the_rest_goes_on(fakes) -> None:
    memory = fakes.Memory(error=RecordingError("the disk is full"))
    writer = make(fakes, recorder=memory)
    for n in range(3):
        writer.take("cam-entry", seen(fakes, n * 10**8))
    assert writer.picture.health["recording"].message == "the disk is full"
    assert writer.picture.tracks.t_utc_ns == fakes.T0 + 2 * 10**8


def test_a_broken_listener_is_told_once(fakes) -> None:
    def listener(picture, events) -> None:
        raise KeyError("gone")

    memory = fakes.Memory()
    writer = make(fakes, recorder=memory, listeners=(listener,))
    for n in range(3):
        writer.take("cam-entry", seen(fakes, n * 10**8))
    assert len(memory.steps) == 4


def test_an_endless_failure_does_not_go_round(fakes) -> None:
    def decider(picture, /):
        raise ValueError("broken part")

    station = fakes.station(decider=decider)
    counts = RunCounts(station.site, started_utc_ns=fakes.T0, is_simulated=True)
    writer = SingleWriter(
        station,
        started_utc_ns=fakes.T0,
        outputs=Outputs(),
        board=HealthBoard(),
        counts=counts,
        clock=SimulatedClock(fakes.T0),
    )
    writer.take("cam-entry", seen(fakes))
    assert counts.n_dropped_batches == 2
    assert np.array_equal(writer.hints.need, [])


def test_what_many_say_at_once_is_one_step_and_one_fault_is_nobody_elses(fakes) -> None:
    memory = fakes.Memory()
    writer = make(fakes, recorder=memory)
    exit_too = tuple(replace(o, sensor_id="cam-exit") for o in seen(fakes, 10**7))
    # The later scan comes first: it is put in order of time.
    writer.take_all([("cam-exit", exit_too), ("cam-entry", seen(fakes))])
    (step,) = memory.steps
    assert [o.t_utc_ns - fakes.T0 for o in step[0]] == [0, 0, 10**7, 10**7]
    coverage, positions = (replace(o, sensor_id="cam-exit") for o in seen(fakes, 10**8))
    broken = replace(coverage, p_report=coverage.p_report + 5)
    writer.take_all([("cam-exit", (broken, positions)), ("cam-entry", seen(fakes, 10**8))])
    assert writer.picture.health["cam-exit"].state is HealthState.FAILED
    assert "cam-entry" not in writer.picture.health
    assert writer.picture.coverage["cam-entry"].t_utc_ns == fakes.T0 + 10**8
    fine = tuple(replace(o, sensor_id="cam-exit") for o in seen(fakes, 2 * 10**8))
    writer.take_all([("cam-exit", fine), ("cam-entry", seen(fakes, 2 * 10**8))])
    assert writer.picture.health["cam-exit"].state is HealthState.OK


def word(name: str, state: HealthState = HealthState.FAILED) -> Health:
    return Health(
        sensor_id=name, t_utc_ns=5, state=state, reason=HealthReason.DISCONNECTED, message="away"
    )


def test_what_is_said_within_one_context_is_one_step(fakes) -> None:
    memory, heard = fakes.Memory(), []
    writer = make(fakes, recorder=memory, listeners=(lambda p, e: heard.append(e),))
    with writer.together():
        for n in range(50):
            writer.say(word(f"s{n}"))
        writer.take("cam-entry", seen(fakes))
        assert not memory.steps  # nothing is done before the end
    assert len(memory.steps) == 1
    assert len(writer.picture.health) == 50
    assert sum(isinstance(e, HealthChanged) for e in heard[0]) == 50
    assert len(writer.picture.tracks.track_id)


def test_a_context_within_a_context_ends_with_the_outer_one(fakes) -> None:
    memory = fakes.Memory()
    writer = make(fakes, recorder=memory)
    with writer.together():
        with writer.together():
            writer.say(word("a"))
        writer.say(word("b"))
        assert not memory.steps
    assert len(memory.steps) == 1


def test_a_word_of_the_service_is_no_word_of_the_sensor(fakes) -> None:
    board = HealthBoard()
    station = fakes.station()
    writer = SingleWriter(
        station,
        started_utc_ns=fakes.T0,
        outputs=Outputs(),
        board=board,
        counts=RunCounts(station.site, started_utc_ns=fakes.T0, is_simulated=True),
        clock=SimulatedClock(fakes.T0),
    )
    with writer.together():
        writer.say(
            board.stand(
                "cam-entry",
                "silent",
                t_utc_ns=1,
                state=HealthState.FAILED,
                reason=HealthReason.DISCONNECTED,
                message="away",
            )
        )
        writer.say(word("another"))
    # Were it the sensor's own word it would stand on.
    writer.say(board.clear("cam-entry", "silent", t_utc_ns=2))
    assert writer.picture.health["cam-entry"].state is HealthState.OK


def test_one_fault_within_a_context_is_nobody_elses(fakes) -> None:
    writer = make(fakes)
    coverage, positions = seen(fakes)
    with writer.together():
        writer.take("cam-entry", (replace(coverage, p_report=coverage.p_report + 5), positions))
        writer.say(word("another"))
    assert writer.picture.health["cam-entry"].state is HealthState.FAILED
    assert writer.picture.health["another"].message == "away"


def test_hints_are_kept_once_however_many_records_are_read_with_them(fakes) -> None:
    memory = fakes.Memory()
    writer = make(fakes, recorder=memory)
    kept: list[object] = []
    memory.hints = kept.append
    for n in range(3):
        writer.keep(fakes.record(t_utc_ns=fakes.T0 + n), writer.hints)
    assert len(kept) == 1
    writer.take("cam-entry", seen(fakes))
    writer.keep(fakes.record(t_utc_ns=fakes.T0 + 9), writer.hints)
    assert len(kept) == 2


def test_hints_that_could_not_be_kept_are_tried_again(fakes) -> None:
    memory = fakes.Memory()
    writer = make(fakes, recorder=memory)
    kept: list[object] = []

    def refuse(_: object) -> None:
        raise RecordingError("the disk is full")

    memory.hints = refuse
    for n in range(2):  # the first failure is told, and that step makes new hints; the second not
        writer.keep(fakes.record(t_utc_ns=fakes.T0 - n - 1), writer.hints)
    memory.hints = kept.append
    hints = writer.hints
    writer.keep(fakes.record(t_utc_ns=fakes.T0 + 1), hints)
    writer.keep(fakes.record(t_utc_ns=fakes.T0 + 2), hints)
    assert kept == [hints]
