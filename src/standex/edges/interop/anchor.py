"""Where on Earth a site is: site frame <-> latitude and longitude (WGS 84) <-> UTM.

A site is surveyed in metres from a corner of its own. Other systems speak of latitude and
longitude. One surveyed point, its height and the bearing of the site's y axis join the two, with
the ellipsoid taken in full: no flat-Earth approximation, so that a round trip returns the same
micrometre.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, isfinite, pi, sin, sqrt
from typing import Any

import numpy as np
from jaxtyping import Float

from standex.model.errors import SiteError, StandexError

# WGS 84: semi-major axis and flattening define it, the rest follows.
_A_M = 6_378_137.0
_F = 1 / 298.257223563
_B_M = _A_M * (1 - _F)
_E2 = _F * (2 - _F)
_EP2 = _E2 / (1 - _E2)

Array = Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UtmZone:
    """A zone of the Universal Transverse Mercator grid.

    Attributes:
        number: 1 to 60.
        is_northern: whether northings count from the equator.
    """

    number: int
    is_northern: bool

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 60:
            raise ValueError(f"a UTM zone is numbered from 1 to 60, got {self.number}")

    @classmethod
    def read(cls, text: str) -> "UtmZone":
        """Return the zone of a text such as ``33N``, or ``30U`` with the letter of its band.

        Raises:
            ValueError: it is no such text.
        """
        number, letter = text[:-1], text[-1:].upper()
        if not (number.isascii() and number.isdigit()) or letter not in "CDEFGHJKLMNPQRSTUVWX":
            raise ValueError(f"{text!r} is no UTM zone; wanted is a number and a letter, like 33N")
        return cls(number=int(number), is_northern=letter >= "N")

    @property
    def text(self) -> str:
        """Return number and hemisphere, ``33N`` or ``33S``."""
        return f"{self.number}{'N' if self.is_northern else 'S'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The surveyed place of a site.

    Attributes:
        latitude_rad: of the origin of the site frame.
        longitude_rad: of the same.
        height_m: of the same above the ellipsoid.
        bearing_rad: of the site's y axis, clockwise from true north.
        geoid_m: how far mean sea level lies above the ellipsoid there.
        declination_rad: of magnetic north, clockwise from true north.
    """

    latitude_rad: float
    longitude_rad: float
    height_m: float
    bearing_rad: float = 0.0
    geoid_m: float = 0.0
    declination_rad: float = 0.0

    def __post_init__(self) -> None:
        values = (self.latitude_rad, self.longitude_rad, self.height_m, self.bearing_rad,
                  self.geoid_m, self.declination_rad)  # fmt: skip
        if not all(isfinite(value) for value in values):
            raise SiteError(f"a value of the site's anchor is not finite: {values}")
        if not abs(self.latitude_rad) < pi / 2 or not abs(self.longitude_rad) <= pi:
            raise SiteError(
                f"the site's anchor at latitude {np.rad2deg(self.latitude_rad):g}, longitude "
                f"{np.rad2deg(self.longitude_rad):g} degrees is nowhere on Earth; are they swapped?"
            )

    @classmethod
    def from_degrees(
        cls,
        *,
        latitude_deg: float,
        longitude_deg: float,
        height_m: float,
        bearing_deg: float = 0.0,
        geoid_m: float = 0.0,
        declination_deg: float = 0.0,
    ) -> "Anchor":
        """Return the anchor of a survey, as a configuration has it.

        Raises:
            SiteError: a value is not finite or out of its range.
        """
        return cls(
            latitude_rad=latitude_deg * pi / 180,
            longitude_rad=longitude_deg * pi / 180,
            height_m=height_m,
            bearing_rad=bearing_deg * pi / 180,
            geoid_m=geoid_m,
            declination_rad=declination_deg * pi / 180,
        )

    def site_from_geodetic(
        self, latitude_rad: Array, longitude_rad: Array, height_m: Array
    ) -> Float[np.ndarray, "n 3"]:
        """Return places in the site frame.

        Args:
            latitude_rad: north of the equator.
            longitude_rad: east of Greenwich.
            height_m: above the ellipsoid.
        """
        origin_m, ecef_from_site = _frame(self)
        return (_ecef_m(latitude_rad, longitude_rad, height_m) - origin_m) @ ecef_from_site

    def one_from_geodetic(
        self, latitude_rad: float, longitude_rad: float, height_m: float
    ) -> tuple[float, float, float]:
        """Return one place in the site frame: as ``site_from_geodetic``, much sooner for few."""
        (x0, y0, z0), axes = _frame_numbers(self)
        sin_lat, cos_lat = sin(latitude_rad), cos(latitude_rad)
        n_m = _A_M / sqrt(1 - _E2 * sin_lat * sin_lat)
        across = (n_m + height_m) * cos_lat
        x = across * cos(longitude_rad) - x0
        y = across * sin(longitude_rad) - y0
        z = (n_m * (1 - _E2) + height_m) * sin_lat - z0
        a, b, c = (ax * x + ay * y + az * z for ax, ay, az in axes)
        return a, b, c

    def geodetic_from_site(
        self, position_site_m: Float[np.ndarray, "n 3"]
    ) -> tuple[Array, Array, Array]:
        """Return latitude, longitude (radians) and height above the ellipsoid."""
        origin_m, ecef_from_site = _frame(self)
        return _geodetic(origin_m + position_site_m @ ecef_from_site.T)

    def utm_zone(self) -> UtmZone:
        """Return the zone that the anchor is in, by longitude alone."""
        number = min(int((self.longitude_rad / pi + 1) * 30) + 1, 60)
        return UtmZone(number=number, is_northern=self.latitude_rad >= 0)

    def site_from_utm(
        self, easting_m: Array, northing_m: Array, height_m: Array, *, zone: UtmZone
    ) -> Float[np.ndarray, "n 3"]:
        """Return places in the site frame.

        Raises:
            StandexError: the package ``utm`` is not installed.
            ValueError: a place is outside of what the grid covers.
        """
        latitude_deg, longitude_deg = _utm().to_latlon(
            easting_m, northing_m, zone.number, northern=zone.is_northern, strict=False
        )
        return self.site_from_geodetic(
            np.deg2rad(latitude_deg), np.deg2rad(longitude_deg), height_m
        )

    def utm_from_site(
        self, position_site_m: Float[np.ndarray, "n 3"], *, zone: UtmZone
    ) -> tuple[Array, Array, Array]:
        """Return easting, northing and height above the ellipsoid, in one zone for all.

        Raises:
            StandexError: the package ``utm`` is not installed.
        """
        latitude_rad, longitude_rad, height_m = self.geodetic_from_site(position_site_m)
        easting_m, northing_m, _, _ = _utm().from_latlon(
            np.rad2deg(latitude_rad),
            np.rad2deg(longitude_rad),
            force_zone_number=zone.number,
            force_northern=zone.is_northern,
        )
        return easting_m, northing_m, height_m

    def convergence_rad(self) -> float:
        """Return the bearing of grid north at the anchor, clockwise from true north.

        Of the ellipsoidal transverse Mercator projection to third order in longitude; at the edge
        of a zone the rest is below a thousandth of a degree.
        """
        middle_rad = ((self.utm_zone().number - 1) * 6 - 180 + 3) * pi / 180
        away_rad, lat = self.longitude_rad - middle_rad, self.latitude_rad
        eta2 = _EP2 * cos(lat) ** 2
        first = sin(lat) * away_rad
        third = sin(lat) * cos(lat) ** 2 / 3 * (1 + 3 * eta2 + 2 * eta2**2) * away_rad**3
        return first + third


