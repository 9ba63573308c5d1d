"""More bytes that nobody meant, by coverage; beside ``fuzz_interop.py``. Needs atheris.

    python benchmarks/fuzz_edges.py TARGET -max_total_time=60 -rss_limit_mb=768 -timeout=1

Targets: onvif, cap, provider, token, websocket, bundle, manifest, surrogate, looks, spectra.

What is refused in words is well; anything else that is raised, a second without an answer, or more
memory than allowed ends it with the bytes that did it. The seeds hold what is known to be nasty:
deep nesting, entities, lengths that are not true, things packed a thousand times.
"""

import asyncio
import base64
import importlib
import io
import json
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

# Only what is imported here is watched while it runs.
with atheris.instrument_imports(include=["standex.edges", "standex.sensing.surrogate", "joserfc"]):
    from standex.edges.access.account import AccessError
    from standex.edges.access.openid import OpenId
    from standex.edges.access.openid_settings import OpenIdSettings
    from standex.edges.evidence.bundle import (
        FORM,
        EvidenceError,
        Manifest,
        Stage,
        pack,
        parse_manifest,
        read_bundle,
        unpack,
    )
    from standex.edges.interop import external_looks
    from standex.edges.interop.cap_document import check_cap
    from standex.edges.spectra import parse_spectrum
    from standex.edges.video.onvif import MetadataSplitter, OnvifCamera, boxes_of
    from standex.edges.web.server import MAX_MESSAGE_BYTES
    from standex.sensing.surrogate import technology as surrogates
import httpx
import numpy as np
from joserfc.jwk import RSAKey
from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from standex.edges.access.roles import Role
from standex.edges.clock import SimulatedClock
from standex.edges.settings import parse_site
from standex.model.errors import DataFileError, RecordError
from standex.model.hints import no_hints
from standex.model.record import Record

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
loaded = importlib.import_module("neighbours").loaded
interop = loaded("../benchmarks/fuzz_interop.py")
samples = loaded("edges/spectra/conftest.py").Samples
spliced, T0 = interop.spliced, interop.T0
ISSUER, CLIENT = "https://id.example/realm", "standex"
_FOLDER = Path(tempfile.mkdtemp(prefix="standex-fuzz-"))
DEEP = 100_000  # levels


# Smart cameras and public alerts: XML of others.

CAMERA = OnvifCamera(sensor_id="cam", frame_width_px=640, frame_height_px=480)
ONVIF = (
    b'<?xml version="1.0"?><tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema">'
    b'<tt:VideoAnalytics><tt:Frame UtcTime="2026-01-01T00:00:00.5Z"><tt:Transformation>'
    b'<tt:Translate x="0" y="0"/><tt:Scale x="1" y="1"/></tt:Transformation>'
    b'<tt:Object ObjectId="7"><tt:Appearance><tt:Shape>'
    b'<tt:BoundingBox left="-0.5" top="0.5" right="0.1" bottom="-0.5"/></tt:Shape>'
    b'<tt:Class><tt:Type Likelihood="0.9">Human</tt:Type></tt:Class></tt:Appearance></tt:Object>'
    b"</tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"
)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 12))
    + b"]><alert>&l;</alert>"
)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><alert>&a;</alert>'
NESTED = b"<a>" * 20_000


def onvif(data: bytes) -> None:
    """A stream of documents in pieces as long as the first byte says, and what is in them."""
    splitter, stream = MetadataSplitter(), spliced(data, ONVIF * 2)
    piece = 4 * data[0] + 1 if data else 1
    for at in range(0, len(stream), piece):
        for document in splitter.feed(stream[at : at + piece]):
            with suppress(RecordError):
                boxes_of(document, CAMERA, first_sequence=0)
    with suppress(RecordError):
        boxes_of(stream, CAMERA, first_sequence=0)


def cap(data: bytes) -> None:
    """A document that is said to be an alert, of somebody who means harm."""
    for problem in check_cap(spliced(data, interop.CAP)):
        if len(problem) > 2000:
            raise AssertionError(f"a problem of {len(problem)} letters")


# An OpenID provider that lies, and tokens that are none.

SETTINGS = OpenIdSettings(
    issuer=ISSUER,
    client_id=CLIENT,
    redirect_uri="https://station.example/api/v1/session/oidc",
    role_claim="a.roles",
    roles={"guards": (Role.OPERATOR,)},
)
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
KEYS = json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()
DISCOVERY = json.dumps(
    {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/keys",
    }
).encode()
CLAIMS = json.dumps(
    {
        "iss": ISSUER,
        "aud": [CLIENT],
        "azp": CLIENT,
        "exp": T0 // 10**9 + 300,
        "iat": T0 // 10**9,
        "nonce": "NONCE",
        "sub": "17",
        "preferred_username": "Kim",
        "a": {"roles": ["guards"]},
    }
).encode()


