"""The whole service under full load: SAPIENT sensors in, a console's WebSocket out.

Fifty nodes report people in a hall, each scan under one time stamp, 12.5 scans a second, which is
the most that the standard lets through; two more are imagers whose images stay where they are:
their reports carry scores and references to the records. A console watches. Latency is counted for
every scan from its time stamp to the first message of the WebSocket whose picture holds it, on one
clock; which scans a picture holds is written down by the service itself.

    python benchmarks/bench_service.py --seconds 150
    python benchmarks/bench_service.py --seconds 1800          # the figure of a release

Everything beside the service (people, nodes, console) runs in two processes of its own and costs
about a quarter of a core; say with the figures what else ran on the machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import numpy as np
from websockets.asyncio.client import connect

from standex.edges.clock import SteadyClock
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.framing import Deframer, framed
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import decoded, kind_of, new_message
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.replies import location_of
from standex.edges.live_status import LiveStatus
from standex.edges.plugins import build_technologies
from standex.edges.service import around, station_service
from standex.edges.service.config import load_config
from standex.edges.settings import parse_site
from standex.model.calibration import Calibration, Origin
from standex.model.site import Site

S = 10**9
HALL_M, PITCH_M, RANGE_M = (40.0, 20.0), 4.0, 3.5
SPEED_M_PER_S = 1.3
IMAGER_AT_X_M, IMAGER_RANGE_M = 20.0, 5.0
ANCHOR = {"latitude_deg": 41.9, "longitude_deg": 12.5, "height_m": 60.0}
OWN = "6f582b41-6c88-481c-bb0f-6021a1739f57"
CALIBRATION, KIND = "bench", "bench.imager"
LEAST_GAP_S = 0.08
HELD = "held.jsonl"


# The site and its service file.


def node_id(number: int) -> str:
    return str(uuid.UUID(int=Random(number).getrandbits(128), version=4))


def site_text(n_sensors: int, rate_hz: float) -> str:
    """Return a hall that so many nodes look at, and two imagers at its middle."""
    head = (
        'site_id = "bench"\ntitle = "A hall full of nodes"\nexercise = true\nlag_s = 0.5\n'
        f'[[levels]]\nlevel_id = "hall"\nmin_site_m = [0.0, 0.0]\n'
        f"max_site_m = [{HALL_M[0]}, {HALL_M[1]}]\nwalls = []\n"
        '[[lines]]\nline_id = "screened"\nrole = "screened"\nlevel_id = "hall"\n'
        "from_site_m = [28.0, 0.0]\nto_site_m = [28.0, 20.0]\n"
        '[items]\nnames = ["nothing", "benign_metal", "threat_dielectric"]\n'
        "[items.prior_per_person]\nbenign_metal = 0.1\nthreat_dielectric = 0.02\n"
        "[items.zone_share]\ntorso_front = 0.6\nwaist = 0.4\n"
        "[operating_point]\np_alarm = 0.5\nmin_coverage = 0.4\n"
        'wanted_zones = ["torso_front"]\n'
    )
    columns = int(HALL_M[0] // PITCH_M)
    rows = max(1, -(-n_sensors // columns))
    sensors = [
        _sensor(
            f"radar-{n:02d}",
            n,
            at_m=((n % columns + 0.5) * PITCH_M, (n // columns + 0.5) * HALL_M[1] / rows),
            rate_hz=rate_hz,
            settings=f'gives = ["positions"]\nrange_m = {RANGE_M}\nclutter_per_m2 = 0.001\n',
        )
        for n in range(n_sensors)
    ]
    sensors += [
        _sensor(
            f"imager-{n}",
            1000 + n,
            at_m=(IMAGER_AT_X_M, HALL_M[1] * (0.25 + 0.5 * n)),
            rate_hz=rate_hz,
            settings=f'gives = ["looks"]\nrange_m = {IMAGER_RANGE_M}\nfeatures = ["info:score"]\n'
            f'sensor_kind = "{KIND}"\nzone = "torso_front"\n',
            more=f'calibration = "{CALIBRATION}"\n',
        )
        for n in range(2)
    ]
    return head + "".join(sensors)


def _sensor(
    name: str,
    number: int,
    *,
    at_m: tuple[float, float],
    rate_hz: float,
    settings: str,
    more: str = "",
) -> str:
    return (
        f'[[sensors]]\nsensor_id = "{name}"\ntechnology = "sapient"\n'
        f'instrument = "floor-positions"\nlevel_id = "hall"\n'
        f"position_site_m = [{at_m[0]}, {at_m[1]}, 3.0]\nyaw_deg = 0.0\nrate_hz = {rate_hz}\n{more}"
        f'[sensors.settings]\nnode_id = "{node_id(number)}"\nhalf_angle_deg = 180.0\n'
        f'p_detect = 0.95\nperson_classes = ["Human"]\n{settings}'
    )


def service_text(port: int) -> str:
    anchor = "".join(f"{name} = {value}\n" for name, value in ANCHOR.items())
    return (
        '[[sources]]\nname = "nodes"\nkind = "sapient"\n'
        f'settings = {{ port = {port}, node_id = "{OWN}", admits_all = true }}\n'
        f"[web]\nport = 0\n[evidence]\nring_s = 10.0\n[anchor]\n{anchor}"
    )


def calibration(site: Site) -> Calibration:
    """Return one that makes a score of 3 weigh e^6 for a threat; made up."""
    names = site.items.names
    weights = np.zeros((len(names), 3))
    weights[names.index("threat_dielectric")] = [0.0, 6.0, 0.0]
    return Calibration(
        calibration_id=CALIBRATION,
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=2**62,
        provenance="made up",
        feature_names=("info:score",),
        class_names=names,
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=weights,
        bound=9.0,
        cllr=0.5,
        correlation=0.9,
        n_passages_per_class=dict.fromkeys(names, 10),
        p_detect=0.8,
    )


# The service, in a process of its own; which scans each shown picture holds goes to a file.


def serve(folder: Path) -> None:
    text = (folder / "site.toml").read_text()
    site = parse_site(text, where="bench")
    station_service.calibrations_of = lambda _: {CALIBRATION: calibration(site)}
    seen: Counter[str] = Counter()
    newest: dict[str, int] = {}

    def counting(site: Site, calibrations):
        return {
            name: Counting(one, seen, newest)
            for name, one in build_technologies(site, calibrations).items()
        }

    station_service.build_technologies = counting
    held = (folder / HELD).open("w")

    def show(status: LiveStatus) -> None:
        held.write(json.dumps([status.n_updates, newest]) + "\n")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    setup = around.Setup(
        config=load_config(folder / "service.toml", site),
        site=site,
        site_name="bench",
        site_toml=text,
        clock=SteadyClock(),
        say=say,
        show=show,
    )
    with held, station_service.StationService(setup) as service:
        status = service.run()
        say("counts " + json.dumps(counts_of(status, service.intake(), seen)))


def counts_of(status: LiveStatus, intake, seen: Counter[str]) -> dict[str, int]:
    """Return what became of everything that came."""
    return {
        "detections_perceived": seen.total(),
        "records": sum(one.n_records for one in status.sensors),
        "shed": sum(one.n_shed for one in status.sensors),
        "lost": sum(one.n_lost for one in status.sensors),
        "refused": sum(one.n_refused for one in status.sensors),
        "errors": sum(one.n_errors for one in status.sensors),
        "dropped_batches": status.n_dropped_batches,
        "left_out_at_the_door": sum(
            one.n_flooded + one.n_repeated + one.n_backwards + one.n_late + one.n_shed
            for one in intake.values()
        ),
        "updates": status.n_updates,
        "update_p50_us": round(1000 * status.update_p50_ms),
        "update_p95_us": round(1000 * status.update_p95_ms),
        "passages_closed": sum(status.n_closed.values()),
    }


class Counting:
    """A technology, and what went through it."""

    def __init__(self, technology, seen: Counter[str], newest: dict[str, int]) -> None:
        self._technology, self._seen, self._newest = technology, seen, newest
        self.spec = technology.spec

    @property
    def sensor_kind(self) -> str:
        return self._technology.sensor_kind

    def start(self):
        return self._technology.start()

    def perceive(self, state, record, hints, /):
        out = self._technology.perceive(state, record, hints)
        self._seen[record.sensor_id] += len(record.arrays["p_person"])
        self._newest[record.sensor_id] = record.t_utc_ns
        return out


# The people and the nodes, in another process.


def people(t_utc_ns: int, n_people: int) -> np.ndarray:
    """Return who is there: number, x, y; by the clock alone."""
    every_s = HALL_M[0] / SPEED_M_PER_S / n_people
    newest = int(t_utc_ns // round(every_s * S))
    numbers = newest - np.arange(n_people + 1)
    x_m = (t_utc_ns - numbers * round(every_s * S)) / S * SPEED_M_PER_S
    y_m = 1.0 + (numbers * 7 % 19) * (HALL_M[1] - 2.0) / 18
    is_there = (x_m >= 0) & (x_m <= HALL_M[0])
    return np.stack([numbers, x_m, y_m], axis=1)[is_there]


def carries(number: int) -> bool:
    return number % 20 == 0


@dataclass
class Node:
    """One node: a socket, and what it said."""

    spec: object
    own: OwnNode
    line: socket.socket
    due_utc_ns: int
    number: int
    n_sent: int = 0
    scans: list[int] = field(default_factory=list)
    status_utc_ns: int = 0

    def begin(self, now: int) -> None:
        self._send(self.own.registration(now))
        self.tell(now, StatusReport.INFO_NEW)

    def tell(self, now: int, info: int = StatusReport.INFO_UNCHANGED) -> None:
        message = new_message(node_id=self.own.node_id, t_utc_ns=now)
        out = message.status_report
        out.report_id, out.mode = ulid(now), "watch"
        out.system, out.info = StatusReport.SYSTEM_OK, info
        self.status_utc_ns = now
        self._send(message)

    def scan(self, now: int, there: np.ndarray, rng: np.random.Generator) -> None:
        """Report whoever is near."""
        if now - self.status_utc_ns >= S:
            self.tell(now)
        at, is_imager = self.spec.site_from_sensor.translation_m[:2], self.number >= 1000
        reach_m = IMAGER_RANGE_M if is_imager else RANGE_M
        near = there[np.hypot(*(there[:, 1:] - at).T) < reach_m]
        near = near[rng.random(len(near)) < 0.95]
        if not len(near):
            return
        parts = [framed(self._report(now, one, rng).SerializeToString()) for one in near]
        self.line.sendall(b"".join(parts))
        self.n_sent += len(near)
        self.scans.append(now)

    def _report(self, now: int, one: np.ndarray, rng: np.random.Generator):
        message = new_message(node_id=self.own.node_id, t_utc_ns=now)
        out = message.detection_report
        out.report_id, out.object_id = ulid(now), ulid(now)
        out.detection_confidence = 0.95
        out.location.CopyFrom(location_of(one[1:] + rng.normal(0, 0.08, 2), self.own.anchor))
        out.object_info.add(type="covariance_enu_m2", value="0.0064 0 0.0064")
        out.classification.add(type="Human", confidence=0.95)
        if self.number >= 1000:
            out.object_info.add(type="score", value="3.0" if carries(int(one[0])) else "-0.5")
            out.associated_file.add(type="image", url=f"record:{self.own.name}:{now}")
        return message

    def _send(self, message) -> None:
        self.line.sendall(framed(message.SerializeToString()))


def play(port: int, text: str, n_people: int, rate_hz: float, talk) -> None:
    """Be all nodes until told to stop; then say what was sent and what came back."""
    site = parse_site(text, where="bench")
    anchor = Anchor.from_degrees(**ANCHOR)
    rng, now = np.random.default_rng(1), time.time_ns()
    nodes: list[Node] = []
    numbers = {node_id(n): n for n in [*range(len(site.sensors) - 2), 1000, 1001]}
    for spec in site.sensors:
        own = OwnNode(node_id=spec.settings["node_id"], name=spec.sensor_id, site=site,
                      anchor=anchor)  # fmt: skip
        line = _connected(port)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        due = now + round((0.5 + rng.uniform(0, 1 / rate_hz)) * S)
        nodes.append(Node(spec, own, line, due, numbers[own.node_id]))
        nodes[-1].begin(time.time_ns())
    answers: Counter[str] = Counter()
    errors: list[str] = []
    over = threading.Event()
    reading = threading.Thread(target=_read, args=(nodes, answers, errors, over))
    reading.start()
    gap_ns = round(max(1 / rate_hz, LEAST_GAP_S + 1e-4) * S)
    began, n_scans = time.time_ns(), 0
    while not talk.poll():
        node = min(nodes, key=lambda one: one.due_utc_ns)
        time.sleep(max(0.0, (node.due_utc_ns - time.time_ns()) * 1e-9))
        now = time.time_ns()
        node.scan(now, people(now, n_people), rng)
        # From when it was sent: two scans of one node are never nearer than is allowed.
        node.due_utc_ns = max(node.due_utc_ns, now - S // 50) + gap_ns
        if node.due_utc_ns < now + round(LEAST_GAP_S * S):
            node.due_utc_ns = now + round((LEAST_GAP_S + 1e-4) * S)
        n_scans += 1
    for_s = (time.time_ns() - began) / S
    time.sleep(0.5)
    over.set()
    reading.join()
    talk.send(
        {
            "sent": sum(node.n_sent for node in nodes),
            "scan_rate_hz": n_scans / for_s / len(nodes),
            "detections_per_s": sum(node.n_sent for node in nodes) / for_s,
            "answers": dict(answers),
            "errors": errors[:3],
            "scans": {node.spec.sensor_id: node.scans for node in nodes},
        }
    )
    for node in nodes:
        node.line.close()


def _connected(port: int) -> socket.socket:
    for _ in range(300):  # the service listens when it has started
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port))
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on port {port}")


def _read(
    nodes: list[Node], answers: Counter[str], errors: list[str], over: threading.Event
) -> None:
    of = {node.line.fileno(): (node.line, Deframer()) for node in nodes}
    while not over.is_set():
        for number in select.select(list(of), [], [], 0.2)[0]:
            line, deframer = of[number]
            data = b""
            with suppress(OSError):
                data = line.recv(65536)
            if not data:
                answers["closed"] += 1
                del of[number]
                continue
            while packets := deframer.feed(data):
                data = b""
                for packet in packets:
                    message = decoded(packet)
                    answers[kind_of(message)] += 1
                    errors += message.error.error_message


# The console, and what is made of it all.


class Running:
    """The service in a process of its own, and somebody signed in."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        began = time.monotonic()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, __file__, "--serve", str(folder)],
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        while not all(word in (text := self.log.read_text()) for word in ("serving", "picture")):
            if self.process.poll() is not None or time.monotonic() - began > 120:
                raise RuntimeError(f"it does not start: {text}")
            time.sleep(0.05)
        lines = {line.split(" ", 1)[0]: line for line in text.splitlines()}
        self.url = lines["serving"].split()[1]
        answer = httpx.post(
            f"{self.url.rstrip('/')}/api/v1/session/link",
            params={"as_token": True},
            json={"link_token": lines["first"].split()[-1]},
            trust_env=False,
            timeout=30.0,
        )
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def pids(self) -> list[int]:
        """Return the service's process first, then those that it has started."""
        own = self.process.pid
        lists = Path(f"/proc/{own}/task").glob("*/children")  # a thread has children of its own
        return [own, *sorted(int(pid) for one in lists for pid in one.read_text().split())]

    @property
    def rss_bytes(self) -> int:
        """Return the memory of all its processes; what they share is counted in each."""
        return sum(
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids()
        ) * os.sysconf("SC_PAGE_SIZE")

    def cpu_s(self) -> list[float]:
        """Return what each of its processes has used."""
        stats = [
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids()
        ]
        return [(int(one[11]) + int(one[12])) / os.sysconf("SC_CLK_TCK") for one in stats]

    def stop(self) -> dict[str, int]:
        """End it in good order; return what it counted."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        told = [one for one in self.log.read_text().splitlines() if one.startswith("counts ")]
        if not told:
            raise RuntimeError(self.log.read_text()[-2000:])
        return json.loads(told[-1].removeprefix("counts "))


@dataclass
class Watched:
    """What the console got, and what it cost."""

    pictures: list[tuple[int, int]] = field(default_factory=list)
    rss: list[tuple[float, int]] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    incidents: set[str] = field(default_factory=set)
    health: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    cpu: list[tuple[int, list[float]]] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)


async def watch(running: Running, seconds: float, got: Watched) -> None:
    """Take what comes for so long."""
    url = running.url.rstrip("/").replace("http", "ws", 1) + "/api/v1/live"
    end, due = time.monotonic() + seconds, 0.0
    async with connect(
        url, additional_headers=running.headers, compression=None, proxy=None, max_size=2**24
    ) as one:
        while (now := time.monotonic()) < end:
            with suppress(TimeoutError):
                text = await asyncio.wait_for(one.recv(), 1.0)
                _take(json.loads(text), time.time_ns(), got)
            if now >= due:
                due = now + 1.0
                got.rss.append((now, running.rss_bytes))
                got.cpu.append((time.time_ns(), running.cpu_s()))


def _take(message: dict, now: int, got: Watched) -> None:
    if message["type"] == "picture":
        got.pictures.append((now, message["n_updates"]))
        got.people.append(len(message["people"]["track_id"]))
    elif message["type"] == "incidents":
        got.incidents |= {one["incident_id"] for one in message["incidents"]}
    elif message["type"] == "health":
        got.health = {
            one["sensor_id"]: f"{one['state']}: {one['message']}" for one in message["sensors"]
        }
        got.troubles = message["troubles"]
        n_lost = sum(one["n_lost"] + one["n_shed"] for one in message["sensors"])
        got.lost.append((now, n_lost))


def latencies_ms(held: Path, pictures: list[tuple[int, int]], scans: dict[str, list[int]],
                 since_utc_ns: int) -> tuple[np.ndarray, np.ndarray, int]:  # fmt: skip
    """Return the latency of each scan after ``since`` and its time, and how many never came."""
    shown = [json.loads(line) for line in held.read_text().splitlines() if line.endswith("]")]
    updates = [n for n, _ in shown]
    came_ns = [came for came, _ in pictures]
    # When the picture that holds an entry of the file, or a later one, came.
    came = []
    at = 0
    for n in updates:
        while at < len(pictures) and pictures[at][1] < n:
            at += 1
        came.append(came_ns[at] if at < len(pictures) else 0)
    out: list[float] = []
    at_ns: list[int] = []
    n_never = 0
    for name, times in scans.items():
        newest = [one.get(name, 0) for _, one in shown]
        for t in times:
            if t < since_utc_ns or t > came_ns[-1] - 2 * S:
                continue
            row = bisect_left(newest, t)
            if row < len(came) and came[row]:
                out.append((came[row] - t) * 1e-6)
                at_ns.append(t)
            else:
                n_never += 1
    return np.array(out), np.array(at_ns), n_never


def by_minute(late: np.ndarray, at_ns: np.ndarray, got: Watched, began: int) -> list[list[float]]:
    """Return of each minute: latency (median, 99 %), CPU s/s of each process, records left out."""
    rows: list[list[float]] = []
    for start in range(began, got.cpu[-1][0] - 30 * S, 60 * S):
        in_it = (at_ns >= start) & (at_ns < start + 60 * S)
        cpu = [one for one in got.cpu if start <= one[0] < start + 60 * S]
        lost = [n for at, n in got.lost if start <= at < start + 60 * S]
        for_s = (cpu[-1][0] - cpu[0][0]) / S
        used = [(b - a) / for_s for a, b in zip(cpu[0][1], cpu[-1][1], strict=True)]
        p50, p99 = np.percentile(late[in_it], [50, 99]) if in_it.any() else (np.nan, np.nan)
        more = lost[-1] - lost[0] if lost else 0
        rows.append([round(float(one), 2) for one in (p50, p99, *used)] + [more])
    return rows


def slope_mb_per_h(rss: list[tuple[float, int]]) -> tuple[float, float]:
    """Return the slope of the memory over the second half, and its standard error."""
    half = np.array(rss[len(rss) // 2 :], dtype=float)
    if len(half) < 4:
        return float("nan"), float("nan")
    t_h, mb = (half[:, 0] - half[0, 0]) / 3600, half[:, 1] / 1e6
    (slope, _), cov = np.polyfit(t_h, mb, 1, cov=True)
    return float(slope), float(np.sqrt(cov[0, 0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--warm-up", type=float, default=20.0)
    parser.add_argument("--sensors", type=int, default=50)
    parser.add_argument("--rate-hz", type=float, default=12.5)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve is not None:
        serve(args.serve)
        return
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measured(args, Path(name)), indent=1))


def measured(args: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Run it once."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = site_text(args.sensors, args.rate_hz)
    (folder / "site.toml").write_text(text)
    (folder / "service.toml").write_text(service_text(port))
    load = [os.getloadavg()[0]]
    running, got = Running(folder), Watched()
    talk, theirs = multiprocessing.Pipe()
    nodes = multiprocessing.get_context("spawn").Process(
        target=play, args=(port, text, args.people, args.rate_hz, theirs)
    )
    try:
        nodes.start()
        asyncio.run(watch(running, args.warm_up, Watched()))
        began, cpu_s, began_s = time.time_ns(), running.cpu_s(), time.monotonic()
        asyncio.run(watch(running, args.seconds, got))
        for_s = time.monotonic() - began_s
        used_s = [one - then for one, then in zip(running.cpu_s(), cpu_s, strict=True)]
        talk.send("over")
        while not talk.poll(1.0):
            if not nodes.is_alive():
                raise RuntimeError("the nodes have died")
        sent = talk.recv()
        nodes.join()
    finally:
        if nodes.is_alive():
            nodes.terminate()
        counts = running.stop()
    load.append(os.getloadavg()[0])
    late, at_ns, n_never = latencies_ms(folder / HELD, got.pictures, sent.pop("scans"), began)
    slope, error = slope_mb_per_h(got.rss)
    p50, p99 = np.percentile(late, [50, 99]) if len(late) else (np.nan, np.nan)
    return {
        "nodes": args.sensors + 2,
        "seconds": args.seconds,
        "load_before_after": load,
        "cores": os.cpu_count(),
        **sent,
        **counts,
        "detections_dropped": sent["sent"] - counts["detections_perceived"],
        "people_shown_median": float(np.median(got.people)) if got.people else 0.0,
        "pictures_per_s": len(got.pictures) / args.seconds,
        "latency_p50_ms": round(float(p50), 1),
        "latency_p99_ms": round(float(p99), 1),
        "latency_worst_ms": round(float(late.max()), 1) if len(late) else None,
        "scans_measured": len(late),
        "scans_never_shown": n_never,
        "by_minute_p50_p99_cpu_lost": by_minute(late, at_ns, got, began),
        "incidents": len(got.incidents),
        "sensors_not_ok": {
            name: said for name, said in got.health.items() if not said.startswith("ok")
        },
        "troubles": got.troubles,
        "service_cpu_s_per_s": [round(one / for_s, 3) for one in used_s],
        "service_cpu_us_per_record": round(1e6 * sum(used_s) / max(counts["records"], 1)
                                           * (args.seconds + args.warm_up) / args.seconds),
        "rss_mb": round(got.rss[-1][1] / 1e6, 1),
        "rss_slope_mb_per_h": [round(slope, 2), round(error, 2)],
    }  # fmt: skip


if __name__ == "__main__":
    main()