@lru_cache(maxsize=64)
def _frame(anchor: Anchor) -> tuple[Float[np.ndarray, " 3"], Float[np.ndarray, "3 3"]]:
    """Return the site's origin in the Earth's frame, and the rotation with the site's axes there.

    The axes are the columns.
    """
    lat, lon, bearing = anchor.latitude_rad, anchor.longitude_rad, anchor.bearing_rad
    east = np.array([-sin(lon), cos(lon), 0.0])
    north = np.array([-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)])
    up = np.array([cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)])
    x_site = cos(bearing) * east - sin(bearing) * north
    y_site = sin(bearing) * east + cos(bearing) * north
    one = np.ones(1)
    origin = _ecef_m(lat * one, lon * one, anchor.height_m * one)[0]
    return origin, np.stack([x_site, y_site, up], axis=1)


@lru_cache(maxsize=64)
def _frame_numbers(
    anchor: Anchor,
) -> tuple[tuple[float, float, float], tuple[tuple[float, float, float], ...]]:
    """Return ``_frame`` as numbers: the origin, and the three axes."""
    (x, y, z), axes = (part.tolist() for part in _frame(anchor))
    columns = zip(*axes, strict=True)
    return (x, y, z), tuple((a, b, c) for a, b, c in columns)


def _ecef_m(latitude_rad: Array, longitude_rad: Array, height_m: Array) -> Float[np.ndarray, "n 3"]:
    """Return places in the Earth-centred, Earth-fixed frame."""
    n_m = _A_M / np.sqrt(1 - _E2 * np.sin(latitude_rad) ** 2)
    across = (n_m + height_m) * np.cos(latitude_rad)
    return np.stack(
        [
            across * np.cos(longitude_rad),
            across * np.sin(longitude_rad),
            (n_m * (1 - _E2) + height_m) * np.sin(latitude_rad),
        ],
        axis=1,
    )


def _geodetic(ecef_m: Float[np.ndarray, "n 3"]) -> tuple[Array, Array, Array]:
    """Return latitude, longitude and height; below a nanometre near the surface.

    References:
        Bowring, Survey Review 23 (1976) 323; twice, which is more than is needed.
    """
    x, y, z = ecef_m.T
    across = np.hypot(x, y)
    reduced = np.arctan2(z * _A_M, across * _B_M)
    latitude = reduced
    for _ in range(2):
        latitude = np.arctan2(
            z + _EP2 * _B_M * np.sin(reduced) ** 3, across - _E2 * _A_M * np.cos(reduced) ** 3
        )
        reduced = np.arctan2((1 - _F) * np.sin(latitude), np.cos(latitude))
    # This form of the height is good at the poles, too.
    n_m = _A_M / np.sqrt(1 - _E2 * np.sin(latitude) ** 2)
    height = across * np.cos(latitude) + z * np.sin(latitude) - _A_M**2 / n_m
    return latitude, np.arctan2(y, x), height


def metres_per_radian(latitude_rad: float) -> tuple[float, float]:
    """Return how far a radian of longitude and one of latitude are, on the ellipsoid there."""
    w = sqrt(1 - _E2 * sin(latitude_rad) ** 2)
    return _A_M / w * cos(latitude_rad), _A_M * (1 - _E2) / w**3


def _utm() -> Any:
    try:
        import utm  # noqa: PLC0415 - an optional package
    except ImportError:
        raise StandexError(
            "UTM coordinates need the package utm: pip install 'standex[sapient]'"
        ) from None
    return utm
