"""The sources that a service file names, as blueprints of what is started and started again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import final

from standex.edges.clock import Clock, SystemClock
from standex.edges.interop.mqtt_link import MqttSettings as Broker
from standex.edges.live_ports import LiveSource
from standex.edges.paced_source import PacedSource, ShiftedClock
from standex.edges.perceive_pool import heavy_sensors
from standex.edges.plugins import load_plugins
from standex.edges.recording.reader import Recording, RecordingSource
from standex.edges.service.cameras import video_source
from standex.edges.service.config import ServiceConfig, secret_path
from standex.edges.service.supervised import Blueprint
from standex.edges.service.tables import (
    LabRecordingSettings,
    MqttOutTable,
    MqttSettings,
    OnvifTable,
    PluginSettings,
    SapientSettings,
    SourceTable,
    TwinSettings,
)
from standex.edges.settings import load_crowd
from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import load_shipped, shipped_names
from standex.edges.truth_file import EMPTY_S, entering_after
from standex.model.errors import StandexError
from standex.model.record import Record
from standex.model.site import Site
from standex.model.trajectories import Trajectories

SOURCES = "standex.sources"
"""Entry points: a factory of ``(settings, site, sensor_ids, clock) -> LiveSource``."""
SapientAdmission = Callable[[str, str, bytes, str], str]
"""Given sensor, address, certificate and token; returns why not, or nothing."""
SourceRefusal = Callable[[str, str, str], object]
"""Told of what was not let in: who it claimed to be, from where, why."""
SourceAlert = Callable[[str, str, str], object]
"""Told what a node raises by itself: its sensor, the kind, its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SapientDoor:
    """Who decides and who is told about the nodes that connect.

    Attributes:
        admission: who may be which sensor.
        on_refusal: told who was not let in.
        on_alert: told what nodes raise by themselves; shown and logged, never a verdict.
    """

    admission: SapientAdmission
    on_refusal: SourceRefusal
    on_alert: SourceAlert


def blueprints(
    config: ServiceConfig,
    site: Site,
    *,
    site_name: str,
    clock: Clock,
    sapient: SapientDoor,
) -> tuple[Blueprint, ...]:
    """Return the sources of a service.

    Args:
        config: that names them.
        site: whose sensors.
        site_name: shipped site or path, for its crowd.
        clock: of the service.
        sapient: who decides about SAPIENT nodes.

    Raises:
        StandexError: what can be checked before the start is wrong.
    """
    watch = config.table.watch
    made: list[Blueprint] = []
    for source in config.table.sources:
        make: Callable[[], LiveSource]
        match source.kind:
            case "twin":
                make = partial(_twin, config, source, site, site_name)
            case "lab-recording":
                settings = config.settings_of(source, LabRecordingSettings)
                make = partial(_recorded, config.place(settings.file), clock)
            case "plugin":
                make = _plugin(config, source, site, clock)
            case "sapient":
                make = partial(_sapient, config, source, site, clock, sapient)
            case "mqtt":
                make = partial(_mqtt, config, source, site, clock)
            case "video":
                make = partial(video_source, config, source, site, clock)
        made.append(
            Blueprint(
                name=source.name,
                sensors=config.sensors_of(source, site),
                make=make,
                on_end=source.on_end,
                first_wait_s=watch.first_wait_s,
                longest_wait_s=watch.longest_wait_s,
            )
        )
    return tuple(made)


def make_people(config: ServiceConfig, source: SourceTable, site_name: str) -> Trajectories:
    """Return who walks through the twin.

    Raises:
        StandexError: nobody does.
    """
    from standex.edges.commands.crowd_people import walk_crowd  # noqa: PLC0415 - only the twin

    settings = config.settings_of(source, TwinSettings)
    if settings.people is not None:
        if settings.people in shipped_names():
            return load_shipped(settings.people)
        return read_trajectories(str(config.place(settings.people)))
    plan = load_crowd(site_name)
    if plan is None:
        raise StandexError(
            f"source {source.name}: the site has no [crowd] table; name who walks with "
            f"settings.people: {', '.join(shipped_names())}, or a file"
        )
    if settings.people_per_hour is not None:
        plan = plan.at_rate(settings.people_per_hour)
    return walk_crowd(plan, duration_s=settings.minutes * 60, seed=settings.seed).trajectories


