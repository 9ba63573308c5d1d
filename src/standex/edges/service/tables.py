"""The tables of a service file: what a station that runs day and night is told.

Nothing here is secret: a password, a key or a token is named by the file that holds it
(``credential:NAME`` for one that systemd hands over), never written down.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from standex.edges.access.roles import Role
from standex.edges.table import Name, Table

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Roles = Annotated[tuple[Annotated[Role, Field(strict=False)], ...], Field(strict=False)]
SourceKind = Literal["twin", "lab-recording", "plugin", "sapient", "mqtt", "video"]
LONGEST_ALARM_H = 72.0


class SourceTable(Table):
    """Where records come from; each is started again by itself when it breaks off."""

    name: Name
    kind: SourceKind
    sensors: Names = ()  # that it serves; none named: all of the site
    on_end: Literal["restart", "stay", "stop"] = "restart"
    settings: dict[str, Any] = Field(default_factory=dict[str, Any])


class TwinSettings(Table):
    """People who walk through the twin; a class without a share is carried as in the exercise."""

    people: Name | None = None  # a shipped recording; none: the crowd of the site
    people_per_hour: Positive | None = None
    minutes: Positive = 10.0
    duration_s: Positive | None = None  # none: until all have left
    seed: Annotated[int, Field(ge=0)] = 1
    shares: dict[str, Share] = Field(default_factory=dict[str, float])
    faults: Names = ()


class LabRecordingSettings(Table):
    """Raw records that were kept."""

    file: Name


class PluginSettings(Table):
    """A source of somebody else's package."""

    plugin: Name
    settings: dict[str, Any] = Field(default_factory=dict[str, Any])


class SapientSettings(Table):
    """Sensors that speak SAPIENT come in here."""

    host: Name = "127.0.0.1"
    port: Port = 5020
    node_id: Name  # of this station: a lower-case UUID of version 4
    certificate: Name | None = None
    key: Name | None = None
    clients_ca: Name | None = None  # who signed the sensors' certificates
    admits_all: bool = False  # nodes need no paper: for a closed bench only


class MqttSettings(Table):
    """A broker that sensors publish to."""

    host: Name
    port: Port = 8883
    topic: Name = "standex/v1"
    user: Name | None = None
    password_file: Name | None = None
    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None
    is_plain: bool = False  # without TLS: to a broker on this computer


class CameraTable(Table):
    """One camera; as many frames a second are taken as its survey says."""

    sensor: Name
    url: Name  # rtsp://HOST/PATH, http://..., a device such as /dev/video0, or a file
    user: Name | None = None
    password_file: Name | None = None
    container: str = ""  # as FFmpeg calls it, where it cannot be told: v4l2 of a device
    options: dict[str, str] = Field(default_factory=dict[str, str])  # more for FFmpeg
    clock_offset_s: float = 0.0  # by how much its times are known to be late


class VideoSettings(Table):
    """Cameras, each drained by a thread of its own; no picture is kept."""

    cameras: Annotated[tuple[CameraTable, ...], Field(strict=False, min_length=1)]


SETTINGS: dict[str, type[Table]] = {
    "twin": TwinSettings,
    "lab-recording": LabRecordingSettings,
    "plugin": PluginSettings,
    "sapient": SapientSettings,
    "mqtt": MqttSettings,
    "video": VideoSettings,
}


NESTED: dict[str, dict[tuple[str, ...], type[Table]]] = {"video": {("cameras",): CameraTable}}
"""Tables inside of a kind's settings, by their keys."""


class SensorTable(Table):
    """What is to be known of one sensor beside its survey."""

    transport_s: NotNegative = 0.0  # least time from its stamp to here
    most_hz: Positive | None = None  # none: three times its nominal rate
    may_repeat: bool = False  # it may say the very same many times: a list that is often empty


class WatchTable(Table):
    """How the watch over the people is kept."""

    checkpoint_period_s: Positive = 1.0
    resume_within_s: Positive = 30.0
    reorder_s: NotNegative = 0.1
    clock_tolerance_s: Positive = 0.05
    clock_correct_up_to_s: Positive = 3.0
    first_wait_s: Positive = 1.0
    longest_wait_s: Positive = 30.0


class WebTable(Table):
    """Where the console and the interface are served."""

    host: Name = "127.0.0.1"
    port: Port = 8443
    certificate: Name | None = None
    key: Name | None = None
    console: Name | None = None


class StoreTable(Table):
    """Where everything is kept that is not a file."""

    url: Name = "sqlite:store.db"  # a file in the folder, or postgresql://USER@HOST/DATABASE
    password_file: Name | None = None


class RetentionTable(Table):
    """For how long each class of data stays."""

    raw_s: NotNegative = 0.0
    track_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 15.0
    alarm_hours: Annotated[float, Field(gt=0, le=LONGEST_ALARM_H)] = LONGEST_ALARM_H
    audit_months: Annotated[float, Field(ge=1)] = 12.0
    operation_months: Annotated[float, Field(gt=0)] = 12.0
    every_s: Annotated[float, Field(gt=0, le=600)] = 30.0


class AuditTable(Table):
    """The log that cannot be changed unseen."""

    url: Name = "sqlite:audit.db"
    key_folder: Name = "audit-key"
    copies: Names = ()  # files that signed heads are copied to, best on another computer
    sign_every_rows: Annotated[int, Field(ge=1)] = 16
    sign_every_s: Positive = 60.0


