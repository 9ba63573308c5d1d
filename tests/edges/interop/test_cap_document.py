import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.cap_document import (
    CapAlert,
    CapMessage,
    CapStatus,
    cap_time,
    cap_xml,
    check_cap,
)
from standex.model.errors import StandexError

T0 = 1_767_225_600_000_000_000
ALERT = CapAlert(
    identifier="standex.hall.1",
    sender="control-room@station.example",
    sent_utc_ns=T0,
    status=CapStatus.EXERCISE,
    message=CapMessage.ALERT,
    restriction="control rooms",
    event="Check of a person requested",
    severity="Severe",
    certainty="Possible",
    expires_utc_ns=T0 + 10**12,
    headline="EXERCISE: check requested",
    description="probability 0.75",
    instruction="call the station",
    area="hall",
    circle=(41.9, 12.5, 0.05),
    note="nothing has happened",
)


@pytest.fixture(scope="module")
def schema():
    etree = pytest.importorskip("lxml.etree", reason="pip install lxml")
    return etree.XMLSchema(etree.parse(Path(__file__).with_name("cap_1_2.xsd"))), etree


def is_valid(schema, document: bytes) -> bool:
    xsd, etree = schema
    return xsd.validate(etree.fromstring(document))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"circle": None, "note": ""},
        {"message": CapMessage.CANCEL, "references": (ALERT.reference,)},
        {"status": CapStatus.ACTUAL, "headline": "ä & <b> \u2028 ]]>"},
    ],
    ids=str,
)
def test_what_is_made_holds_by_the_schema_and_by_the_rules(schema, change) -> None:
    document = cap_xml(replace(ALERT, **change))
    assert is_valid(schema, document), schema[0].error_log
    assert check_cap(document) == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"identifier": "a b"}, "identifier"),
        ({"sender": "a,b"}, "sender"),
        ({"sender": ""}, "sender is missing"),
        ({"restriction": ""}, "restriction"),
        ({"severity": "bad"}, "severity"),
        ({"certainty": "sure"}, "certainty"),
        ({"event": ""}, "event is missing"),
        ({"area": ""}, "areaDesc is missing"),
        ({"message": CapMessage.UPDATE}, "references"),
        ({"references": ("nothing",)}, "reference"),
        ({"circle": (141.9, 12.5, 1.0)}, "circle"),
    ],
    ids=str,
)
def test_what_would_break_the_standard_is_not_made(change, why) -> None:
    with pytest.raises(ValueError, match=why):
        cap_xml(replace(ALERT, **change))


def test_a_time_names_its_zone_and_never_z() -> None:
    assert cap_time(T0) == "2026-01-01T00:00:00-00:00"


GOOD = cap_xml(ALERT)
BROKEN = {
    b"": "XML",
    b"<alert/>": "not an alert",
    GOOD.replace(b"Exercise</status>", b"Serious</status>"): "status",
    GOOD.replace(b"Restricted", b"Everybody"): "scope",
    GOOD.replace(b"-00:00</sent>", b"Z</sent>"): "sent",
    GOOD.replace(b"2026-01-01T00:00:00-00:00</sent>", b"2026-13-01T00:00:00-00:00</sent>"): "sent",
    GOOD.replace(b"</info>", b"</info><bomb>1</bomb>"): "has no bomb",
    GOOD.replace(b"<category>", b"<event>x</event><category>"): "order",
    GOOD.replace(b"<urgency>Immediate</urgency>", b""): "urgency is missing",
    GOOD.replace(b"emergency:cap:1.2", b"emergency:cap:1.1"): "not an alert",
}


@pytest.mark.parametrize(("document", "why"), BROKEN.items(), ids=list(BROKEN.values()))
def test_what_is_broken_is_found_here_and_by_the_schema(schema, document, why) -> None:
    problems = check_cap(document)
    assert any(why in problem for problem in problems), problems
    if document not in (b"",):
        assert not is_valid(schema, document)


def test_bombs_are_not_opened() -> None:
    bomb = (
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<alert>&b;</alert>"
    )
    outside = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'
    for document in (bomb, outside, b"<" * 200_000, b"<a>" * 80_000, GOOD + b" " * 300_000):
        assert check_cap(document)


@given(st.binary(max_size=300))
def test_any_bytes_have_problems_in_words(document: bytes) -> None:
    assert check_cap(document)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_any_changed_byte_is_judged_without_falling_over(at: int, value: int) -> None:
    check_cap(GOOD[:at] + bytes([value]) + GOOD[at + 1 :])


def test_a_missing_package_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml.common", None)
    with pytest.raises(StandexError, match=r"standex\[cap\]"):
        check_cap(GOOD)
