"""What a site says of a sensor that speaks SAPIENT: its node, and how its reports are to be read.

Settings of a sensor of the technology ``sapient``:

    node_id         UUID of the node, as it registers
    gives           what its detections are: ``positions`` of people, ``looks`` at people, or both
    range_m, half_angle_deg     it sees people so far, so far to each side of its forward axis
    p_detect        P(it reports a person whom nobody hides)
    clutter_per_m2  false positions a scan
    sigma_m         standard deviation of a position that comes without one
    error_unit      of errors of latitude and longitude: ``coordinate`` (as the place itself), ``m``
    person_classes  classes that mean a person; empty: every detection is one
    latency_s       by how much its time stamps are later than what they stamp
    features        of a look, in the order of the calibration's: ``class:NAME`` (confidence of a
                    class, 0 where it is not named), ``info:NAME`` (number in ``object_info``)
    sensor_kind     kind of the calibration that the features need
    zone            body zone that its looks are at; empty where it cannot tell
    zone_info       name of the ``object_info`` that says the zone instead
    ghosts_per_m2   density of looks that come from nobody

Only what is named here is taken out of a report. Colours, names and all other classes that a node
may send of a person are never kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, pi

from standex.edges.interop.sapient.ids import is_uuid4
from standex.model.errors import SiteError
from standex.model.site import SensorSpec, Site
from standex.model.zones import BodyZone
from standex.sensing.settings import number

TECHNOLOGY, KIND = "sapient", "sapient.detections"
POSITIONS, LOOKS = "positions", "looks"
CLASS, INFO = "class:", "info:"
_REQUIRED = ("node_id", "gives", "range_m", "half_angle_deg")
_DEFAULTS: dict[str, float | str | list[str]] = {
    "p_detect": 0.9,
    "clutter_per_m2": 1e-3,
    "sigma_m": 0.3,
    "error_unit": "coordinate",
    "person_classes": [],
    "latency_s": 0.0,
    "features": [],
    "sensor_kind": "",
    "zone": "",
    "zone_info": "",
    "ghosts_per_m2": 0.02,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """The settings above, checked; angles in radians."""

    node_id: str
    gives_positions: bool
    gives_looks: bool
    range_m: float
    half_angle_rad: float
    p_detect: float
    clutter_per_m2: float
    sigma_m: float
    are_errors_m: bool
    person_classes: tuple[str, ...]
    latency_s: float
    features: tuple[str, ...]
    sensor_kind: str
    zone: BodyZone | None
    zone_info: str
    ghosts_per_m2: float


def node_settings(spec: SensorSpec) -> NodeSettings:
    """Return the settings of a sensor.

    Raises:
        SiteError: one is missing, unknown, or out of its range.
    """
    return _Settings(spec).all()


def nodes_of(site: Site) -> Mapping[str, SensorSpec]:
    """Return the sensors of a site that speak SAPIENT, by the id of their node.

    Raises:
        SiteError: two sensors have one node, or a setting cannot be used.
    """
    nodes: dict[str, SensorSpec] = {}
    for spec in site.sensors:
        if spec.technology != TECHNOLOGY:
            continue
        node_id = node_settings(spec).node_id
        if node_id in nodes:
            raise SiteError(
                f"sensors {nodes[node_id].sensor_id} and {spec.sensor_id} name one node, {node_id}"
            )
        nodes[node_id] = spec
    return nodes


class _Settings:
    def __init__(self, spec: SensorSpec) -> None:
        self._spec = replace(spec, settings={**_DEFAULTS, **spec.settings})
        self._where = f"sensor {spec.sensor_id}"
        unknown = sorted(set(spec.settings) - {*_REQUIRED, *_DEFAULTS})
        missing = [name for name in _REQUIRED if name not in spec.settings]
        if unknown or missing:
            said = [f"unknown settings {', '.join(unknown)}"] if unknown else []
            said += [f"missing settings {', '.join(missing)}"] if missing else []
            raise SiteError(f"{self._where}: {'; '.join(said)}")
        self._values = {**_DEFAULTS, **spec.settings}

    def all(self) -> NodeSettings:
        node_id = self._text("node_id")
        if not is_uuid4(node_id):
            raise SiteError(
                f"{self._where}: node_id must be a UUID of version 4 in small letters, as the node "
                f"registers itself; got {node_id!r}"
            )
        gives = self._texts("gives")
        if not gives or not {POSITIONS, LOOKS}.issuperset(gives):
            raise SiteError(
                f"{self._where}: gives must name {POSITIONS!r}, {LOOKS!r} or both, got {gives}"
            )
        features = self._texts("features")
        wrong = [name for name in features if not name.startswith((CLASS, INFO))]
        if wrong:
            raise SiteError(
                f"{self._where}: features begin with {CLASS!r} or {INFO!r}, not so {wrong}"
            )
        if LOOKS in gives and not features:
            raise SiteError(f"{self._where}: looks need features, name at least one")
        error_unit = self._text("error_unit")
        if error_unit not in {"coordinate", "m"}:
            raise SiteError(f"{self._where}: error_unit is 'coordinate' or 'm', not {error_unit!r}")
        return NodeSettings(
            node_id=node_id,
            gives_positions=POSITIONS in gives,
            gives_looks=LOOKS in gives,
            range_m=number(self._spec, "range_m", low=0.1, high=5_000),
            half_angle_rad=number(self._spec, "half_angle_deg", low=0, high=180) * pi / 180,
            p_detect=number(self._spec, "p_detect", low=0, high=1),
            clutter_per_m2=number(self._spec, "clutter_per_m2", low=0, high=inf),
            sigma_m=number(self._spec, "sigma_m", low=0.01, high=100),
            are_errors_m=error_unit == "m",
            person_classes=self._texts("person_classes"),
            latency_s=number(self._spec, "latency_s", low=0, high=5),
            features=features,
            sensor_kind=self._text("sensor_kind"),
            zone=self._zone(),
            zone_info=self._text("zone_info"),
            ghosts_per_m2=number(self._spec, "ghosts_per_m2", low=0, high=inf),
        )

    def _zone(self) -> BodyZone | None:
        name = self._text("zone")
        if not name:
            return None
        try:
            return BodyZone(name)
        except ValueError:
            raise SiteError(
                f"{self._where}: zone {name!r} is none of {', '.join(BodyZone)}"
            ) from None

    def _text(self, name: str) -> str:
        value = self._values[name]
        if not isinstance(value, str):
            raise SiteError(f"{self._where}: {name} must be a text, got {value!r}")
        return value

    def _texts(self, name: str) -> tuple[str, ...]:
        value = self._values[name]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SiteError(f"{self._where}: {name} must be a list of texts, got {value!r}")
        return tuple(str(one) for one in value)