UNSIGNED = b"eyJhbGciOiJub25lIn0.e30."  # under the algorithm "none"


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _signed(claims: bytes) -> bytes:
    from joserfc import jws  # noqa: PLC0415

    return jws.serialize_compact({"alg": "RS256", "kid": "one"}, claims, KEY).encode()


def _came(answers: dict[str, Callable[[str], httpx.Response]]) -> None:
    """Let somebody sign in at a provider that answers so."""
    nonce = ""

    def answer(request: httpx.Request) -> httpx.Response:
        made = answers.get(request.url.path.rpartition("/")[2])
        return httpx.Response(404) if made is None else made(nonce)

    async def go() -> None:
        nonlocal nonce
        transport = httpx.MockTransport(answer)
        clock = SimulatedClock(T0)
        client = OpenId(SETTINGS, client_secret="", clock=clock, transport=transport)
        try:
            query = httpx.URL(await client.begin()).params
            nonce = query["nonce"]
            await client.finish({"code": "c", "state": query["state"]})
        finally:
            await client.aclose()

    with suppress(AccessError):
        asyncio.run(go())


def _said(body: bytes) -> Callable[[str], httpx.Response]:
    return lambda _: httpx.Response(200, content=body)


def provider(data: bytes) -> None:
    """One answer of three is made up."""
    good = (DISCOVERY, KEYS, b'{"id_token": "%s"}' % _part(b"{}").encode())
    which = data[0] // 2 % 3 if data else 0
    bodies = [spliced(data, one) if n == which else one for n, one in enumerate(good)]
    names = ("openid-configuration", "keys", "token")
    _came({name: _said(body) for name, body in zip(names, bodies, strict=True)})


def token(data: bytes) -> None:
    """A token that is made up, or one that is signed and says what is made up."""
    is_signed = bool(data) and data[0] // 2 % 2 == 0

    def answer(nonce: str) -> httpx.Response:
        claims = CLAIMS.replace(b"NONCE", nonce.encode())
        made = _signed(spliced(data, claims)) if is_signed else spliced(data, _signed(claims))
        return httpx.Response(200, json={"id_token": made.decode("latin-1")})

    _came({"openid-configuration": _said(DISCOVERY), "keys": _said(KEYS), "token": answer})


# The live line: what a client may put into frames.