class EvidenceTable(Table):
    """What is kept of an alarmed passage."""

    folder: Name = "evidence"
    ring_s: Positive = 90.0
    after_s: Positive = 5.0  # so long after its end a passage is whole; until then it may go on
    open_s: Positive = 300.0  # one that does not end is taken for whole then
    has_pictures: bool = True  # on a generic figure, never of the person
    has_curves: bool = True  # spectra and traces of looks, with what explains them
    has_crops: bool = False  # of the person from cameras: face, and everybody else, masked


class RecordingTable(Table):
    """Steps of the station, without anything that shows a body."""

    is_on: bool = True
    folder: Name = "recordings"
    minutes_per_file: Positive = 10.0


class AnchorTable(Table):
    """Where the site's frame lies on Earth, as surveyed."""

    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180)]
    height_m: float = 0.0
    bearing_deg: float = 0.0


class OidcTable(Table):
    """An identity provider of the operator's."""

    issuer: Name
    client_id: Name
    redirect_uri: Name
    client_secret_file: Name | None = None
    role_claim: Name = "groups"
    roles: dict[str, Roles]


class AccessTable(Table):
    """Sessions."""

    idle_minutes: Positive = 15.0
    longest_hours: Positive = 12.0
    oidc: OidcTable | None = None


class SapientUpTable(Table):
    """A higher SAPIENT node that is reported to."""

    host: Name
    port: Port
    node_id: Name
    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None


class MqttOutTable(Table):
    """A broker that events are published to."""

    host: Name
    with_people: bool = False  # where everybody is, too, not only events
    port: Port = 8883
    topic: Name = "standex/v1"
    user: Name | None = None
    password_file: Name | None = None
    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None
    is_plain: bool = False  # without TLS: to a broker on this computer


class CotTable(Table):
    """A TAK server."""

    host: Name
    port: Port = 8089
    transport: Literal["tls", "tcp", "udp"] = "tls"
    with_people: bool = False  # where everybody is, too, not only alerts
    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None

    @property
    def is_plain(self) -> bool:
        """Return whether anybody on the way could read it."""
        return self.transport != "tls"


class OnvifTable(Table):
    """A broker that events are published to in the words of ONVIF (Profile M)."""

    host: Name
    port: Port = 8883
    prefix: Name = "standex"  # first word of the topics, unique to this station at the broker
    user: Name | None = None
    password_file: Name | None = None
    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None
    is_plain: bool = False  # without TLS: to a broker on this computer


class CapTable(Table):
    """Public warnings (CAP 1.2), as files that another system takes; each decided by a person."""

    folder: Name = "cap"
    sender: Name  # who is responsible for them, such as control-room@station.example
    restriction: Name  # whom they are for
    area: Name  # of the site, in words
    instruction: Name  # what whoever reads one is to do, where the person says nothing else


class OutputsTable(Table):
    """Who else is told."""

    sapient: SapientUpTable | None = None
    mqtt: MqttOutTable | None = None
    cursor_on_target: CotTable | None = None
    onvif: OnvifTable | None = None
    cap: CapTable | None = None


class WalkTestTable(Table):
    """How often a reference object is walked through."""

    every_hours: Positive = 8.0
    n_with: Annotated[int, Field(ge=1, le=20)] = 3
    n_without: Annotated[int, Field(ge=0, le=20)] = 2


class ExercisesTable(Table):
    """Simulated passages, made beforehand, for training and to check the whole chain."""

    folder: Name = "exercises"
    after_s: Annotated[float, Field(ge=0, le=1800)] = 180.0  # for what is left to do at its end


class ServiceTable(Table):
    """A whole service file."""

    folder: Name = "."
    operation: Literal["exercise", "live"] = "exercise"
    sources: Annotated[tuple[SourceTable, ...], Field(strict=False, min_length=1)]
    sensors: dict[str, SensorTable] = Field(default_factory=dict[str, SensorTable])
    watch: WatchTable = WatchTable()
    web: WebTable | None = WebTable()
    store: StoreTable = StoreTable()
    retention: RetentionTable = RetentionTable()
    audit: AuditTable = AuditTable()
    evidence: EvidenceTable = EvidenceTable()
    recording: RecordingTable = RecordingTable()
    access: AccessTable = AccessTable()
    walk_test: WalkTestTable = WalkTestTable()
    exercises: ExercisesTable = ExercisesTable()
    anchor: AnchorTable | None = None
    outputs: OutputsTable = OutputsTable()


TABLES: dict[tuple[str, ...], type[Table]] = {
    (): ServiceTable,
    ("sources",): SourceTable,
    ("watch",): WatchTable,
    ("web",): WebTable,
    ("store",): StoreTable,
    ("retention",): RetentionTable,
    ("audit",): AuditTable,
    ("evidence",): EvidenceTable,
    ("recording",): RecordingTable,
    ("access",): AccessTable,
    ("access", "oidc"): OidcTable,
    ("walk_test",): WalkTestTable,
    ("exercises",): ExercisesTable,
    ("anchor",): AnchorTable,
    ("outputs",): OutputsTable,
    ("outputs", "sapient"): SapientUpTable,
    ("outputs", "mqtt"): MqttOutTable,
    ("outputs", "cursor_on_target"): CotTable,
    ("outputs", "onvif"): OnvifTable,
    ("outputs", "cap"): CapTable,
}
