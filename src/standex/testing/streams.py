"""The laws of the two ends: a source gives records in order, a sink takes whatever happened."""

from itertools import islice

from standex.model.ports import Sink, Source
from standex.model.record import Record
from standex.model.site import Site
from standex.testing.examples import T_UTC_NS, example_events, example_observations
from standex.testing.leaves import Untouched, check_same


def check_source(
    source: Source, *, n_records: int | None = None, is_repeatable: bool = True
) -> None:
    """Assert that records come in order.

    * For each sensor, time never runs backwards and numbers go up.
    * A source that can be read again (a file, the twin) gives the same again, bit for bit.

    Args:
        source: with at least one record.
        n_records: how many to read, from the front; all by default.
        is_repeatable: False for a device.
    """
    assert isinstance(source, Source), f"{type(source).__name__} is no Source"
    records = list(islice(source.records(), n_records))
    assert records, "the source gave no record"
    last: dict[str, Record] = {}
    for record in records:
        assert isinstance(record, Record), f"a source gives no {type(record).__name__}"
        before = last.get(record.sensor_id)
        what = f"{record.sensor_id}, record {record.sequence}"
        if before is not None:
            assert record.t_utc_ns >= before.t_utc_ns, f"{what}: time runs backwards"
            assert record.sequence > before.sequence, f"{what}: comes after {before.sequence}"
        last[record.sensor_id] = record
    if is_repeatable:
        again = list(islice(source.records(), n_records))
        check_same(records, again, "the same source must give the same records again")


def check_sink(sink: Sink, *, site: Site, t_utc_ns: int = T_UTC_NS) -> None:
    """Assert that a sink takes every kind of observation and event, and changes none.

    Afterwards look at what it made of them: three steps were published, the first of them empty,
    with :func:`~standex.testing.examples.example_observations` and ``example_events``.

    Args:
        sink: under check.
        site: whose first sensor speaks.
        t_utc_ns: time of the first step; two more follow a second apart.
    """
    assert isinstance(sink, Sink), f"{type(sink).__name__} is no Sink"
    observations, events = example_observations(site), example_events(site)
    sink.publish(t_utc_ns, (), ())
    with Untouched(observations=observations, events=events):
        sink.publish(t_utc_ns + 10**9, observations, events)
        sink.publish(t_utc_ns + 2 * 10**9, observations[:1], events[-1:])
