"""Public warnings of a service: one that a person has decided on goes out as CAP, and no other."""

from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

from standex.edges.clock import Clock
from standex.edges.incidents.incident import Incident
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.cap import CapDesk, CapError, CapSettings, Tells, into_folder
from standex.edges.interop.cot_message import locate_by
from standex.edges.interop.event_json import Sender
from standex.edges.service.config import ServiceConfig
from standex.edges.service.tables import CapTable
from standex.edges.web.service_view import RefusedError
from standex.model.event import Alert

PublicAlert = Callable[[Incident, str, str], None]
"""Lets a warning about an incident go out: confirmed by whom, in these words."""


def cap_desk(
    config: ServiceConfig,
    table: CapTable,
    stack: ExitStack,
    *,
    sender: Sender,
    clock: Clock,
    tell: Tells,
) -> CapDesk:
    """Return what warnings go through; the stack ends it.

    Args:
        config: of the service.
        table: how this site speaks in CAP.
        stack: that ends with the service.
        sender: which site, and whether it is an exercise.
        clock: of the service.
        tell: told before a document goes out; where it raises, nothing does.
    """
    at = config.table.anchor
    desk = CapDesk(
        CapSettings(
            sender=table.sender,
            restriction=table.restriction,
            area=table.area,
            instruction=table.instruction,
            is_production=config.table.operation == "live",
        ),
        sender=sender,
        send=into_folder(config.place(table.folder)),
        tell=tell,
        clock=clock,
        locate=locate_by(Anchor.from_degrees(**at.model_dump())) if at is not None else None,
    )
    stack.callback(desk.close)
    return desk


def public_alert_by(desk: CapDesk) -> PublicAlert:
    """Return what a person's confirmation of a warning leads to."""

    def let_out(incident: Incident, by: str, words: str) -> None:
        if incident.exercise:
            raise RefusedError("nobody is there: it is an exercise, and no warning goes out")
        try:
            draft = desk.draft(alert_of(incident), by=by, words=words)
            desk.confirm(draft.draft_id, by=by)
        except CapError as error:
            raise RefusedError(str(error)) from error

    return let_out


def alert_of(incident: Incident) -> Alert:
    """Return what the station says of an incident, as it is now."""
    return Alert(
        alert_id=incident.incident_id,
        t_utc_ns=incident.opened_utc_ns,
        track_id=incident.track_id,
        level_id=incident.level_id,
        position_site_m=np.array([incident.x_site_m, incident.y_site_m]),
        zone=incident.zone,
        p_threat=incident.p_threat,
        prior=incident.prior,
        coverage=incident.coverage,
        seconds_in_reach=0.0,
        sensors=incident.sensors,
        reason=incident.reason,
    )
