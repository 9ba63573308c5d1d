import anyio

from standex.edges.clock import Clock, SimulatedClock, SystemClock
from standex.edges.paced_source import PacedSource, ShiftedClock


def test_a_restarted_clock_goes_on_from_there(fakes) -> None:
    inner = SimulatedClock(5)
    clock = ShiftedClock(inner)
    assert isinstance(clock, Clock)
    clock.restart(fakes.T0)
    assert clock.utc_ns() == fakes.T0
    clock.wait_until_utc_ns(fakes.T0 + 100)
    assert inner.utc_ns() == 105
    anyio.run(clock.sleep_until_utc_ns, fakes.T0 + 200)
    assert clock.utc_ns() == fakes.T0 + 200


def test_records_wait_for_their_time(fakes) -> None:
    clock = ShiftedClock(SystemClock())
    records = [fakes.record(t_utc_ns=fakes.T0 + n * 50_000_000, sequence=n) for n in range(3)]
    clock.restart(fakes.T0)
    times = [
        clock.utc_ns() - record.t_utc_ns
        for record in PacedSource(fakes.ListSource(records), clock=clock).records()
    ]
    assert len(times) == 3
    assert min(times) >= 0


def test_a_closed_source_ends(fakes) -> None:
    source = PacedSource(
        fakes.ListSource([fakes.record(t_utc_ns=2 * fakes.T0)]), clock=SystemClock()
    )
    source.close()
    assert not list(source.records())
