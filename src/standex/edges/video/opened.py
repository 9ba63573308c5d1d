"""Opens files, streams and devices with PyAV (FFmpeg) and yields what they hold, frame by frame.

What comes from outside may be anything: every error of FFmpeg becomes one sentence about the video.
"""

import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
from jaxtyping import UInt8

from standex.model.errors import DataFileError, StandexError

OPEN_S, READ_S = 10.0, 5.0  # so long nothing may come, of 20 GB of zeros either
MOST_PIXELS = 8192 * 4608
MOST_BAD = 100  # packets in a row that are no picture
_STREAM_OPTIONS = {
    "rtsp_transport": "tcp",  # over UDP, lost packets smear the picture
    "fflags": "nobuffer",
    "max_delay": "500000",
    "probesize": "1000000",
    "analyzeduration": "2000000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInput:
    """Where one camera's pictures come from.

    Attributes:
        sensor_id: the camera, as the site calls it.
        url: path of a file, ``rtsp://...``, ``http://...``, or a device such as ``/dev/video0``.
        container: FFmpeg's name of the format where it cannot be told from the data (``v4l2`` of
            a device on Linux), or empty.
        options: more for FFmpeg, by name.
        rate_hz: frames a second that are wanted; more are left out without counting.
        frame_size_px: width and height that the camera was calibrated for; None takes any.
        clock_offset_s: by how much its times are known to be late, against the other cameras.
    """

    sensor_id: str
    url: str = field(repr=False)  # it may hold a password
    container: str = ""
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    rate_hz: float = 10.0
    frame_size_px: tuple[int, int] | None = None
    clock_offset_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.rate_hz < 1000:
            raise ValueError(f"rate_hz must be inside (0, 1000), got {self.rate_hz}")

    @property
    def is_file(self) -> bool:
        """Return whether it is a file that ends, and can be played at any pace."""
        return Path(self.url).is_file()

    @property
    def shown_url(self) -> str:
        """Return the address without name and password."""
        scheme, mark, rest = self.url.partition("://")
        return scheme + mark + rest.rpartition("@")[2] if mark else self.url


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A decoded frame, not yet turned into colours.

    Attributes:
        raw: PyAV's.
        index: counts all frames of the stream, from 0.
        stream_s: by the stream; None where it does not say.
        n_bad: pieces of the stream since it was opened that were no picture.
    """

    raw: Any
    index: int
    stream_s: float | None
    n_bad: int

    @property
    def size_px(self) -> tuple[int, int]:
        """Return width and height."""
        return int(self.raw.width), int(self.raw.height)

    @property
    def is_keyframe(self) -> bool:
        """Return whether it stands for itself."""
        return bool(self.raw.key_frame)

    def image(self) -> UInt8[np.ndarray, "h w 3"]:
        """Return blue, green, red."""
        return np.ascontiguousarray(self.raw.to_ndarray(format="bgr24"))


@contextmanager
def opened(video: VideoInput) -> Generator[Iterator[Frame]]:
    """Open a video for the time of a ``with``; gives its frames, in order.

    Raises:
        DataFileError: a file is empty, holds no video, or is no video at all.
        StandexError: a stream or device does not answer, stalls, or sends what is no picture; also
            while frames are taken.
    """
    av = _library()
    _refuse_empty(video)
    options = {**({} if video.is_file else _STREAM_OPTIONS), **video.options}
    try:
        container = av.open(
            video.url,
            format=video.container or None,
            options=options,
            timeout=(OPEN_S, READ_S),
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _error(video, f"cannot be opened ({said(error)})") from error
    with container:
        if not container.streams.video:
            kinds = ", ".join(one.type for one in container.streams) or "nothing"
            raise _error(video, f"holds no video; it holds {kinds}")
        stream = container.streams.video[0]
        _refuse_size(video, int(stream.width or 0), int(stream.height or 0))
        stream.thread_count = 1  # frame threads would add delay, and there are other cameras
        yield _frames(video, container, stream, av)


def _frames(video: VideoInput, container: Any, stream: Any, av: Any) -> Iterator[Frame]:
    n_bad, n_in_a_row, index = 0, 0, -1
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            decoded = packet.decode()
        except StopIteration:
            break
        except av.error.InvalidDataError:
            n_bad, n_in_a_row = n_bad + 1, n_in_a_row + 1
            if n_in_a_row > MOST_BAD:
                raise _error(
                    video, f"sends what is no picture: {n_in_a_row} pieces in a row"
                ) from None
            continue
        except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
            raise _error(video, f"broke off ({said(error)})") from error
        for raw in decoded:
            if raw.is_corrupt:
                n_bad += 1
                continue
            _refuse_size(video, int(raw.width), int(raw.height))
            n_in_a_row, index = 0, index + 1
            yield Frame(raw=raw, index=index, stream_s=_stream_s(raw), n_bad=n_bad)
    if index < 0 and video.is_file:
        raise _error(video, f"holds no picture that can be read ({n_bad} pieces were none)")


def _stream_s(raw: Any) -> float | None:
    seconds = raw.time
    return None if seconds is None or not math.isfinite(seconds) else float(seconds)


def _library() -> Any:
    try:
        import av  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise StandexError(
            "reading video needs PyAV: install standex[video] (or: pip install av)"
        ) from error
    import av.logging  # noqa: PLC0415

    av.logging.set_level(None)  # what is wrong is said once, as health, and not on the screen
    return av


def _refuse_empty(video: VideoInput) -> None:
    if video.is_file and Path(video.url).stat().st_size == 0:
        raise _error(video, "is empty (0 bytes)")
    is_path = "://" not in video.url and not video.container
    if is_path and not Path(video.url).exists():
        raise _error(video, "does not exist")


def _refuse_size(video: VideoInput, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _error(
            video, f"has frames of {width} x {height}; up to {MOST_PIXELS} pixels are read"
        )


def said(error: BaseException) -> str:
    """Return what went wrong, in FFmpeg's words and without the address."""
    if getattr(error, "strerror", None):
        return str(getattr(error, "strerror"))  # noqa: B009 - only some errors have it
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _error(video: VideoInput, why: str) -> StandexError:
    kind = DataFileError if video.is_file else StandexError
    return kind(f"video {video.shown_url} of {video.sensor_id}: {why}")
