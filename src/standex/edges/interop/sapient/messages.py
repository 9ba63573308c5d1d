"""Bytes and messages, times and messages: what both directions share.

The messages themselves are in ``generated``; this is the only module that tells what to do when
the package they need is missing.
"""

from typing import Any

from standex.edges.interop.sapient.errors import SapientError, no_protobuf

try:
    from google.protobuf import json_format
    from google.protobuf.message import DecodeError

    from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
except ImportError as error:
    raise no_protobuf() from error

ICD_VERSION = "BSI Flex 335 v2.0"
NEVER_UTC_NS = 0


def decoded(packet: bytes) -> SapientMessage:
    """Return the message of a packet.

    Raises:
        SapientError: it is none: not protobuf, text that is not UTF-8, or nested too deep.
    """
    try:
        return SapientMessage.FromString(packet)
    except DecodeError as error:
        raise SapientError(f"{len(packet)} bytes are no SAPIENT message: {error}") from None


def utc_ns_of(message: SapientMessage) -> int:
    """Return when a message says that it was sent; a scan carries the time of the scan."""
    stamp = message.timestamp
    return stamp.seconds * 1_000_000_000 + stamp.nanos


def new_message(*, node_id: str, t_utc_ns: int, destination_id: str = "") -> SapientMessage:
    """Return an envelope without content."""
    message = SapientMessage(node_id=node_id)
    message.timestamp.seconds, message.timestamp.nanos = divmod(t_utc_ns, 1_000_000_000)
    if destination_id:
        message.destination_id = destination_id
    return message


def kind_of(message: SapientMessage) -> str:
    """Return the name of the content, such as ``detection_report``, or an empty text."""
    return message.WhichOneof("content") or ""


def as_json(message: SapientMessage) -> dict[str, Any]:
    """Return a message as the standard's own JSON, in the names of its fields."""
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def from_json(text: str) -> SapientMessage:
    """Return the message of a text in the standard's JSON.

    Raises:
        SapientError: it is none.
    """
    try:
        return json_format.Parse(text, SapientMessage())
    except json_format.ParseError as error:
        raise SapientError(f"this is no SAPIENT message in JSON: {error}") from None
