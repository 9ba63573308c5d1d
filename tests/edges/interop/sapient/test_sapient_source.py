"""Nodes over real sockets: heard, answered, refused, told of when they are gone."""

import asyncio
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.sapient import sapient_source
from standex.edges.interop.sapient.connection import Connection
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.fusion_link import Peer
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.loop_thread import LoopThread
from standex.edges.interop.sapient.messages import decoded, kind_of
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.sapient_source import Address, SapientSource
from standex.edges.live_ports import LiveSource, TellingSource
from standex.model.observation import HealthReason
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.model.tasking import Task

CLOCK = SystemClock()
HERE = Address(host="127.0.0.1", port=0)


class Drained:
    """The records of a source, as they come."""

    def __init__(self, source: SapientSource) -> None:
        self.of: queue.Queue[Record] = queue.Queue()
        self.thread = threading.Thread(target=self._drain, args=(source,), daemon=True)
        self.thread.start()

    def _drain(self, source: SapientSource) -> None:
        for record in source.records():
            self.of.put(record)

    def next_with(self, condition: Callable[[Record], object]) -> Record:
        while True:
            record = self.of.get(timeout=5.0)
            if condition(record):
                return record


@pytest.fixture
def refusals() -> list[str]:
    return []


@pytest.fixture
def source(own: OwnNode, refusals: list[str]) -> Iterator[SapientSource]:
    source = SapientSource(
        own, clock=CLOCK, listen=HERE, on_refusal=lambda one: refusals.append(one.reason)
    )
    source.start()
    yield source
    source.close()


def test_is_all_that_a_run_asks_for(source: SapientSource) -> None:
    assert isinstance(source, LiveSource)
    assert isinstance(source, TellingSource)
    assert isinstance(source, Tasked)
    assert source.troubles()["radar-1"].reason is HealthReason.DISCONNECTED


@pytest.mark.slow
def test_a_node_from_registration_to_goodbye(source: SapientSource, play, words, until) -> None:
    drained = Drained(source)
    node = play(source.port)
    node.send(words.registration(t_utc_ns=time.time_ns()))
    assert node.get("registration_ack").registration_ack.acceptance
    node.send(words.status(t_utc_ns=time.time_ns()))
    until(lambda: "radar-0" not in source.troubles())
    at = time.time_ns()
    node.send(*(words.detection(t_utc_ns=at, at_m=(x, 2.0)) for x in (1.0, 5.0)))
    record = drained.next_with(lambda one: len(one.arrays["p_person"]))
    assert (record.sensor_id, record.t_utc_ns) == ("radar-0", at)
    np.testing.assert_allclose(record.arrays["position_site_m"], [[1, 2], [5, 2]], atol=1e-6)
    later = drained.next_with(lambda one: one.sequence > record.sequence)
    assert later.arrays["p_person"].shape == (0,)
    alert = words.status(t_utc_ns=time.time_ns())
    alert.alert.alert_id, alert.alert.description = ulid(at), "somebody\nruns"
    node.send(alert)
    assert node.get("alert_ack").alert_ack.alert_id == alert.alert.alert_id
    assert source.alerts[0].description == "somebody runs"
    node.send(words.status(t_utc_ns=time.time_ns(), system=StatusReport.SYSTEM_GOODBYE))
    until(
        lambda: "goodbye" in source.troubles().get("radar-0", source.troubles()["radar-1"]).message
    )
    node.close()
    until(lambda: "has ended" in source.troubles()["radar-0"].message)
    source.close()
    drained.thread.join(2.0)
    assert not drained.thread.is_alive()


@pytest.mark.slow
def test_a_task_reaches_its_node_and_its_refusal_the_station(
    source: SapientSource, play, words, until
) -> None:
    drained = Drained(source)
    node = play(source.port)
    now = time.time_ns()
    node.send(words.registration(t_utc_ns=now), words.status(t_utc_ns=now))
    until(lambda: "radar-0" not in source.troubles())
    task = Task(
        task_id="task-1", t_utc_ns=now, sensor_id="radar-0", track_id=1,
        position_site_m=np.array([3.0, 3.0]), t_look_utc_ns=now, zone=None, reason="look",
    )  # fmt: skip
    source.take(task)
    got = node.get("task")
    answer = words.status(t_utc_ns=time.time_ns())
    answer.task_ack.task_id, answer.task_ack.task_status = got.task.task_id, 2
    node.send(answer)
    record = drained.next_with(lambda one: one.arrays["not_done"].size)
    assert record.arrays["not_done"].tolist() == ["task-1"]
    node.close()
    until(lambda: "radar-0" in source.troubles())
    source.take(task)  # nobody is there: it is not forgotten, and nothing breaks


