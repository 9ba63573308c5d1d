"""A bad line between a sensor, the station and a console: late, in slices, garbled, silent, cut.

Sensors and console speak to the service through a proxy that does it (``fault_proxy.py``). How long
each part lasts is longer with ``STANDEX_RELIABILITY``.
"""

import asyncio
import os
import ssl
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")
pytest.importorskip("google.protobuf", reason="protobuf is not installed")
pytest.importorskip("websockets", reason="websockets is not installed")

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from neighbours import loaded
from standex.edges.access.authority import make_authority
from standex.edges.access.tls import client_context, server_context
from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.clock import SystemClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.sapient_source import Address, SapientSource
from standex.edges.interop.sapient.uplink import SapientUplink
from standex.edges.interop.sapient.validation import TimeRules
from standex.edges.live_status import RunCounts
from standex.edges.settings import parse_site
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.edges.web.app import make_app
from standex.edges.web.fan_out import FanOut
from standex.edges.web.server import WebServer
from standex.edges.web.service_view import ServiceView
from standex.model.event import Alert
from standex.model.observation import HealthReason, HealthState

HERE = Path(__file__).parent
proxies = loaded("reliability/fault_proxy.py")
fan_out = loaded("../benchmarks/bench_fan_out.py")
hall = loaded("../benchmarks/bench_service.py")

SEEN_WITHIN_S = 5.0
LONG = int(os.environ.get("STANDEX_RELIABILITY", "0"))
LASTS_S = 30.0 if LONG else 1.0
CLOCK, S = SystemClock(), 10**9
ANCHOR = Anchor.from_degrees(**hall.ANCHOR)
SITE = parse_site(hall.site_text(1, 10.0), where="a hall")
STATION = OwnNode(node_id=hall.OWN, name="station", site=SITE, anchor=ANCHOR)
NODE = replace(STATION, node_id=hall.node_id(0), name="radar-00")


def until(true, *, for_s: float = 20.0) -> float:
    """Return after how many seconds it came true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < for_s, "it did not come to pass"
        time.sleep(0.02)
    return time.monotonic() - began


class Receiving:
    """A station that takes what one node says, the node behind a bad line."""

    def __init__(self, faults=None, *, server_tls=None, client_tls=None) -> None:
        self.refused: list[str] = []
        self.times: list[int] = []
        self.arrived: list[float] = []
        self.places = np.zeros((0, 2))
        self.source = SapientSource(
            STATION,
            clock=CLOCK,
            listen=Address(host="127.0.0.1", port=0, tls=server_tls),
            rules=TimeRules(oldest_s=5.0),  # this machine may be busy
            on_refusal=lambda one: self.refused.append(one.reason),
        )
        self.source.start()
        self._taking = threading.Thread(target=self._take)
        self._taking.start()
        self.proxy = proxies.FaultProxy(self.source.port, faults or proxies.Faults())
        self.proxy.__enter__()
        self.uplink = SapientUplink(
            NODE, Address(host="127.0.0.1", port=self.proxy.port, tls=client_tls), clock=CLOCK
        )
        self._over = threading.Event()
        self._seeing = threading.Thread(target=self._see)
        self._seeing.start()

    def _see(self) -> None:
        while not self._over.wait(0.1):
            seen = replace(fan_out.picture_of(3, CLOCK.utc_ns()), passages={})
            self.uplink.heard(seen, ())

    def _take(self) -> None:
        for record in self.source.records():
            if len(record.arrays["p_person"]):
                self.times.append(record.t_utc_ns)
                self.arrived.append(time.monotonic())
                self.places = record.arrays["position_site_m"]

    @property
    def trouble(self):
        return self.source.troubles().get("radar-00")

    @property
    def works(self) -> bool:
        return self.trouble is None and bool(self.arrived) and (
            time.monotonic() - self.arrived[-1] < 1.0
        )  # fmt: skip

    def __enter__(self) -> "Receiving":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._seeing.join()
        self.proxy.reset()
        self.uplink.close()
        self.source.close()
        self._taking.join()
        self.proxy.__exit__(None, None, None)


@pytest.mark.slow
def test_slices_of_three_bytes_and_half_a_second_of_latency_harm_no_sensor() -> None:
    with Receiving(proxies.Faults(slice_bytes=3, latency_s=0.1)) as line:
        # A scan that comes in drops is waited for longer once that was seen.
        until(lambda: line.works and line.places.shape == (3, 2))
        n = len(line.times)
        time.sleep(LASTS_S)
        until(lambda: len(line.times) > n + 3)
        assert not line.refused
        until(lambda: line.places.shape == (3, 2))
        assert line.uplink.counts().n_connections == 1
        assert (np.diff(line.times) > 0).all()


@pytest.mark.slow
def test_a_black_hole_is_seen_within_five_seconds_at_both_ends_and_left() -> None:
    with Receiving() as line:
        until(lambda: line.works)
        line.proxy.faults.is_black_hole = True
        seen_s = until(lambda: line.trouble is not None)
        assert seen_s < SEEN_WITHIN_S
        trouble = line.trouble
        assert trouble.state is HealthState.FAILED
        assert trouble.reason is HealthReason.DISCONNECTED
        line.proxy.faults.is_black_hole = False
        line.proxy.reset()
        until(lambda: line.works)
        assert line.uplink.counts().n_connections >= 2


@pytest.mark.slow
def test_a_line_that_is_cut_comes_back_again_and_again() -> None:
    with Receiving() as line:
        for cut in range(2 + LONG):
            until(lambda: line.works)
            line.proxy.reset()
            until(lambda: line.trouble is not None)
            until(lambda n=cut: line.uplink.counts().n_connections >= n + 2)
        until(lambda: line.works)


class Contexts:
    """TLS of a station and of its node, by an authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        now = time.time_ns()
        authority = make_authority(folder / "ca", site_id="hall", now_utc_ns=now)
        ca = folder / "ca.pem"
        ca.write_bytes(authority.certificate_pem)
        service = authority.for_service(["127.0.0.1"], days=1.0, now_utc_ns=now)
        sensor = authority.for_sensor(
            "radar-00", site_id="hall", zone="hall", days=1.0, now_utc_ns=now
        )
        for name, issued in (("service", service), ("sensor", sensor)):
            (folder / f"{name}.pem").write_bytes(issued.certificate_pem)
            (folder / f"{name}.key").write_bytes(issued.key_pem)
            (folder / f"{name}.key").chmod(0o600)
        self.server: ssl.SSLContext = server_context(
            folder / "service.pem", folder / "service.key", clients=ca
        )
        self.client: ssl.SSLContext = client_context(
            ca, certificate=folder / "sensor.pem", key=folder / "sensor.key"
        )


