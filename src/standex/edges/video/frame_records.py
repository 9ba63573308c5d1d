"""Frames as records of kind ``video.frame``, and whole files as sources, as fast as they are read.

A record of kind ``video.frame`` has

    image         [h, w, 3]  uint8: blue, green, red
    frame_index   0-d int64: counts all frames of the stream, from 0
    is_keyframe   0-d bool
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from standex.edges.video.opened import Frame, VideoInput, opened
from standex.model.errors import DataFileError
from standex.model.record import Record

KIND = "video.frame"


def frame_record(frame: Frame, *, sensor_id: str, t_utc_ns: int, sequence: int) -> Record:
    """Return a frame as a record; its colours are made here."""
    return Record(
        sensor_id=sensor_id,
        t_utc_ns=t_utc_ns,
        kind=KIND,
        sequence=sequence,
        arrays={
            "image": frame.image(),
            "frame_index": np.array(frame.index, dtype=np.int64),
            "is_keyframe": np.array(frame.is_keyframe),
        },
    )


@final
class EveryNth:
    """Chooses frames, so many a second; a slower stream is left whole."""

    def __init__(self, rate_hz: float) -> None:
        """Choose so many a second."""
        self._period_ns = round(1e9 / rate_hz)
        self._due_utc_ns: int | None = None
        self.n_wanted = 0

    def is_wanted(self, t_utc_ns: int) -> bool:
        """Return whether the frame of this time is one of them; times go up."""
        spare_ns = self._period_ns // 20  # times jitter
        if self._due_utc_ns is not None and t_utc_ns < self._due_utc_ns - spare_ns:
            return False
        due = t_utc_ns if self._due_utc_ns is None else self._due_utc_ns
        # From where it was due, not from where it came: else a jitter would make it slower.
        is_far = t_utc_ns - due >= self._period_ns
        self._due_utc_ns = (t_utc_ns if is_far else due) + self._period_ns
        self.n_wanted += 1
        return True


def file_times_s(frames: Iterator[Frame], video: VideoInput) -> Iterator[tuple[Frame, float]]:
    """Yield frames with the seconds since the first of them.

    Raises:
        DataFileError: frames carry no time, or it runs backwards; also as ``opened`` raises it.
    """
    first_s, last_s = None, -1.0
    for frame in frames:
        if frame.stream_s is None:
            raise DataFileError(
                f"video {video.url} of {video.sensor_id}: frame {frame.index} carries no time"
            )
        first_s = frame.stream_s if first_s is None else first_s
        since_s = frame.stream_s - first_s
        if since_s <= last_s:
            raise DataFileError(
                f"video {video.url} of {video.sensor_id}: the time of frame {frame.index} runs "
                f"backwards by {last_s - since_s:.3f} s"
            )
        last_s = since_s
        yield frame, since_s


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFiles:
    """Files as a ``Source``: every wanted frame of all of them, in order of time, nothing dropped.

    Attributes:
        videos: one file per camera; their first frames are of the same time.
        started_utc_ns: that time.
    """

    videos: Sequence[VideoInput]
    started_utc_ns: int

    def records(self) -> Iterator[Record]:
        """Yield all records.

        Raises:
            DataFileError: a file cannot be read, or not to its end.
        """
        ways = [self._of(video) for video in self.videos]
        yield from heapq.merge(*ways, key=lambda record: record.t_utc_ns)

    def _of(self, video: VideoInput) -> Iterator[Record]:
        thinned = EveryNth(video.rate_hz)
        with opened(video) as frames:
            for frame, since_s in file_times_s(frames, video):
                t_utc_ns = self.started_utc_ns + round((since_s - video.clock_offset_s) * 1e9)
                if thinned.is_wanted(t_utc_ns):
                    yield frame_record(
                        frame,
                        sensor_id=video.sensor_id,
                        t_utc_ns=t_utc_ns,
                        sequence=thinned.n_wanted - 1,
                    )


def as_cameras(files: Mapping[str, str], *, rate_hz: float) -> tuple[VideoInput, ...]:
    """Return files by camera as inputs of the same rate."""
    any_camera = VideoInput(sensor_id="", url="", rate_hz=rate_hz)
    return tuple(replace(any_camera, sensor_id=name, url=url) for name, url in files.items())
