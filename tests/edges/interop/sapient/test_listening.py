"""Tools for people who bring up a node: listen to it, talk to it."""

import asyncio
import time
from typing import Any

import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.framing import framed
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.listening import listen, send
from standex.edges.interop.sapient.sapient_source import Address

OWN = "6f582b41-6c88-481c-bb0f-6021a1739f57"
CLOCK = SystemClock()


@pytest.mark.slow
def test_each_hears_the_other(words) -> None:
    heard: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []

    async def run() -> None:
        ports: asyncio.Queue[int] = asyncio.Queue()
        listening = asyncio.create_task(
            listen(
                Address(host="127.0.0.1", port=0),
                own_id=OWN,
                clock=CLOCK,
                show=heard.append,
                on_open=ports.put_nowait,
            )
        )
        where = Address(host="127.0.0.1", port=await ports.get())
        broken = words.detection()
        broken.detection_report.ClearField("report_id")
        alert = words.status()
        alert.alert.alert_id = ulid(0)
        await send(
            where, (words.registration(), broken, alert), own_id=OWN, clock=CLOCK,
            show=answers.append, gap_s=0.01, wait_s=0.2,
        )  # fmt: skip
        await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())
    shown = [one["message"] for one in heard if "message" in one]
    assert ["registration" in one for one in shown] == [True, False, False]
    assert heard[2]["problems"] == ["detection_report.report_id: missing, it is mandatory"]
    kinds = [next(iter(set(one["message"]) - {"timestamp", "node_id", "destination_id"}))
             for one in answers if "message" in one]  # fmt: skip
    assert kinds == ["registration_ack", "error", "alert_ack"]
    assert "ended" in heard[-1]


def test_rubbish_and_closed_ports_are_told() -> None:
    heard: list[dict[str, Any]] = []

    async def run() -> None:
        ports: asyncio.Queue[int] = asyncio.Queue()
        where = Address(host="127.0.0.1", port=0)
        listening = asyncio.create_task(
            listen(where, own_id=OWN, clock=CLOCK, show=heard.append, on_open=ports.put_nowait)
        )
        port = await ports.get()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(b"\xff\xff"))
        await writer.drain()
        for _ in range(100):
            if len(heard) > 1:
                break
            await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        with pytest.raises(SapientError, match="cannot listen"):
            await listen(
                Address(host="127.0.0.1", port=port), own_id=OWN, clock=CLOCK, show=heard.append
            )
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        with pytest.raises(SapientError, match="cannot connect"):
            await send(
                Address(host="127.0.0.1", port=port), (), own_id=OWN, clock=CLOCK,
                show=heard.append, gap_s=0.0, wait_s=0.0,
            )  # fmt: skip

    asyncio.run(run())
    assert "no SAPIENT message" in heard[1]["problems"][0]
    assert time.time_ns() > 0
