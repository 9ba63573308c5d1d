"""Masked crops of the person an alarm is about, where a site has switched them on.

Frames wait in memory for some seconds, a few of each camera, and are never written. When an alarm
is kept, the person is cut out of the frames that show them best, by the camera's own boxes and by
where they were followed: face and everybody else masked, no more than clothes are known by.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.edges.evidence.clip import ids_of
from standex.edges.evidence.crop_names import crop_name
from standex.edges.evidence.ring import HeldStep
from standex.edges.video.png import png_bytes
from standex.model.curves import Heard
from standex.model.errors import StandexError
from standex.model.picture import Passage
from standex.model.ports import Cropping, Technology
from standex.model.record import Record

EVERY_S = 0.5  # between frames that are held
HELD_S = 8.0  # and for so long
MOST_CROPS = 2
LEAST_HIGH_PX = 40  # a smaller figure shows no clothes
OFF_S = 0.5  # from the step that says where somebody was to the frame, at most


@final
class HeldFrames:
    """The last frames of cameras that can crop; used by one thread."""

    def __init__(self, technologies: Mapping[str, Technology]) -> None:
        """Start empty."""
        self.cropping: dict[str, Cropping] = {
            name: one for name, one in technologies.items() if isinstance(one, Cropping)
        }
        self._frames: dict[str, deque[Heard]] = {name: deque() for name in self.cropping}

    def add(self, state: Any, record: Record) -> None:
        """Hold a frame, if it is time for one, and let go of those that are too old.

        Args:
            state: of the technology, before the record.
            record: as it came.
        """
        frames = self._frames.get(record.sensor_id)
        if frames is None:
            return
        if frames and record.t_utc_ns - frames[-1].record.t_utc_ns < EVERY_S * 1e9:
            return
        frames.append(Heard(state=state, record=record))
        while record.t_utc_ns - frames[0].record.t_utc_ns > HELD_S * 1e9:
            frames.popleft()

    def forget(self, *, now_utc_ns: int) -> None:
        """Let go of frames that are too old, also those of a camera that has fallen silent."""
        for frames in self._frames.values():
            while frames and now_utc_ns - frames[0].record.t_utc_ns > HELD_S * 1e9:
                frames.popleft()

    def held(self) -> tuple[Heard, ...]:
        """Return the frames that are held, of all cameras, oldest first."""
        every = [one for frames in self._frames.values() for one in frames]
        return tuple(sorted(every, key=lambda one: one.record.t_utc_ns))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cut:
    """One crop with what it is chosen by."""

    n_high_px: int
    t_utc_ns: int
    png: bytes


def crop_files(
    frames: Sequence[Heard],
    *,
    cropping: Mapping[str, Cropping],
    steps: Sequence[HeldStep],
    passage: Passage,
) -> dict[str, bytes]:
    """Return the crops that show somebody best, as PNG files by name, the earliest first.

    A frame that cannot be used is left out: the rest of the evidence is still kept.

    Args:
        frames: that are held.
        cropping: technologies by sensor.
        steps: of the station, with where everybody was.
        passage: of the person.
    """
    cuts: list[_Cut] = []
    for one in frames:
        place = _place_at(steps, one.record.t_utc_ns, ids_of(passage))
        if place is None:
            continue
        try:
            crop = cropping[one.record.sensor_id].cropped(one, place)
        except (StandexError, ValueError, ArithmeticError, IndexError):
            continue
        if crop is not None and crop.shape[0] >= LEAST_HIGH_PX:
            cuts.append(
                _Cut(n_high_px=crop.shape[0], t_utc_ns=one.record.t_utc_ns, png=png_bytes(crop))
            )
    best = sorted(cuts, key=lambda one: (-one.n_high_px, -one.t_utc_ns))[:MOST_CROPS]
    best.sort(key=lambda one: one.t_utc_ns)
    return {crop_name(number): one.png for number, one in enumerate(best)}


def _place_at(
    steps: Sequence[HeldStep], t_utc_ns: int, ids: frozenset[int]
) -> Float[np.ndarray, " 2"] | None:
    """Return where somebody was at a time, or None where no step says it."""
    near = [step for step in steps if abs(step.t_utc_ns - t_utc_ns) <= OFF_S * 1e9]
    for step in sorted(near, key=lambda one: abs(one.t_utc_ns - t_utc_ns)):
        rows = np.flatnonzero(np.isin(step.places.track_id, sorted(ids)))
        if len(rows):
            return step.places.position_site_m[rows[0]]
    return None
