import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.cot_message import (
    CotEvent,
    EarthPoint,
    cot_ping,
    cot_protobuf,
    cot_xml,
    locate_by,
)
from standex.model.errors import StandexError

T0 = 1_767_225_600_000_000_000
EVENT = CotEvent(
    uid="standex.hall.1",
    cot_type="a-u-G",
    t_utc_ns=T0,
    stale_utc_ns=T0 + 10**10,
    point=EarthPoint(latitude_deg=41.9, longitude_deg=12.5, height_m=30.0),
    error_m=1.0,
    callsign="check requested",
    remarks="why",
    is_exercise=True,
)


def test_the_document_has_what_the_schema_wants() -> None:
    root = ET.fromstring(cot_xml(EVENT))
    assert root.tag == "event"
    assert set(root.attrib) == {
        *("version", "uid", "type", "how", "time", "start", "stale", "opex")
    }
    assert root.get("version") == "2.0"
    assert root.get("opex", "").startswith("e-")
    point = root.find("point")
    assert point is not None
    assert set(point.attrib) == {"lat", "lon", "hae", "ce", "le"}
    assert float(point.get("lat", "")) == pytest.approx(41.9, abs=1e-7)
    assert root.get("time") == "2026-01-01T00:00:00.000Z"
    assert root.get("stale") == "2026-01-01T00:00:10.000Z"
    assert root.findtext("detail/remarks") == "why"
    assert ET.fromstring(cot_xml(replace(EVENT, is_exercise=False))).get("opex") == "o"
    assert ET.fromstring(cot_ping("me", T0)).get("type") == "t-x-c-t"


@given(st.text(max_size=60))
def test_any_words_make_readable_xml(words: str) -> None:
    root = ET.fromstring(cot_xml(replace(EVENT, remarks=words, callsign=words, uid=words)))
    said = root.findtext("detail/remarks") or ""
    assert set(said) <= set(words)


def test_protobuf_says_the_same() -> None:
    tak = pytest.importorskip("takproto", reason="pip install takproto")
    for is_stream in (True, False):
        message = tak.parse_proto(bytearray(cot_protobuf(cot_xml(EVENT), is_stream=is_stream)))
        event = message.cotEvent
        assert event.uid == EVENT.uid
        assert event.type == EVENT.cot_type
        assert event.lat == pytest.approx(41.9)
        assert event.sendTime == T0 // 10**6
        assert event.detail.contact.callsign == "check requested"


def test_a_missing_package_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "takproto", None)
    with pytest.raises(StandexError, match=r"standex\[tak\]"):
        cot_protobuf(cot_xml(EVENT), is_stream=True)


def test_the_anchor_says_where_on_earth() -> None:
    anchor = Anchor.from_degrees(latitude_deg=41.9, longitude_deg=12.5, height_m=50.0)
    locate = locate_by(anchor)
    here = locate(0.0, 0.0)
    assert here.latitude_deg == pytest.approx(41.9)
    assert here.longitude_deg == pytest.approx(12.5)
    away_m = 111_000 * np.hypot(
        locate(30.0, 40.0).latitude_deg - here.latitude_deg,
        (locate(30.0, 40.0).longitude_deg - here.longitude_deg) * np.cos(np.deg2rad(41.9)),
    )
    assert away_m == pytest.approx(50.0, rel=0.01)
