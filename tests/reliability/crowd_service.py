"""A whole service on people who walk by the clock alone: the same ones before and after a restart.

Run as a program: ``python crowd_service.py FOLDER``. The world does not stop when the service does:
who is where follows from the time of day. Every third person carries something that is found when
they are half-way. Files in the folder make trouble while they are there, with a number in them:

    slow    so many seconds go by with each record, as on a computer that waits for its disk
    busy    so many seconds of a core go with each record, as on a computer that is too slow
    flood   the first sensor sends so many records for one
    frozen  the first sensor says the very same again and again
    made_up the first sensor says where people are who are not there
    step    the system clock is so many seconds off
"""

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from standex.edges.clock import SteadyClock, SystemClock
from standex.edges.service import around, station_service
from standex.edges.service.config import load_config
from standex.edges.service.supervised import Blueprint
from standex.edges.settings import parse_site
from standex.model.calibration import Calibration, Origin
from standex.model.observation import Coverage, Positions
from standex.model.record import Record
from standex.model.zones import ZONES
from standex.testing.examples import example_evidence

S = 10**9
EVERY_S, SPEED_M_PER_S, WAY_M = 1.5, 1.3, 9.6  # a new person; how fast; from door to door
RATE_HZ = 10.0
N_SEEN = 16  # numbers that a sensor measures, noise and all: never the same twice
CALIBRATION = "made-up"
CONFIG = """
[[sources]]
name = "crowd"
kind = "twin"
[watch]
checkpoint_period_s = 0.5
resume_within_s = 60.0
[web]
port = 0
[recording]
minutes_per_file = 1.0
[evidence]
ring_s = 10.0
[retention]
every_s = 1.0
"""


