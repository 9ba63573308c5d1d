"""Files as records: all wanted frames of all cameras, in order of time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.video.frame_records import KIND, EveryNth, VideoFiles, as_cameras

T0 = 1_700_000_000 * 10**9


def test_two_files_come_in_order_of_time(make_video) -> None:
    fast = make_video("fast.mkv", n_frames=20, rate_hz=20)
    slow = make_video("slow.mkv", n_frames=10, rate_hz=10, width=80)
    cameras = as_cameras({"a": str(fast), "b": str(slow)}, rate_hz=100.0)
    records = list(VideoFiles(videos=cameras, started_utc_ns=T0).records())
    times = [record.t_utc_ns for record in records]
    assert times == sorted(times)
    assert {record.kind for record in records} == {KIND}
    for name, n, width in (("a", 20, 64), ("b", 10, 80)):
        own = [record for record in records if record.sensor_id == name]
        assert [record.sequence for record in own] == list(range(n))
        assert own[0].t_utc_ns == T0
        assert own[0].arrays["image"].shape == (48, width, 3)
        assert [int(record.arrays["frame_index"]) for record in own] == list(range(n))
        assert own[0].arrays["is_keyframe"].shape == ()


def test_a_lower_rate_takes_every_nth(make_video) -> None:
    video = make_video(n_frames=50, rate_hz=25)
    (camera,) = as_cameras({"a": str(video)}, rate_hz=5.0)
    records = list(VideoFiles(videos=[camera], started_utc_ns=T0).records())
    assert [int(record.arrays["frame_index"]) for record in records] == list(range(0, 50, 5))
    assert [record.sequence for record in records] == list(range(10))


@given(rate_hz=st.floats(1, 30), stream_hz=st.floats(1, 60), jitter=st.floats(0, 0.3))
def test_the_rate_is_kept(rate_hz: float, stream_hz: float, jitter: float) -> None:
    rng = np.random.default_rng(1)
    thinned = EveryNth(rate_hz)
    seconds = 20
    times = np.arange(0, seconds, 1 / stream_hz)
    times = np.sort(times + jitter / stream_hz * rng.uniform(size=len(times)))
    for time_s in times:
        thinned.is_wanted(T0 + round(time_s * 1e9))
    expected = seconds * min(rate_hz, stream_hz)
    assert thinned.n_wanted <= expected * 1.06 + 2
    if stream_hz > 2 * rate_hz or stream_hz < 0.5 * rate_hz:
        assert thinned.n_wanted >= expected * 0.85 - 2


@pytest.mark.parametrize("rate_hz", [7.0, 10.0, 25.0])
def test_an_even_stream_loses_nothing_at_its_own_rate(rate_hz: float) -> None:
    thinned = EveryNth(rate_hz)
    for number in range(500):
        thinned.is_wanted(T0 + round(number / rate_hz * 1e9))
    assert thinned.n_wanted == 500
