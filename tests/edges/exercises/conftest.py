"""What tests of exercises share: recorded ones, a store in memory, a desk of incidents."""

from pathlib import Path

import pytest

from neighbours import loaded
from standex.edges.clock import SteadyClock
from standex.edges.exercises.desk import ExerciseDesk
from standex.edges.exercises.exercise_file import ExerciseShelf
from standex.edges.exercises.shadow import play_shadow
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.store.retention import Retention

recorded_exercises = loaded("edges/exercises/recorded.py")
MemoryStore = loaded("edges/incidents/conftest.py").MemoryStore


@pytest.fixture(scope="session")
def recorded():
    """Return the module that records exercises."""
    return recorded_exercises


@pytest.fixture(scope="session")
def folder(tmp_path_factory, recorded) -> Path:
    """Return a folder with exercises that nobody may change."""
    made = tmp_path_factory.mktemp("exercises")
    recorded.record_exercise(made, "one-of-two", carrying=(True, False), speed_m_per_s=3.0)
    recorded.record_exercise(made, "unseen", found=(False,), speed_m_per_s=4.0)
    return made


class Bench:
    """A desk of exercises with what it needs."""

    def __init__(self, folder: Path, recorded, *, after_s: float = 0.0, play=play_shadow) -> None:
        self.clock, self.store, self.told = SteadyClock(), MemoryStore(), []
        self.incidents = IncidentDesk(recorded.SITE, store=self.store, clock=self.clock)
        self.shelf = ExerciseShelf(
            folder,
            site_id=recorded.SITE.site_id,
            site_toml=recorded.SITE_TOML,
            calibrations=tuple(recorded.CALIBRATIONS),
        )
        self.recorded, self.after_s, self.play = recorded, after_s, play
        self.status = _Status(recorded)
        self.desk = self.another()

    def another(self) -> ExerciseDesk:
        """Return a desk on the same store, as after a restart."""
        return ExerciseDesk(
            self.shelf,
            self.store,
            self.incidents,
            site=self.recorded.SITE,
            calibrations=self.recorded.CALIBRATIONS,
            clock=self.clock,
            retention=Retention(),
            status=lambda: self.status,
            tell=lambda *said: self.told.append(said),
            after_s=self.after_s,
            play=self.play,
        )


class _Status:
    """As much of a station's status as a desk asks for."""

    def __init__(self, recorded) -> None:
        from standex.station import Station  # noqa: PLC0415

        station = Station.of(recorded.SITE, {}, recorded.CALIBRATIONS)
        self.picture = station.start(recorded.START)


@pytest.fixture
def bench(folder, recorded):
    """Return what makes benches; whatever runs there ends with the test."""
    made = []

    def make(**more) -> Bench:
        made.append(Bench(more.pop("folder", folder), recorded, **more))
        return made[-1]

    yield make
    for one in made:
        one.desk.close()
