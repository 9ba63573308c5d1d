"""Messages held against the standard: each mistake is found, a good message has none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.sapient import validation
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import decoded, utc_ns_of
from standex.edges.interop.sapient.validation import MOST_PROBLEMS, TimeRules, problems_of

EVERY = ("registration", "status", "detection")


@pytest.mark.parametrize("kind", EVERY)
def test_good_messages_have_no_problem(words, kind: str) -> None:
    assert problems_of(getattr(words, kind)()) == ()


MISTAKES = {
    "node_id: missing": lambda m: m.ClearField("node_id"),
    "timestamp: missing": lambda m: m.ClearField("timestamp"),
    "content: one of its fields": lambda m: m.ClearField("detection_report"),
    "node_id: 'A8": lambda m: setattr(m, "node_id", m.node_id.upper()),
    "destination_id": lambda m: setattr(m, "destination_id", "x"),
    "detection_report.report_id: 'no'": lambda m: setattr(m.detection_report, "report_id", "no"),
    "detection_report.object_id: missing": lambda m: m.detection_report.ClearField("object_id"),
    "detection_report.location_oneof": lambda m: m.detection_report.ClearField("location"),
    "detection_report.location.x: missing": lambda m: m.detection_report.location.ClearField("x"),
    "detection_report.location.y: nan": lambda m: setattr(
        m.detection_report.location, "y", float("nan")
    ),
    "detection_report.location.z: inf": lambda m: setattr(
        m.detection_report.location, "z", float("inf")
    ),
    "detection_report.location.datum: 77": lambda m: setattr(
        m.detection_report.location, "datum", 77
    ),
    "detection_report.classification.type: missing": lambda m: (
        m.detection_report.classification.add()
    ),
    "detection_report.classification.sub_class.level": lambda m: m.detection_report.classification[
        0
    ].sub_class.add(type="x"),
    "detection_report.object_info.value: missing": lambda m: m.detection_report.object_info.add(
        type="x"
    ),
    "timestamp: no time": lambda m: setattr(m.timestamp, "nanos", -1),
}


@pytest.mark.parametrize("said", MISTAKES)
def test_each_mistake_is_found(words, said: str) -> None:
    message = words.detection()
    MISTAKES[said](message)
    problems = problems_of(message)
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_unknown_fields_are_found_at_any_depth(words) -> None:
    message = words.detection()
    packet = message.SerializeToString()
    assert problems_of(decoded(packet + b"\xf8\x07\x01")) != ()
    place = message.detection_report.location
    inner = SapientMessage.FromString(packet)
    inner.detection_report.location.MergeFromString(b"\xf8\x07\x01")
    assert place == message.detection_report.location
    assert "standard does not know" in problems_of(inner)[0]


def test_mandatory_lists_and_versions(words) -> None:
    message = words.registration()
    message.registration.ClearField("capabilities")
    message.registration.icd_version = "BSI Flex 335 v1.0"
    message.registration.config_data[0].manufacturer = ""
    assert sorted(one.split(":")[0] for one in problems_of(message)) == [
        "registration.capabilities",
        "registration.config_data.manufacturer",
        "registration.icd_version",
    ]
    message = words.registration()
    message.registration.icd_version = "BSI_Flex_335_v2.0"  # as the published files write it
    assert problems_of(message) == ()


def test_a_thousand_mistakes_are_not_all_told(words) -> None:
    message = words.detection()
    for _ in range(1000):
        message.detection_report.object_info.add()
    assert len(problems_of(message)) <= MOST_PROBLEMS


def test_times(words) -> None:
    rules, message = TimeRules(), words.detection()
    t = utc_ns_of(message)
    for late_s, is_fine in (
        (0.0, True),
        (0.89, True),
        (0.91, False),
        (-0.09, True),
        (-0.11, False),
    ):
        said = rules.problem(message, now_utc_ns=t + round(late_s * 1e9))
        assert (said == "") is is_fine
    assert rules.scan_problem(t, before_utc_ns=t) == ""
    assert rules.scan_problem(t + 80_000_000, before_utc_ns=t) == ""
    assert "0.032 s after" in rules.scan_problem(t + 32_000_000, before_utc_ns=t)
    assert "earlier" in rules.scan_problem(t - 1, before_utc_ns=t)
    assert replace(rules, scan_gap_s=0.03).scan_problem(t + 32_000_000, before_utc_ns=t) == ""
    with pytest.raises(ValueError, match="oldest_s"):
        TimeRules(oldest_s=float("nan"))


@pytest.mark.slow
@given(data=st.data())
def test_any_change_of_a_good_packet_is_judged_not_crashed(data: st.DataObject) -> None:
    message = SapientMessage(node_id="a8654cdf-4328-47de-81fa-c495589e30c9")
    message.timestamp.seconds = 1_760_000_000
    message.detection_report.report_id = ulid(0)
    message.detection_report.classification.add(type="x", confidence=0.5)
    packet = bytearray(message.SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    try:
        changed = SapientMessage.FromString(bytes(packet))
    except Exception:  # noqa: BLE001 - no message at all
        return
    assert isinstance(problems_of(changed), tuple)
    # The yes or no says the same as the list of what is wrong.
    listed: list[str] = []
    validation._check_message(changed, "", listed)
    assert validation._is_right(changed) is (not listed)
