"""Connecting again and again, with pauses that grow."""

import asyncio

import pytest

from standex.edges.interop.sapient import reconnecting
from standex.edges.interop.sapient.connection import Connection
from standex.edges.interop.sapient.reconnecting import keep_connected
from standex.edges.interop.sapient.sapient_source import Address


class Link:
    closing = ""

    def take(self, packet: bytes, /) -> None: ...

    def ended(self, why: str, /) -> None: ...


def test_comes_back_and_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses_s: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(delay_s: float) -> None:
        pauses_s.append(delay_s)
        await real_sleep(0)
        if len(pauses_s) == 8:
            raise asyncio.CancelledError

    async def run() -> None:
        problems: list[str] = []
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(lambda *_: Link()), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        n_spoken = 0

        async def speak(connection: Connection) -> None:
            nonlocal n_spoken
            n_spoken += 1
            connection.close("that was all")
            await connection.ended
            if n_spoken == 4:
                server.close()

        monkeypatch.setattr(reconnecting.asyncio, "sleep", sleep)
        with pytest.raises(asyncio.CancelledError):
            await keep_connected(
                Address(host="127.0.0.1", port=port),
                lambda: Connection(lambda *_: Link()),
                speak,
                on_problem=problems.append,
            )
        assert n_spoken == 4
        assert problems[0] == "that was all"
        assert f"127.0.0.1:{port}" in problems[-1]

    asyncio.run(run())
    for at, pause_s in enumerate(pauses_s):
        longest_s = min(0.25 * 2 ** (at + 1), 15.0)
        assert 0.5 * longest_s <= pause_s <= longest_s
