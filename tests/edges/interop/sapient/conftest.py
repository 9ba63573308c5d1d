"""A site with SAPIENT nodes, their messages, and a node that is played over a bare socket."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.framing import Deframer, framed
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_DATUM_WGS84_E,
)
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import decoded, kind_of, new_message
from standex.edges.interop.sapient.own_node import OwnNode
from standex.model.event import Alert
from standex.model.frames import RigidTransform
from standex.model.items import ItemClasses
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.site import Level, OperatingPoint, SensorSpec, Site
from standex.model.tracks import no_tracks
from standex.model.zones import ZONES, BodyZone

OWN = "6f582b41-6c88-481c-bb0f-6021a1739f57"
NODES = ("a8654cdf-4328-47de-81fa-c495589e30c9", "6acd78c1-fcc2-4368-b7ae-ff1aa318911c")
T0 = 1_760_000_000_000_000_000


class Words:
    """Messages of a good node."""

    nodes, own_id, t0 = NODES, OWN, T0

    def __init__(self, own: OwnNode) -> None:
        self.own = own

    def registration(self, node: int = 0, t_utc_ns: int = T0, token: str = "") -> SapientMessage:
        message = replace(self.own, node_id=NODES[node]).registration(t_utc_ns)
        if token:
            message.additional_information = f"Bearer {token}"
        return message

    def status(
        self, node: int = 0, t_utc_ns: int = T0, system: int = StatusReport.SYSTEM_OK
    ) -> SapientMessage:
        message = new_message(node_id=NODES[node], t_utc_ns=t_utc_ns)
        out = message.status_report
        out.report_id, out.mode = ulid(t_utc_ns), "watch"
        out.system, out.info = system, StatusReport.INFO_NEW
        return message

    def detection(
        self, node: int = 0, t_utc_ns: int = T0, at_m: tuple[float, float] = (3.0, 4.0)
    ) -> SapientMessage:
        message = new_message(node_id=NODES[node], t_utc_ns=t_utc_ns)
        out = message.detection_report
        out.report_id, out.object_id = ulid(t_utc_ns), ulid(t_utc_ns)
        out.detection_confidence = 0.9
        latitude, longitude, height = self.own.anchor.geodetic_from_site(np.array([[*at_m, 0.0]]))
        out.location.x, out.location.y = np.rad2deg(longitude[0]), np.rad2deg(latitude[0])
        out.location.z = height[0]
        out.location.coordinate_system = LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
        out.location.datum = LOCATION_DATUM_WGS84_E
        out.classification.add(type="Human", confidence=0.8)
        return message


class PlayedNode:
    """A node as anybody may write one: a socket, lengths, bytes."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=5.0)
        self._deframer, self._waiting = Deframer(), list[SapientMessage]()

    def send(self, *messages: SapientMessage) -> None:
        self.line.sendall(b"".join(framed(one.SerializeToString()) for one in messages))

    def get(self, kind: str) -> SapientMessage:
        """Return the next message of a kind; the others before it are forgotten."""
        while True:
            for at, message in enumerate(self._waiting):
                if kind_of(message) == kind:
                    del self._waiting[: at + 1]
                    return message
            data = self.line.recv(65536)
            if not data:
                raise ConnectionError("closed")
            while packets := self._deframer.feed(data):
                self._waiting += [decoded(packet) for packet in packets]
                data = b""

    def is_closed(self) -> bool:
        try:
            while self.line.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        self.line.close()


