"""Nodes that speak SAPIENT to a service at a rate that is set from outside, each on its own socket.

Run as a program: ``python node_crowd.py PORT SITE_TOML PEOPLE``. Lines of JSON come in and go out:

    {"rate_hz": 3.0}   from now on each node reports a scan so often; answered by nothing
    {"tell": true}     answered by what each node has said so far, and what it was told
    end of input       all nodes leave

A node that the service does not read holds its reports back, as a device with little memory would,
and counts them: it takes nothing from the others.
"""

import heapq
import json
import select
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))  # a program, not pytest
from neighbours import loaded
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.framing import Deframer
from standex.edges.interop.sapient.messages import decoded, kind_of
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.settings import parse_site

hall = loaded("../benchmarks/bench_service.py")
S = 10**9
LEAST_GAP_NS = round((hall.LEAST_GAP_S + 1e-3) * S)  # the standard's, between scans of one node
MOST_HZ = S / LEAST_GAP_NS
MOST_BEHIND_NS = S // 2
PEOPLE_EVERY_NS = S // 100  # nobody walks further than a centimetre in this time
CARRIES_EACH = 4  # person; hall.carries says every twentieth: too few for some seconds


class Line:
    """A socket that never waits: what cannot go now goes before the next thing."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._left = bytearray()

    def sendall(self, data: bytes) -> None:
        self._left += data
        self.flush()

    def flush(self) -> bool:
        """Send what is left; return whether nothing is."""
        with suppress(BlockingIOError):
            while self._left:
                del self._left[: self.socket.send(self._left)]
        return not self._left


class Crowd:
    """All nodes, whose turn it is, and what they were told."""

    def __init__(self, port: int, text: str, n_people: int) -> None:
        site = parse_site(text, where="crowd")
        anchor = Anchor.from_degrees(**hall.ANCHOR)
        numbers = [*range(len(site.sensors) - 2), 1000, 1001]
        self.n_people, self.rate_hz = n_people, 0.0
        self.rng = np.random.default_rng(1)
        self.nodes = []
        for spec, number in zip(site.sensors, numbers, strict=True):
            own = OwnNode(
                node_id=spec.settings["node_id"], name=spec.sensor_id, site=site, anchor=anchor
            )
            node = hall.Node(spec, own, Line(port), 0, number)
            node.begin(time.time_ns())
            self.nodes.append(node)
        self.held = dict.fromkeys((node.spec.sensor_id for node in self.nodes), 0)
        self.told = {name: {} for name in self.held}  # kinds of answers, counted
        self.last_error = ""
        self.over = threading.Event()

    def play(self) -> None:
        """Report, each node in its turn, until told to stop."""
        due = [(time.time_ns() + n * S // 100, n) for n in range(len(self.nodes))]
        heapq.heapify(due)
        there, there_utc_ns = np.zeros((0, 3)), 0
        while not self.over.is_set():
            at, n = due[0]
            now = time.time_ns()
            if at > now or not self.rate_hz:
                time.sleep(min(max((at - now) / S, 0.001), 0.05))
                continue
            node = self.nodes[n]
            if node.line.flush():
                if now - there_utc_ns > PEOPLE_EVERY_NS:
                    there, there_utc_ns = hall.people(now, self.n_people), now
                node.scan(now, there, self.rng)
            else:
                self.held[node.spec.sensor_id] += 1
            # What was missed is made up for, as far as two scans of one node may be so near.
            next_at = max(at, now - MOST_BEHIND_NS) + round(S / self.rate_hz)
            heapq.heapreplace(due, (max(next_at, now + LEAST_GAP_NS), n))

    def read(self) -> None:
        """Take whatever the service answers, so that it is never held up by us."""
        by_number = {node.line.socket.fileno(): (node, Deframer()) for node in self.nodes}
        while not self.over.is_set():
            for number in select.select(list(by_number), [], [], 0.2)[0]:
                node, deframer = by_number[number]
                data = b""
                with suppress(OSError):
                    data = node.line.socket.recv(65536)
                told = self.told[node.spec.sensor_id]
                if not data:
                    told["closed"] = told.get("closed", 0) + 1
                    del by_number[number]
                    continue
                while packets := deframer.feed(data):
                    data = b""
                    for packet in packets:
                        message = decoded(packet)
                        kind = str(kind_of(message))
                        told[kind] = told.get(kind, 0) + 1
                        if kind == "error":
                            self.last_error = str(list(message.error.error_message))[:300]

    def tell(self) -> dict[str, object]:
        return {
            "t_utc_ns": time.time_ns(),
            "scans": {node.spec.sensor_id: len(node.scans) for node in self.nodes},
            "detections": sum(node.n_sent for node in self.nodes),
            "held": sum(self.held.values()),
            "told": self.told,
            "last_error": self.last_error,
        }


def carries(number: int) -> bool:
    return number % CARRIES_EACH == 0


def main(port: int, site: Path, n_people: int) -> None:
    hall.carries = carries
    crowd = Crowd(port, site.read_text(), n_people)
    threads = [threading.Thread(target=one) for one in (crowd.play, crowd.read)]
    for one in threads:
        one.start()
    try:
        for line in sys.stdin:
            word = json.loads(line)
            if "rate_hz" in word:
                crowd.rate_hz = min(word["rate_hz"], MOST_HZ)
            else:
                sys.stdout.write(json.dumps(crowd.tell()) + "\n")
                sys.stdout.flush()
    finally:
        crowd.over.set()
        for one in threads:
            one.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
