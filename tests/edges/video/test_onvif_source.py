"""Metadata of several cameras as records: whatever one of them sends, the others go on."""

import io
from itertools import pairwise

from standex.edges.clock import SimulatedClock
from standex.edges.live_ports import LiveSource
from standex.edges.video.onvif import OnvifCamera
from standex.edges.video.onvif_source import OnvifSource
from standex.model.observation import HealthReason


def camera(name: str) -> OnvifCamera:
    return OnvifCamera(sensor_id=name, frame_width_px=640, frame_height_px=480, takes_unnamed=True)


def document(second: int, left: str = "0") -> bytes:
    return (
        '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>'
        f'<tt:Frame UtcTime="2026-01-31T12:00:{second:02d}Z"><tt:Object><tt:Appearance><tt:Shape>'
        f'<tt:BoundingBox left="{left}" top="0.5" right="0.2" bottom="-0.5"/></tt:Shape>'
        "</tt:Appearance></tt:Object></tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"
    ).encode()


def source(**data: bytes) -> OnvifSource:
    return OnvifSource(
        {
            name: (camera(name), lambda content=content: io.BytesIO(content))
            for name, content in data.items()
        },
        clock=SimulatedClock(0),
    )


def test_all_documents_of_all_cameras_come() -> None:
    running = source(a=b"".join(document(n) for n in range(20)), b=document(5))
    assert isinstance(running, LiveSource)
    records = list(running.records())
    own = [record for record in records if record.sensor_id == "a"]
    assert [record.sequence for record in own] == list(range(20))
    assert all(x.t_utc_ns < y.t_utc_ns for x, y in pairwise(own))
    assert sum(record.sensor_id == "b" for record in records) == 1


def test_a_bad_document_is_told_and_left_out() -> None:
    running = source(bad=document(1, left="x"), good=document(1) + document(2))
    assert [record.sensor_id for record in running.records()] == ["good", "good"]
    assert running.troubles()["bad"].reason is HealthReason.DISCONNECTED


def test_a_line_that_breaks_is_told() -> None:
    def broken() -> io.BytesIO:
        raise ConnectionError("gone")

    running = OnvifSource({"a": (camera("a"), broken)}, clock=SimulatedClock(0))
    assert list(running.records()) == []
    assert "gone" in running.troubles()["a"].message


def test_it_can_be_closed_before_its_end() -> None:
    running = source(a=b"".join(document(n % 60) for n in range(500)))
    records = running.records()
    next(records)
    running.close()
    assert len(list(records)) <= 1
