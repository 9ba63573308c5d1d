"""Cursor on Target: one event as XML, and as TAK's protobuf.

What leaves are places and short words. Nobody is called hostile: people and things are of unknown
affiliation, whatever the probability.

References:
    MITRE MTR 090284, "Cursor on Target Message Router User's Guide" (event schema 2.0);
    TAK Protocol, version 1 (protobuf).
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.event_json import utc_text
from standex.model.errors import StandexError

UNKNOWN_GROUND = "a-u-G"
PING = "t-x-c-t"
FUSED_BY_MACHINE = "m-f"
UNKNOWN_M = 9_999_999.0  # the schema's word for an error that nobody knows
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EarthPoint:
    """A place on the earth, WGS-84.

    Attributes:
        latitude_deg: north.
        longitude_deg: east.
        height_m: above the ellipsoid.
    """

    latitude_deg: float
    longitude_deg: float
    height_m: float


Locates = Callable[[float, float], EarthPoint]
"""From x, y in the site frame to the earth, by the site's surveyed anchor."""


def locate_by(anchor: Anchor) -> Locates:
    """Return where a site's floor lies on the earth, by its surveyed anchor."""

    def locate(x_m: float, y_m: float) -> EarthPoint:
        latitude_rad, longitude_rad, height_m = anchor.geodetic_from_site(
            np.array([[x_m, y_m, 0.0]])
        )
        return EarthPoint(
            latitude_deg=float(np.rad2deg(latitude_rad[0])),
            longitude_deg=float(np.rad2deg(longitude_rad[0])),
            height_m=float(height_m[0]),
        )

    return locate


@dataclass(frozen=True, slots=True, kw_only=True)
class CotEvent:
    """One event.

    Attributes:
        uid: of what it is about; the next event with it replaces this one.
        cot_type: of the type tree.
        t_utc_ns: when.
        stale_utc_ns: when it means nothing any more.
        point: where.
        error_m: radius that the place is within.
        callsign: shown beside it.
        remarks: in plain words.
        is_exercise: nothing is meant.
        stands: said again where the connection was lost, until it is stale.
    """

    uid: str
    cot_type: str
    t_utc_ns: int
    stale_utc_ns: int
    point: EarthPoint
    error_m: float
    callsign: str
    remarks: str
    is_exercise: bool
    stands: bool = False


def cot_xml(event: CotEvent) -> bytes:
    """Return an event as an XML document without a declaration, as streams want it."""
    root = ET.Element(
        "event",
        {
            "version": "2.0",
            "uid": _clean(event.uid),
            "type": event.cot_type,
            "how": FUSED_BY_MACHINE,
            "time": utc_text(event.t_utc_ns),
            "start": utc_text(event.t_utc_ns),
            "stale": utc_text(event.stale_utc_ns),
            "opex": "e-STANDEX" if event.is_exercise else "o",
        },
    )
    ET.SubElement(
        root,
        "point",
        {
            "lat": f"{event.point.latitude_deg:.8f}",
            "lon": f"{event.point.longitude_deg:.8f}",
            "hae": f"{event.point.height_m:.2f}",
            "ce": f"{event.error_m:.2f}",
            "le": f"{UNKNOWN_M:.1f}",
        },
    )
    detail = ET.SubElement(root, "detail")
    ET.SubElement(detail, "contact", {"callsign": _clean(event.callsign)})
    ET.SubElement(detail, "remarks").text = _clean(event.remarks)
    return ET.tostring(root, encoding="utf-8")


def cot_ping(uid: str, t_utc_ns: int) -> bytes:
    """Return what tells a TAK server that we are still there."""
    nowhere = EarthPoint(latitude_deg=0.0, longitude_deg=0.0, height_m=0.0)
    return cot_xml(
        CotEvent(
            uid=f"{uid}-ping",
            cot_type=PING,
            t_utc_ns=t_utc_ns,
            stale_utc_ns=t_utc_ns + 20 * 10**9,
            point=nowhere,
            error_m=UNKNOWN_M,
            callsign="",
            remarks="",
            is_exercise=False,
        )
    )


def cot_protobuf(xml: bytes, *, is_stream: bool) -> bytes:
    """Return an event in TAK's protocol, version 1.

    Args:
        xml: as :func:`cot_xml` makes it.
        is_stream: with the header of a stream; False for that of a datagram.

    Raises:
        StandexError: the package is missing.
    """
    try:
        from takproto import TAKProtoVer, xml2proto  # noqa: PLC0415
    except ImportError as error:
        raise StandexError(
            "CoT as protobuf needs the package takproto: pip install 'standex[tak]'"
        ) from error
    return bytes(xml2proto(xml.decode(), TAKProtoVer.STREAM if is_stream else TAKProtoVer.MESH))


def _clean(text: str) -> str:
    """Return what XML 1.0 can hold of a text."""
    kept = (c for c in text[:LONGEST_TEXT] if c.isprintable() or c in "\n\t")
    return "".join(c for c in kept if c not in "\ufffe\uffff")
