"""Places as the standard has them -> the plan of the site.

The standard knows latitude and longitude in degrees or radians, UTM, and range and bearing from the
node. Each comes with errors per axis or none, over one of two datums. Detections of a scan are
turned together, as arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, isfinite, nan, pi, sin
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.edges.interop.anchor import Anchor, UtmZone, metres_per_radian
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M,
    LOCATION_COORDINATE_SYSTEM_UTM_M,
    LOCATION_DATUM_WGS84_G,
    Location,
)
from standex.edges.interop.sapient.generated.range_bearing_pb2 import (
    RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM,
    RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M,
    RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_KM,
    RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_M,
    RANGE_BEARING_DATUM_GRID,
    RANGE_BEARING_DATUM_MAGNETIC,
    RANGE_BEARING_DATUM_PLATFORM,
    RANGE_BEARING_DATUM_TRUE,
    RangeBearing,
    RangeBearingCone,
)
from standex.model.frames import RigidTransform

_RAD = pi / 180
_SMALLEST_SIGMA_M, _LARGEST_SIGMA_M = 0.02, 1e4
_NOWHERE = 1e9  # no number of a place on Earth, in whatever unit, is so large
_CONE_STEPS = 16
_FEW = 8  # so few places are turned one by one
_EYE = np.eye(2)
_UNIT_RAD: dict[int, float] = {
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M: _RAD,
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M: 1.0,
}
# Units of range-bearing: radians a unit of angle, metres a unit of range.
_UNITS = {
    RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M: (_RAD, 1.0),
    RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_M: (1.0, 1.0),
    RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM: (_RAD, 1000.0),
    RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_KM: (1.0, 1000.0),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnPlan:
    """Places on the floor; not a number where a place could not be used."""

    position_site_m: Float[np.ndarray, "n 2"]
    covariance_site_m2: Float[np.ndarray, "n 2 2"]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Turns places of one node.

    Attributes:
        anchor: of the site.
        site_from_node: surveyed pose of the node.
        sigma_m: standard deviation where none is given.
        are_errors_m: errors of latitude and longitude are metres, not the unit of the place.
    """

    anchor: Anchor
    site_from_node: RigidTransform
    sigma_m: float
    are_errors_m: bool

    def on_plan(self, places: Sequence[Any], *, zone: UtmZone | None = None) -> OnPlan:
        """Return where ``Location`` and ``RangeBearing`` messages lie.

        Args:
            places: as they came.
            zone: of UTM coordinates that name none; the anchor's own when nothing is said.
        """
        n = len(places)
        position, covariance = np.full((n, 2), np.nan), np.empty((n, 2, 2))
        covariance[:] = _EYE
        of_system: dict[tuple[int, str], list[int]] = {}
        for row, place in enumerate(places):
            if isinstance(place, Location):
                unit_rad = _UNIT_RAD.get(place.coordinate_system)
                if n <= _FEW and unit_rad is not None:
                    at, spread = self._one(place, unit_rad)
                    position[row], covariance[row] = at, spread
                    continue
                of_system.setdefault((place.coordinate_system, place.utm_zone), []).append(row)
            else:
                position[row], covariance[row] = self._from_bearing(place)
        own_zone = zone or self.anchor.utm_zone()
        for (system, zone_text), rows in of_system.items():
            values = np.array([_values(places[row]) for row in rows])
            values[np.abs(values) > _NOWHERE] = np.nan
            values[:, 2] += [
                self.anchor.geoid_m if places[row].datum == LOCATION_DATUM_WGS84_G else 0.0
                for row in rows
            ]
            position[rows], covariance[rows] = self._from_location(
                values, system, zone_text, own_zone
            )
        return OnPlan(position_site_m=position, covariance_site_m2=covariance)

    def outline(self, area: Any, *, zone: UtmZone | None = None) -> Float[np.ndarray, "k 2"]:
        """Return the corners of a ``LocationOrRangeBearing``; none where it cannot be used."""
        if area.HasField("location_list"):
            corners = self.on_plan(area.location_list.locations, zone=zone).position_site_m
        else:
            corners = self._cone(area.range_bearing)
        return corners if len(corners) > 2 and np.isfinite(corners).all() else np.zeros((0, 2))

    def _from_location(
        self, values: np.ndarray, system: int, zone_text: str, own_zone: UtmZone
    ) -> tuple[np.ndarray, np.ndarray]:
        x, y, height_m = (np.where(np.isnan(v), self.anchor.height_m, v) if at == 2 else v
                          for at, v in enumerate(values.T[:3]))  # fmt: skip
        error = values[:, 3:5]
        nowhere = np.full((len(values), 2), np.nan), np.tile(np.eye(2), (len(values), 1, 1))
        if system == LOCATION_COORDINATE_SYSTEM_UTM_M:
            try:
                zone = UtmZone.read(zone_text) if zone_text else own_zone
                at = self.anchor.site_from_utm(x, y, height_m, zone=zone)
            except ValueError:
                return nowhere
            # Grid north, seen from the site's y axis.
            turn_rad = self.anchor.convergence_rad() - self.anchor.bearing_rad
            return at[:, :2], self._turned(error, turn_rad)
        unit_rad = _UNIT_RAD.get(system)
        if unit_rad is None:
            return nowhere
        at = self.anchor.site_from_geodetic(y * unit_rad, x * unit_rad, height_m)
        if not self.are_errors_m:
            error = error * unit_rad * metres_per_radian(self.anchor.latitude_rad)
        is_on_earth = (np.abs(y * unit_rad) <= pi / 2) & (np.abs(x * unit_rad) <= pi)
        at[~is_on_earth] = np.nan
        return at[:, :2], self._turned(error, -self.anchor.bearing_rad)

    def _one(
        self, place: Location, unit_rad: float
    ) -> tuple[tuple[float, float], tuple[tuple[float, float], tuple[float, float]]]:
        """Return one place in latitude and longitude: as ``_from_location``, sooner for few."""
        x, y, z, *errors = _values(place)
        longitude, latitude = x * unit_rad, y * unit_rad
        height_m = self.anchor.height_m
        if abs(z) <= _NOWHERE:
            is_geoid = place.datum == LOCATION_DATUM_WGS84_G
            height_m = z + (self.anchor.geoid_m if is_geoid else 0.0)
        at = (nan, nan)
        if abs(x) <= _NOWHERE and abs(latitude) <= pi / 2 and abs(longitude) <= pi:
            at = self.anchor.one_from_geodetic(latitude, longitude, height_m)[:2]
        per_rad = (1.0, 1.0)
        if not self.are_errors_m:
            east, north = metres_per_radian(self.anchor.latitude_rad)
            per_rad = (unit_rad * east, unit_rad * north)
        ee, nn = (
            self._sigma_m(error * scale) ** 2 for error, scale in zip(errors, per_rad, strict=True)
        )
        c, s = cos(self.anchor.bearing_rad), -sin(self.anchor.bearing_rad)
        across = c * s * (nn - ee)
        return at, ((c * c * ee + s * s * nn, across), (across, s * s * ee + c * c * nn))

    def _sigma_m(self, error_m: float) -> float:
        is_given = isfinite(error_m) and 0 < error_m <= _NOWHERE
        sigma = error_m if is_given else self.sigma_m
        return min(max(sigma, _SMALLEST_SIGMA_M), _LARGEST_SIGMA_M)

    def _turned(self, error_m: np.ndarray, turn_rad: float) -> np.ndarray:
        """Return covariances of errors along east and north of a grid, as the plan has them.

        ``turn_rad``: of the grid's north, clockwise from the site's y axis.
        """
        sigma = np.where(np.isfinite(error_m) & (error_m > 0), error_m, self.sigma_m)
        sigma = np.clip(sigma, _SMALLEST_SIGMA_M, _LARGEST_SIGMA_M)
        turn = np.array([[cos(turn_rad), sin(turn_rad)], [-sin(turn_rad), cos(turn_rad)]])
        return np.einsum("ij,nj,kj->nik", turn, sigma**2, turn)

    def _azimuth_rad(self, azimuth_rad: float, datum: int) -> float:
        """Return a bearing clockwise from the site's y axis; not a number where it has no north."""
        bearing = self.anchor.bearing_rad
        if datum == RANGE_BEARING_DATUM_TRUE:
            return azimuth_rad - bearing
        if datum == RANGE_BEARING_DATUM_MAGNETIC:
            return azimuth_rad + self.anchor.declination_rad - bearing
        if datum == RANGE_BEARING_DATUM_GRID:
            return azimuth_rad + self.anchor.convergence_rad() - bearing
        if datum == RANGE_BEARING_DATUM_PLATFORM:
            forward = self.site_from_node.rotation[:2, 0]
            return azimuth_rad + float(np.arctan2(forward[0], forward[1]))
        return np.nan

    def _from_bearing(self, place: RangeBearing) -> tuple[np.ndarray, np.ndarray]:
        nowhere = np.full(2, np.nan), np.eye(2)
        units = _UNITS.get(place.coordinate_system)
        if units is None or not (place.HasField("range") and place.HasField("azimuth")):
            return nowhere  # a bearing alone is no place
        unit_rad, unit_m = units
        azimuth = self._azimuth_rad(place.azimuth * unit_rad, place.datum)
        if not (np.isfinite(azimuth) and abs(azimuth) + abs(place.range) < _NOWHERE):
            return nowhere
        away_m = place.range * unit_m * cos(place.elevation * unit_rad)
        at = self.site_from_node.translation_m[:2] + away_m * np.array([sin(azimuth), cos(azimuth)])
        across = place.azimuth_error * unit_rad * away_m if place.azimuth_error > 0 else np.nan
        along = place.range_error * unit_m if place.range_error > 0 else np.nan
        return at, self._turned(np.array([[across, along]]), azimuth)[0]

    def _cone(self, cone: RangeBearingCone) -> np.ndarray:
        units = _UNITS.get(cone.coordinate_system)
        if units is None or not (cone.HasField("range") and cone.HasField("horizontal_extent")):
            return np.zeros((0, 2))
        unit_rad, unit_m = units
        middle = self._azimuth_rad(cone.azimuth * unit_rad, cone.datum)
        if not abs(middle) + abs(cone.range) + abs(cone.horizontal_extent) < _NOWHERE:
            return np.zeros((0, 2))
        half = min(abs(cone.horizontal_extent) * unit_rad, 2 * pi) / 2
        azimuth = middle + np.linspace(-half, half, _CONE_STEPS)
        foot = self.site_from_node.translation_m[:2]
        rim = foot + cone.range * unit_m * np.stack([np.sin(azimuth), np.cos(azimuth)], axis=1)
        return rim if half >= pi else np.concatenate([foot[None], rim])


def _values(place: Location) -> tuple[float, float, float, float, float]:
    # Height that is not given stays unknown; errors that are not given are 0, and mean nothing.
    z = place.z if place.HasField("z") else float("nan")
    return place.x, place.y, z, place.x_error, place.y_error
