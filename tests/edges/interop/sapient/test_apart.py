"""The source in a process of its own: what comes in, what is asked, and what its end does."""

import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SteadyClock
from standex.edges.interop.sapient.admission import Claim
from standex.edges.interop.sapient.apart import ApartSapientSource, Listening
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.live_ports import BatchSource, LiveSource, TellingSource
from standex.model.errors import StandexError
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.model.tasking import Task

LONG_S = 60.0


class Heard:
    """A source that is read, and all that it has told."""

    def __init__(self, own: OwnNode) -> None:
        self.told: list[object] = []
        self.asked: list[Claim] = []
        self.records: queue.Queue[Record] = queue.Queue()
        self.problem: queue.Queue[str] = queue.Queue()
        self.source = ApartSapientSource(
            Listening(site=own.site, node_id=own.node_id, anchor=own.anchor, host="127.0.0.1",
                      port=0),
            clock=SteadyClock(),
            admission=self._admitted,
            on_refusal=self.told.append,
            on_alert=self.told.append,
        )  # fmt: skip

    def _admitted(self, claim: Claim) -> str:
        self.asked.append(claim)
        if claim.token == "broken":
            raise OSError("no papers here")
        return "" if claim.token == "good" else "no paper"

    def read(self) -> None:
        def drain() -> None:
            try:
                for record in self.source.records():
                    self.records.put(record)
                self.problem.put("")
            except StandexError as error:
                self.problem.put(str(error))

        threading.Thread(target=drain, daemon=True).start()

    def pid(self) -> int:
        child = self.source._child
        assert child is not None
        pid = child.process.pid
        assert pid is not None
        return pid


@pytest.fixture
def heard(own: OwnNode) -> Iterator[Heard]:
    heard = Heard(own)
    with heard.source:
        yield heard


def eventually(condition) -> None:
    end = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_is_all_that_a_run_asks_for(heard: Heard) -> None:
    for port in (LiveSource, BatchSource, TellingSource, Tasked):
        assert isinstance(heard.source, port)


@pytest.mark.slow
def test_a_node_is_heard_tasked_and_its_papers_looked_at_here(heard: Heard, play, words) -> None:
    heard.read()
    stranger, broken, node = (play(heard.source.port) for _ in range(3))
    stranger.send(words.registration(t_utc_ns=time.time_ns()))
    assert not stranger.get("registration_ack").registration_ack.acceptance
    broken.send(words.registration(t_utc_ns=time.time_ns(), token="broken"))
    assert "no papers here" in str(broken.get("registration_ack"))
    node.send(words.registration(t_utc_ns=time.time_ns(), token="good"))
    assert node.get("registration_ack").registration_ack.acceptance
    assert {claim.sensor_id for claim in heard.asked} == {"radar-0"}
    assert all(claim.address.startswith("127.0.0.1") for claim in heard.asked)
    eventually(lambda: any("no paper" in str(one) for one in heard.told))

    node.send(words.status(t_utc_ns=time.time_ns()))
    eventually(lambda: "radar-0" not in heard.source.troubles())
    assert "radar-1" in heard.source.troubles()
    at = time.time_ns()
    node.send(*(words.detection(t_utc_ns=at, at_m=(x, 2.0)) for x in (1.0, 5.0)))
    while not len((record := heard.records.get(timeout=LONG_S)).arrays["p_person"]):
        pass
    assert (record.sensor_id, record.t_utc_ns) == ("radar-0", at)
    np.testing.assert_allclose(record.arrays["position_site_m"], [[1, 2], [5, 2]], atol=1e-6)

    task = Task(
        task_id="task-1", t_utc_ns=at, sensor_id="radar-0", track_id=1,
        position_site_m=np.array([3.0, 3.0]), t_look_utc_ns=at, zone=None, reason="look",
    )  # fmt: skip
    heard.source.take(task)
    assert node.get("task").destination_id == words.nodes[0]

    alert = words.status(t_utc_ns=time.time_ns())
    alert.alert.alert_id, alert.alert.description = ulid(at), "somebody\nruns"
    node.send(alert)
    node.get("alert_ack")
    eventually(lambda: any("somebody runs" in str(one) for one in heard.told))

    heard.source.close()
    assert heard.problem.get(timeout=LONG_S) == ""
    heard.source.take(task)  # nobody listens any more: nothing breaks


@pytest.mark.slow
def test_its_end_is_an_error_that_starts_it_again(heard: Heard, play) -> None:
    heard.read()
    node = play(heard.source.port)
    os.kill(heard.pid(), signal.SIGKILL)
    assert "has ended" in heard.problem.get(timeout=LONG_S)
    assert node.is_closed()


@pytest.mark.slow
def test_nothing_is_left_when_it_is_left(own: OwnNode) -> None:
    heard = Heard(own)
    with heard.source:
        pid, port = heard.pid(), heard.source.port
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5.0)
    with pytest.raises(StandexError, match="not entered"):
        next(heard.source.batches())


@pytest.mark.slow
def test_what_keeps_it_from_listening_is_told(own: OwnNode, tmp_path) -> None:
    heard = Heard(own)
    listening = heard.source._listening
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wrong = replace(listening, port=taken.getsockname()[1])
        with pytest.raises(SapientError, match=r"cannot listen on 127\.0\.0\.1"), _with(wrong):
            pass
    no_file = tmp_path / "no.pem"
    wrong = replace(listening, certificate=no_file, key=no_file)
    with pytest.raises(SapientError, match=r"no\.pem"), _with(wrong):
        pass


def _with(listening: Listening) -> ApartSapientSource:
    return ApartSapientSource(
        listening,
        clock=SteadyClock(),
        admission=lambda _: "",
        on_refusal=lambda _: None,
        on_alert=lambda _: None,
    )
