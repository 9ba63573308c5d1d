"""A station on nodes that speak SAPIENT, over TLS with papers, in real time."""

import ssl
import threading
import time
from functools import partial
from pathlib import Path

import anyio
import numpy as np
import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")

from standex.edges.access.authority import binding_of, make_authority
from standex.edges.access.tls import client_context, server_context
from standex.edges.clock import SystemClock
from standex.edges.interop.sapient.framing import framed
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.paper_admission import by_papers
from standex.edges.interop.sapient.sapient_source import Address, SapientSource
from standex.edges.interop.sapient.technology import build
from standex.edges.interop.sapient.validation import TimeRules
from standex.edges.live import run
from standex.edges.perceive_pool import PerceivePool
from standex.edges.single_writer import Outputs
from standex.model.event import HealthChanged
from standex.model.observation import HealthState
from standex.station import Station

CLOCK = SystemClock()


@pytest.mark.slow
def test_people_seen_by_a_node_are_followed(own: OwnNode, words, play, until) -> None:
    site = own.site
    technologies = {spec.sensor_id: build(spec, site, None) for spec in site.sensors}
    station = Station.of(site, technologies, {})
    source = SapientSource(
        own,
        clock=CLOCK,
        listen=Address(host="127.0.0.1", port=0),
        rules=TimeRules(oldest_s=4.0),  # this machine may be busy
    )
    source.start()
    told: list[tuple[str, HealthState, str]] = []
    n_there: list[int] = []
    speeds: list[float] = []

    def listen(picture, events) -> None:
        n_there.append(int(picture.tracks.is_present.sum()))
        speeds.append(float(np.hypot(*picture.tracks.mean[:, 2:].T).max(initial=0.0)))
        told.extend(
            (event.after.sensor_id, event.after.state, event.after.message)
            for event in events
            if isinstance(event, HealthChanged)
        )

    def walk() -> None:
        node = play(source.port)
        node.send(words.registration(t_utc_ns=time.time_ns()))
        node.get("registration_ack")
        at, step = time.time_ns(), 0
        # They stand until the station, whose kernels may have to be compiled, has seen them.
        while step < 25 and at < begun_utc_ns + 20 * 10**9:
            at = max(at + 100_000_000, time.time_ns())
            CLOCK.wait_until_utc_ns(at)
            step += max(n_there, default=0) == 2
            node.send(
                words.status(t_utc_ns=at),
                words.detection(t_utc_ns=at, at_m=(3.0 + 0.12 * step, 4.0)),
                words.detection(t_utc_ns=at, at_m=(9.0, 8.0 - 0.1 * step)),
            )
        node.close()
        until(lambda: any("has ended" in message for _, _, message in told))
        source.close()

    begun_utc_ns = time.time_ns()
    walking = threading.Thread(target=walk)
    walking.start()
    with PerceivePool(station, heavy=()) as pool:
        status = anyio.run(
            partial(
                run,
                station,
                source,
                pool=pool,
                clock=CLOCK,
                started_utc_ns=CLOCK.utc_ns(),
                is_simulated=False,
                outputs=Outputs(listeners=(listen,)),
            )
        )
    walking.join()
    assert max(n_there) == 2
    assert max(speeds) == pytest.approx(1.2, abs=0.4)
    # One node has never connected, the other worked and has ended; both are told.
    said = {sensor for sensor, state, _ in told if state is HealthState.FAILED}
    assert said == {"radar-0", "radar-1"}
    assert status.sensors[0].n_refused == status.sensors[0].n_errors == 0


class Papers:
    """Certificates of an authority of the test's own, and contexts of both sides."""

    def __init__(self, folder: Path) -> None:
        now = time.time_ns()
        authority = make_authority(folder / "ca", site_id="hall", now_utc_ns=now)
        (folder / "ca.pem").write_bytes(authority.certificate_pem)
        self.issued = {
            "service": authority.for_service(["127.0.0.1"], days=1.0, now_utc_ns=now),
            **{
                name: authority.for_sensor(
                    name, site_id="hall", zone="hall", days=1.0, now_utc_ns=now
                )
                for name in ("radar-0", "radar-1")
            },
        }
        for name, issued in self.issued.items():
            (folder / f"{name}.pem").write_bytes(issued.certificate_pem)
            (folder / f"{name}.key").write_bytes(issued.key_pem)
            (folder / f"{name}.key").chmod(0o600)
        self.server = server_context(
            folder / "service.pem", folder / "service.key", clients=folder / "ca.pem"
        )
        self.client = {
            name: client_context(
                folder / "ca.pem", certificate=folder / f"{name}.pem", key=folder / f"{name}.key"
            )
            for name in ("radar-0", "radar-1")
        }


@pytest.mark.slow
def test_a_certificate_is_good_for_its_own_sensor_alone(
    own: OwnNode, words, play, tmp_path: Path
) -> None:
    papers = Papers(tmp_path)

    def check(sensor_id: str, shown) -> str | None:
        bound = binding_of(shown.certificate_der)
        return None if bound.sensor_id == sensor_id else f"certificate of {bound.sensor_id}"

    source = SapientSource(
        own,
        clock=CLOCK,
        listen=Address(host="127.0.0.1", port=0, tls=papers.server),
        admission=by_papers(check),
    )
    source.start()
    answers = {}
    for name in ("radar-0", "radar-1"):
        node = play(source.port)
        node.line = papers.client[name].wrap_socket(node.line, server_hostname="127.0.0.1")
        node.send(words.registration(0, t_utc_ns=time.time_ns()))
        answers[name] = node.get("registration_ack").registration_ack
        node.close()
        time.sleep(0.05)
    assert answers["radar-0"].acceptance
    assert list(answers["radar-1"].ack_response_reason) == ["certificate of radar-1"]
    # Without a certificate there is no connection, and without TLS nothing is read.
    bare = play(source.port)
    bare.line.sendall(framed(words.registration(0, t_utc_ns=time.time_ns()).SerializeToString()))
    assert bare.is_closed()
    anonymous = play(source.port)

    def register_without_a_certificate() -> None:
        context = client_context(tmp_path / "ca.pem")
        anonymous.line = context.wrap_socket(anonymous.line, server_hostname="127.0.0.1")
        anonymous.send(words.registration(0, t_utc_ns=time.time_ns()))
        anonymous.get("registration_ack")

    with pytest.raises((ssl.SSLError, ConnectionError)):
        register_without_a_certificate()
    source.close()
