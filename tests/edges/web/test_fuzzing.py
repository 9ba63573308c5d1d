"""The API under requests and messages that are made up: no server error, nothing undocumented,
nothing that takes a second.

Every operation is asked by schemathesis, rightly and wrongly, and each request is made by everybody
and by nobody: in each role alone, in all of them. Identifiers that answers hold go into later
requests, so that what is made up reaches what is there. ``STANDEX_EXPLORE=1`` looks for new
requests, for as many minutes as ``STANDEX_FUZZ_MINUTES`` says; what was run is printed: ``-s``.
"""

import importlib
import json
import logging
import os
import socket
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from standex.edges.access.rate_limit import Rate
from standex.edges.access.roles import Role
from standex.edges.web import app as module
from standex.edges.web.server import MAX_MESSAGE_BYTES, WebServer

schemathesis = pytest.importorskip("schemathesis", reason="install schemathesis (dev) to fuzz")
FailureGroup = importlib.import_module("schemathesis.core.failures").FailureGroup

pytestmark = [
    pytest.mark.slow,
    # Hypothesis takes it for ours when the server's thread does.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]
EXPLORES = bool(os.environ.get("STANDEX_EXPLORE"))
FOR_S = 60 * float(os.environ.get("STANDEX_FUZZ_MINUTES", "1")) if EXPLORES else 0.0
N_EXAMPLES = 5 if EXPLORES else 2
N_MESSAGES = 400 if EXPLORES else 25
LONGEST_S = 1.0
BOSS = "boss"  # has every role
EVERYBODY = ("", *(role.value for role in Role), BOSS)
MOST_KNOWN = 32
MADE_UP = settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not EXPLORES,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def server(service, monkeypatch):
    """Serve to somebody with every role, as fast as they ask."""
    gate, often = module.Gate, Rate(burst=10**6, per_s=1e6)
    monkeypatch.setattr(module, "Gate", lambda *args, **more: gate(*args, rate=often, **more))
    service.sign_in.roles[BOSS] = set(Role)
    server = WebServer(module.make_app(service.view, is_secure=False), host="127.0.0.1", port=0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def errors():
    """Return what the server has logged as its own error."""

    class Kept(logging.Handler):
        def emit(self, record) -> None:
            told.append(self.format(record))

    told: list[str] = []
    handler, log = Kept(logging.ERROR), logging.getLogger("uvicorn.error")
    log.addHandler(handler)
    yield told
    log.removeHandler(handler)


def checks():
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks as of  # noqa: PLC0415

    return [
        not_a_server_error,
        of.status_code_conformance,
        of.content_type_conformance,
        of.response_schema_conformance,
    ]


def is_busy(url: str) -> bool:
    """Return whether this computer has so much else to do that the cheapest takes long."""
    took_s = []
    for _ in range(3):
        began = time.monotonic()
        assert httpx.get(f"{url}/api/v1/alive", trust_env=False, timeout=60.0).status_code == 200
        took_s.append(time.monotonic() - began)
    return max(took_s) > LONGEST_S / 5


class Asking:
    """Everybody who asks, what they have learnt, and how long it took."""

    def __init__(self, url: str, sign_in) -> None:
        self.url, self.sign_in = url, sign_in
        self.known: dict[str, list[str]] = defaultdict(list)
        self.n, self.by_status = 0, Counter[int]()
        self.slowest: tuple[float, str] = (0.0, "")
        self.problems: dict[str, str] = {}

    def learn(self, value, name: str = "") -> None:
        """Keep the identifiers that an answer holds."""
        if isinstance(value, dict):
            for key, one in value.items():
                self.learn(one, str(key))
        elif isinstance(value, list):
            for one in value[:8]:
                self.learn(one, name.removesuffix("s"))
        elif name.endswith("_id") and isinstance(value, str) and value not in self.known[name]:
            del self.known[name][MOST_KNOWN - 1 :]
            self.known[name].insert(0, value)

    def ask(self, case, data) -> None:
        """Ask as everybody, half of the time for something that is there."""
        for where in (case.path_parameters, case.query, case.body):
            for name in where if isinstance(where, dict) else ():
                # Drawn whatever is known: what hypothesis does must not hang on what happens.
                which, known = data.draw(st.integers(-4, 3)), self.known.get(name)
                if known and which >= 0:
                    where[name] = known[which % len(known)]
        for who in EVERYBODY:
            case.headers.pop("authorization", None)
            if who:
                case.headers["authorization"] = f"Bearer token-{who}"
            answer = self.sent(case, who)
            self.sign_in.ended.clear()  # whoever has signed out would have nothing more to ask
            case.validate_response(answer, checks=checks())
            if who == BOSS and "json" in str(answer.headers.get("content-type")):
                with suppress(ValueError):
                    self.learn(json.loads(answer.content))

    def sent(self, case, who: str):
        """Send it; what takes too long may be the computer's fault, and is asked for again."""
        for _ in range(3):
            began = time.monotonic()
            answer = case.call(base_url=self.url)
            took_s = time.monotonic() - began
            self.n += 1
            self.by_status[answer.status_code] += 1
            if took_s < LONGEST_S:
                break
        label = f"{case.operation.label} by {who or 'nobody'}"
        self.slowest = max(self.slowest, (took_s, label))
        assert took_s < LONGEST_S or is_busy(self.url), f"{label}: {took_s:.1f} s"
        return answer

    def fuzz(self, operation, mode) -> None:
        @MADE_UP
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def once(case, data) -> None:
            try:
                self.ask(case, data)
            # All are told at once, and none is tried again: the service has gone on since.
            except (Exception, FailureGroup) as error:  # noqa: BLE001
                self.problems.setdefault(f"{operation.label} ({mode.value})", str(error))

        with suppress(Unsatisfiable):  # nothing about it can be wrong
            once()


def test_nothing_made_up_by_anybody_breaks_it(server, service, client, errors) -> None:
    openapi = client("viewer").get("/api/v1/openapi.json").json()
    operations = [one.ok() for one in schemathesis.openapi.from_dict(openapi).get_all_operations()]
    assert len(operations) > 60
    asking = Asking(f"http://127.0.0.1:{server.port}", service.sign_in)
    # What can be read is read first: its identifiers go into what is done.
    operations.sort(key=lambda one: (one.method != "get", "{" in one.path))
    began = time.monotonic()
    while True:
        for operation in operations:
            for mode in schemathesis.GenerationMode:
                asking.fuzz(operation, mode)
        if asking.problems or time.monotonic() - began >= FOR_S:
            break
    sys.stdout.write(
        f"{asking.n} requests to {len(operations)} operations by {len(EVERYBODY)} in "
        f"{(time.monotonic() - began) / 60:.1f} minutes; slowest {asking.slowest[0]:.2f} s "
        f"({asking.slowest[1]}); {dict(asking.by_status.most_common(8))}\n"
    )
    assert not asking.problems, "\n\n".join(f"{k}: {v}" for k, v in asking.problems.items())
    assert not errors, errors[0]
    # It has power: much of it reached something, and much was refused.
    assert asking.by_status[200] > len(operations)
    assert asking.by_status[403] > len(operations)
    assert len(asking.known) >= 5, asking.known


plain_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
rows = st.lists(plain_values, max_size=4) | st.dictionaries(st.text(max_size=8), plain_values)
json_values = plain_values | rows | st.lists(rows, max_size=3)
messages = st.one_of(
    st.text(max_size=2 * MAX_MESSAGE_BYTES),
    st.binary(max_size=2 * MAX_MESSAGE_BYTES),
    json_values.map(json.dumps),
    st.sampled_from(["hello", "picture", "incidents", "health"]).map(
        lambda kind: json.dumps({"type": kind, "n_updates": -1})
    ),
)
frames = st.one_of(
    st.binary(min_size=1, max_size=64),
    # A head that says something wrong: kind, mask, a length up to 2^63.
    st.builds(
        lambda first, length, rest: bytes([first, 0xFF]) + length.to_bytes(8, "big") + rest,
        st.integers(0, 255),
        st.integers(0, 2**63 - 1),
        st.binary(max_size=32),
    ),
)


def live(port: int, who: str):
    headers = {"Authorization": f"Bearer token-{who}"} if who else {}
    return connect(
        f"ws://127.0.0.1:{port}/api/v1/live",
        additional_headers=headers,
        compression=None,
        proxy=None,
        max_size=2**24,
    )


@pytest.mark.parametrize("who", EVERYBODY)
def test_whatever_is_said_over_the_live_line_harms_nobody(server, errors, who) -> None:
    @settings(MADE_UP, max_examples=N_MESSAGES)
    @given(said=st.lists(messages, min_size=1, max_size=4))
    def once(said) -> None:
        with suppress(WebSocketException, OSError), live(server.port, who) as line:
            for one in said:
                line.send(one)
            line.recv(LONGEST_S)

    with live(server.port, "viewer") as other:
        assert json.loads(other.recv(30))["type"] == "hello"
        once()
        is_busy(f"http://127.0.0.1:{server.port}")  # it answers at all
        # Who was looking all the while still sees.
        while json.loads(other.recv(30))["type"] != "picture":
            pass
    assert not errors, errors[0]


def test_frames_that_are_none_close_their_own_line_only(server, errors) -> None:
    def raw() -> socket.socket:
        line = socket.create_connection(("127.0.0.1", server.port), timeout=10.0)
        line.sendall(
            b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Authorization: Bearer token-viewer\r\n\r\n"
        )
        assert line.recv(12) == b"HTTP/1.1 101"
        return line

    @settings(MADE_UP, max_examples=N_MESSAGES)
    @given(sent=st.lists(frames, min_size=1, max_size=3))
    def once(sent) -> None:
        with raw() as line, suppress(OSError):
            for one in sent:
                line.sendall(one)

    with live(server.port, "viewer") as other:
        assert json.loads(other.recv(30))["type"] == "hello"
        once()
        is_busy(f"http://127.0.0.1:{server.port}")  # it answers at all
        while json.loads(other.recv(30))["type"] != "picture":
            pass
    assert not errors, errors[0]
