"""The live picture to many console clients, some of which take nothing: how late it comes.

A server process makes a picture of so many people ten times a second and serves it over WebSocket;
another process holds the clients. Latency is counted from the moment that a picture is made to the
moment that a client has it whole, on one clock.

    python benchmarks/bench_fan_out.py --clients 100 --stalled 5 --people 200 --seconds 20
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from websockets.asyncio.client import connect

from standex.edges.access.roles import Role
from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.clock import SystemClock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.live_status import RunCounts
from standex.edges.settings import load_site, site_text
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.edges.web.app import make_app
from standex.edges.web.fan_out import PERIOD_S
from standex.edges.web.server import WebServer
from standex.edges.web.service_view import Caller, RefusedError, ServiceView
from standex.model.event import Alert
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.tracks import Snapshot, no_tracks
from standex.model.zones import ZONES

TOKEN = "bench"


async def refused(*_, **__):
    raise RefusedError("by token alone")


class Anybody:
    """Lets in whoever has the token."""

    with_password = with_link = oidc_begin = oidc_finish = change_password = staticmethod(refused)

    def caller(self, token, /):
        if token != TOKEN:
            return None
        return Caller(
            account_id="bench",
            roles=frozenset({Role.OPERATOR}),
            session_id="bench",
            csrf_token="",
            expires_utc_ns=time.time_ns() + 10**13,
        )

    def end(self, token, /) -> None: ...

    async def aclose(self) -> None: ...


def picture_of(n: int, t_utc_ns: int) -> Picture:
    """Return a picture of people who walk in circles."""
    angle = np.arange(n) + t_utc_ns * 1e-9
    mean = np.stack([5 * np.cos(angle), 5 * np.sin(angle), -np.sin(angle), np.cos(angle)], axis=1)
    tracks = replace(
        no_tracks(t_utc_ns),
        track_id=np.arange(1, n + 1),
        mean=mean,
        covariance=np.tile(0.01 * np.eye(4), (n, 1, 1)),
        existence=np.full(n, 0.99),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.full(n, t_utc_ns),
        descriptor=np.zeros((n, 0)),
        p_object=np.zeros(n),
    )
    verdict = Verdict(
        outcome=Outcome.PENDING, p_threat=0.1, zone=None, coverage=0.5, reason="under way"
    )
    passages = {
        number: Passage(
            track_id=number,
            first_utc_ns=t_utc_ns,
            last_utc_ns=t_utc_ns,
            position_site_m=mean[number - 1, :2],
            velocity_site_m_per_s=mean[number - 1, 2:],
            is_past_screening=False,
            covered=np.zeros(len(ZONES)),
            entries=(),
            log_posterior=np.zeros((len(ZONES), 6)),
            verdict=verdict,
        )
        for number in range(1, n + 1)
    }
    snapshot = Snapshot(
        t_utc_ns=t_utc_ns,
        track_id=tracks.track_id,
        position_site_m=mean[:, :2],
        velocity_site_m_per_s=mean[:, 2:],
        covariance_site_m2=np.tile(0.01 * np.eye(2), (n, 1, 1)),
    )
    return Picture(
        t_utc_ns=t_utc_ns,
        tracks=tracks,
        history=(snapshot,),
        passages=passages,
        health={},
        coverage={},
        n_alerts=0,
    )


def serve(n_people: int, seconds: float, ready) -> None:
    """Serve pictures for so long, and say what that took."""
    clock, name = SystemClock(), "gate"
    site = load_site(name)
    counts = RunCounts(site, started_utc_ns=clock.utc_ns(), is_simulated=True)

    def status():
        now = clock.utc_ns()
        return counts.status(picture_of(n_people, now), unknown={}, now_utc_ns=now)

    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store.sqlite", clock=clock)
        audit = open_audit(Path(folder) / "audit.sqlite")
        view = ServiceView(
            site=site,
            site_toml=site_text(name),
            is_simulated=True,
            clock=clock,
            store=store,
            desk=IncidentDesk(site, store=store, clock=clock),
            status=status,
            order=lambda _: None,
            sign_in=Anybody(),
            audit=audit,
        )
        server = WebServer(make_app(view, is_secure=False), host="127.0.0.1", port=0)
        server.start()
        over = threading.Event()
        view.desk.start()
        raising = threading.Thread(target=raise_alarms, args=(view, over))
        raising.start()
        before = resource.getrusage(resource.RUSAGE_SELF)
        ready.send(server.port)
        ready.poll(seconds + 60)
        after = resource.getrusage(resource.RUSAGE_SELF)
        ready.send((after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime))
        over.set()
        raising.join()
        view.desk.close()
        server.stop()
        store.close()
        audit.close()


def raise_alarms(view: ServiceView, over: threading.Event) -> None:
    """Raise one every few seconds: the store keeps each, and every client is told."""
    number = 0
    while not over.wait(2.0):
        number += 1
        now = view.clock.utc_ns()
        alert = Alert(
            alert_id=f"bench-{number:06d}",
            t_utc_ns=now,
            track_id=number,
            level_id="ground",
            position_site_m=np.zeros(2),
            zone=None,
            p_threat=0.7,
            prior=0.05,
            coverage=0.5,
            seconds_in_reach=-1.0,
            sensors=(),
            reason="bench",
        )
        view.desk.offer(picture_of(1, now), (alert,))


def stalled(port: int) -> socket.socket:
    """Return a connection that was opened and takes nothing."""
    one = socket.create_connection(("127.0.0.1", port))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.sendall(
        b"GET /api/v1/live HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + f"Authorization: Bearer {TOKEN}\r\n\r\n".encode()
    )
    return one


@dataclass
class Received:
    """What the clients got: how late pictures and alarms were, and how large pictures are."""

    picture_ms: list[float] = field(default_factory=list)
    alarm_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def take(self, text: str) -> None:
        now_ms = time.time_ns() * 1e-6
        if text.startswith('{"type":"picture"'):
            at = text.index('"now_utc_ms":') + 13
            self.picture_ms.append(now_ms - int(text[at : text.index(",", at)]))
            self.sizes.append(len(text))
        elif text.startswith('{"type":"incidents","is_all":false'):
            new = [one for one in json.loads(text)["incidents"] if one["version"] == 1]
            self.alarm_ms += [now_ms - one["opened_utc_ms"] for one in new]


async def watch(port: int, seconds: float, everybody: asyncio.Barrier, got: Received) -> None:
    """Take what comes, from when everybody watches."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"ws://127.0.0.1:{port}/api/v1/live"
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as one:
        end = time.time() + 3600
        waiting = asyncio.create_task(everybody.wait())
        while time.time() < end:
            text = await one.recv()
            if waiting.done():
                end = min(end, time.time() + seconds)
                got.take(text)


