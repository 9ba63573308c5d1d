"""What this station says of itself to nodes above it and to middleware: registration, status."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from standex import __version__
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_DATUM_WGS84_E,
)
from standex.edges.interop.sapient.generated.registration_pb2 import Registration
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.generated.velocity_pb2 import SPEED_UNITS_MS
from standex.edges.interop.sapient.ids import is_uuid4, ulid
from standex.edges.interop.sapient.messages import ICD_VERSION, new_message
from standex.edges.interop.sapient.replies import location_of
from standex.edges.interop.sapient.words import plain
from standex.model.errors import SiteError
from standex.model.observation import Health, HealthState
from standex.model.site import Site

MODE, PERSON = "watch", "Human"
STATUS_INTERVAL_S = 1.0
OBJECT_INFOS = (
    ("covariance_enu_m2", "ee en nn, square metres"),
    ("llr_threat", "natural log likelihood ratio of all looks"),
    ("p_threat", "posterior probability"),
    ("coverage", "P(reference object detected), least of the wanted zones"),
    ("outcome", "pending, nothing_found, alarm, not_screened"),
)
MOST_STATUSES = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnNode:
    """This station as a node.

    Attributes:
        node_id: its UUID, fixed in the service's configuration.
        name: for people.
        site: that it watches.
        anchor: of the site.
        dependent_node_ids: nodes that report to it.
        token: shown to a node above that asks for one, in its registration; or empty.
    """

    node_id: str
    name: str
    site: Site
    anchor: Anchor
    dependent_node_ids: tuple[str, ...] = ()
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not is_uuid4(self.node_id):
            raise SiteError(
                f"the station's own node_id must be a UUID of version 4 in small letters, got "
                f"{self.node_id!r}; make one with `python -m uuid -u uuid4`"
            )

    def registration(self, t_utc_ns: int) -> SapientMessage:
        """Return what it can do: follow people, say how sure it is, raise alerts."""
        message = new_message(node_id=self.node_id, t_utc_ns=t_utc_ns)
        if self.token:
            message.additional_information = f"Bearer {self.token}"
        out = message.registration
        out.node_definition.add(node_type=Registration.NODE_TYPE_FUSION_NODE)
        out.icd_version = ICD_VERSION
        out.name, out.short_name = self.name, self.name[:16]
        out.capabilities.add(category="fusion", type="people followed and screened", value="1")
        out.dependent_nodes.extend(self.dependent_node_ids)
        out.config_data.add(manufacturer="STANDEX", model="station", software_version=__version__)
        _seconds(out.status_definition.status_interval, STATUS_INTERVAL_S)
        _lat_lng(out.status_definition.location_definition)
        _lat_lng(out.status_definition.coverage_definition)
        mode = out.mode_definition.add(
            mode_name=MODE,
            mode_type=Registration.MODE_TYPE_DEFAULT,
            scan_type=Registration.SCAN_TYPE_FIXED,
            tracking_type=Registration.TRACKING_TYPE_TRACK,
        )
        _seconds(mode.settle_time, 0.0)
        _seconds(mode.maximum_latency, self.site.lag_s + 0.5)
        self._detections(mode.detection_definition.add())
        region = mode.task.region_definition
        region.region_type.append(Registration.REGION_TYPE_AREA_OF_INTEREST)
        _lat_lng(region.region_area.add())
        mode.task.concurrent_tasks = 1
        for kind, units in (
            (Registration.COMMAND_TYPE_REQUEST, "status, registration"),
            (Registration.COMMAND_TYPE_DETECTION_REPORT_RATE, "low, medium, high"),
        ):
            command = mode.task.command.add(type=kind, units=units)
            _seconds(command.completion_time, 1.0)
        return message

    def _detections(self, out: Registration.DetectionDefinition) -> None:
        _lat_lng(out.location_type)
        for name, units in OBJECT_INFOS:
            out.detection_report.add(
                category=Registration.DETECTION_REPORT_CATEGORY_OBJECT, type=name, units=units
            )
        classes = out.detection_class_definition.add(
            confidence_definition=Registration.CONFIDENCE_DEFINITION_SINGLE_CLASS
        )
        classes.class_definition.add(type=PERSON, units="probability")
        out.velocity_type.enu_velocity_units.east_north_rate_units = SPEED_UNITS_MS
        out.velocity_type.location_datum = LOCATION_DATUM_WGS84_E
        out.geometric_error.type = "Standard Deviation"
        out.geometric_error.units = "as the location; object_info covariance_enu_m2 in metres"
        out.geometric_error.variation_type = "as reported"

    def status(
        self, t_utc_ns: int, *, health: Iterable[Health], is_new: bool, is_goodbye: bool = False
    ) -> SapientMessage:
        """Return how the station is: an error when every sensor has failed, a warning when one."""
        message = new_message(node_id=self.node_id, t_utc_ns=t_utc_ns)
        out = message.status_report
        out.report_id = ulid(t_utc_ns)
        out.mode = MODE
        out.info = StatusReport.INFO_NEW if is_new else StatusReport.INFO_UNCHANGED
        words = sorted(health, key=lambda one: one.sensor_id)
        states = {one.state for one in words}
        if is_goodbye:
            out.system = StatusReport.SYSTEM_GOODBYE
        elif states == {HealthState.FAILED}:
            out.system = StatusReport.SYSTEM_ERROR
        elif states - {HealthState.OK}:
            out.system = StatusReport.SYSTEM_WARNING
        else:
            out.system = StatusReport.SYSTEM_OK
        if not is_new:
            return message
        middle = 0.5 * (self.site.levels[0].min_site_m + self.site.levels[0].max_site_m)
        out.node_location.CopyFrom(location_of(middle, self.anchor))
        corners = out.coverage.add().location_list.locations
        for x_m, y_m in _corners(self.site):
            corners.add().CopyFrom(location_of([x_m, y_m], self.anchor))
        for one in [one for one in words if one.state is not HealthState.OK][:MOST_STATUSES]:
            failed = one.state is HealthState.FAILED
            out.status.add(
                status_level=StatusReport.STATUS_LEVEL_ERROR_STATUS
                if failed
                else StatusReport.STATUS_LEVEL_WARNING_STATUS,
                status_type=StatusReport.STATUS_TYPE_INTERNAL_FAULT,
                status_value=f"{one.sensor_id}: {one.reason.value}; {plain(one.message)}",
            )
        return message


def _corners(site: Site) -> list[tuple[float, float]]:
    (x0, y0), (x1, y1) = site.levels[0].min_site_m, site.levels[0].max_site_m
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _seconds(duration: Registration.Duration, value_s: float) -> None:
    duration.units, duration.value = Registration.TIME_UNITS_SECONDS, value_s


def _lat_lng(out: Registration.LocationType) -> None:
    out.location_units = LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
    out.location_datum = LOCATION_DATUM_WGS84_E