@pytest.fixture
def site() -> Site:
    specs = tuple(
        SensorSpec(
            sensor_id=f"radar-{number}",
            technology="sapient",
            instrument="floor-positions",
            level_id="hall",
            site_from_sensor=RigidTransform.from_pose(position_m=(1.0, 2.0, 3.0), yaw_rad=0.3),
            rate_hz=10.0,
            settings={
                "node_id": node_id,
                "gives": ["positions", "looks"],
                "range_m": 30.0,
                "half_angle_deg": 180.0,
                "person_classes": ["Human"],
                "features": ["class:Concealed", "info:depth"],
                "sensor_kind": "sapient.test",
                "zone_info": "body_zone",
            },
            instrument_settings={},
        )
        for number, node_id in enumerate(NODES)
    )
    hall = Level(
        level_id="hall",
        min_site_m=np.array([0.0, 0.0]),
        max_site_m=np.array([20.0, 12.0]),
        wall_site_m=np.zeros((0, 2, 2)),
    )
    return Site(
        site_id="hall",
        title="A hall",
        exercise=True,
        levels=(hall,),
        lines=(),
        sensors=specs,
        items=ItemClasses(),
        zone_share=np.full(len(ZONES), 1 / len(ZONES)),
        operating_point=OperatingPoint(
            p_alarm=0.5, min_coverage=0.5, wanted_zones=(BodyZone.TORSO_FRONT,)
        ),
        lag_s=0.5,
    )


@pytest.fixture
def anchor() -> Anchor:
    return Anchor.from_degrees(
        latitude_deg=41.9, longitude_deg=12.5, height_m=60.0, bearing_deg=30.0
    )


@pytest.fixture
def own(site: Site, anchor: Anchor) -> OwnNode:
    return OwnNode(node_id=OWN, name="hall station", site=site, anchor=anchor)


@pytest.fixture
def words(own: OwnNode) -> Words:
    return Words(own)


@pytest.fixture
def play() -> Iterator[Callable[[int], PlayedNode]]:
    played: list[PlayedNode] = []

    def connect(port: int) -> PlayedNode:
        played.append(PlayedNode(port))
        return played[-1]

    yield connect
    for node in played:
        node.close()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    def wait(condition: Callable[[], object]) -> None:
        for _ in range(500):
            if condition():
                return
            time.sleep(0.01)
        pytest.fail("it did not come to pass within 5 s")

    return wait


@pytest.fixture
def picture(site: Site) -> Picture:
    """Return a picture with two people and one thing; the first person is in the ledger."""
    n = 3
    tracks = replace(
        no_tracks(T0),
        track_id=np.array([4, 7, 9]),
        mean=np.array([[3.0, 4.0, 1.0, 0.5], [8.0, 2.0, 0.0, 0.0], [5.0, 5.0, 0.0, 0.0]]),
        covariance=np.tile(np.diag([0.04, 0.09, 0.01, 0.01]), (n, 1, 1)),
        existence=np.array([0.95, 0.99, 0.99]),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.full(n, T0),
        descriptor=np.zeros((n, 0)),
        p_object=np.array([0.0, 0.0, 1.0]),
    )
    log_posterior = site.log_prior().copy()
    threat = site.items.names.index("threat_dielectric")
    log_posterior[0, threat] = np.log(0.6)
    log_posterior[0, 0] = np.log(0.3)
    passage = Passage(
        track_id=4,
        first_utc_ns=T0,
        last_utc_ns=T0,
        position_site_m=np.array([3.0, 4.0]),
        velocity_site_m_per_s=np.array([1.0, 0.5]),
        is_past_screening=False,
        covered=np.full(len(ZONES), 0.5),
        entries=(),
        log_posterior=log_posterior,
        verdict=Verdict(
            outcome=Outcome.ALARM, p_threat=0.6, zone=None, coverage=0.5, reason="a test"
        ),
    )
    return Picture(
        t_utc_ns=T0,
        tracks=tracks,
        history=(),
        passages={4: passage},
        health={},
        coverage={},
        n_alerts=1,
    )


@pytest.fixture
def alert() -> Alert:
    return Alert(
        alert_id="hall-1",
        t_utc_ns=T0,
        track_id=4,
        level_id="hall",
        position_site_m=np.array([3.0, 4.0]),
        zone=BodyZone.WAIST,
        p_threat=0.6,
        prior=1e-6,
        coverage=0.5,
        seconds_in_reach=12.0,
        sensors=("radar-0",),
        reason="dielectric-like anomaly",
    )
