"""Bytes that nobody meant, by coverage, for all that reads what others wrote. Needs atheris.

    python benchmarks/fuzz_interop.py TARGET -max_total_time=60 -rss_limit_mb=512 -timeout=1

Targets: sapient, frames, mqtt, status, cap, cot, site, service, mcap, checkpoint.

What is refused in words is well; anything else that is raised, a second without an answer, or more
memory than allowed ends it with the bytes that did it. ``-print_final_stats=1`` says how many were
tried.
"""

import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import atheris

# Only what is imported here is watched while it runs.
with atheris.instrument_imports(include=["standex.edges", "mcap"]):
    from standex.edges.interop.anchor import Anchor
    from standex.edges.interop.cap_document import (
        CapAlert,
        CapMessage,
        CapStatus,
        cap_xml,
        check_cap,
    )
    from standex.edges.interop.cot_message import CotEvent, EarthPoint, cot_protobuf, cot_xml
    from standex.edges.interop.mqtt_messages import parse_record, parse_status
    from standex.edges.interop.sapient.admission import NodeBook
    from standex.edges.interop.sapient.framing import Deframer, FramingError, framed
    from standex.edges.interop.sapient.fusion_link import FusionLink, Peer
    from standex.edges.interop.sapient.node_settings import nodes_of
    from standex.edges.interop.sapient.own_node import OwnNode
    from standex.edges.interop.sapient.replies import location_of
    from standex.edges.interop.sapient.sapient_source import SapientSource
    from standex.edges.interop.sapient.technology import build
    from standex.edges.interop.sapient.upward_link import UpwardLink
    from standex.edges.recording.reader import Recording
    from standex.edges.recording.writer import RecordingWriter
    from standex.edges.service.checkpoint import CheckpointError, CheckpointFile, checkpoint_of
    from standex.edges.service.config import parse_config
    from standex.edges.settings import load_site, parse_site
    from standex.model.hints import no_hints
from standex.edges.clock import SimulatedClock
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import new_message
from standex.edges.recording.layout import Profile
from standex.model.errors import RecordError, StandexError
from standex.testing.examples import (
    example_events,
    example_observations,
    example_passage,
    example_picture,
)

HERE = Path(__file__).parents[1]
T0, S = 1_760_000_000_000_000_000, 10**9

RECORD = (
    b'{"time_utc_ns": 1760000000000000000, "sequence": 1, "kind": "video.floor_positions", '
    b'"arrays": {"a": [[1.0, 2]], "b": {"dtype": "<f8", "shape": [1], "base64": "AAAAAAAAAAA="}}}'
)
STATUS = b'{"state": "failed", "reason": "disconnected", "message": "gone"}'
CAP = cap_xml(
    CapAlert(
        identifier="a.1",
        sender="a@b.example",
        sent_utc_ns=1_760_000_000_000_000_000,
        status=CapStatus.EXERCISE,
        message=CapMessage.UPDATE,
        restriction="r",
        event="e",
        severity="Severe",
        certainty="Possible",
        expires_utc_ns=1_760_000_001_000_000_000,
        headline="h",
        description="d",
        instruction="i",
        area="x",
        circle=(1.0, 2.0, 3.0),
        references=("a@b.example,a.0,2026-01-01T00:00:00-00:00",),
    )
)


SITE_FILES = tuple(
    (HERE / name).read_bytes()
    for name in ("tests/edges/survey.toml", "src/standex/sites/metro.toml")
)
SERVICE_FILE = (HERE / "deploy/service.toml").read_bytes()
OWN = "6f582b41-6c88-481c-bb0f-6021a1739f57"
NODE = "a8654cdf-4328-47de-81fa-c495589e30c9"
HALL = f"""
site_id = "hall"
title = "A hall"
exercise = true
lag_s = 0.5
[[levels]]
level_id = "hall"
min_site_m = [0.0, 0.0]
max_site_m = [20.0, 20.0]
walls = []
[[lines]]
line_id = "screened"
role = "screened"
level_id = "hall"
from_site_m = [18.0, 0.0]
to_site_m = [18.0, 20.0]
[items]
names = ["nothing", "threat_dielectric"]
[items.prior_per_person]
threat_dielectric = 0.02
[items.zone_share]
waist = 1.0
[operating_point]
p_alarm = 0.5
min_coverage = 0.4
wanted_zones = ["waist"]
[[sensors]]
sensor_id = "radar"
technology = "sapient"
instrument = "floor-positions"
level_id = "hall"
position_site_m = [10.0, 10.0, 3.0]
yaw_deg = 0.0
rate_hz = 10.0
[sensors.settings]
node_id = "{NODE}"
half_angle_deg = 180.0
range_m = 9.0
p_detect = 0.95
clutter_per_m2 = 0.001
gives = ["positions"]
person_classes = ["Human"]
"""