def test_strangers_spoofers_and_bombs_are_refused(
    source: SapientSource, play, words, refusals: list[str], until
) -> None:
    node, thief, bomb, noise = (play(source.port) for _ in range(4))
    now = time.time_ns()
    node.send(words.registration(t_utc_ns=now))
    node.get("registration_ack")
    thief.send(words.registration(t_utc_ns=time.time_ns()))
    assert not thief.get("registration_ack").registration_ack.acceptance
    assert thief.is_closed()
    bomb.line.sendall((1 << 31).to_bytes(4, "little") + b"x" * 100)
    assert bomb.is_closed()
    noise.line.sendall((b"\x03\x00\x00\x00\xff\xff\xff") * 60)
    assert noise.is_closed()
    node.send(words.detection(1, t_utc_ns=time.time_ns()))
    assert "has not registered" in node.get("error").error.error_message[0]
    until(lambda: len(refusals) >= 52)
    assert any("connected already" in one for one in refusals)
    assert source.n_refused == len(refusals)
    # The good node has not noticed.
    node.send(words.status(t_utc_ns=time.time_ns()))
    until(lambda: "radar-0" not in source.troubles())


@pytest.mark.slow
def test_who_does_not_register_is_let_go(own: OwnNode, play, monkeypatch) -> None:
    monkeypatch.setattr(sapient_source, "REGISTER_WITHIN_S", 0.05)
    source = SapientSource(own, clock=CLOCK, listen=HERE)
    source.start()
    assert play(source.port).is_closed()
    source.close()


@pytest.mark.slow
def test_a_revoked_paper_ends_the_connection(own: OwnNode, play, words) -> None:
    revoked: list[str] = []
    source = SapientSource(
        own,
        clock=CLOCK,
        listen=HERE,
        admission=lambda claim: "revoked" if revoked else ("" if claim.token == "t" else "no"),
        admit_again_s=0.05,
    )
    source.start()
    stranger, node = play(source.port), play(source.port)
    stranger.send(words.registration(t_utc_ns=time.time_ns(), token="x"))
    assert not stranger.get("registration_ack").registration_ack.acceptance
    node.send(words.registration(t_utc_ns=time.time_ns(), token="t"))
    assert node.get("registration_ack").registration_ack.acceptance
    revoked.append("now")
    assert node.is_closed()
    source.close()


def test_may_be_for_some_of_the_sensors_alone(own: OwnNode) -> None:
    source = SapientSource(own, clock=CLOCK, sensor_ids=["radar-1"])
    assert set(source.troubles()) == set(source.counts()) == {"radar-1"}


def test_a_port_that_is_taken_is_told(own: OwnNode) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        where = Address(host="127.0.0.1", port=other.getsockname()[1])
        source = SapientSource(own, clock=CLOCK, listen=where)
        with pytest.raises(SapientError, match=r"cannot listen on 127\.0\.0\.1"):
            source.start()
        source.close()


@pytest.mark.slow
def test_nodes_behind_middleware(own: OwnNode, words, until) -> None:
    """A server that relays what nodes say, as other people's middleware does at its peers' port."""
    heard: list[str] = []
    lines: list[Connection] = []

    class Relay:
        closing = ""

        def __init__(self, connection: Connection, _: Peer) -> None:
            lines.append(connection)

        def take(self, packet: bytes, /) -> None:
            heard.append(kind_of(decoded(packet)))

        def ended(self, why: str, /) -> None:
            heard.append("ended")

    thread = LoopThread("middleware")

    async def serve() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: Connection(Relay), "127.0.0.1", 0
        )

    server = thread.call(serve())
    port = server.sockets[0].getsockname()[1]
    source = SapientSource(own, clock=CLOCK, middleware=Address(host="127.0.0.1", port=port))
    drained = Drained(source)
    until(lambda: heard[:2] == ["registration", "status_report"])

    def relay(*messages) -> None:
        for message in messages:
            thread.soon(lines[-1].send, message)

    now = time.time_ns()
    relay(*(words.registration(n, now) for n in (0, 1)), *(words.status(n, now) for n in (0, 1)))
    until(lambda: source.troubles() == {})
    at = time.time_ns()
    relay(words.detection(1, at))
    record = drained.next_with(lambda one: len(one.arrays["p_person"]))
    assert record.sensor_id == "radar-1"
    thread.soon(lines[-1].close, "restart")
    until(lambda: len(source.troubles()) == 2)
    until(lambda: len(lines) == 2)
    source.close()
    until(lambda: heard.count("ended") == 2)
    thread.soon(server.close)
    thread.close()