_HANDSHAKE = (
    b"GET /api/v1/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
_FRAMES = b"".join(
    Frame(Opcode.TEXT, text).serialize(mask=True, extensions=[]) for text in (b"{}", b"x" * 1000)
)


def websocket(data: bytes) -> None:
    """Handshake and frames, with the limit that the server sets; no more than that is kept."""
    protocol, kept = ServerProtocol(max_size=MAX_MESSAGE_BYTES), 0
    whole = data[0] % 3 == 0 if data else False
    stream = spliced(data, _HANDSHAKE + _FRAMES) if whole else _HANDSHAKE + spliced(data, _FRAMES)
    for at in range(0, len(stream), 257):
        with suppress(ProtocolError):
            protocol.receive_data(stream[at : at + 257])
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
            elif isinstance(event, Frame):
                kept = 0 if event.fin else kept + len(event.data)
                if len(event.data) > MAX_MESSAGE_BYTES or kept > MAX_MESSAGE_BYTES:
                    raise AssertionError(f"a message of {len(event.data)} bytes was let in")
        protocol.data_to_send()


# Evidence of somebody else.


def _manifest() -> Manifest:
    return loaded("edges/evidence/conftest.py").manifest(stage=Stage.FIRST)


def _bundle() -> bytes:
    contents = {"alert.json": b"{}", "patches.json": b"[]" * 500, "look-1.png": bytes(200)}
    return pack(_manifest(), contents, key=None)


def _bomb(n_bytes: int, *, files: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(files):
            name = "manifest.json" if number == 0 else f"look-{number}.png"
            archive.writestr(name, bytes(n_bytes))
    return out.getvalue()


BUNDLE = _bundle()
MANIFEST = zipfile.ZipFile(io.BytesIO(BUNDLE)).read("manifest.json")


def bundle(data: bytes) -> None:
    file, into = _FOLDER / "bundle.zip", _FOLDER / "unpacked"
    file.write_bytes(spliced(data, BUNDLE))
    with suppress(EvidenceError):
        found = read_bundle(file)
        found.problems(None)
        unpack(found, into)
    if into.exists():
        for one in into.iterdir():
            one.unlink()
        into.rmdir()
    if {one.name for one in _FOLDER.iterdir()} - {"bundle.zip", "corpus"}:
        raise AssertionError(f"files outside: {sorted(_FOLDER.iterdir())}")


def manifest(data: bytes) -> None:
    with suppress(EvidenceError):
        found = parse_manifest(spliced(data, MANIFEST), where="here")
        if found.form != FORM:
            raise AssertionError(found)


# Records that are said to be looks, and spectra of other makers' instruments.

_SITE = parse_site(interop.HALL, where="hall")


def _arrays(data: bytes, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return arrays of any kind, shape and content under the names that are read."""
    given, arrays = atheris.FuzzedDataProvider(data), dict[str, np.ndarray]()
    for name in names:
        if given.ConsumeIntInRange(0, 9) == 0:
            continue
        kind = given.PickValueInList(["f8", "f8", "f8", "f4", "i8", "i4", "u1", "?", "U3", "c16"])
        shape = [given.ConsumeIntInRange(0, 3) for _ in range(given.ConsumeIntInRange(0, 3))]
        n = int(np.prod(shape)) * np.dtype(kind).itemsize
        if kind == "U3":  # any four bytes are no letter
            arrays[name] = np.full(shape, given.ConsumeUnicodeNoSurrogates(3), dtype=kind)
        else:
            raw = given.ConsumeBytes(n).ljust(n, b"\0")
            if kind == "?":
                raw = bytes(one & 1 for one in raw)
            arrays[name] = np.frombuffer(raw, dtype=kind).reshape(shape)
    return arrays


def _perceived(technology, kind: str, arrays: dict[str, np.ndarray]) -> None:
    record = Record(sensor_id="radar", t_utc_ns=T0, kind=kind, sequence=1, arrays=arrays)
    with suppress(RecordError):
        _, said = technology.perceive(technology.start(), record, no_hints(T0))
        if not said:
            raise AssertionError("a record of which nothing is said")


def _spec(**settings: object):
    from dataclasses import replace  # noqa: PLC0415

    return replace(_SITE.sensors[0], settings=settings)


_SURROGATE = surrogates.build(
    _spec(stands_for="microwave.imaging", max_looks=4, reach_m=5.0), _SITE, None
)
_EXTERNAL = external_looks.build(
    _spec(sensor_kind="k", reach_m=5.0, ghosts_per_m2=0.01, zones=["waist"]), _SITE, None
)


def surrogate(data: bytes) -> None:
    names = ("place_sensor_m", "score", "is_seen", "share", "zone", "is_joined")
    _perceived(_SURROGATE, surrogates.KIND, _arrays(data, names))


def looks(data: bytes) -> None:
    names = ("place_sensor_m", "sigma_m", "score", "zone", "look")
    _perceived(_EXTERNAL, external_looks.KIND, _arrays(data, names))


_SPECTRA = [one for one in samples.all().values() if not one.startswith(b"\x89HDF")]


def spectra(data: bytes) -> None:
    """HDF5 is read in a process of its own, which cannot be seen into."""
    good = _SPECTRA[data[0] // 2 % len(_SPECTRA)] if data else b"x"
    made = spliced(data, good)
    if made.startswith(b"\x89HDF"):
        return
    with suppress(DataFileError):
        parse_spectrum(made, where="f", name="n")


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        onvif, cap, provider, token, websocket, bundle, manifest, surrogate, looks, spectra,
    )
}  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """What to begin with: what is good, what is nasty, and pieces of it in other places."""
    deep = b"[" * DEEP + b"]" * DEEP
    gzipped = zlib.compress(bytes(10**7))
    known = {
        "onvif": [ONVIF, LAUGHS, OUTSIDE, NESTED, b"<MetadataStream>" * 5000],
        "cap": [interop.CAP, LAUGHS, OUTSIDE, NESTED],
        "provider": [DISCOVERY, KEYS, deep, b'{"issuer":' + deep + b"}", gzipped],
        "token": [
            _signed(CLAIMS),
            CLAIMS,
            deep,
            b'{"a":' * 5000,
            b"a.b.c",
            b"eyJhbGciOiJub25lIn0..",
        ],
        "websocket": [_FRAMES, b"\x81\xff" + b"\x7f" + b"\xff" * 7 + bytes(4)],
        "bundle": [BUNDLE, _bomb(10**6), _bomb(10**5, files=70), BUNDLE[:-22]],
        "manifest": [MANIFEST, deep, b'{"form": "standex.evidence.1", "files": [{}]}'],
        "surrogate": [bytes(range(256)) * 2],
        "looks": [bytes(range(256)) * 2],
        "spectra": _SPECTRA,
    }[name]
    pieces = [bytes([0, at % 256, at // 256, 0, 9, 0]) + b"x1" for at in range(0, 2000, 97)]
    # The first byte also chooses among what a target has.
    nasty = [bytes([2 * which + 1]) + one for one in known for which in range(3)]
    return [*nasty, *pieces]


if __name__ == "__main__":
    chosen = sys.argv.pop(1)
    if chosen == "seeds":  # all of what is known, once, without looking for more
        for target, take in TARGETS.items():
            for seed in seeds(target):
                take(seed)
        sys.exit()
    corpus = _FOLDER / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(chosen)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([*sys.argv, str(corpus), "-max_len=262144"], TARGETS[chosen])
    atheris.Fuzz()