@pytest.mark.slow
def test_flipped_bits_under_tls_end_the_connection_and_nothing_wrong_gets_in(tmp_path) -> None:
    contexts = Contexts(tmp_path)
    with Receiving(server_tls=contexts.server, client_tls=contexts.client) as line:
        for _ in range(1 + LONG):
            until(lambda: line.works)
            n, n_flipped = line.uplink.counts().n_connections, line.proxy.n_flipped
            line.proxy.faults.flip_every_bytes = 2000
            until(lambda n=n_flipped: line.proxy.n_flipped > n)
            until(lambda n=n: line.uplink.counts().n_connections > n or line.trouble is not None)
            line.proxy.faults.flip_every_bytes = 0
            until(lambda n=n: line.works and line.uplink.counts().n_connections > n)
        # Not one garbled message has come through: the record fails, not the content.
        assert not line.refused
        until(lambda: line.places.shape == (3, 2))


@pytest.mark.slow
def test_the_same_flips_without_tls_would_get_in() -> None:
    """The test before has power: without TLS garbled messages arrive, and are refused."""
    with Receiving(proxies.Faults(flip_every_bytes=500)) as line:
        until(lambda: line.proxy.n_flipped > 5)
        until(lambda: line.refused or line.uplink.counts().n_connections > 1)


# The console.


@contextmanager
def console_server(folder: Path):
    """Serve a picture that is made anew with every look at it."""
    site_text = hall.site_text(1, 10.0)
    counts = RunCounts(SITE, started_utc_ns=CLOCK.utc_ns(), is_simulated=True)
    with ExitStack() as stack:
        store = open_store(folder / "store.db", clock=CLOCK)
        stack.callback(store.close)
        audit = open_audit(folder / "audit.db")
        stack.callback(audit.close)

        def status():
            now = CLOCK.utc_ns()
            return counts.status(fan_out.picture_of(50, now), unknown={}, now_utc_ns=now)

        view = ServiceView(
            site=SITE,
            site_toml=site_text,
            is_simulated=True,
            clock=CLOCK,
            store=store,
            desk=IncidentDesk(SITE, store=store, clock=CLOCK),
            status=status,
            order=lambda _: None,
            sign_in=fan_out.Anybody(),
            audit=audit,
        )
        server = WebServer(make_app(view, is_secure=False), host="127.0.0.1", port=0)
        server.start()
        stack.callback(server.stop)
        view.desk.start()
        stack.callback(view.desk.close)
        yield view, server


