"""Bytes that nobody meant, by coverage: MQTT payloads and CAP documents. Needs atheris.

    python benchmarks/fuzz_interop.py mqtt|status|cap -max_total_time=60 -rss_limit_mb=512 -timeout=1

What is refused in words is well; anything else that is raised, a second without an answer, or more
memory than allowed ends it with the bytes that did it.
"""

import sys

import atheris

with atheris.instrument_imports():
    from standex.edges.interop.cap_document import check_cap
    from standex.edges.interop.mqtt_messages import parse_record, parse_status
from standex.model.errors import RecordError


def mqtt(data: bytes) -> None:
    try:
        parse_record(data, sensor_id="s", next_sequence=0, most_bytes=65_536)
    except RecordError:
        pass


def status(data: bytes) -> None:
    try:
        parse_status(data, sensor_id="s", t_utc_ns=0, most_bytes=65_536)
    except RecordError:
        pass


def cap(data: bytes) -> None:
    check_cap(data)


if __name__ == "__main__":
    target = {"mqtt": mqtt, "status": status, "cap": cap}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
