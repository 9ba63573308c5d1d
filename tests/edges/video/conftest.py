"""Small videos made on the spot, and a stream over TCP that sends what it is told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

MakeVideo = Callable[..., Path]


def write_video(
    path: Path, *, n_frames: int, width: int, height: int, rate_hz: int, container: str
) -> Path:
    """Write frames whose grey level is ten times their number."""
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream("mpeg2video", rate=rate_hz)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 2_000_000
        stream.gop_size = 5
        for number in range(n_frames):
            image = np.full((height, width, 3), (10 * number) % 250, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    def make(
        name: str = "video.mkv",
        *,
        n_frames: int = 10,
        width: int = 64,
        height: int = 48,
        rate_hz: int = 25,
        container: str = "matroska",
    ) -> Path:
        return write_video(
            tmp_path / name,
            n_frames=n_frames,
            width=width,
            height=height,
            rate_hz=rate_hz,
            container=container,
        )

    return make


class Sender:
    """Sends the same bytes to whoever connects, then says nothing or hangs up."""

    def __init__(self, data: bytes, *, hangs_up: bool) -> None:
        self._data, self._hangs_up = data, hangs_up
        self._server = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self.n_served = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._server.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
                self.n_served += 1
                line.sendall(self._data)
            except OSError:
                return
            if self._hangs_up:
                line.close()
            else:
                self._held.append(line)

    def close(self) -> None:
        self._server.close()
        for line in self._held:
            line.close()


@pytest.fixture
def send() -> Iterator[Callable[..., Sender]]:
    senders: list[Sender] = []

    def start(data: bytes, *, hangs_up: bool = False) -> Sender:
        senders.append(Sender(data, hangs_up=hangs_up))
        return senders[-1]

    yield start
    for sender in senders:
        sender.close()
