"""ONVIF metadata: boxes of people in pixels, y down; pixels and numbers are never guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.video.onvif import MetadataSplitter, OnvifCamera, boxes_of, time_ns
from standex.model.errors import RecordError

CAMERA = OnvifCamera(sensor_id="cam", frame_width_px=640, frame_height_px=480)
PIXELS = OnvifCamera(sensor_id="cam", frame_width_px=640, frame_height_px=480, unit="pixels")
HUMAN = '<tt:Class><tt:Type Likelihood="0.9">Human</tt:Type></tt:Class>'


def box(left: float, top: float, right: float, bottom: float) -> str:
    return f'<tt:BoundingBox left="{left}" top="{top}" right="{right}" bottom="{bottom}"/>'


def thing(shape: str, kind: str = HUMAN, before: str = "") -> str:
    return (
        f'<tt:Object ObjectId="12"><tt:Appearance>{before}<tt:Shape>{shape}'
        f'<tt:CenterOfGravity x="0" y="0"/></tt:Shape>{kind}</tt:Appearance></tt:Object>'
    )


def stream(*frames: str, time: str = "2026-01-31T12:00:00.250Z") -> bytes:
    body = "".join(f'<tt:Frame UtcTime="{time}">{frame}</tt:Frame>' for frame in frames)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema">'
        f"<tt:VideoAnalytics>{body}</tt:VideoAnalytics></tt:MetadataStream>"
    ).encode()


def test_y_is_up_there_and_down_here() -> None:
    (record,) = boxes_of(stream(thing(box(-0.5, 0.5, 0.0, -1.0))), CAMERA, first_sequence=7)
    np.testing.assert_allclose(record.arrays["corner_px"], [[160, 120, 320, 480]])
    np.testing.assert_allclose(record.arrays["score"], [0.9])
    assert (record.kind, record.sequence) == ("video.boxes", 7)
    assert record.t_utc_ns == time_ns("2026-01-31T12:00:00.250Z")
    assert set(record.arrays) == {"corner_px", "score", "frame_width_px", "frame_height_px"}


def test_the_transformation_of_the_standards_example() -> None:
    # Pixels of a 320 x 240 picture, y up, brought to -1..1 by the frame, as the standard shows it.
    move = (
        '<tt:Transformation><tt:Translate x="-1.0" y="-1.0"/>'
        '<tt:Scale x="0.00625" y="0.00834"/></tt:Transformation>'
    )
    (record,) = boxes_of(stream(move + thing(box(80, 120, 160, 0))), CAMERA, first_sequence=0)
    np.testing.assert_allclose(record.arrays["corner_px"], [[160, 240, 320, 480]], atol=0.3)


def test_the_appearances_transformation_comes_first() -> None:
    inner = '<tt:Transformation><tt:Scale x="0.5" y="0.5"/></tt:Transformation>'
    outer = '<tt:Transformation><tt:Translate x="0.25" y="0"/></tt:Transformation>'
    document = stream(outer + thing(box(-1, 1, 1, -1), before=inner))
    (record,) = boxes_of(document, CAMERA, first_sequence=0)
    np.testing.assert_allclose(record.arrays["corner_px"], [[240, 120, 560, 360]])


def test_pixels_are_never_guessed() -> None:
    document = stream(thing(box(100, 50, 200, 300)))
    with pytest.raises(RecordError, match='unit = "pixels"'):
        boxes_of(document, CAMERA, first_sequence=0)
    (record,) = boxes_of(document, PIXELS, first_sequence=0)
    np.testing.assert_allclose(record.arrays["corner_px"], [[100, 50, 200, 300]])
    with pytest.raises(RecordError, match="outside of the frame"):
        boxes_of(stream(thing(box(100, 50, 1200, 900))), PIXELS, first_sequence=0)
    with pytest.raises(RecordError, match="normalised"):
        boxes_of(stream(thing(box(-0.1, 0.5, 0.1, 0))), PIXELS, first_sequence=0)


OLD = (
    "<tt:Class><tt:ClassCandidate><tt:Type>Human</tt:Type><tt:Likelihood>0.7</tt:Likelihood>"
    "</tt:ClassCandidate></tt:Class>"
)
CAR = '<tt:Class><tt:Type Likelihood="0.9">Vehicle</tt:Type></tt:Class>'
DOUBT = '<tt:Class><tt:Type Likelihood="0.1">Human</tt:Type></tt:Class>'


@pytest.mark.parametrize(
    ("kind", "n_people"), [(HUMAN, 1), (OLD, 1), (CAR, 0), (DOUBT, 0), ("", 0)]
)
def test_people_only(kind: str, n_people: int) -> None:
    (record,) = boxes_of(stream(thing(box(0, 0.5, 0.2, 0), kind)), CAMERA, first_sequence=0)
    assert record.arrays["corner_px"].shape == (n_people, 4)


def test_objects_without_class_where_they_are_wanted() -> None:
    camera = OnvifCamera(
        sensor_id="cam", frame_width_px=640, frame_height_px=480, takes_unnamed=True
    )
    (record,) = boxes_of(stream(thing(box(0, 0.5, 0.2, 0), "")), camera, first_sequence=0)
    assert len(record.arrays["score"]) == 1


def test_an_empty_frame_is_a_record_too_and_frames_are_numbered() -> None:
    records = boxes_of(stream("", thing(box(0, 0.5, 0.2, 0))), CAMERA, first_sequence=3)
    assert [len(record.arrays["score"]) for record in records] == [0, 1]
    assert [record.sequence for record in records] == [3, 4]


@pytest.mark.parametrize(
    ("document", "match"),
    [
        (b"<a/>", "MetadataStream is wanted"),
        (stream("", time="yesterday"), "UtcTime"),
        (stream("", time="2026-13-31T12:00:00Z"), "no time"),
        (stream(thing('<tt:BoundingBox left="x" top="0" right="1" bottom="0"/>')), "left"),
        (stream(thing('<tt:BoundingBox left="nan" top="0" right="1" bottom="0"/>')), "left"),
    ],
)
def test_what_cannot_be_read_is_said(document: bytes, match: str) -> None:
    with pytest.raises(RecordError, match=match):
        boxes_of(document, CAMERA, first_sequence=0)


def test_times_with_zones_and_fractions() -> None:
    utc = time_ns("2026-01-31T12:00:00.250Z")
    assert time_ns("2026-01-31T13:30:00.25+01:30") == utc
    assert time_ns("2026-01-31T12:00:00.250") == utc
    assert utc % 10**9 == 250_000_000


def test_a_camera_needs_its_frame_size() -> None:
    with pytest.raises(ValueError, match="frame size"):
        OnvifCamera(sensor_id="cam", frame_width_px=0, frame_height_px=480)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40))
def test_documents_come_out_whole_whatever_the_pieces(sizes: list[int]) -> None:
    documents = [stream(thing(box(0, 0.5, 0.2, 0))), stream(""), stream("", "")]
    data = b"noise" + b"\r\n--part\r\n".join(documents)
    splitter, found, at = MetadataSplitter(), [], 0
    while at < len(data):
        size = sizes[len(found) % len(sizes)]
        found += splitter.feed(data[at : at + size])
        at += size
    assert found == documents


def test_what_never_ends_is_let_go() -> None:
    splitter = MetadataSplitter()
    for _ in range(20):
        assert list(splitter.feed(b"x" * 1_000_000)) == []
    assert splitter.n_left_out >= 15_000_000
    assert list(splitter.feed(stream(""))) == [stream("")]
