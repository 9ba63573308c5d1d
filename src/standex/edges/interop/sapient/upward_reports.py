"""The station's picture and events -> detections and alerts of the standard.

Places go out as latitude and longitude with errors in degrees. What the standard has no field for
rides in ``object_info``: the covariance of the place, and of everybody the log-likelihood ratio of
all looks, the posterior probability, coverage and outcome. Nothing that says who somebody is
exists here to be sent.
"""

from collections.abc import Mapping
from typing import final

import numpy as np

from standex.edges.interop.anchor import metres_per_radian
from standex.edges.interop.sapient.generated.alert_pb2 import Alert as SapientAlert
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_DATUM_WGS84_E,
)
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.ids import named_ulid, ulid
from standex.edges.interop.sapient.messages import new_message
from standex.edges.interop.sapient.own_node import PERSON, OwnNode
from standex.edges.interop.sapient.replies import location_of
from standex.edges.interop.sapient.words import plain
from standex.model.event import Alert, PersonRejoined
from standex.model.picture import Passage, Picture

MOST_OBJECTS = 4096


@final
class UpwardReports:
    """Words what this station has to say to nodes above it.

    A person keeps one object id through a passage, and through a join that has become final.
    """

    def __init__(self, own: OwnNode) -> None:
        """Report on the site of ``own``."""
        self._own = own
        self._objects: dict[int, str] = {}
        self._log_prior = own.site.log_prior()
        bearing = own.anchor.bearing_rad
        c, s = np.cos(bearing), np.sin(bearing)
        self._enu_from_site = np.array([[c, s], [-s, c]])

    def object_id(self, track_id: int, t_utc_ns: int) -> str:
        """Return the identifier of a person on the plan."""
        known = self._objects.get(track_id)
        if known is None:
            known = self._objects[track_id] = ulid(t_utc_ns)
            while len(self._objects) > MOST_OBJECTS:
                del self._objects[next(iter(self._objects))]
        return known

    def rejoined(self, event: PersonRejoined) -> None:
        """Take note that somebody is known again, once that is final."""
        earlier = self._objects.get(event.earlier_track_id)
        if event.is_final and event.earlier_track_id and earlier is not None:
            self._objects[event.track_id] = earlier

    def detections(self, picture: Picture, *, t_utc_ns: int) -> list[SapientMessage]:
        """Return one detection for everybody who is there, all of one time.

        Args:
            picture: of the station; its people are moved on to ``t_utc_ns`` as they walk.
            t_utc_ns: of the scan, and of sending: that is what the standard's validators hold
                against their clock.
        """
        tracks = picture.tracks
        rows = np.flatnonzero(tracks.is_present & (tracks.p_object < 0.5))
        dt_s = min(max((t_utc_ns - tracks.t_utc_ns) * 1e-9, 0.0), 2.0)
        at_m = tracks.mean[rows, :2] + dt_s * tracks.mean[rows, 2:]
        # As if they walked on: the place is as unsure as before, and the velocity's share.
        spread = tracks.covariance[rows]
        cross = spread[:, :2, 2:]
        place = spread[:, :2, :2] + dt_s * (cross + cross.transpose(0, 2, 1))
        place = place + dt_s**2 * spread[:, 2:, 2:]
        turn = self._enu_from_site
        covariance = turn @ place @ turn.T
        speed = tracks.mean[rows, 2:] @ turn.T
        speed_sigma = np.sqrt(np.maximum(np.einsum(
            "ij,njk,ik->ni", turn, spread[:, 2:, 2:], turn), 0.0))  # fmt: skip
        site_m = np.concatenate([at_m, np.zeros((len(rows), 1))], axis=1)
        latitude, longitude, height_m = self._own.anchor.geodetic_from_site(site_m)
        per_rad = np.array(metres_per_radian(self._own.anchor.latitude_rad))
        sigma_deg = np.rad2deg(np.sqrt(np.maximum(covariance[:, [0, 1], [0, 1]], 1e-12)) / per_rad)
        messages: list[SapientMessage] = []
        for at, row in enumerate(rows.tolist()):
            track_id = int(tracks.track_id[row])
            message = new_message(node_id=self._own.node_id, t_utc_ns=t_utc_ns)
            out = message.detection_report
            out.report_id = ulid(t_utc_ns)
            out.object_id = self.object_id(track_id, t_utc_ns)
            out.detection_confidence = float(np.clip(tracks.existence[row], 0, 1))
            out.location.x, out.location.y = (
                float(np.rad2deg(longitude[at])),
                float(np.rad2deg(latitude[at])),
            )
            out.location.z = float(height_m[at])
            out.location.x_error, out.location.y_error = sigma_deg[at].tolist()
            out.location.coordinate_system = LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
            out.location.datum = LOCATION_DATUM_WGS84_E
            out.enu_velocity.east_rate, out.enu_velocity.north_rate = speed[at].tolist()
            out.enu_velocity.east_rate_error, out.enu_velocity.north_rate_error = speed_sigma[
                at
            ].tolist()
            is_person = float(np.clip(1 - tracks.p_object[row], 0, 1))
            out.classification.add(type=PERSON, confidence=is_person)
            (ee, en), (_, nn) = covariance[at].tolist()
            infos = {"covariance_enu_m2": f"{ee:.6g} {en:.6g} {nn:.6g}"}
            passage = picture.passages.get(track_id)
            if passage is not None:
                infos |= self._screening(passage)
            for name, value in infos.items():
                out.object_info.add(type=name, value=value)
            messages.append(message)
        return messages

    def _screening(self, passage: Passage) -> Mapping[str, str]:
        items = self._own.site.items
        p, prior = (
            items.p_threat(log_posterior)[0]
            for log_posterior in (passage.log_posterior, self._log_prior)
        )
        llr = np.log(max(p, 1e-300) / max(1 - p, 1e-15)) - np.log(prior / (1 - prior))
        return {
            "llr_threat": f"{llr:.6g}",
            "p_threat": f"{p:.6g}",
            "coverage": f"{passage.verdict.coverage:.6g}",
            "outcome": passage.verdict.outcome.value,
        }

    def alert(self, alert: Alert, *, t_utc_ns: int) -> SapientMessage:
        """Return an alert: the same identifier whenever the same alert is sent again."""
        message = new_message(node_id=self._own.node_id, t_utc_ns=t_utc_ns)
        out = message.alert
        out.alert_id = named_ulid(alert.t_utc_ns, f"{self._own.node_id} {alert.alert_id}")
        out.alert_type = SapientAlert.ALERT_TYPE_CRITICAL
        out.status = SapientAlert.ALERT_STATUS_ACTIVE
        where = "" if alert.zone is None else f" ({alert.zone.value.replace('_', ' ')})"
        drill = "EXERCISE. " if self._own.site.exercise else ""
        out.description = f"{drill}Check requested{where}: {plain(alert.reason)}"
        out.location.CopyFrom(location_of(alert.position_site_m, self._own.anchor))
        out.priority = SapientAlert.DISCRETE_PRIORITY_HIGH
        out.confidence = out.ranking = float(np.clip(alert.p_threat, 0, 1))
        other = out.associated_detection.add(node_id=self._own.node_id)
        other.object_id = self.object_id(alert.track_id, alert.t_utc_ns)
        out.additional_information = (
            f"alert {alert.alert_id}; prior {alert.prior:.3g}; coverage {alert.coverage:.3g}; "
            f"seconds in reach {alert.seconds_in_reach:.1f}; sensors {', '.join(alert.sensors)}"
        )
        return message
