"""The video that comes with the package: what it is, and where it lies."""

import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter

from standex.model.errors import DataFileError


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedVideo:
    """One entry of the index; what must be said when it is shown is in ``licence``.

    Attributes:
        name: to find it by.
        file: in the folder of the recordings.
        title: one line.
        source: where the file comes from.
        licence: terms and copyright; the whole notice is in NOTICE.
        citation: of the source.
        width_px: of its frames.
        height_px: same.
        rate_hz: frames a second.
        duration_s: of all of it.
    """

    name: str
    file: str
    title: str
    source: str
    licence: str
    citation: tuple[str, ...]
    width_px: int
    height_px: int
    rate_hz: float
    duration_s: float


@cache
def shipped_videos() -> tuple[ShippedVideo, ...]:
    """Return the index of the videos that come with the package."""
    index = resources.files("standex").joinpath("recordings", "index.toml").read_text("utf-8")
    entries = tomllib.loads(index)["video"]
    return TypeAdapter(tuple[ShippedVideo, ...]).validate_python(entries)


@contextmanager
def shipped_video(name: str) -> Generator[tuple[ShippedVideo, Path]]:
    """Give a video and its path for the time of a ``with``.

    Raises:
        DataFileError: there is no such video.
    """
    video = next((one for one in shipped_videos() if one.name == name), None)
    if video is None:
        known = ", ".join(one.name for one in shipped_videos())
        raise DataFileError(f"no video named {name!r} comes with the package; there is {known}")
    file = resources.files("standex").joinpath("recordings", video.file)
    with resources.as_file(file) as path:
        yield video, path
