from functools import partial

import anyio
import pytest

from standex.edges.clock import SystemClock
from standex.edges.live import run
from standex.edges.perceive_pool import PerceivePool
from standex.edges.single_writer import Outputs
from standex.model.errors import StandexError
from standex.model.event import HealthChanged
from standex.model.observation import HealthReason, HealthState, Positions

MS = 10**6


def go(fakes, records, *, error=None, listeners=(), recorder=None, station=None, heavy=()):
    """Run records of the next moments in real time; return the status and the health told."""
    clock = SystemClock()
    start = clock.utc_ns()
    told: list = []

    def listen(picture, events) -> None:
        told.extend(e.after for e in events if isinstance(e, HealthChanged))

    made = records(start)
    source = fakes.ListSource(
        made, error=error, pause=lambda record: wait(clock, record, limit_ns=start + 4000 * MS)
    )
    station = station or fakes.station()
    outputs = Outputs(recorder=recorder, listeners=(listen, *listeners))
    with PerceivePool(station, heavy=heavy) as pool:
        status = anyio.run(
            partial(
                run,
                station,
                source,
                pool=pool,
                clock=clock,
                started_utc_ns=start,
                is_simulated=True,
                outputs=outputs,
            )
        )
    return status, told


def wait(clock, record, *, limit_ns) -> None:
    if record.t_utc_ns < limit_ns:
        clock.wait_until_utc_ns(record.t_utc_ns)


def both(fakes, start, n, *, period_ms=20, **arrays):
    return [
        fakes.record(name, t_utc_ns=start + k * period_ms * MS, sequence=k, **arrays)
        for k in range(n)
        for name in ("cam-entry", "cam-exit")
    ]


@pytest.mark.slow
def test_a_person_is_followed_end_to_end(fakes) -> None:
    memory = fakes.Memory()
    status, told = go(fakes, lambda t: both(fakes, t, 25), recorder=memory)
    assert status.picture.tracks.is_confirmed.sum() == 1
    # What cameras say while a step is made is one step; nothing of it is left out.
    assert 0 < status.n_updates == len(memory.steps) <= 50
    said = [entry for observations, _ in memory.steps for entry in observations]
    assert sum(isinstance(entry, Positions) for entry in said) == 50
    assert len(memory.records) == 50
    assert not told
    # The first record waits for compiled code to be loaded; the last ones do not.
    assert status.lag_s < 4
    assert [sensor.n_records for sensor in status.sensors] == [25, 25]


@pytest.mark.slow
def test_a_silent_sensor_is_told_and_its_coverage_taken_back(fakes) -> None:
    def records(t):
        rows = both(fakes, t, 70)
        return [r for r in rows if r.sensor_id == "cam-exit" or not 5 < r.sequence < 60]

    shown: list[float] = []

    def listen(picture, events) -> None:
        if "cam-entry" in picture.coverage:
            shown.append(picture.coverage["cam-entry"].p_report.max())

    status, told = go(fakes, records, listeners=(listen,))
    assert 0.0 in shown  # while it is silent it sees nobody
    assert [(h.sensor_id, h.reason) for h in told][:1] == [("cam-entry", HealthReason.DISCONNECTED)]
    assert status.picture.health["cam-entry"].reason is HealthReason.SHEDDING  # numbers are missing
    assert status.picture.coverage["cam-entry"].p_report.max() > 0  # and it is back


@pytest.mark.slow
def test_one_technology_that_fails_does_not_stop_the_other(fakes) -> None:
    def records(t):
        bad = fakes.record("cam-entry", t_utc_ns=t + MS, sequence=0, fail=0)
        good = fakes.record("cam-entry", t_utc_ns=t + 300 * MS, sequence=1)
        return [bad, *(r for r in both(fakes, t, 10) if r.sensor_id == "cam-exit"), good]

    status, told = go(fakes, records)
    entry, other = status.sensors
    assert (entry.n_errors, other.n_errors) == (1, 0)
    assert "ZeroDivisionError: division by zero" in told[0].message
    assert told[0].state is HealthState.FAILED
    assert told[-1].state is HealthState.OK
    assert other.n_records == 10


def test_records_of_unknown_sensors_and_of_other_times_are_dropped_and_told(fakes) -> None:
    def records(t):
        return [
            fakes.record("ghost", t_utc_ns=t),
            fakes.record("ghost", t_utc_ns=t + 1),
            fakes.record("cam-entry", t_utc_ns=t + 3600 * 1000 * MS),
            fakes.record("cam-entry", t_utc_ns=t + MS),
            fakes.record("cam-entry", t_utc_ns=t),
        ]

    status, told = go(fakes, records)
    assert status.unknown == {"ghost": 2}
    assert [(h.sensor_id, h.reason) for h in told] == [
        ("ghost", HealthReason.BAD_RECORD),
        ("cam-entry", HealthReason.CLOCK),
        ("cam-entry", HealthReason.NONE),
        ("cam-entry", HealthReason.CLOCK),
    ]
    assert status.sensors[0].n_refused == 2


def test_a_source_that_fails_is_told_and_raised_after_the_rest_was_worked_on(fakes) -> None:
    heard: list = []
    with pytest.raises(StandexError, match="line is cut"):
        go(
            fakes,
            lambda t: both(fakes, t, 2, period_ms=1),
            error=StandexError("line is cut"),
            listeners=(lambda picture, events: heard.append(picture),),
        )
    assert "line is cut" in heard[-1].health["source"].message or any(
        "line is cut" in p.health["source"].message for p in heard if "source" in p.health
    )


@pytest.mark.slow
def test_a_busy_sensor_sheds_older_records_and_says_so(fakes) -> None:
    class SlowPool:
        def is_heavy(self, sensor_id):
            return sensor_id == "cam-entry"

        async def perceive(self, state, record, hints):
            if record.sensor_id == "cam-entry":
                await anyio.sleep(0.2)
            return station.perceive(state, record, hints)

    station, clock = fakes.station(), SystemClock()
    start = clock.utc_ns()
    source = fakes.ListSource(
        both(fakes, start, 30), pause=lambda r: clock.wait_until_utc_ns(r.t_utc_ns)
    )
    status = anyio.run(
        partial(
            run,
            station,
            source,
            pool=SlowPool(),
            clock=clock,
            started_utc_ns=start,
            is_simulated=True,
        )
    )
    entry, other = status.sensors
    assert entry.n_shed > 15
    assert other.n_shed == 0
    assert status.picture.health["cam-entry"].reason is HealthReason.SHEDDING
    assert status.n_shed == entry.n_shed


@pytest.mark.slow
def test_a_run_ends_when_told(fakes) -> None:
    clock, station = SystemClock(), fakes.station()
    start = clock.utc_ns()
    source = fakes.ListSource(
        both(fakes, start, 500), pause=lambda r: clock.wait_until_utc_ns(r.t_utc_ns)
    )

    async def stopped():
        stop = anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(set_later, stop)
            status.append(
                await run(
                    station,
                    source,
                    pool=PerceivePool(station, heavy=()),
                    clock=clock,
                    started_utc_ns=start,
                    is_simulated=True,
                    stop=stop,
                )
            )

    async def set_later(stop) -> None:
        await anyio.sleep(0.3)
        stop.set()

    status: list = []
    anyio.run(stopped)
    assert (clock.utc_ns() - start) * 1e-9 < 3
    assert 0 < status[0].n_updates < 200
