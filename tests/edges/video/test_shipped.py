"""The shipped video is what its index says."""

from importlib import resources

import pytest

from standex.edges.video.opened import VideoInput, opened
from standex.edges.video.shipped import shipped_video, shipped_videos
from standex.model.errors import DataFileError


@pytest.mark.parametrize("entry", shipped_videos(), ids=lambda entry: entry.name)
def test_index_says_what_the_file_holds(entry) -> None:
    with shipped_video(entry.name) as (video, path):
        assert "CC BY 4.0" in video.licence
        with opened(VideoInput(sensor_id="cam", url=str(path))) as frames:
            first, second = next(frames), next(frames)
        assert first.size_px == (video.width_px, video.height_px)
        assert second.stream_s - first.stream_s == pytest.approx(1 / video.rate_hz)


def test_every_shipped_video_is_in_the_index() -> None:
    folder = resources.files("standex").joinpath("recordings")
    files = {file.name for file in folder.iterdir() if file.name.endswith((".mp4", ".avi"))}
    assert files == {video.file for video in shipped_videos()}


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(DataFileError, match="one-by-one"), shipped_video("two-by-two"):
        pass
