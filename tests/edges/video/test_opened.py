"""What can be opened is read frame by frame; all else is one clear error, quickly."""

import time
import wave
from pathlib import Path

import numpy as np
import pytest

from standex.edges.video.opened import VideoInput, opened
from standex.model.errors import DataFileError, StandexError


def read(path: Path, **more: object) -> list:
    with opened(VideoInput(sensor_id="cam", url=str(path), **more)) as frames:  # type: ignore[arg-type]
        return list(frames)


def test_frames_come_with_time_size_and_colours(make_video) -> None:
    frames = read(make_video(n_frames=10, rate_hz=25))
    assert [frame.index for frame in frames] == list(range(10))
    np.testing.assert_allclose(np.diff([frame.stream_s for frame in frames]), 0.04, atol=1.1e-3)
    assert frames[3].size_px == (64, 48)
    assert frames[0].is_keyframe
    image = frames[3].image()
    assert (image.shape, image.dtype) == ((48, 64, 3), np.uint8)
    assert abs(float(image.mean()) - 30) < 6


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "none.mp4").touch()
    with pytest.raises(DataFileError, match="empty"):
        read(tmp_path / "none.mp4")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StandexError, match="does not exist"):
        read(tmp_path / "gone.mp4")


@pytest.mark.parametrize("name", ["zeros.mp4", "zeros.avi", "zeros.bin"])
def test_twenty_gigabytes_of_nothing_are_refused_at_once(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(20 * 2**30)
    began = time.monotonic()
    with pytest.raises(DataFileError, match=r"cannot be opened|holds no"):
        read(tmp_path / name)
    assert time.monotonic() - began < 20


@pytest.mark.slow
def test_a_video_that_goes_on_as_twenty_gigabytes_of_nothing(make_video) -> None:
    path = make_video(container="matroska")
    whole = len(read(path))
    with path.open("r+b") as file:
        file.truncate(20 * 2**30)
    began, frames = time.monotonic(), 0
    try:
        with opened(VideoInput(sensor_id="cam", url=str(path))) as some:
            for _ in some:
                frames += 1
    except StandexError:
        pass
    assert frames <= whole
    assert time.monotonic() - began < 20


def test_noise_is_no_video(tmp_path: Path, rng: np.random.Generator) -> None:
    (tmp_path / "noise.ts").write_bytes(rng.bytes(300_000))
    with pytest.raises(DataFileError):
        read(tmp_path / "noise.ts")


def test_sound_is_no_video(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000)
    with pytest.raises(DataFileError, match="holds no video; it holds audio"):
        read(tmp_path / "sound.wav")


def test_damage_in_the_middle_costs_frames_only(make_video, rng: np.random.Generator) -> None:
    path = make_video("hurt.ts", n_frames=60, container="mpegts")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = rng.bytes(3000)
    path.write_bytes(bytes(data))
    assert 20 <= len(read(path)) <= 60


def test_nobody_answers() -> None:
    video = VideoInput(sensor_id="cam", url="tcp://user:secret@127.0.0.1:9", container="mpegts")
    with pytest.raises(StandexError, match="cannot be opened") as caught, opened(video):
        pass
    assert "secret" not in str(caught.value)


def test_a_rate_must_mean_something() -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        VideoInput(sensor_id="cam", url="x", rate_hz=0)
