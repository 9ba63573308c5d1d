import anyio
import anyio.lowlevel
import httpx
from starlette.responses import PlainTextResponse

from standex.edges.access.rate_limit import Rate
from standex.edges.clock import SimulatedClock
from standex.edges.web.gate import SECURITY_HEADERS, Gate

T0 = 1_760_000_000_000_000_000


async def echo(scope, receive, send) -> None:
    n, more = 0, True
    while more:
        message = await receive()
        n, more = n + len(message.get("body", b"")), message.get("more_body", False)
    await PlainTextResponse(str(n))(scope, receive, send)


def ask(gate, *, content=b"", host="here", address="192.0.2.1", **headers):
    async def call():
        transport = httpx.ASGITransport(gate, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.post("/", content=content, headers=headers)

    return anyio.run(call)


def gate_of(**changes):
    return Gate(echo, **{"clock": SimulatedClock(T0), "max_body_bytes": 100} | changes)


def test_every_answer_has_the_headers_a_refusal_too() -> None:
    for content in (b"x", b"x" * 101):
        answer = ask(gate_of(), content=content)
        assert {k: answer.headers[k] for k in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" in answer.headers
    assert "strict-transport-security" not in ask(gate_of(is_secure=False)).headers


def test_no_script_from_elsewhere_may_run() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def _pieces():
    for _ in range(11):
        yield b"x" * 10


def test_what_is_too_large_is_refused_announced_or_not() -> None:
    assert ask(gate_of(), content=b"x" * 100).text == "100"
    assert ask(gate_of(), content=b"x" * 101).status_code == 413
    assert ask(gate_of(), content=_pieces()).status_code == 413
    assert ask(gate_of(), **{"content-length": "2000000000"}).status_code == 413


def test_other_names_are_refused_where_names_are_given() -> None:
    assert ask(gate_of(hosts=("here",))).status_code == 200
    assert ask(gate_of(hosts=("here",)), host="here:8443").status_code == 200
    assert ask(gate_of(hosts=("here",)), host="evil.example").status_code == 400


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    clock = SimulatedClock(T0)
    gate = gate_of(clock=clock, rate=Rate(burst=2, per_s=1.0))
    assert [ask(gate).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(gate, address="198.51.100.7").status_code == 200
    clock.advance(1.0)
    assert ask(gate).status_code == 200


def test_a_live_connection_is_counted_too() -> None:
    gate = gate_of(rate=Rate(burst=1, per_s=1.0))
    sent = []

    async def call() -> None:
        scope = {"type": "websocket", "headers": [], "client": ("192.0.2.1", 1), "path": "/"}

        async def send(message) -> None:
            sent.append(message["type"])

        gate._app = lambda *_: anyio.lowlevel.checkpoint()
        await gate(scope, None, send)
        await gate(scope, None, send)
        await gate({"type": "lifespan"}, None, send)

    anyio.run(call)
    assert sent == ["websocket.close"]
