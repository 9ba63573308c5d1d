"""A small site, a clock, and stand-ins for a technology and a source."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.observation import Coverage, Positions
from standex.model.record import Record
from standex.model.zones import ZONES
from standex.station import Station

T0 = 1_760_000_000_000_000_000


class FakeTechnology:
    """Sees one person at the place in the record; fails where the record says so."""

    def __init__(self, spec, level) -> None:
        self.spec, self.level = spec, level

    def start(self):
        return 0

    def perceive(self, state, record, hints, /):
        if "fail" in record.arrays:
            raise ZeroDivisionError("division by zero")
        place = record.arrays["place"]
        seen = Positions(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            position_site_m=place[None],
            covariance_site_m2=0.01 * np.eye(2)[None],
            existence=np.array([0.95]),
            descriptor=np.zeros((1, 0)),
            clutter_per_m2=0.004,
        )
        covered = Coverage(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=self.level.min_site_m,
            cell_m=1.0,
            p_report=np.full((11, 6), 0.9),
            p_detect=np.zeros((len(ZONES), 11, 6)),
        )
        return state + 1, (covered, seen)


class ListSource:
    """Gives a list of records; with a step between, that many seconds apart."""

    def __init__(self, records, *, error=None, pause=None) -> None:
        self._records, self._error, self._pause = records, error, pause
        self.is_closed = False

    def records(self) -> Iterator[Record]:
        for record in self._records:
            if self._pause is not None:
                self._pause(record)
            if self.is_closed:
                return
            yield record
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        self.is_closed = True


class Memory:
    """A recorder that keeps everything in lists."""

    def __init__(self, *, error=None) -> None:
        self.steps, self.records, self.error = [], [], error

    def publish(self, t_utc_ns, observations, events, /) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.steps.append((observations, events))

    def record(self, record, /) -> None:
        self.records.append(record)

    def hints(self, hints, /) -> None: ...

    def scene(self, picture, /) -> None: ...


class Fakes:
    """What is in this file, for tests: imports between test files do not work."""

    T0 = T0
    ListSource = ListSource
    Memory = Memory

    @staticmethod
    def record(sensor_id="cam-entry", *, t_utc_ns=T0, sequence=0, **arrays) -> Record:
        return Record(
            sensor_id=sensor_id,
            t_utc_ns=t_utc_ns,
            kind="fake",
            sequence=sequence,
            arrays={"place": np.array([1.0, 2.0]), **arrays},
        )

    @staticmethod
    def site():
        """Return the shipped corridor with its two cameras only."""
        site = load_site("metro")
        cameras = tuple(s for s in site.sensors if s.technology == "floor-positions")
        return replace(site, sensors=cameras)

    @classmethod
    def station(cls, **changes) -> Station:
        site = cls.site()
        technologies = {s.sensor_id: FakeTechnology(s, site.levels[0]) for s in site.sensors}
        return replace(Station.of(site, technologies, {}), **changes)


@pytest.fixture(scope="session")
def fakes() -> type[Fakes]:
    return Fakes
