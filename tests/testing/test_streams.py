from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from standex.model.event import Event
from standex.model.observation import Observation
from standex.model.record import Record
from standex.model.site import Site
from standex.testing.examples import example_events, example_observations
from standex.testing.streams import check_sink, check_source


@dataclass
class Listed:
    rows: list[Record]

    def records(self) -> Iterator[Record]:
        yield from self.rows


class OnlyOnce(Listed):
    def records(self) -> Iterator[Record]:
        while self.rows:
            yield self.rows.pop(0)


class Endless(Listed):
    def records(self) -> Iterator[Record]:
        row = self.rows[0]
        while True:
            yield row
            row = replace(row, sequence=row.sequence + 1)


def row(sensor_id: str, t_utc_ns: int, sequence: int) -> Record:
    arrays = {"level": np.array([float(sequence)])}
    return Record(
        sensor_id=sensor_id, t_utc_ns=t_utc_ns, kind="test", sequence=sequence, arrays=arrays
    )


def test_sensors_may_be_out_of_step_with_each_other() -> None:
    check_source(Listed([row("a", 10, 0), row("b", 5, 7), row("a", 10, 1), row("b", 6, 9)]))


def test_a_device_is_read_once_and_as_long_as_wanted() -> None:
    check_source(OnlyOnce([row("a", 10, 0)]), is_repeatable=False)
    check_source(Endless([row("a", 10, 0)]), n_records=5)
    with pytest.raises(AssertionError, match="again"):
        check_source(OnlyOnce([row("a", 10, 0)]))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no record"),
        ([row("a", 10, 0), row("a", 9, 1)], "time runs backwards"),
        ([row("a", 10, 0), row("a", 11, 0)], "comes after 0"),
    ],
)
def test_disorder_is_caught(rows: list[Record], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_source(Listed(rows))


@dataclass
class Collect:
    spoils: bool = False
    steps: list[tuple[int, int, int]] = field(default_factory=list)

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        self.steps.append((t_utc_ns, len(observations), len(events)))
        if self.spoils and observations:
            observations[0].position_site_m[...] = 0.0  # type: ignore[union-attr]


def test_a_sink_gets_three_steps(site: Site) -> None:
    sink = Collect()
    check_sink(sink, site=site, t_utc_ns=10**9)
    n_observations, n_events = len(example_observations(site)), len(example_events(site))
    assert sink.steps == [(10**9, 0, 0), (2 * 10**9, n_observations, n_events), (3 * 10**9, 1, 1)]


def test_a_sink_that_writes_is_caught(site: Site) -> None:
    with pytest.raises(AssertionError, match="inputs must not be written to"):
        check_sink(Collect(spoils=True), site=site)
