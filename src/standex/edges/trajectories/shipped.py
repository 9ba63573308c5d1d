"""The recordings that come with the package: real people, anonymous positions only."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.stated import Unit
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedRecording:
    """One entry of the index; what must be said when a result is published is in ``citation``.

    Attributes:
        name: to load it by.
        file: in the folder of the recordings.
        title: one line.
        source: where the file comes from.
        licence: terms and copyright; the whole notice is in NOTICE.
        citation: with DOIs.
        people: number of people.
        duration_s: from the first to the last frame.
        unit: where the file does not say it.
        frame_rate_hz: where the file does not say it.
    """

    name: str
    file: str
    title: str
    source: str
    licence: str
    citation: tuple[str, ...]
    people: int
    duration_s: float
    unit: Unit | None = None
    frame_rate_hz: float | None = None


@cache
def shipped_recordings() -> tuple[ShippedRecording, ...]:
    """Return the index of the recordings that come with the package."""
    index = resources.files("standex").joinpath("recordings", "index.toml").read_text("utf-8")
    entries = tomllib.loads(index)["recording"]
    return TypeAdapter(tuple[ShippedRecording, ...]).validate_python(entries)


def shipped_names() -> tuple[str, ...]:
    """Return the names of the recordings that come with the package."""
    return tuple(recording.name for recording in shipped_recordings())


def load_shipped(name: str) -> Trajectories:
    """Load a recording that comes with the package.

    Args:
        name: one of ``shipped_names()``.

    Raises:
        DataFileError: there is no such recording.
    """
    recording = next((entry for entry in shipped_recordings() if entry.name == name), None)
    if recording is None:
        raise DataFileError(
            f"no recording named {name!r} comes with the package; there are "
            f"{', '.join(shipped_names())}"
        )
    file = resources.files("standex").joinpath("recordings", recording.file)
    with resources.as_file(file) as path:
        trajectories = read_trajectories(
            path, unit=recording.unit, frame_rate_hz=recording.frame_rate_hz
        )
    return replace(trajectories, name=recording.name)
