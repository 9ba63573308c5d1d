"""What a fusion node answers: acknowledgements and errors, and the tasks that it gives."""

from collections.abc import Sequence

import numpy as np

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.generated.alert_ack_pb2 import AlertAck
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_DATUM_WGS84_E,
    Location,
)
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.task_pb2 import Task as SapientTask
from standex.edges.interop.sapient.ids import named_ulid
from standex.edges.interop.sapient.messages import new_message
from standex.model.site import SensorSpec
from standex.model.tasking import Task

MOST_ECHOED_BYTES = 1024


def registration_ack(
    *, own_id: str, node_id: str, t_utc_ns: int, reasons: Sequence[str] = ()
) -> SapientMessage:
    """Return the answer to a registration: accepted, or refused for reasons."""
    message = new_message(node_id=own_id, t_utc_ns=t_utc_ns, destination_id=node_id)
    message.registration_ack.acceptance = not reasons
    message.registration_ack.ack_response_reason.extend(reasons)
    return message


def alert_ack(*, own_id: str, node_id: str, t_utc_ns: int, alert_id: str) -> SapientMessage:
    """Return the word that an alert has arrived."""
    message = new_message(node_id=own_id, t_utc_ns=t_utc_ns, destination_id=node_id)
    message.alert_ack.alert_id = alert_id
    message.alert_ack.alert_ack_status = AlertAck.ALERT_ACK_STATUS_ACCEPTED
    return message


def error_of(
    packet: bytes, problems: Sequence[str], *, own_id: str, t_utc_ns: int, node_id: str = ""
) -> SapientMessage:
    """Return what was wrong with a packet, with the beginning of it."""
    message = new_message(node_id=own_id, t_utc_ns=t_utc_ns, destination_id=node_id)
    message.error.packet = packet[:MOST_ECHOED_BYTES]
    message.error.error_message.extend(problems)
    return message


def location_of(
    position_site_m: "np.ndarray | Sequence[float]", anchor: Anchor, *, height_m: float = 0.0
) -> Location:
    """Return a place on the plan as the standard has it: degrees, metres above the ellipsoid.

    Args:
        position_site_m: x, y.
        anchor: of the site.
        height_m: above the floor.
    """
    at = np.array([[position_site_m[0], position_site_m[1], height_m]])
    latitude_rad, longitude_rad, up_m = anchor.geodetic_from_site(at)
    return Location(
        x=float(np.rad2deg(longitude_rad[0])),
        y=float(np.rad2deg(latitude_rad[0])),
        z=float(up_m[0]),
        coordinate_system=LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
        datum=LOCATION_DATUM_WGS84_E,
    )


def task_message(
    task: Task, spec: SensorSpec, *, own_id: str, node_id: str, anchor: Anchor, t_utc_ns: int
) -> SapientMessage:
    """Return a task of the station as a task of the standard: look at a place at a time."""
    message = new_message(node_id=own_id, t_utc_ns=t_utc_ns, destination_id=node_id)
    out = message.task
    out.task_id = named_ulid(task.t_utc_ns, f"{own_id} {task.task_id}")
    out.task_name = f"look {task.task_id}"
    out.task_description = task.reason
    out.control = SapientTask.CONTROL_START
    dwell_s = 1.0 if spec.tasks is None else spec.tasks.dwell_s
    for stamp, at_utc_ns in (
        (out.task_start_time, task.t_look_utc_ns),
        (out.task_end_time, task.t_look_utc_ns + round(dwell_s * 1e9)),
    ):
        stamp.seconds, stamp.nanos = divmod(at_utc_ns, 1_000_000_000)
    place = out.command.look_at.location_list.locations.add()
    place.CopyFrom(location_of(task.position_site_m, anchor, height_m=1.0))
    if task.zone is not None:
        out.command.command_parameter = task.zone.value
    return message