class _Node:
    """A site, its node, and good messages of it."""

    def __init__(self) -> None:
        self.site = parse_site(HALL, where="hall")
        anchor = Anchor.from_degrees(latitude_deg=41.9, longitude_deg=12.5, height_m=60.0)
        self.own = OwnNode(node_id=OWN, name="hall", site=self.site, anchor=anchor)
        node = OwnNode(node_id=NODE, name="radar", site=self.site, anchor=anchor)
        status = new_message(node_id=NODE, t_utc_ns=T0)
        status.status_report.report_id, status.status_report.mode = ulid(T0), "watch"
        status.status_report.system = StatusReport.SYSTEM_OK
        status.status_report.info = StatusReport.INFO_NEW
        seen = new_message(node_id=NODE, t_utc_ns=T0)
        report = seen.detection_report
        report.report_id, report.object_id = ulid(T0), ulid(T0)
        report.detection_confidence = 0.9
        report.location.CopyFrom(location_of((3.0, 4.0), anchor))
        report.classification.add(type="Human", confidence=0.8)
        report.object_info.add(type="covariance", value="0.1 0 0.1", error=0.1)
        self.good = [one.SerializeToString() for one in (node.registration(T0), status, seen)]
        self.whole = b"".join(framed(one) for one in self.good)
        self.technology = build(self.site.sensors[0], self.site, None)


_NODE = _Node()
_FOLDER = Path(tempfile.mkdtemp(prefix="standex-fuzz-"))
_FILE = _FOLDER / "file"


@cache
def _recording() -> bytes:
    path = _FOLDER / "good.mcap"
    writer = RecordingWriter(
        path,
        site_id="hall",
        profile=Profile.LIVE,
        software_version="0",
        site_toml=HALL,
        started_utc_ns=T0,
        is_simulated=True,
    )
    writer.publish(T0, (), ())
    for second in range(3):
        said = example_observations(_NODE.site), example_events(_NODE.site)
        writer.publish(T0 + second * S, *said)
    writer.close()
    return path.read_bytes()


def spliced(data: bytes, good: bytes) -> bytes:
    """Half of the time the bytes themselves, else put in place of a part of what is good."""
    if len(data) < 7 or data[0] % 2:
        return data[1:]
    start = int.from_bytes(data[1:4], "little") % len(good)
    return good[:start] + data[6:] + good[start + int.from_bytes(data[4:6], "little") % 256 :]


def _listening() -> tuple[FusionLink, SapientSource]:
    clock = SimulatedClock(T0)
    source = SapientSource(_NODE.own, clock=clock)
    link = FusionLink(
        own_id=OWN,
        book=NodeBook(nodes_of(_NODE.site)),
        listener=source,
        peer=Peer(address="there"),
        clock=clock,
        send=lambda message: bool(message.SerializeToString()),
    )
    return link, source