class Counted:
    """Counts who is being served."""

    def __init__(self, monkeypatch) -> None:
        self.fan_outs: list[FanOut] = []
        begin = FanOut.__init__

        def remembered(fan_out, view) -> None:
            begin(fan_out, view)
            self.fan_outs.append(fan_out)

        monkeypatch.setattr(FanOut, "__init__", remembered)

    def __call__(self) -> int:
        return sum(one.n_clients for one in self.fan_outs)


def watching(port: int):
    return connect(
        f"ws://127.0.0.1:{port}/api/v1/live",
        additional_headers={"Authorization": f"Bearer {fan_out.TOKEN}"},
        compression=None,
        proxy=None,
        ping_interval=1.0,
        ping_timeout=2.0,
        close_timeout=0.5,
    )


async def pictures(one, n: int) -> None:
    got = 0
    while got < n:
        got += (await one.recv()).startswith('{"type":"picture"')


async def until_alarm(one, alert_id: str) -> None:
    while alert_id not in await one.recv():
        pass


def raise_alarm(view: ServiceView) -> str:
    now, name = CLOCK.utc_ns(), f"alarm-{uuid.uuid4().hex[:8]}"
    alert = Alert(
        alert_id=name,
        t_utc_ns=now,
        track_id=int(uuid.uuid4().int % 10**6),
        level_id="hall",
        position_site_m=np.zeros(2),
        zone=None,
        p_threat=0.7,
        prior=0.05,
        coverage=0.5,
        seconds_in_reach=-1.0,
        sensors=(),
        reason="a test",
    )
    view.desk.offer(fan_out.picture_of(1, now), (alert,))
    return name


@pytest.mark.slow
def test_a_console_survives_slices_a_cut_and_a_black_hole(tmp_path, monkeypatch) -> None:
    n_watchers = Counted(monkeypatch)
    with (
        console_server(tmp_path) as (view, server),
        proxies.FaultProxy(server.port) as proxy,
    ):
        asyncio.run(console_over(proxy, view, n_watchers))


async def console_over(proxy, view: ServiceView, n_watchers: Counted) -> None:
    async with asyncio.timeout(60):
        proxy.faults.slice_bytes = 3
        async with watching(proxy.port) as one:
            await pictures(one, 5)
            await until_alarm(one, raise_alarm(view))
        proxy.faults.slice_bytes = 0
        one = await watching(proxy.port)
        await pictures(one, 3)
        proxy.reset()
        with pytest.raises(ConnectionClosed):
            await pictures(one, 1000)
        # What came while nobody was there is told to whoever comes back.
        missed = raise_alarm(view)
        one = await watching(proxy.port)
        await until_alarm(one, missed)
        proxy.faults.is_black_hole = True
        began = time.monotonic()
        missed = raise_alarm(view)
        with pytest.raises(ConnectionClosed):
            await pictures(one, 1000)
        assert time.monotonic() - began < SEEN_WITHIN_S
        # The service has noticed by itself, too: the client's goodbye was swallowed.
        while n_watchers():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < SEEN_WITHIN_S + 1.0
        proxy.faults.is_black_hole = False
        async with watching(proxy.port) as one:
            await until_alarm(one, missed)
            await pictures(one, 3)


# The tests have power.


@pytest.mark.slow
def test_the_proxy_does_what_it_says() -> None:
    async def echo(reader, writer) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1000):
                writer.write(data)
        writer.close()

    async def measure() -> tuple[int, bool, bytes]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with proxies.FaultProxy(port, proxies.Faults(slice_bytes=3)) as proxy:
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                writer.write(b"0123456789")
                assert await reader.readexactly(10) == b"0123456789"
                n_pieces = proxy.n_pieces
                proxy.faults.is_black_hole = True
                writer.write(b"lost")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(reader.read(10), 0.5)
                is_swallowed = proxy.n_swallowed == 4
                proxy.faults = proxies.Faults(flip_every_bytes=1)
                writer.write(b"aaaa")
                flipped = await reader.read(10)
                proxy.reset()
                with pytest.raises(ConnectionError):
                    assert await reader.read(10)
                writer.close()
            return n_pieces, is_swallowed, flipped

    n_pieces, is_swallowed, flipped = asyncio.run(measure())
    assert n_pieces >= 7  # four each way; the last may not be counted yet
    assert is_swallowed
    assert flipped
    assert flipped != b"aaaa"
