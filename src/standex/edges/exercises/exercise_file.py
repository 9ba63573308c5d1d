"""An exercise on the disk: a recording of simulated people, and beside it who carried what.

A folder for each: ``recording.mcap`` holds what the sensors of this very site said of them, without
raw records; ``exercise.json`` holds the truth, which no station reads.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Float

from standex.edges.recording.codec import decode, encode, from_bytes, to_bytes
from standex.edges.recording.reader import Recording
from standex.edges.service.checkpointer import digest_of_site
from standex.model.errors import RecordingError, StandexError
from standex.model.zones import BodyZone

RECORDING = "recording.mcap"
TRUTH = "exercise.json"
NOTHING = "nothing"
NEAREST_M = 0.8  # further off it is nobody's
_MOST_BYTES = 32 * 1024 * 1024
_PIECE = 1024 * 1024


class ExerciseFileError(StandexError):
    """An exercise cannot be used; says which, why, and what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Injected:
    """One simulated person of an exercise.

    Attributes:
        person: number in the recording.
        carried: item class, or ``nothing``.
        zone: where on the body, or None.
        is_threat: whether staff should check them.
        t_s: since the beginning of the recording, ascending.
        position_site_m: x, y then.
    """

    person: int
    carried: str
    zone: BodyZone | None
    is_threat: bool
    t_s: Float[np.ndarray, " k"]
    position_site_m: Float[np.ndarray, "k 2"]

    def at(self, t_s: float) -> Float[np.ndarray, " 2"] | None:
        """Return where they are, or None while they are not there."""
        if not len(self.t_s) or not self.t_s[0] <= t_s <= self.t_s[-1]:
            return None
        return np.array(
            [np.interp(t_s, self.t_s, self.position_site_m[:, axis]) for axis in (0, 1)]
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exercise:
    """An exercise that can be begun.

    Attributes:
        exercise: what it is called; that of its folder.
        site_id: of the site that it was made for.
        site_digest: of the text of that site file: its sensors, lines and zones.
        calibrations: behind the likelihoods in it, by id.
        recording_sha256: of the recording.
        duration_s: of the recording.
        seed: that everything was drawn from.
        made_utc_ns: when.
        software_version: that made it.
        injected: who walks.
    """

    exercise: str
    site_id: str
    site_digest: str
    calibrations: tuple[str, ...]
    recording_sha256: str
    duration_s: float
    seed: int
    made_utc_ns: int
    software_version: str
    injected: tuple[Injected, ...]

    @property
    def n_carrying(self) -> int:
        """Return how many carry what staff should check."""
        return sum(one.is_threat for one in self.injected)

    def nearest(self, place_site_m: Float[np.ndarray, " 2"], t_s: float) -> int | None:
        """Return who is nearest to a place, or None with nobody near."""
        there = [(one.person, place) for one in self.injected if (place := one.at(t_s)) is not None]
        away_m = [float(np.hypot(*(place - place_site_m))) for _, place in there]
        if not away_m or min(away_m) >= NEAREST_M:
            return None
        return there[int(np.argmin(away_m))][0]


@final
class ExerciseShelf:
    """The exercises of a service, in a folder; read anew each time, since they may be made anew."""

    def __init__(
        self, folder: Path, *, site_id: str, site_toml: str, calibrations: tuple[str, ...]
    ) -> None:
        """Look into ``folder``, which need not exist.

        Args:
            folder: of the service.
            site_id: that the service serves.
            site_toml: the same as text.
            calibrations: ids of those that hold there.
        """
        self._folder = folder
        self._site_id = site_id
        self._digest = digest_of_site(site_toml)
        self._calibrations = frozenset(calibrations)

    def all(self) -> tuple[tuple[str, Exercise | None, str], ...]:
        """Return each by name: what it is, and why it cannot be begun, or nothing."""
        if not self._folder.is_dir():
            return ()
        told: list[tuple[str, Exercise | None, str]] = []
        for path in sorted(self._folder.iterdir()):
            if not (path / TRUTH).is_file():
                continue
            try:
                one = read_exercise(path)
            except ExerciseFileError as error:
                told.append((path.name, None, str(error)))
            else:
                told.append((path.name, one, self._why_not(one)))
        return tuple(told)

    def opened(self, exercise: str) -> tuple[Exercise, Recording]:
        """Return an exercise and its recording, checked.

        Raises:
            ExerciseFileError: there is none of that name, it is of another site, it is not
                simulated, or it is not as it was made.
        """
        if exercise not in {name for name, _, _ in self.all()}:
            raise ExerciseFileError(f"there is no exercise {exercise!r}; standex exercise make")
        folder = self._folder / exercise
        one = read_exercise(folder)
        why_not = self._why_not(one)
        if why_not:
            raise ExerciseFileError(f"exercise {exercise}: {why_not}")
        path = folder / RECORDING
        if not path.is_file() or digest_of_file(path) != one.recording_sha256:
            raise ExerciseFileError(
                f"exercise {exercise}: its recording is not the one that it was made with"
            )
        try:
            recording = Recording.open(path)
        except RecordingError as error:
            raise ExerciseFileError(f"exercise {exercise}: {error}") from error
        if recording.origin != "simulated":
            raise ExerciseFileError(
                f"exercise {exercise}: its recording is {recording.origin}; people who really "
                "walked somewhere are nobody's exercise"
            )
        if digest_of_site(recording.site_toml) != self._digest or not recording.is_complete:
            raise ExerciseFileError(
                f"exercise {exercise}: its recording is of another site, or damaged; make it anew"
            )
        return one, recording

    def _why_not(self, one: Exercise) -> str:
        again = "make it anew with standex exercise make"
        if one.site_id != self._site_id:
            return f"it is of site {one.site_id}, this is {self._site_id}"
        if one.site_digest != self._digest:
            return f"the site file has changed since it was made (sensors or lines); {again}"
        if not set(one.calibrations) <= self._calibrations:
            return f"calibrations have changed since it was made; {again}"
        return ""


def read_exercise(folder: Path) -> Exercise:
    """Return what the truth file of an exercise says.

    Raises:
        ExerciseFileError: it cannot be read, or is none.
    """
    path = folder / TRUTH
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExerciseFileError(f"{path} is larger than an exercise is")
        one: Exercise = decode(Exercise, from_bytes(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ExerciseFileError(f"{path} cannot be read ({error}); make it anew") from error
    if one.exercise != folder.name:
        raise ExerciseFileError(f"{path} is of exercise {one.exercise!r}, not of {folder.name!r}")
    for row in one.injected:
        if not (len(row.t_s) == len(row.position_site_m) and np.isfinite(row.position_site_m).all()
                and np.isfinite(row.t_s).all()):  # fmt: skip
            raise ExerciseFileError(f"{path}: the way of person {row.person} is none")
    return one


def write_exercise(folder: Path, one: Exercise) -> None:
    """Write the truth file of an exercise.

    Raises:
        OSError: it cannot be written.
    """
    (folder / TRUTH).write_bytes(to_bytes(encode(one)))


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