async def watch_all(port: int, n: int, seconds: float) -> Received:
    """Let so many watch at once."""
    got, everybody = Received(), asyncio.Barrier(n)
    await asyncio.gather(*(watch(port, seconds, everybody, got) for _ in range(n)))
    return got


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--stalled", type=int, default=5)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    ready, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(args.people, args.seconds, theirs)
    )
    process.start()
    port = ready.recv()
    dead = [stalled(port) for _ in range(args.stalled)]
    got = asyncio.run(watch_all(port, args.clients - args.stalled, args.seconds))
    n_expected = args.seconds / PERIOD_S * (args.clients - args.stalled)
    ready.send("over")
    cpu_s = ready.recv()
    process.join()
    for one in dead:
        one.close()
    p50, p99 = np.percentile(got.picture_ms, [50, 99])
    alarm_p50, alarm_p99 = np.percentile(got.alarm_ms, [50, 99])
    print(
        json.dumps(
            {
                "clients": args.clients,
                "stalled": args.stalled,
                "people": args.people,
                "bytes_per_picture": int(np.median(got.sizes)),
                "share_of_pictures_received": round(len(got.picture_ms) / n_expected, 3),
                "p50_ms": round(float(p50), 1),
                "p99_ms": round(float(p99), 1),
                "worst_ms": round(max(got.picture_ms), 1),
                "alarms": len(got.alarm_ms),
                "alarm_p50_ms": round(float(alarm_p50), 1),
                "alarm_p99_ms": round(float(alarm_p99), 1),
                "server_cpu_s_per_s": round(cpu_s / args.seconds, 3),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
