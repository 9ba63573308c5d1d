"""Bytes that nobody meant, by coverage: MQTT payloads and CAP documents. Needs atheris.

    python benchmarks/fuzz_interop.py mqtt|status|cap \\
        -max_total_time=60 -rss_limit_mb=512 -timeout=1

What is refused in words is well; anything else that is raised, a second without an answer, or more
memory than allowed ends it with the bytes that did it.
"""

import sys
from contextlib import suppress

import atheris

# Only what is imported here is watched while it runs.
with atheris.instrument_imports():
    from standex.edges.interop.cap_document import (
        CapAlert,
        CapMessage,
        CapStatus,
        cap_xml,
        check_cap,
    )
    from standex.edges.interop.mqtt_messages import parse_record, parse_status
from standex.model.errors import RecordError

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


def spliced(data: bytes, good: bytes) -> bytes:
    """Half of the time the bytes themselves, else put in place of a part of what is good."""
    if len(data) < 5 or data[0] % 2:
        return data[1:]
    start = int.from_bytes(data[1:3], "little") % len(good)
    return good[:start] + data[5:] + good[start + int.from_bytes(data[3:5], "little") % 64 :]


def mqtt(data: bytes) -> None:
    with suppress(RecordError):
        parse_record(spliced(data, RECORD), sensor_id="s", next_sequence=0, most_bytes=65_536)


def status(data: bytes) -> None:
    with suppress(RecordError):
        parse_status(spliced(data, STATUS), sensor_id="s", t_utc_ns=0, most_bytes=65_536)


def cap(data: bytes) -> None:
    check_cap(spliced(data, CAP))


if __name__ == "__main__":
    target = {"mqtt": mqtt, "status": status, "cap": cap}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
