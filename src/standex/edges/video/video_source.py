"""Cameras as a live source: one thread drains each, the newest frame wins, what is dropped counts.

A camera that fails is opened again, later each time, and the others go on. What is wrong with it is
told as health (``troubles``); frames of a picture size that the camera was not calibrated for are
kept back. At most one frame of each camera waits, so neither memory nor delay can grow.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from standex.edges.clock import Clock
from standex.edges.video.capture_clock import CaptureClock
from standex.edges.video.frame_records import EveryNth, file_times_s, frame_record
from standex.edges.video.newest import Newest
from standex.edges.video.opened import Frame, VideoInput, opened, said
from standex.edges.watchdog import limit_s
from standex.model.errors import StandexError
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0
LATE_PERIODS = 2.0  # of a file that is read too slowly: older frames are left out
OPENING_S = 4.0  # a stream must first be found out about
TOLD_S = 5.0  # what passes at once is told for so long
_POLL_S = 0.2


@dataclass(slots=True, kw_only=True)
class _Camera:
    """What is known of one camera; written by its own thread only."""

    video: VideoInput
    n_wanted: int = 0  # frames numbered so far, over all times it was opened
    heard_utc_ns: int = 0
    has_begun: bool = False
    standing: dict[HealthReason, Health] = field(default_factory=dict[HealthReason, Health])
    passing: Health | None = None
    is_over: bool = False


@final
class VideoSource:
    """Satisfies ``LiveSource``: frames of several cameras, each as soon as it is there.

    A file is played at its own pace and ends; a stream or device is opened again for ever.
    """

    def __init__(
        self,
        videos: Sequence[VideoInput],
        *,
        clock: Clock,
        duration_s: float | None = None,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        """Make a source; nothing is opened before records are asked for.

        Args:
            videos: one per camera.
            clock: that capture times are of.
            duration_s: from its beginning, after which it ends; None for never.
            first_retry_s: after which a stream that failed is opened again; doubled each time.

        Raises:
            ValueError: a camera is there twice.
        """
        self._cameras = {video.sensor_id: _Camera(video=video) for video in videos}
        if len(self._cameras) != len(videos):
            raise ValueError("each camera needs a sensor_id of its own")
        self._clock = clock
        self._duration_s = duration_s
        self._first_retry_s = first_retry_s
        self._newest: Newest[tuple[Frame, int, int]] = Newest(self._cameras)
        self._is_over = threading.Event()
        self._started_utc_ns: int | None = None

    def begin(self, started_utc_ns: int) -> None:
        """Let files have their first frame at ``started_utc_ns``."""
        self._started_utc_ns = started_utc_ns

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from another thread."""
        self._is_over.set()
        self._newest.close()

    def n_dropped(self, sensor_id: str) -> int:
        """Return how many frames of a camera gave way to newer ones; their numbers are missing."""
        return self._newest.n_dropped(sensor_id)

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong with cameras now, by sensor; who is well is not in it."""
        now = self._clock.utc_ns()
        found = {name: self._trouble(camera, now) for name, camera in self._cameras.items()}
        return {name: health for name, health in found.items() if health is not None}

    def records(self) -> Iterator[Record]:
        """Yield frames as they come, until every file has ended or the source is closed."""
        if self._started_utc_ns is None:
            self._started_utc_ns = self._clock.utc_ns()
        for name, camera in self._cameras.items():
            camera.heard_utc_ns = self._clock.utc_ns()
            threading.Thread(
                target=self._drain, args=(camera,), name=f"standex-{name}", daemon=True
            ).start()
        try:
            while not (self._is_over.is_set() or self._newest.is_over or self._is_late()):
                taken = self._newest.take(timeout_s=_POLL_S)
                if taken is not None:
                    name, (frame, t_utc_ns, sequence) = taken
                    yield frame_record(
                        frame, sensor_id=str(name), t_utc_ns=t_utc_ns, sequence=sequence
                    )
        finally:
            self.close()

    def _is_late(self) -> bool:
        if self._duration_s is None or self._started_utc_ns is None:
            return False
        return (self._clock.utc_ns() - self._started_utc_ns) * 1e-9 > self._duration_s

    def _drain(self, camera: _Camera) -> None:
        """Read one camera for as long as there is anything; the main function of its thread."""
        retry_s = self._first_retry_s
        while not self._is_over.is_set():
            n_before = camera.n_wanted
            try:
                with opened(camera.video) as frames:
                    self._play(camera, frames)
                problem = "the stream has ended"
            except StandexError as error:
                problem = str(error)
            except Exception as error:  # noqa: BLE001 - foreign code; the other cameras go on
                problem = f"video {camera.video.shown_url} failed ({said(error)})"
            if camera.video.is_file and problem == "the stream has ended":
                break
            if camera.n_wanted > n_before:
                retry_s = self._first_retry_s
            self._stand(
                camera,
                HealthReason.DISCONNECTED,
                problem if camera.video.is_file else f"{problem}; opened again in {retry_s:g} s",
            )
            if camera.video.is_file or self._is_over.wait(retry_s):
                break
            retry_s = min(2 * retry_s, LAST_RETRY_S)
        camera.is_over = True
        self._newest.end(camera.video.sensor_id)

    def _play(self, camera: _Camera, frames: Iterator[Frame]) -> None:
        video, n_bad = camera.video, 0
        thinned = EveryNth(video.rate_hz)
        for frame, t_utc_ns in self._timed(camera, frames):
            if self._is_over.is_set():
                return
            camera.heard_utc_ns = self._clock.utc_ns()
            camera.has_begun = True
            camera.standing.pop(HealthReason.DISCONNECTED, None)
            if frame.n_bad > n_bad:
                n_bad = frame.n_bad
                self._mention(
                    camera,
                    HealthReason.DATA_QUALITY,
                    f"{n_bad} pieces of its stream were no picture; look at its line",
                )
            if not self._is_of_its_size(camera, frame) or not thinned.is_wanted(t_utc_ns):
                continue
            camera.n_wanted += 1
            period_ns = LATE_PERIODS * 1e9 / video.rate_hz
            if video.is_file and self._clock.utc_ns() - t_utc_ns > period_ns:
                continue  # its number is missing: so the loss is counted
            self._newest.put(video.sensor_id, (frame, t_utc_ns, camera.n_wanted - 1))

    def _timed(self, camera: _Camera, frames: Iterator[Frame]) -> Iterator[tuple[Frame, int]]:
        """Yield frames with the time they were taken; those of a file when that has come."""
        video = camera.video
        if video.is_file:
            started_utc_ns = self._started_utc_ns or 0
            for frame, since_s in file_times_s(frames, video):
                t_utc_ns = started_utc_ns + round((since_s - video.clock_offset_s) * 1e9)
                while (left_s := (t_utc_ns - self._clock.utc_ns()) * 1e-9) > 0:
                    if self._is_over.wait(min(left_s, 0.5)):
                        return
                yield frame, t_utc_ns
            return
        clock = CaptureClock(offset_s=video.clock_offset_s)
        for frame in frames:
            stamp = clock.stamp(frame.stream_s, arrived_utc_ns=self._clock.utc_ns())
            if stamp.problem:
                self._mention(camera, HealthReason.CLOCK, stamp.problem)
            yield frame, stamp.t_utc_ns

    def _is_of_its_size(self, camera: _Camera, frame: Frame) -> bool:
        wanted = camera.video.frame_size_px
        if wanted is None or frame.size_px == wanted:
            camera.standing.pop(HealthReason.MISALIGNED, None)
            return True
        self._stand(
            camera,
            HealthReason.MISALIGNED,
            f"its picture is {frame.size_px[0]} x {frame.size_px[1]} now, it was calibrated for "
            f"{wanted[0]} x {wanted[1]}; set the stream back, or calibrate again",
        )
        return False

    def _stand(self, camera: _Camera, reason: HealthReason, message: str) -> None:
        camera.standing[reason] = self._health(camera, HealthState.FAILED, reason, message)

    def _mention(self, camera: _Camera, reason: HealthReason, message: str) -> None:
        camera.passing = self._health(camera, HealthState.DEGRADED, reason, message)

    def _health(
        self, camera: _Camera, state: HealthState, reason: HealthReason, message: str
    ) -> Health:
        return Health(
            sensor_id=camera.video.sensor_id,
            t_utc_ns=self._clock.utc_ns(),
            state=state,
            reason=reason,
            message=message,
        )

    def _trouble(self, camera: _Camera, now_utc_ns: int) -> Health | None:
        """Return the worst that is wrong with a camera now."""
        standing = list(camera.standing.values())
        if standing:
            return standing[0]
        silent_s = (now_utc_ns - camera.heard_utc_ns) * 1e-9
        most_s = limit_s(camera.video.rate_hz)
        if not camera.has_begun:
            most_s = max(most_s, OPENING_S)
        if camera.heard_utc_ns and not camera.is_over and silent_s > most_s:
            return self._health(
                camera,
                HealthState.FAILED,
                HealthReason.DISCONNECTED,
                f"{camera.video.shown_url} has stalled: no frame for {silent_s:.0f} s",
            )
        passing = camera.passing
        if passing is not None and (now_utc_ns - passing.t_utc_ns) * 1e-9 < TOLD_S:
            return passing
        return None