def _read_on(source: SapientSource) -> None:
    """What is given on must be something that the technology reads."""
    feed = next(iter(source._feeds.values()))  # noqa: SLF001 - its thread must not run here
    state = _NODE.technology.start()
    for step in range(3):
        for record in feed.tick(T0 + (step + 1) * S // 5):
            state, said = _NODE.technology.perceive(state, record, no_hints(T0))
            if not said:
                raise AssertionError("a record of which nothing is said")
    source.troubles()


def sapient(data: bytes) -> None:
    """One message of a node that has registered, and one to a node above."""
    link, source = _listening()
    for packet in _NODE.good[:2]:
        link.take(packet)
    link.take(spliced(data, _NODE.good[data[0] % 3 if data else 0]))
    link.take(_NODE.good[2])
    _read_on(source)
    above = UpwardLink(_NODE.own, clock=SimulatedClock(T0), send=lambda one: bool(one.ByteSize()))
    above.take(data)


def frames(data: bytes) -> None:
    """A whole connection, in pieces as long as the first byte says."""
    link, source = _listening()
    deframer, stream = Deframer(most_bytes=65_536), spliced(data, _NODE.whole)
    piece = data[0] + 1 if data else 1
    with suppress(FramingError):
        for at in range(0, len(stream), piece):
            fresh = stream[at : at + piece]
            while packets := deframer.feed(fresh):
                fresh = b""
                for packet in packets:
                    link.take(packet)
            if deframer.n_waiting > 65_536 + 260:
                raise AssertionError(f"{deframer.n_waiting} bytes wait")
            if link.closing:
                break
    _read_on(source)


def mqtt(data: bytes) -> None:
    with suppress(RecordError):
        parse_record(spliced(data, RECORD), sensor_id="s", next_sequence=0, most_bytes=65_536)


def status(data: bytes) -> None:
    with suppress(RecordError):
        parse_status(spliced(data, STATUS), sensor_id="s", t_utc_ns=0, most_bytes=65_536)


def cap(data: bytes) -> None:
    check_cap(spliced(data, CAP))


def cot(data: bytes) -> None:
    """Only written here: whatever the words, it must be XML that others can read."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - optional

    given = atheris.FuzzedDataProvider(data)
    xml = cot_xml(
        CotEvent(
            uid=given.ConsumeUnicodeNoSurrogates(40),
            cot_type="a-h-G",
            t_utc_ns=given.ConsumeIntInRange(0, 4 * 10**18),
            stale_utc_ns=given.ConsumeIntInRange(0, 4 * 10**18),
            point=EarthPoint(
                latitude_deg=given.ConsumeFloatInRange(-90.0, 90.0),
                longitude_deg=given.ConsumeFloatInRange(-180.0, 180.0),
                height_m=given.ConsumeFloatInRange(-1e4, 1e5),
            ),
            error_m=given.ConsumeFloatInRange(0.0, 1e6),
            callsign=given.ConsumeUnicodeNoSurrogates(40),
            remarks=given.ConsumeUnicodeNoSurrogates(400),
            is_exercise=given.ConsumeBool(),
        )
    )
    if fromstring(xml).tag != "event":
        raise AssertionError(xml)
    if not cot_protobuf(xml, is_stream=given.ConsumeBool()):
        raise AssertionError(xml)


def site(data: bytes) -> None:
    good = SITE_FILES[data[0] // 2 % 2 if data else 0]
    with suppress(StandexError):
        parse_site(spliced(data, good).decode(errors="replace"), where="made up")


def service(data: bytes) -> None:
    text = spliced(data, SERVICE_FILE).decode(errors="replace")
    with suppress(StandexError):
        parse_config(text, path=_FOLDER / "service.toml", site=_NODE.site)


def mcap(data: bytes) -> None:
    _FILE.write_bytes(spliced(data, _recording()))
    with suppress(StandexError):
        recording = Recording.open(_FILE)
        for _ in recording.whole_steps():
            pass
        for _ in recording.records():
            pass


@cache
def _checkpoint() -> bytes:
    """Return the text of a checkpoint with somebody in it."""
    site = load_site("metro")
    someone = example_passage(site, track_id=1, position_site_m=(0.0, 1.0))
    picture = example_picture(site, someone)
    made = checkpoint_of(
        replace(picture, left={2: someone}),
        site_id="metro",
        site_digest="abc",
        software_version="0",
        written_utc_ns=picture.t_utc_ns,
    )
    CheckpointFile(_FILE).write(made)
    rest, text = _FILE.read_bytes()[4:], b""
    while rest:
        inflate = zlib.decompressobj()
        text += inflate.decompress(rest)
        rest = inflate.unused_data
    return text


def checkpoint(data: bytes) -> None:
    """With the right checksum: that one is there against accidents, not against people."""
    text, kind = spliced(data, _checkpoint()), data[0] % 3 if data else 0
    body = zlib.compress(text, 1)
    if kind == 1:  # in as many pieces as there are bytes
        body = b"".join(zlib.compress(text[at : at + 64], 1) for at in range(0, len(text), 64))
    elif kind == 2:
        body = spliced(data[1:], body)
    _FILE.write_bytes(zlib.crc32(body).to_bytes(4, "little") + body)
    with suppress(CheckpointError):
        kept = CheckpointFile(_FILE).read()
        assert kept is not None
        kept.picture()


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (sapient, frames, mqtt, status, cap, cot, site, service, mcap, checkpoint)
}


def seeds(name: str) -> list[bytes]:
    """What to begin with: that which is good, and a piece of it put in another place."""
    good = {
        "sapient": _NODE.good,
        "frames": [_NODE.whole],
        "mqtt": [RECORD],
        "status": [STATUS],
        "cap": [CAP],
        "cot": [bytes(range(256)) * 2],
        "site": list(SITE_FILES),
        "service": [SERVICE_FILE],
        "mcap": [_recording()],
        "checkpoint": [_checkpoint()[:2000]],
    }[name]
    pieces = [bytes([0, at % 256, at // 256, 0, 9, 0]) + b"x1" for at in range(0, 2000, 97)]
    return [*(b"\x01" + one for one in good), *pieces]


if __name__ == "__main__":
    name = sys.argv.pop(1)
    corpus = _FOLDER / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([*sys.argv, str(corpus), "-max_len=16384"], TARGETS[name])
    atheris.Fuzz()
