"""Common Alerting Protocol 1.2: the document, and what the standard wants of one.

References:
    OASIS, "Common Alerting Protocol Version 1.2" (2010), sections 3.2 and 3.4.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree import ElementTree as ET

from standex.model.errors import StandexError

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
LONGEST_TEXT = 2000
MOST_BYTES = 262_144


class CapStatus(StrEnum):
    """Whether it is meant."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


class CapMessage(StrEnum):
    """What it does."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WORDS: dict[str, tuple[str, ...]] = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": _words(
        "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other"
    ),
    "responseType": _words("Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None"),
    "urgency": _words("Immediate Expected Future Past Unknown"),
    "severity": _words("Extreme Severe Moderate Minor Unknown"),
    "certainty": _words("Observed Likely Possible Unlikely Unknown"),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_CIRCLE = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?) (\d+(?:\.\d+)?)")
_ALERT_ORDER = _words(
    "identifier sender sent status msgType source scope restriction addresses code note "
    "references incidents info"
)
_INFO_ORDER = _words(
    "language category event responseType urgency severity certainty audience eventCode effective "
    "onset expires senderName headline description instruction web contact parameter resource area"
)
_AREA_ORDER = _words("areaDesc polygon circle geocode altitude ceiling")
_REQUIRED = _words("identifier sender sent status msgType scope")
_INFO_REQUIRED = _words("category event urgency severity certainty")
_MANY = {"code", "info", "category", "responseType", "eventCode", "parameter", "resource", "area",
         "polygon", "circle", "geocode"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """What is to be said; the scope is always restricted: never straight to the public.

    Attributes:
        identifier: unique for the sender.
        sender: who is responsible, such as ``control-room@station.example``.
        sent_utc_ns: when.
        status: whether it is meant.
        message: what it does.
        restriction: whom it is for, in words.
        references: of the messages that it updates or cancels, as the standard writes them.
        event: in a few words.
        severity: of the standard's words.
        certainty: of the standard's words.
        expires_utc_ns: when it means nothing any more.
        headline: for people.
        description: for people.
        instruction: for people.
        area: in words.
        circle: latitude and longitude in degrees, radius in kilometres; or None.
        note: for people, such as that it is an exercise.
    """

    identifier: str
    sender: str
    sent_utc_ns: int
    status: CapStatus
    message: CapMessage
    restriction: str
    event: str
    severity: str
    certainty: str
    expires_utc_ns: int
    headline: str
    description: str
    instruction: str
    area: str
    circle: tuple[float, float, float] | None = None
    references: tuple[str, ...] = ()
    note: str = ""

    @property
    def reference(self) -> str:
        """Return how a later message refers to this one."""
        return f"{self.sender},{self.identifier},{cap_time(self.sent_utc_ns)}"


def cap_time(t_utc_ns: int) -> str:
    """Return a time as the standard has it: seconds, and the zone as -00:00, never Z."""
    return f"{datetime.fromtimestamp(t_utc_ns // 10**9, UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def cap_xml(alert: CapAlert) -> bytes:
    """Return the document.

    Raises:
        ValueError: it would break the standard; says all of it.
    """
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add(root, "sent", cap_time(alert.sent_utc_ns))
    _add(root, "status", alert.status.value)
    _add(root, "msgType", alert.message.value)
    _add(root, "scope", "Restricted")
    _add(root, "restriction", alert.restriction)
    _add(root, "note", alert.note)
    _add(root, "references", " ".join(alert.references))
    info = ET.SubElement(root, f"{{{NAMESPACE}}}info")
    _add(info, "language", "en")
    _add(info, "category", "Security")
    _add(info, "event", alert.event)
    _add(info, "responseType", "Assess")
    _add(info, "urgency", "Immediate")
    _add(info, "severity", alert.severity)
    _add(info, "certainty", alert.certainty)
    _add(info, "expires", cap_time(alert.expires_utc_ns))
    _add(info, "headline", alert.headline)
    _add(info, "description", alert.description)
    _add(info, "instruction", alert.instruction)
    area = ET.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", alert.area)
    if alert.circle is not None:
        latitude_deg, longitude_deg, radius_km = alert.circle
        _add(area, "circle", f"{latitude_deg:.6f},{longitude_deg:.6f} {radius_km:.3f}")
    ET.register_namespace("", NAMESPACE)
    document = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    problems = check_cap(document)
    if problems:
        raise ValueError("not a CAP 1.2 alert: " + "; ".join(problems))
    return document


def check_cap(document: bytes) -> tuple[str, ...]:
    """Return what is wrong with a document by the standard; nothing if it holds.

    Checked are the elements, their order and number, the words of its lists, the forms of
    identifiers, times and circles, and what one element asks of another. Signatures are not.

    Raises:
        StandexError: the package that reads XML safely is missing.
    """
    try:
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415
        from defusedxml.ElementTree import fromstring  # noqa: PLC0415
    except ImportError as error:
        raise StandexError(
            "CAP needs the package defusedxml: pip install 'standex[cap]'"
        ) from error
    if len(document) > MOST_BYTES:
        return (f"{len(document)} bytes, {MOST_BYTES} are read",)
    try:
        root = fromstring(document, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return (f"not readable as XML: {error}",)
    if root.tag != f"{{{NAMESPACE}}}alert":
        return (f"the document is {str(root.tag)[:100]!r}, not an alert of CAP 1.2",)
    problems: list[str] = []
    _check_children(root, _ALERT_ORDER, _REQUIRED, problems)
    _check_alert(root, problems)
    for info in _all(root, "info"):
        _check_children(info, _INFO_ORDER, _INFO_REQUIRED, problems)
        for area in _all(info, "area"):
            _check_children(area, _AREA_ORDER, ("areaDesc",), problems)
            problems += [problem for one in _all(area, "circle") for problem in _circle(one)]
    return tuple(problems)


def _check_alert(root: ET.Element, problems: list[str]) -> None:
    problems += [
        f"{name} {text[:60]!r} has a space, a comma, '<' or '&'"
        for name in ("identifier", "sender")
        if re.search(r"[\s,<&]", text := _text(root, name))
    ]
    scope = _text(root, "scope")
    if scope == "Restricted" and not _text(root, "restriction"):
        problems.append("scope Restricted wants a restriction")
    if scope == "Private" and not _text(root, "addresses"):
        problems.append("scope Private wants addresses")
    kind = _text(root, "msgType")
    if kind in {"Update", "Cancel", "Ack", "Error"} and not _text(root, "references"):
        problems.append(f"msgType {kind} wants references")
    for reference in _text(root, "references").split():
        parts = reference.split(",")
        if len(parts) != 3 or not _is_time(parts[2]):
            problems.append(f"reference {reference[:80]!r} is not sender,identifier,sent")


def _check_children(
    parent: ET.Element, order: Sequence[str], required: Sequence[str], problems: list[str]
) -> None:
    where = _name(parent)
    names = [_name(child) for child in parent]
    unknown = sorted({name for name in names if name not in order and name != "Signature"})
    if unknown:
        problems.append(f"{where} has no {', '.join(unknown)[:100]}")
    known = [name for name in names if name in order]
    if known != sorted(known, key=order.index):
        problems.append(f"{where}: elements must come in the order {', '.join(order)}")
    problems += [
        f"{where}: {name} comes {known.count(name)} times"
        for name in sorted(set(known))
        if known.count(name) > 1 and name not in _MANY
    ]
    problems += [f"{where}: {name} is missing" for name in required if not _text(parent, name)]
    for child in parent:
        name, text = _name(child), (child.text or "").strip()
        if name in WORDS and text not in WORDS[name]:
            problems.append(f"{name} {text[:40]!r} is none of {', '.join(sorted(WORDS[name]))}")
        if name in {"sent", "effective", "onset", "expires"} and not _is_time(text):
            problems.append(f"{name} {text[:40]!r} is not a time such as 2026-01-31T12:00:00-00:00")


def _circle(element: ET.Element) -> list[str]:
    text = (element.text or "").strip()
    match = _CIRCLE.fullmatch(text)
    if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return [f"circle {text[:60]!r} is not 'latitude,longitude radius_km'"]
    return []


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _add(parent: ET.Element, name: str, text: str) -> None:
    if text:
        kept = "".join(c for c in text[:LONGEST_TEXT] if c.isprintable() or c in "\n\t")
        ET.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = kept


def _all(parent: ET.Element, name: str) -> list[ET.Element]:
    return parent.findall(f"{{{NAMESPACE}}}{name}")


def _text(parent: ET.Element, name: str) -> str:
    return (parent.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _name(element: ET.Element) -> str:
    tag = str(element.tag)
    return tag.removeprefix(f"{{{NAMESPACE}}}").removeprefix("{http://www.w3.org/2000/09/xmldsig#}")
