import socket
import ssl
import threading
from contextlib import suppress

import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.cot_message import EarthPoint
from standex.edges.interop.cursor_on_target import CotSettings, CotSink, CotTransport
from standex.edges.interop.event_json import Sender
from standex.model.errors import StandexError
from standex.model.event import Alert
from standex.testing import check_sink
from standex.testing.examples import example_passage, example_picture

SENDER = Sender(site_id="hall", is_exercise=True, is_simulated=True)
CLOCK = SystemClock()


def locate(x_m: float, y_m: float) -> EarthPoint:
    return EarthPoint(latitude_deg=41.9 + y_m * 1e-5, longitude_deg=12.5, height_m=0.0)


class Server:
    """A TAK server that only listens, and can be closed in the middle."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.context = context
        self.got = b""
        self.open: socket.socket | None = None
        self.n_connected = 0
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
                if self.context is not None:
                    connection = self.context.wrap_socket(connection, server_side=True)
            except OSError:
                return
            self.n_connected += 1
            self.open = connection
            with connection:
                try:
                    connection.sendall(b"<event/>" * 100)  # nobody reads what it says
                    while data := connection.recv(65_536):
                        self.got += data
                except OSError:
                    continue

    def hang_up(self) -> None:
        if self.open is not None:
            self.open.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self.hang_up()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(2)


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def make_sink():
    made = []

    def make(port: int, **settings) -> CotSink:
        values = {"host": "127.0.0.1", "port": port, "transport": CotTransport.TCP} | settings
        sink = CotSink(CotSettings(**values), sender=SENDER, locate=locate, clock=CLOCK)
        made.append(sink)
        return sink

    yield make
    for sink in made:
        sink.close()


def alert(number: int) -> Alert:
    return Alert(
        alert_id=f"alert-{number}",
        t_utc_ns=CLOCK.utc_ns(),
        track_id=number,
        level_id="hall",
        position_site_m=np.array([0.0, 1.0]),
        zone=None,
        p_threat=0.75,
        prior=0.1,
        coverage=0.5,
        seconds_in_reach=1.0,
        sensors=("a",),
        reason="why",
    )


def test_alerts_and_things_arrive_and_nothing_else(make_sink, server, fakes, waits) -> None:
    sink = make_sink(server.port)
    check_sink(sink, site=fakes.site(), t_utc_ns=CLOCK.utc_ns())
    waits(lambda: b"thing left behind" in server.got)
    waits(lambda: sink.counts().n_sent == 2)
    assert server.got.count(b"</event>") == 2
    assert b"SIMULATED" in server.got
    assert b'opex="e-' in server.got


@pytest.mark.slow
def test_what_still_stands_is_said_again_after_the_connection_was_lost(
    make_sink, server, waits
) -> None:
    sink = make_sink(server.port)
    sink.publish(0, (), (alert(1),))
    waits(lambda: b"alert-1" in server.got)
    server.got = b""
    server.hang_up()
    waits(lambda: b"alert-1" in server.got)  # by itself, within seconds
    sink.publish(0, (), (alert(2),))
    waits(lambda: b"alert-2" in server.got)
    assert server.n_connected == 2


@pytest.mark.slow
def test_no_alert_is_lost_while_the_server_is_away_and_old_places_are(
    make_sink, fakes, waits
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    sink, site = make_sink(port), fakes.site()
    picture = example_picture(site, example_passage(site, track_id=1, position_site_m=(0, 1)))
    sink.people(picture, ())  # of years ago
    sink.publish(0, (), (alert(1), alert(2)))
    waits(lambda: sink.counts().n_failures > 0)
    sink.close()
    server = Server()
    assert sink.counts().n_waiting_urgent == 2
    again = make_sink(server.port)
    again.publish(0, (), (alert(1), alert(2)))
    again.people(picture, ())
    waits(lambda: again.counts().n_sent == 3)
    waits(lambda: b"alert-2" in server.got)
    assert b"person" not in server.got
    server.close()


@pytest.mark.slow
def test_tls_with_a_certificate_of_our_own(make_sink, certificates, waits) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificates.of("127.0.0.1"))
    context.load_verify_locations(certificates.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Server(context)
    certificate, key = certificates.of("standex")
    sink = make_sink(
        server.port,
        transport=CotTransport.TLS,
        ca_file=certificates.ca,
        certificate_file=certificate,
        key_file=key,
    )
    sink.publish(0, (), (alert(1),))
    waits(lambda: b"alert-1" in server.got)
    sink.close()
    server.close()


def test_datagrams_go_to_a_mesh(make_sink, waits) -> None:
    tak = pytest.importorskip("takproto", reason="pip install takproto")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mesh:
        mesh.bind(("127.0.0.1", 0))
        mesh.settimeout(5)
        port = mesh.getsockname()[1]
        sink = make_sink(port, transport=CotTransport.UDP, is_protobuf=True)
        sink.publish(0, (), (alert(7),))
        message = tak.parse_proto(bytearray(mesh.recv(65_536)))
    assert message.cotEvent.uid == "standex.hall.alert-7"
    sink.close()


@pytest.mark.slow
def test_a_server_that_is_away_is_known_before_there_is_an_alert(make_sink, waits) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    sink = make_sink(port)
    waits(lambda: sink.counts().problem)


def test_a_missing_certificate_is_told(tmp_path) -> None:
    settings = CotSettings(host="h", ca_file=tmp_path / "nothing")
    with pytest.raises(StandexError, match="certificate"):
        CotSink(settings, sender=SENDER, locate=locate, clock=CLOCK)
