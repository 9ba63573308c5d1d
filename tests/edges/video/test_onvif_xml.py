"""XML of strangers: read when plain, refused when it could grow, nest or point elsewhere."""

import pytest

from standex.edges.video.onvif_xml import MOST_BYTES, parse_xml
from standex.model.errors import RecordError


def test_names_come_without_namespaces() -> None:
    root = parse_xml(b'<tt:a xmlns:tt="x" xmlns:o="y"><tt:b o:k="1">hi</tt:b><tt:b/></tt:a>')
    assert root.name == "a"
    assert [one.attributes for one in root.all("b")] == [{"k": "1"}, {}]
    assert root.first("b").text == "hi"
    assert root.first("c") is None


BILLION = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>
<lolz>&b;</lolz>"""
OUTSIDE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""


@pytest.mark.parametrize(
    "document", [BILLION, OUTSIDE, b'<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>']
)
def test_document_types_are_refused(document: bytes) -> None:
    with pytest.raises(RecordError, match="document type"):
        parse_xml(document)


@pytest.mark.parametrize("document", [b"", b"\0\1\2", b"<a>", b"<a></b>", b"<a>&unknown;</a>"])
def test_what_is_no_xml(document: bytes) -> None:
    with pytest.raises(RecordError, match="not well-formed"):
        parse_xml(document)


def test_depth_and_length_are_bounded() -> None:
    with pytest.raises(RecordError, match="deeper"):
        parse_xml(b"<a>" * 10_000 + b"</a>" * 10_000)
    with pytest.raises(RecordError, match="bytes"):
        parse_xml(b"<a>" + b" " * MOST_BYTES + b"</a>")