def trouble(folder: Path, name: str) -> float:
    """Return how much of a trouble there is now; 0 for none."""
    try:
        return float((folder / name).read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def burn(seconds: float) -> None:
    """Work for so long, however long it takes on a computer that has other work, too."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class SteppedClock(SystemClock):
    """The system clock after somebody has set it wrong."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def utc_ns(self) -> int:
        return time.time_ns() + round(trouble(self._folder, "step") * S)


def site_text() -> str:
    survey = Path(__file__).parents[1] / "edges" / "survey.toml"
    head, *sensors = survey.read_text().split("[[sensors]]\n")
    settings = (
        "[sensors.settings]\nrange_m = 9.0\nhalf_angle_deg = 50.0\np_detect = 0.95\n"
        "clutter_per_m2 = 0.004\nsigma_m = 0.08\n"
    )
    cameras = [s.partition("[sensors.settings]")[0] for s in sensors if "floor-pos" in s]
    return head + "".join(
        f'[[sensors]]\n{camera}calibration = "{CALIBRATION}"\n'
        + settings
        + settings.replace("settings", "instrument_settings")
        for camera in cameras
    )


def people(t_utc_ns: int) -> list[tuple[int, float, float]]:
    """Return who is there: number, x, y."""
    newest = int(t_utc_ns // round(EVERY_S * S))
    there = []
    for number in range(newest, newest - 20, -1):
        walked_m = (t_utc_ns - number * round(EVERY_S * S)) / S * SPEED_M_PER_S
        if 0 <= walked_m <= WAY_M:
            there.append((number, 4.4 - walked_m, 0.4 + 0.7 * (number % 6)))
    return there


def carries(number: int) -> bool:
    return number % 3 == 0


class CrowdSource:
    """Says ten times a second that time has passed; the technologies know who is there."""

    def __init__(self, site, folder: Path) -> None:
        self.site, self.folder, self.is_over = site, folder, threading.Event()
        self.frozen: tuple[np.ndarray, np.ndarray] | None = None

    def records(self):
        clock, sequence, rng = SystemClock(), 0, np.random.default_rng()
        due = clock.utc_ns()
        while not self.is_over.is_set():
            for spec in self.site.sensors:
                now = np.array([clock.utc_ns()], dtype=np.int64)
                is_first = spec is self.site.sensors[0]
                seen = rng.normal(size=N_SEEN)
                if is_first and trouble(self.folder, "frozen"):
                    now, seen = self.frozen = self.frozen or (now, seen)
                elif is_first:
                    self.frozen = None
                for _ in range(round(trouble(self.folder, "flood")) if is_first else 0):
                    yield self._record(spec, clock.utc_ns(), sequence, now, rng.normal(size=N_SEEN))
                yield self._record(spec, clock.utc_ns(), sequence, now, seen)
            sequence += 1
            due += round(S / RATE_HZ)
            clock.wait_until_utc_ns(due)

    @staticmethod
    def _record(spec, t_utc_ns, sequence, now: np.ndarray, seen: np.ndarray) -> Record:
        return Record(
            sensor_id=spec.sensor_id,
            t_utc_ns=t_utc_ns,
            kind="crowd",
            sequence=sequence,
            arrays={"now": now, "seen": seen},
        )

    def close(self) -> None:
        self.is_over.set()


class CrowdTechnology:
    """Sees everybody, and finds what is carried when somebody is half-way."""

    def __init__(self, spec, site, folder: Path) -> None:
        self.spec, self.site, self.folder = spec, site, folder
        self.is_threat = site.items.is_threat
        level = site.levels[0]
        self.cells = tuple(int(n) for n in np.ceil(level.max_site_m - level.min_site_m))

    def start(self):
        return None

    def perceive(self, state, record, hints, /):
        time.sleep(trouble(self.folder, "slow"))
        burn(trouble(self.folder, "busy"))
        t, there = record.t_utc_ns, people(int(record.arrays["now"][0]))
        rng = np.random.default_rng(t % 2**32)
        places = np.array([(x, y) for _, x, y in there]).reshape(-1, 2)
        if self.spec is self.site.sensors[0] and trouble(self.folder, "made_up"):
            level = self.site.levels[0]
            places = rng.uniform(level.min_site_m, level.max_site_m, places.shape)
        n = len(places)
        covered = Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t,
            level_id=self.spec.level_id,
            origin_site_m=self.site.levels[0].min_site_m,
            cell_m=1.0,
            p_report=np.full(self.cells, 0.95),
            p_detect=np.full((len(ZONES), *self.cells), 0.02),
        )
        seen = Positions(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t,
            level_id=self.spec.level_id,
            position_site_m=places + rng.normal(0, 0.03, (n, 2)),
            covariance_site_m2=np.tile(0.002 * np.eye(2), (n, 1, 1)),
            existence=np.full(n, 0.99),
            descriptor=np.zeros((n, 0)),
            clutter_per_m2=0.001,
        )
        looks = [
            replace(look, zone=zone, log_clutter=-8.0)
            for number, x, y in there
            if carries(number) and -1.0 < x < 0.0
            for look in [self._look(number, x, y, t)]
            for zone in self.site.operating_point.wanted_zones
        ]
        return state, (covered, seen, *looks)

    def _look(self, number, x, y, t):
        return example_evidence(
            sensor_id=self.spec.sensor_id,
            position_site_m=(x, y),
            log_likelihood=np.where(self.is_threat, 8.0, 0.0),
            look_id=f"{self.spec.sensor_id}-{number}-{t}",
            t_utc_ns=t,
            calibration_id=CALIBRATION,
        )


def calibration(site) -> Calibration:
    names = site.items.names
    return Calibration(
        calibration_id=CALIBRATION,
        sensor_kind="crowd",
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=2**62,
        provenance="made up",
        feature_names=("score",),
        class_names=names,
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=np.zeros((len(names), 3)),
        bound=9.0,
        cllr=0.5,
        correlation=0.5,
        n_passages_per_class=dict.fromkeys(names, 10),
        p_detect=0.8,
    )


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    text = site_text()
    site = parse_site(text, where="survey")
    station_service.calibrations_of = lambda _: {CALIBRATION: calibration(site)}
    station_service.build_technologies = lambda s, _: {
        spec.sensor_id: CrowdTechnology(spec, s, folder) for spec in s.sensors
    }
    station_service.blueprints = lambda *_, **__: (
        Blueprint(
            name="crowd",
            sensors=tuple(spec.sensor_id for spec in site.sensors),
            make=lambda: CrowdSource(site, folder),
        ),
    )
    file = folder / "service.toml"
    if not file.exists():
        file.write_text(CONFIG)
    setup = around.Setup(
        config=load_config(file, site),
        site=site,
        site_name="survey",
        site_toml=text,
        clock=SteadyClock(SteppedClock(folder)),
        say=tell,
        show=lambda _: None,
    )
    with station_service.StationService(setup) as service:
        service.run()
    tell("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
