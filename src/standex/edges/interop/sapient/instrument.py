"""A node of the twin: what a camera of the twin sees, as records of a node that speaks SAPIENT.

So that a site can be walked through before its nodes are there. Only positions: what a maker's
node would make of somebody's pockets is not known here.
"""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from standex.edges.interop.sapient.node_settings import KIND, node_settings
from standex.model.errors import SiteError
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.twin import position_sensor
from standex.twin.faults import Fault
from standex.twin.position_sensor import PositionSensor
from standex.twin.scene import Scene


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedNode:
    """Satisfies the ``Instrument`` port.

    Attributes:
        camera: that sees the people.
        faults: planned.
    """

    camera: PositionSensor
    faults: tuple[Fault, ...] = ()

    @property
    def rate_hz(self) -> float:
        """Return records a second."""
        return self.camera.rate_hz

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return what the node would have sent of one moment, or None when it is dead."""
        seen = replace(self.camera, faults=self.faults).record(scene, t_utc_ns, sequence)
        if seen is None:
            return None
        place, sigma_m = seen.arrays["position_sensor_m"], seen.arrays["sigma_m"]
        pose = self.camera.site_from_sensor
        left = pose.rotation[:2, 1]
        axes = np.stack([np.array([left[1], -left[0]]), left])
        n = len(place)
        arrays = {
            "position_site_m": pose.translation_m[:2] + place @ axes,
            "covariance_site_m2": sigma_m[:, None, None] ** 2 * np.eye(2),
            "p_person": seen.arrays["score"],
            "score": np.zeros((n, 0)),
            "zone": np.full(n, -1),
            "task": np.full(n, "", dtype=np.str_),
            "outline_site_m": np.zeros((0, 2)),
            "is_detecting": np.array(True),
            "not_done": np.zeros(0, dtype=np.str_),
        }
        return replace(seen, kind=KIND, arrays=arrays)


def build(spec: SensorSpec, site: Site, seed: int) -> SimulatedNode:
    """Return the twin of a node; entry point ``sapient`` of the instruments.

    Its ``instrument_settings`` are those of ``floor-positions``.

    Raises:
        SiteError: a setting is missing or out of its range, or the node gives looks.
    """
    if node_settings(spec).gives_looks:
        raise SiteError(
            f"sensor {spec.sensor_id}: the twin stands in for nodes that give positions, not for "
            "looks of somebody's node; use a surrogate with the node's calibration"
        )
    return SimulatedNode(camera=position_sensor.build(spec, site, seed))
