"""A TCP proxy that does to a line what lines do: latency, slices, flipped bits, silence, a cut.

In a thread and an event loop of its own. What it does can be changed while connections stand.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random


@dataclass
class Faults:
    """What is done to every connection, both ways.

    Attributes:
        latency_s: each piece is that late.
        slice_bytes: pieces are cut into so many bytes each; 0: as they come.
        flip_every_bytes: of so many bytes one bit is flipped, on average; 0: none.
        is_black_hole: nothing is passed on any more, and nobody is told.
    """

    latency_s: float = 0.0
    slice_bytes: int = 0
    flip_every_bytes: int = 0
    is_black_hole: bool = False


@dataclass
class FaultProxy:
    """Listens on ``port`` and passes on to ``to``: a port, or a socket of the file system."""

    to: int | Path
    faults: Faults = field(default_factory=Faults)
    seed: int = 1
    port: int = 0
    n_connections: int = 0
    n_bytes: int = 0
    n_pieces: int = 0
    n_flipped: int = 0
    n_swallowed: int = 0

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self._loop = asyncio.new_event_loop()
        self._ready, self._thread = threading.Event(), threading.Thread(target=self._work)

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.reset()
        self._call(self._over.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def reset(self) -> None:
        """Cut every connection at once, as a device that is switched off and on again."""
        self._call(self._cut)

    def _call(self, call: Callable[[], object]) -> None:
        done = threading.Event()

        def do() -> None:
            call()
            done.set()

        self._loop.call_soon_threadsafe(do)
        assert done.wait(10)

    def _cut(self) -> None:
        for line in self._lines:
            there = line.get_extra_info("socket")
            with suppress(OSError):  # RST rather than FIN
                there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.transport.abort()

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._lines.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            far_reader, far = await self._opened()
            self._lines.add(far)
            ways = [
                asyncio.ensure_future(self._pass(reader, far)),
                asyncio.ensure_future(self._pass(far_reader, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the proxy is at its end; streams complain of handlers that were cancelled
        finally:
            for one in (writer, far):
                if one is not None:
                    one.transport.abort()
                    self._lines.discard(one)
            self._tasks.discard(task)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.to, Path):
            return await asyncio.open_unix_connection(self.to)
        return await asyncio.open_connection("127.0.0.1", self.to)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            faults = self.faults
            if faults.latency_s:
                await asyncio.sleep(faults.latency_s)
            # A hole swallows what comes later, and also what is on its way.
            if self.faults.is_black_hole:
                self.n_swallowed += len(data)
                continue
            data = self._flipped(data, faults.flip_every_bytes)
            self.n_bytes += len(data)
            size = faults.slice_bytes or len(data)
            for at in range(0, len(data), size):
                writer.write(data[at : at + size])
                self.n_pieces += 1
                if faults.slice_bytes:
                    await asyncio.sleep(0)  # a piece of its own on the wire, as NODELAY is set
            await writer.drain()
        if self.faults.is_black_hole:
            await self._over.wait()

    def _flipped(self, data: bytes, every: int) -> bytes:
        if not every:
            return data
        out = bytearray(data)
        for at in range(len(out)):
            if self._chance.random() < 1 / every:
                out[at] ^= 1 << self._chance.randrange(8)
                self.n_flipped += 1
        return bytes(out)