def _twin(config: ServiceConfig, source: SourceTable, site: Site, site_name: str) -> LiveSource:
    # Only the twin: a service of real sensors starts without it.
    from standex.edges.commands.twin_arguments import exercise_of, faults_of  # noqa: PLC0415
    from standex.edges.twin_source import TwinPlan, TwinSource  # noqa: PLC0415
    from standex.twin.carry import draw_truth  # noqa: PLC0415

    settings = config.settings_of(source, TwinSettings)
    people = entering_after(make_people(config, source, site_name), EMPTY_S)
    exercise = exercise_of(site)
    carry = replace(exercise, share=exercise.share | settings.shares)
    try:
        truth = draw_truth(people.people, carry, seed=settings.seed)
    except ValueError as error:  # what was asked for is not what the twin can make
        raise StandexError(f"source {source.name}: settings.shares: {error}") from error
    plan = TwinPlan(
        site=site,
        trajectories=people,
        truth=truth,
        seed=settings.seed,
        heavy=heavy_sensors(site),
        faults=faults_of(settings.faults, site),
        duration_s=settings.duration_s,
    )
    # The twin's process knows no clock but the computer's.
    return TwinSource(plan, clock=SystemClock())


@final
class RecordedSource:
    """A lab recording, at its pace, as if it happened now: stamps move along."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        """Play the recording at ``path``."""
        self._source = RecordingSource(recording=Recording.open(path))
        self._clock = clock
        self._paced_by = ShiftedClock(clock)
        self._paced = PacedSource(self._source, clock=self._paced_by)

    def records(self) -> Iterator[Record]:
        """Yield each record at its time.

        Raises:
            StandexError: there is none.
        """
        first = next(iter(self._source.records()), None)
        if first is None:
            raise StandexError("the recording holds no raw records; record with --lab")
        self._paced_by.restart(first.t_utc_ns)
        shift_ns = self._clock.utc_ns() - first.t_utc_ns
        for record in self._paced.records():
            yield replace(record, t_utc_ns=record.t_utc_ns + shift_ns)

    def close(self) -> None:
        """Let ``records`` come to its end."""
        self._paced.close()


def _recorded(path: Path, clock: Clock) -> LiveSource:
    return RecordedSource(path, clock=clock)


def _plugin(
    config: ServiceConfig, source: SourceTable, site: Site, clock: Clock
) -> Callable[[], LiveSource]:
    settings = config.settings_of(source, PluginSettings)
    factory = load_plugins(SOURCES, [settings.plugin])[settings.plugin]
    return partial(factory, settings.settings, site, config.sensors_of(source, site), clock)


def _sapient(
    config: ServiceConfig,
    source: SourceTable,
    site: Site,
    clock: Clock,
    door: SapientDoor,
) -> LiveSource:
    from standex.edges.interop.anchor import Anchor  # noqa: PLC0415 - optional packages
    from standex.edges.interop.sapient.admission import Claim, Refusal, admit_all  # noqa: PLC0415
    from standex.edges.interop.sapient.apart import ApartSapientSource, Listening  # noqa: PLC0415
    from standex.edges.interop.sapient.sapient_source import NodeAlert  # noqa: PLC0415

    settings = config.settings_of(source, SapientSettings)
    at = config.table.anchor
    if at is None:
        raise StandexError("SAPIENT needs the site's anchor")

    def admitted(claim: Claim, /) -> str:
        if settings.admits_all:
            return admit_all(claim)
        return door.admission(claim.sensor_id, claim.address, claim.certificate_der, claim.token)

    def refused(refusal: Refusal) -> None:
        door.on_refusal(refusal.node_id, refusal.address, refusal.reason)

    def told(alert: NodeAlert) -> None:
        door.on_alert(alert.sensor_id, alert.kind, alert.description)

    return ApartSapientSource(
        Listening(
            site=site,
            node_id=settings.node_id,
            anchor=Anchor.from_degrees(**at.model_dump()),
            host=settings.host,
            port=settings.port,
            certificate=config.place(settings.certificate) if settings.certificate else None,
            key=secret_path(settings.key, config) if settings.key else None,
            clients_ca=config.place(settings.clients_ca) if settings.clients_ca else None,
        ),
        clock=clock,
        admission=admitted,
        on_refusal=refused,
        on_alert=told,
    )


def _mqtt(config: ServiceConfig, source: SourceTable, site: Site, clock: Clock) -> LiveSource:
    from standex.edges.interop.mqtt_source import MqttSource  # noqa: PLC0415 - optional package

    settings = config.settings_of(source, MqttSettings)
    return MqttSource(
        broker_of(config, settings),
        site_id=site.site_id,
        sensors=config.sensors_of(source, site),
        clock=clock,
        root=settings.topic,
    )


def broker_of(config: ServiceConfig, table: MqttSettings | MqttOutTable | OnvifTable) -> Broker:
    """Return how to reach a broker."""
    return Broker(
        host=table.host,
        port=table.port,
        username=table.user or "",
        password_file=secret_path(table.password_file, config) if table.password_file else None,
        ca_file=config.place(table.ca) if table.ca else None,
        certificate_file=config.place(table.certificate) if table.certificate else None,
        key_file=secret_path(table.key, config) if table.key else None,
        is_plain=table.is_plain,
    )
