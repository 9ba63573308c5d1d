"""Thickness and permittivity from where two surfaces seem to be, and mass from the path excess.

A slab of thickness d and index n on a body echoes at its true front; the body behind it seems
deeper by the path excess h = d (sqrt(n^2 - sin^2) - cos), which at normal incidence is d (n - 1).
The distance between the two echoes is l = d sqrt(n^2 - sin^2). Lengths l and h are half of what the
phase of the two-way path grows by, over the wavenumber of air.

References:
    Kuznetsov et al., US 8,159,534 and US 9,304,190 (permittivity from l and h).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtri

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoSurfaces:
    """What two echoes say about a slab.

    Attributes:
        thickness_interval_m: of the slab; empty of matter at 0.
        permittivity_interval: of the slab, relative, real part; without end where the echoes
            cannot bound it.
        is_dielectric: whether any slab gives these echoes. Metal and water show no body behind
            them, their "excess" is negative.
    """

    thickness_interval_m: Interval
    permittivity_interval: Interval
    is_dielectric: bool


def path_excess_m(
    thickness_m: Float[np.ndarray, "*n"] | float,
    index: Float[np.ndarray, "*n"] | float,
    cos_incidence: float,
) -> Float[np.ndarray, "*n"]:
    """Return by how much a body seems deeper behind slabs.

    Args:
        thickness_m: of each slab.
        index: refractive index, at least 1.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].

    Raises:
        ValueError: an index is below 1 or the cosine outside (0, 1].
    """
    per_thickness = _excess_per_thickness(np.asarray(index), cos_incidence)
    return np.asarray(np.asarray(thickness_m) * per_thickness)


def thickness_from_excess(
    excess_m: float,
    *,
    sigma_m: float,
    index_range: Interval,
    cos_incidence: float = 1.0,
    level: float = 0.9,
) -> Interval:
    """Return the thicknesses in m that a path excess may mean, for any index of a range.

    The excess is Gaussian; the interval holds the truth at least at its level, whichever index of
    the range is the true one. It begins at 0 where the excess is not significant.

    Args:
        excess_m: measured, against the surface predicted from its surroundings.
        sigma_m: of the excess; the predicted surface is most of it.
        index_range: least and largest refractive index, above 1.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].
        level: of the interval, inside (0, 1).

    Raises:
        ValueError: a value is not finite or out of its range.
    """
    _check_measured("excess_m", excess_m, sigma_m)
    low, high = _checked_range(index_range)
    reach = _quantile(level) * sigma_m
    least, most = (
        float(_excess_per_thickness(np.array(index), cos_incidence)) for index in (low, high)
    )
    return max(excess_m - reach, 0.0) / most, max(excess_m + reach, 0.0) / least


def slab_from_echoes(
    *,
    front_to_body_m: float,
    excess_m: float,
    front_to_body_sigma_m: float,
    excess_sigma_m: float,
    largest_gap_m: float = 0.0,
    cos_incidence: float = 1.0,
    level: float = 0.9,
) -> TwoSurfaces:
    """Return thickness and permittivity from the two echoes of a slab on a body.

    With l the distance of the echoes and h the excess, d cos = l - h and
    n^2 = sin^2 + (cos l / (l - h))^2. Both are Gaussian with independent errors; the interval of
    the ratio is Fieller's. Air somewhere between front and body lengthens l and leaves h as it is,
    so that a gap of 0 gives the lower end of the permittivity, ``largest_gap_m`` its upper end.

    Args:
        front_to_body_m: l, distance of the two echoes along the path.
        excess_m: h, how much deeper than predicted the body seems.
        front_to_body_sigma_m: of l.
        excess_sigma_m: of h.
        largest_gap_m: of air between slab and body, and between clothes and slab where the
            front echo may be the clothes'.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].
        level: of each interval, inside (0, 1).

    Raises:
        ValueError: a value is not finite or out of its range.

    References:
        Fieller, J. R. Stat. Soc. B 16 (1954) 175.
    """
    _check_measured("front_to_body_m", front_to_body_m, front_to_body_sigma_m)
    _check_measured("excess_m", excess_m, excess_sigma_m)
    if not (np.isfinite(largest_gap_m) and largest_gap_m >= 0):
        raise ValueError(f"largest_gap_m must be finite and at least 0, got {largest_gap_m}")
    if not front_to_body_m > 0:
        raise ValueError(f"front_to_body_m must be positive, got {front_to_body_m}")
    _excess_per_thickness(np.ones(1), cos_incidence)
    z = _quantile(level)
    # An empty space of a gap takes gap * cos of the path, and l is a distance along the path.
    gap_m = largest_gap_m * cos_incidence
    ends = [
        _air_share(length, excess_m, front_to_body_sigma_m, excess_sigma_m, z)
        for length in (front_to_body_m, front_to_body_m - gap_m)
    ]
    sin2 = 1 - cos_incidence**2
    # The share of air (l - h) / l is cos / sqrt(n^2 - sin^2): at most 1, and 0 for an endless n.
    share_low, share_high = float(np.clip(ends[1][0], 0, 1)), min(ends[0][1], 1.0)
    reach = z * float(np.hypot(front_to_body_sigma_m, excess_sigma_m))
    thickness = front_to_body_m - excess_m
    is_dielectric = bool(excess_m + z * excess_sigma_m > 0 and ends[0][0] < 1 and share_high > 0)
    return TwoSurfaces(
        thickness_interval_m=(
            max(thickness - gap_m - reach, 0.0) / cos_incidence,
            max(thickness + reach, 0.0) / cos_incidence,
        ),
        permittivity_interval=(
            _permittivity(share_high, cos_incidence, sin2),
            _permittivity(share_low, cos_incidence, sin2),
        ),
        is_dielectric=is_dielectric,
    )


def excess_volume_m3(
    excess_m: Float[np.ndarray, "rows columns"],
    seen: Bool[np.ndarray, "rows columns"],
    *,
    cell_area_m2: float,
    sigma_m: float,
    independent_area_m2: float,
    level: float = 0.9,
) -> Interval:
    """Return the integral of the path excess over a patch: the mass proxy, (n - 1) times volume.

    Mass is proportional to it for organic matter, of which (n - 1) over density is about 0.4 to
    0.5 cm3 per gram. Excess errors are Gaussian and alike within ``independent_area_m2``. Cells
    that were not seen add nothing: the proxy is then of what was seen.

    Args:
        excess_m: of each cell, normal incidence.
        seen: whether a cell was measured; an excess that was not may be anything.
        cell_area_m2: of one cell.
        sigma_m: of the excess in one cell.
        independent_area_m2: over which errors are one error; that of the predicted surface.
        level: of the interval, inside (0, 1).

    Raises:
        ValueError: a seen excess is not finite, or an area is not positive.
    """
    if not np.isfinite(excess_m[seen]).all():
        bad = int(np.sum(~np.isfinite(excess_m[seen])))
        raise ValueError(f"{bad} of {int(seen.sum())} seen values of excess_m are not finite")
    for name, area in (("cell_area_m2", cell_area_m2), ("independent", independent_area_m2)):
        if not (np.isfinite(area) and area > 0):
            raise ValueError(f"{name} area must be finite and positive, got {area}")
    _check_measured("sigma_m", sigma_m, sigma_m)
    total = float(np.sum(excess_m[seen])) * cell_area_m2
    area = float(seen.sum()) * cell_area_m2
    # Errors of independent places add in squares, of one place as they are.
    sigma = sigma_m * float(np.sqrt(area * max(min(independent_area_m2, area), cell_area_m2)))
    reach = _quantile(level) * sigma
    return total - reach, total + reach


def _excess_per_thickness(index: np.ndarray, cos_incidence: float) -> np.ndarray:
    if not 0 < cos_incidence <= 1:
        raise ValueError(f"cos_incidence must be inside (0, 1], got {cos_incidence}")
    if not np.all(index >= 1):
        raise ValueError(f"index must be at least 1, got {np.min(index)}")
    return np.asarray(np.sqrt(index**2 - (1 - cos_incidence**2)) - cos_incidence)


def _air_share(
    length_m: float, excess_m: float, length_sigma_m: float, excess_sigma_m: float, z: float
) -> Interval:
    """Return Fieller's interval of (l - h) / l, all numbers where l is not significant."""
    # The ratio h / l = x with (h - x l)^2 <= z^2 (sh^2 + x^2 sl^2).
    a = length_m**2 - (z * length_sigma_m) ** 2
    if not (a > 0 and length_m > 0):
        return -np.inf, np.inf
    c = excess_m**2 - (z * excess_sigma_m) ** 2
    root = float(np.sqrt(max((length_m * excess_m) ** 2 - a * c, 0.0)))
    return 1 - (length_m * excess_m + root) / a, 1 - (length_m * excess_m - root) / a


def _permittivity(share: float, cos_incidence: float, sin2: float) -> float:
    return float(sin2 + (cos_incidence / share) ** 2) if share > 0 else float("inf")


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level must be inside (0, 1), got {level}")
    return float(ndtri((1 + level) / 2))


def _check_measured(name: str, value: float, sigma: float) -> None:
    if not (np.isfinite(value) and np.isfinite(sigma) and sigma > 0):
        raise ValueError(
            f"{name} needs a finite value and a positive standard deviation, got {value}, {sigma}"
        )


def _checked_range(index_range: Interval) -> Interval:
    low, high = index_range
    if not 1 < low <= high < np.inf:
        raise ValueError(f"index_range must be finite, ascending and above 1, got {index_range}")
    return low, high
