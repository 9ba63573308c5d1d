"""Other systems that are told what the station says: sinks and listeners, as the file has them."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from standex.edges.access.tls import client_context
from standex.edges.clock import Clock
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.cap import Tells
from standex.edges.interop.cot_message import locate_by
from standex.edges.interop.cursor_on_target import CotSettings, CotSink, CotTransport
from standex.edges.interop.event_json import Sender
from standex.edges.interop.mqtt_sink import MqttSink
from standex.edges.interop.onvif_profile_m import onvif_messages
from standex.edges.interop.outbox import OutboxCounts
from standex.edges.service.config import ServiceConfig, secret_path
from standex.edges.service.public_alerts import PublicAlert, cap_desk, public_alert_by
from standex.edges.service.sources import broker_of
from standex.edges.service.tables import SapientUpTable
from standex.edges.single_writer import Listener
from standex.model.errors import StandexError
from standex.model.ports import Sink
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OthersTold:
    """Who is told.

    Attributes:
        sinks: of events and observations.
        listeners: of the picture.
        counts: how each goes, by name; for metrics.
        problems: what is wrong with each, by name; an empty text when nothing is.
        public_alert: lets a warning go out that a person has decided on; None where nobody is
            there to take one.
    """

    sinks: tuple[Sink, ...] = ()
    listeners: tuple[Listener, ...] = ()
    counts: Mapping[str, Callable[[], OutboxCounts]] = field(
        default_factory=dict[str, Callable[[], OutboxCounts]]
    )
    problems: Mapping[str, Callable[[], str]] = field(default_factory=dict[str, Callable[[], str]])
    public_alert: PublicAlert | None = None


def others_told(
    config: ServiceConfig,
    site: Site,
    stack: ExitStack,
    *,
    clock: Clock,
    is_simulated: bool,
    tell: Tells,
) -> OthersTold:
    """Return who is told, connected in the background; the stack ends them.

    Args:
        config: of the service.
        site: that they are told of.
        stack: that ends with the service.
        clock: of the service.
        is_simulated: whether any sensor is the twin's.
        tell: told before a public warning goes out; where it raises, none does.

    Raises:
        StandexError: a setting cannot be used.
    """
    table = config.table.outputs
    sender = Sender(site_id=site.site_id, is_exercise=site.exercise, is_simulated=is_simulated)
    sinks: list[Sink] = []
    listeners: list[Listener] = []
    counts: dict[str, Callable[[], OutboxCounts]] = {}
    problems: dict[str, Callable[[], str]] = {}
    if table.mqtt is not None:
        mqtt = MqttSink(broker_of(config, table.mqtt), sender=sender, root=table.mqtt.topic)
        stack.callback(mqtt.close)
        sinks.append(mqtt)
        if table.mqtt.with_people:
            listeners.append(mqtt.people)
        counts["mqtt"] = mqtt.counts
        problems["mqtt"] = lambda: mqtt.counts().problem
    if table.cursor_on_target is not None:
        one = table.cursor_on_target
        settings = CotSettings(
            host=one.host,
            port=one.port,
            transport=CotTransport(one.transport),
            ca_file=config.place(one.ca) if one.ca else None,
            certificate_file=config.place(one.certificate) if one.certificate else None,
            key_file=secret_path(one.key, config) if one.key else None,
        )
        tak = CotSink(settings, sender=sender, locate=locate_by(anchor_of(config)), clock=clock)
        stack.callback(tak.close)
        sinks.append(tak)
        if one.with_people:
            listeners.append(tak.people)
        counts["cursor_on_target"] = tak.counts
        problems["cursor_on_target"] = lambda: tak.counts().problem
    if table.sapient is not None:
        uplink = _uplink(config, table.sapient, site, clock)
        stack.callback(uplink.close)
        listeners.append(uplink.heard)
        counts["sapient"] = lambda: _counted(uplink.counts())
        problems["sapient"] = lambda: uplink.counts().problem
    if table.onvif is not None:
        onvif = MqttSink(
            broker_of(config, table.onvif),
            sender=sender,
            translate=onvif_messages(sender, prefix=table.onvif.prefix),
            root=table.onvif.prefix,
        )
        stack.callback(onvif.close)
        sinks.append(onvif)
        counts["onvif"] = onvif.counts
        problems["onvif"] = lambda: onvif.counts().problem
    public_alert = None
    if table.cap is not None:
        desk = cap_desk(config, table.cap, stack, sender=sender, clock=clock, tell=tell)
        public_alert = public_alert_by(desk)
        counts["cap"] = desk.counts
        problems["cap"] = lambda: desk.counts().problem
    return OthersTold(
        sinks=tuple(sinks),
        listeners=tuple(listeners),
        counts=counts,
        problems=problems,
        public_alert=public_alert,
    )


def _counted(told: Any) -> OutboxCounts:
    """Return how an uplink goes in the words of the others; its alerts are what may wait."""
    return OutboxCounts(
        n_sent=told.n_detections + told.n_alerts,
        n_dropped=told.n_lost,
        n_undeliverable=0,
        n_failures=0,
        n_waiting=0,
        n_waiting_urgent=told.n_waiting,
        problem=told.problem,
    )


def anchor_of(config: ServiceConfig) -> Anchor:
    """Return where the site lies.

    Raises:
        StandexError: the file does not say it.
    """
    at = config.table.anchor
    if at is None:
        raise StandexError("anchor: missing in the service file")
    return Anchor.from_degrees(**at.model_dump())


def _uplink(config: ServiceConfig, table: SapientUpTable, site: Site, clock: Clock) -> Any:
    from standex.edges.interop.sapient.own_node import OwnNode  # noqa: PLC0415 - needs protobuf
    from standex.edges.interop.sapient.sapient_source import Address  # noqa: PLC0415
    from standex.edges.interop.sapient.uplink import SapientUplink  # noqa: PLC0415

    own = OwnNode(node_id=table.node_id, name=site.title, site=site, anchor=anchor_of(config))
    tls = None
    if table.ca is not None:
        tls = client_context(
            config.place(table.ca),
            certificate=config.place(table.certificate) if table.certificate else None,
            key=secret_path(table.key, config) if table.key else None,
        )
    where = Address(host=table.host, port=table.port, tls=tls)
    return SapientUplink(own, where, clock=clock)
