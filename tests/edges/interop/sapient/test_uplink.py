"""This station as another one's node: over real sockets, through losses of the line."""

import asyncio
import threading
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.sapient.connection import Connection
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.loop_thread import LoopThread
from standex.edges.interop.sapient.messages import decoded, kind_of, utc_ns_of
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.replies import alert_ack, registration_ack
from standex.edges.interop.sapient.sapient_source import Address, SapientSource
from standex.edges.interop.sapient.uplink import SapientUplink
from standex.edges.interop.sapient.validation import TimeRules, problems_of
from standex.model.event import Alert
from standex.model.picture import Picture

ABOVE = "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98"
CLOCK = SystemClock()


class StrictNode:
    """A node above that lets nothing pass: fields, times, order of scans."""

    def __init__(self) -> None:
        self.heard: list[SapientMessage] = []
        self.problems: list[str] = []
        self.lines: list[Connection] = []
        self.acknowledges = False
        self._scan_utc_ns = 0
        self._thread = LoopThread("above")
        strict = self

        class Link:
            closing = ""

            def take(self, packet: bytes, /) -> None:
                strict.take(packet)

            def ended(self, why: str, /) -> None: ...

        def link(connection: Connection, _: object) -> Link:
            self.lines.append(connection)
            return Link()

        async def serve() -> asyncio.Server:
            return await asyncio.get_running_loop().create_server(
                lambda: Connection(link), "127.0.0.1", 0
            )

        self._server = self._thread.call(serve())
        self.where = Address(host="127.0.0.1", port=self._server.sockets[0].getsockname()[1])

    def take(self, packet: bytes) -> None:
        message, rules, now = decoded(packet), TimeRules(), CLOCK.utc_ns()
        self.problems += [*problems_of(message)]
        # This machine may be busy; what the sender does not say too early is what is judged.
        self.problems += [p] if (p := replace(rules, oldest_s=5.0).problem(
            message, now_utc_ns=now)) else []  # fmt: skip
        if kind_of(message) == "registration":
            answer = registration_ack(own_id=ABOVE, node_id=message.node_id, t_utc_ns=now)
            self.lines[-1].send(answer)
        if kind_of(message) == "detection_report":
            at = utc_ns_of(message)
            if self._scan_utc_ns:
                problem = rules.scan_problem(at, before_utc_ns=self._scan_utc_ns)
                self.problems += [problem] if problem else []
            self._scan_utc_ns = at
        if kind_of(message) == "alert" and self.acknowledges:
            self.lines[-1].send(
                alert_ack(own_id=ABOVE, node_id=message.node_id, t_utc_ns=now,
                          alert_id=message.alert.alert_id)
            )  # fmt: skip
        self.heard.append(message)

    def of(self, kind: str) -> list[SapientMessage]:
        return [message for message in self.heard if kind_of(message) == kind]

    def drop_line(self) -> None:
        self._thread.soon(self.lines[-1].abort, "black hole")

    def close(self) -> None:
        self._thread.soon(self._server.close)
        for line in self.lines:
            self._thread.soon(line.abort, "over")
        self._thread.close()


@pytest.mark.slow
def test_reports_to_a_strict_node_and_survives_losing_it(
    own: OwnNode, picture: Picture, alert: Alert, until
) -> None:
    above = StrictNode()
    uplink = SapientUplink(own, above.where, clock=CLOCK)
    now = CLOCK.utc_ns()
    picture = replace(picture, tracks=replace(picture.tracks, t_utc_ns=now))
    alert = replace(alert, t_utc_ns=now)
    uplink.heard(picture, (alert,))
    until(lambda: above.of("alert") and len(above.of("detection_report")) >= 6)
    assert [kind_of(message) for message in above.heard[:2]] == ["registration", "status_report"]
    above.drop_line()
    until(lambda: len(above.of("registration")) == 2)
    # Nobody has acknowledged the alert: it comes again, the same one.
    until(lambda: len(above.of("alert")) == 2)
    assert len({message.alert.alert_id for message in above.of("alert")}) == 1
    above.acknowledges = True
    above.drop_line()
    until(lambda: len(above.of("alert")) == 3)
    above.drop_line()
    until(lambda: len(above.of("registration")) == 4)
    until(lambda: len(above.of("status_report")) >= 4)
    uplink.close()
    until(lambda: above.of("status_report")[-1].status_report.system == 5)
    assert len(above.of("alert")) == 3
    assert above.problems == []
    assert uplink.counts().n_connections == 4
    above.close()


@pytest.mark.slow
def test_one_station_is_a_sensor_of_another(own: OwnNode, words, picture: Picture) -> None:
    """What one sends upward, the other reads as it was meant: places, spread, who is a person."""
    tokens: list[str] = []
    above = SapientSource(
        own,
        clock=CLOCK,
        listen=Address(host="127.0.0.1", port=0),
        admission=lambda claim: tokens.append(claim.token) or "",
        rules=TimeRules(oldest_s=5.0),
    )
    above.start()
    below = replace(own, node_id=words.nodes[0], token="shown")
    assert "shown" not in repr(below)
    uplink = SapientUplink(below, Address(host="127.0.0.1", port=above.port), clock=CLOCK)
    now = CLOCK.utc_ns()
    still = picture.tracks.mean * [1.0, 1.0, 0.0, 0.0]
    uplink.heard(replace(picture, tracks=replace(picture.tracks, t_utc_ns=now, mean=still)), ())
    record = next(one for one in above.records() if len(one.arrays["p_person"]))
    uplink.close()
    above.close()
    assert tokens == ["shown"]
    np.testing.assert_allclose(record.arrays["position_site_m"], [[3, 4], [8, 2]], atol=1e-5)
    dt_s = (record.t_utc_ns - now) * 1e-9
    np.testing.assert_allclose(
        record.arrays["covariance_site_m2"][0], np.diag([0.04, 0.09]) + 0.01 * dt_s**2 * np.eye(2),
        rtol=1e-3, atol=1e-6,
    )  # fmt: skip
    np.testing.assert_allclose(record.arrays["p_person"], [0.95, 0.99], rtol=1e-5)


def test_nobody_above_costs_nothing_and_forgets_no_alert(
    own: OwnNode, picture: Picture, alert: Alert, until
) -> None:
    nowhere = Address(host="127.0.0.1", port=1)
    uplink = SapientUplink(own, nowhere, clock=CLOCK)
    threads = threading.active_count()
    for number in range(1003):
        uplink.heard(picture, (replace(alert, alert_id=f"a{number}"),))
    assert threading.active_count() == threads
    until(lambda: "127.0.0.1:1" in uplink.counts().problem)
    counts = uplink.counts()
    assert (counts.n_waiting, counts.n_lost, counts.n_alerts) == (1000, 3, 0)
    uplink.close()
