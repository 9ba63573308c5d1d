"""Live cameras: the newest frame wins, a camera that fails is told and the others go on."""

import threading
import time
from collections.abc import Callable

import pytest

from standex.edges.clock import SystemClock
from standex.edges.live_ports import LiveSource
from standex.edges.video.opened import VideoInput
from standex.edges.video.video_source import VideoSource
from standex.model.observation import HealthReason, HealthState
from standex.model.record import Record

pytestmark = pytest.mark.slow


class Running:
    """Reads a source in a thread."""

    def __init__(self, *videos: VideoInput, busy_s: float = 0.0) -> None:
        self.source = VideoSource(videos, clock=SystemClock(), first_retry_s=0.2)
        self.records: list[Record] = []
        self._busy_s = busy_s
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _read(self) -> None:
        for record in self.source.records():
            self.records.append(record)
            time.sleep(self._busy_s)

    def n_of(self, name: str) -> int:
        return sum(record.sensor_id == name for record in self.records)

    def until(self, holds: Callable[[], bool], *, within_s: float = 10.0) -> None:
        end = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < end, (len(self.records), self.source.troubles())
            time.sleep(0.02)

    def joined(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()


def camera(name: str, url: object, **more: object) -> VideoInput:
    return VideoInput(sensor_id=name, url=str(url), rate_hz=25.0, **more)  # type: ignore[arg-type]


def stream(name: str, url: str, **more: object) -> VideoInput:
    return camera(name, url, container="mpegts", **more)


def test_it_is_a_live_source(make_video) -> None:
    assert isinstance(VideoSource([camera("a", make_video())], clock=SystemClock()), LiveSource)
    with pytest.raises(ValueError, match="sensor_id"):
        VideoSource([camera("a", "x"), camera("a", "y")], clock=SystemClock())


def test_a_file_plays_at_its_own_pace_and_ends(make_video) -> None:
    began = time.time_ns()
    with Running(camera("a", make_video(n_frames=20, rate_hz=25))) as running:
        running.joined()
    sequence = [record.sequence for record in running.records]
    assert len(sequence) >= 15  # a busy machine may leave some out
    assert 0.7 < (time.time_ns() - began) * 1e-9 < 5
    first = running.records[0]
    for record in running.records:
        late_ns = record.t_utc_ns - first.t_utc_ns - 40_000_000 * (record.sequence - sequence[0])
        assert abs(late_ns) < 2e6


def test_whoever_is_slow_gets_the_newest_and_the_gap_shows(make_video) -> None:
    with Running(camera("a", make_video(n_frames=50, rate_hz=25)), busy_s=0.3) as running:
        running.joined()
    sequence = [record.sequence for record in running.records]
    assert sequence == sorted(sequence)
    assert len(sequence) <= 10
    assert sequence[-1] >= 47
    assert running.source.n_dropped("a") + len(sequence) == 50


def test_a_stream_that_stalls_is_told_and_the_others_go_on(make_video, send) -> None:
    short = make_video("short.ts", n_frames=30, container="mpegts").read_bytes()
    stalling = send(short, hangs_up=False)
    with Running(
        stream("stalls", stalling.url), camera("goes", make_video(n_frames=100, rate_hz=25))
    ) as running:
        running.until(lambda: "stalls" in running.source.troubles())
        trouble = running.source.troubles()["stalls"]
        assert (trouble.state, trouble.reason) == (HealthState.FAILED, HealthReason.DISCONNECTED)
        before = running.n_of("goes")
        running.until(lambda: running.n_of("goes") > before)
        assert "goes" not in running.source.troubles()
        # After READ_S without data it is opened again.
        running.until(lambda: stalling.n_served > 1, within_s=15)


def test_a_stream_that_ends_is_opened_again(make_video, send) -> None:
    data = make_video("short.ts", n_frames=30, container="mpegts").read_bytes()
    sender = send(data, hangs_up=True)
    with Running(stream("a", sender.url)) as running:
        running.until(lambda: sender.n_served >= 3)
        times = [record.t_utc_ns for record in running.records]
    assert times == sorted(set(times))


def test_garbage_is_told_and_the_others_go_on(make_video, send, rng) -> None:
    garbage = send(rng.bytes(500_000), hangs_up=False)
    with Running(
        stream("garbage", garbage.url), camera("goes", make_video(n_frames=60, rate_hz=25))
    ) as running:
        running.until(lambda: running.n_of("goes") > 10)
        running.until(lambda: "garbage" in running.source.troubles(), within_s=15)
        assert running.n_of("garbage") == 0


def test_another_picture_size_is_kept_back_and_told(make_video, send) -> None:
    first = make_video("one.ts", n_frames=30, container="mpegts").read_bytes()
    then = make_video("two.ts", n_frames=30, width=96, container="mpegts").read_bytes()
    with Running(stream("a", send(first + then).url, frame_size_px=(64, 48))) as running:
        running.until(
            lambda: (
                HealthReason.MISALIGNED
                in {health.reason for health in running.source.troubles().values()}
            )
        )
        assert "96 x 48" in running.source.troubles()["a"].message
        assert {record.arrays["image"].shape for record in running.records} == {(48, 64, 3)}


def test_a_file_that_is_none_ends_alone(make_video, tmp_path) -> None:
    (tmp_path / "none.mp4").touch()
    with Running(
        camera("none", tmp_path / "none.mp4"), camera("goes", make_video(n_frames=20))
    ) as running:
        running.joined()
    assert running.n_of("goes") >= 15
    assert "empty" in running.source.troubles()["none"].message
