"""A small site, a clock, and stand-ins for a technology and a source."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.settings import parse_site
from standex.model.observation import Coverage, Positions
from standex.model.record import Record
from standex.model.trajectories import Trajectories
from standex.model.zones import ZONES
from standex.station import Station

T0 = 1_760_000_000_000_000_000
CELL_M = 1.0
SURVEY = Path(__file__).with_name("survey.toml")
CAMERA = """[sensors.settings]
range_m = 9.0
half_angle_deg = 50.0
p_detect = 0.95
clutter_per_m2 = 0.004
sigma_m = 0.08
"""


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
        extent_m = self.level.max_site_m - self.level.min_site_m
        cells = tuple(int(n) for n in np.ceil(extent_m / CELL_M))
        seen = Positions(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            # Nobody is twice at the very same place; a sensor that says so repeats itself.
            position_site_m=place[None] + 1e-3 * np.sin(record.sequence),
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
            cell_m=CELL_M,
            p_report=np.full(cells, 0.9),
            p_detect=np.zeros((len(ZONES), *cells)),
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

    SURVEY = SURVEY

    @staticmethod
    def site_toml() -> str:
        """Return the text of a site with two cameras that can be built, and nothing else."""
        head, *sensors = SURVEY.read_text().split("[[sensors]]\n")
        cameras = [s.partition("[sensors.settings]")[0] for s in sensors if "floor-pos" in s]
        assert len(cameras) == 2
        both = CAMERA + CAMERA.replace("settings", "instrument_settings")
        return head + "".join(f"[[sensors]]\n{camera}{both}" for camera in cameras)

    @classmethod
    def site(cls):
        """Return that site."""
        return parse_site(cls.site_toml(), where="survey, cameras only")

    @staticmethod
    def people(n: int = 3) -> Trajectories:
        """Return people who walk side by side, at 1.25 m/s, against x, through the site."""
        frames = np.arange(80)
        way_m = 4.6 - 0.125 * frames
        return Trajectories(
            name=f"{n} by hand",
            person=np.repeat(np.arange(1, n + 1), len(frames)),
            frame=np.tile(frames, n),
            position_m=np.stack([np.tile(way_m, n), np.repeat(np.arange(n) + 1.0, 80)], axis=1),
            height_m=np.full(n * len(frames), np.nan),
            frame_rate_hz=10.0,
        )

    @classmethod
    def station(cls, **changes) -> Station:
        site = cls.site()
        technologies = {s.sensor_id: FakeTechnology(s, site.levels[0]) for s in site.sensors}
        return replace(Station.of(site, technologies, {}), **changes)


@pytest.fixture(scope="session")
def fakes() -> type[Fakes]:
    return Fakes
