"""The optical one of the two surfaces: the outside of the clothes, from a panel's stereo cameras.

A record may carry what the stereo pair of the panels measured, as places in the sensor frame:

    optical_points_m     [n, 3]  on the outside of whatever faces the cameras
    optical_sigma_m      [n]     standard deviation of each along its line of sight

Places only: pictures stay inside the device, none is in a record, and nothing here could take one.
A record without the two arrays is read as if there were no cameras.

The places of a frame are laid on the sheet of ``panel_profile``, as distance from the body surface
that the microwave image shows: negative outside, as far as cloth, air and items reach. Errors of
neighbouring places are taken to be one error (cameras that are off are off everywhere), so many
places do not make a patch more certain than one of them is.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import RecordError
from standex.model.record import Record
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M
from standex.sensing.microwave.panel_surface import Surface

FARTHEST_M = 30.0  # nothing of a panel's box is further off: other units, or another frame
OFF_SURFACE_M = (-0.15, 0.05)  # places outside belong to arms, bags, or somebody else


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpticalSurface:
    """Places on the outside of the clothes, sensor frame.

    Attributes:
        position_m: of each.
        sigma_m: standard deviation along the line of sight.
    """

    position_m: Float[np.ndarray, "n 3"]
    sigma_m: Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpticalSheet:
    """The outside of the clothes over the sheet of a profile, all frames together.

    Attributes:
        off_m: from the body surface, negative outside; NaN where nothing was seen.
        sigma_m: standard deviation; infinite where nothing was seen.
        n_points: that went into each cell.
    """

    off_m: Float[np.ndarray, "across up"]
    sigma_m: Float[np.ndarray, "across up"]
    n_points: Float[np.ndarray, "across up"]

    def moved(self, shift_m: Float[np.ndarray, "across up"]) -> "OpticalSheet":
        """Return the sheet about a surface that lies ``shift_m`` deeper."""
        return OpticalSheet(
            off_m=self.off_m - shift_m, sigma_m=self.sigma_m, n_points=self.n_points
        )


def parse_optical(record: Record) -> OpticalSurface | None:
    """Return the optical surface in a record, or None where the panels have no stereo cameras.

    Raises:
        RecordError: only one of the arrays is there, one has another shape than documented, a
            value is not finite, a standard deviation is not positive, or places are so far away
            that they must be in other units than metres.
    """
    arrays = record.arrays
    points, sigma = arrays.get("optical_points_m"), arrays.get("optical_sigma_m")
    where = f"record {record.sequence} of {record.sensor_id}"
    if points is None and sigma is None:
        return None
    if points is None or sigma is None:
        raise RecordError(f"{where}: optical_points_m and optical_sigma_m come together or not")
    if points.ndim != 2 or points.shape[1] != 3 or sigma.shape != points.shape[:1]:
        raise RecordError(
            f"{where}: optical_points_m has shape {points.shape} and optical_sigma_m "
            f"{sigma.shape}, expected (n, 3) and (n,)"
        )
    if not (np.issubdtype(points.dtype, np.floating) and np.issubdtype(sigma.dtype, np.floating)):
        raise RecordError(
            f"{where}: optical arrays are {points.dtype} and {sigma.dtype}, no floats"
        )
    bad = int(np.sum(~np.isfinite(points)) + np.sum(~np.isfinite(sigma)))
    if bad:
        raise RecordError(f"{where}: {bad} optical values are not finite")
    if not (sigma > 0).all():
        raise RecordError(f"{where}: optical_sigma_m must be positive, least {sigma.min()}")
    far = float(np.abs(points).max(initial=0.0))
    if far > FARTHEST_M or float(sigma.max(initial=0.0)) > 1.0:
        raise RecordError(
            f"{where}: optical_points_m reach {far:g} and optical_sigma_m "
            f"{float(sigma.max()):g}; metres are expected, up to {FARTHEST_M:g} and 1"
        )
    return OpticalSurface(position_m=points.astype(np.float64), sigma_m=sigma.astype(np.float64))


def lay_optical(
    optical: OpticalSurface,
    surface: Surface,
    *,
    middle_m: float,
    across_m: Float[np.ndarray, " ny"],
    height_m: Float[np.ndarray, " nz"],
) -> OpticalSheet:
    """Return the places of one frame on the sheet; the mean of each cell, weighted.

    Args:
        optical: places of the same frame as the image.
        surface: of the body, over ``across_m`` and ``height_m``.
        middle_m: of the person, along the sensor's y.
        across_m: columns of the surface, from the middle of the person.
        height_m: columns of the surface, above the floor.
    """
    x, y, z = optical.position_m.T
    y = y - middle_m
    step_y, step_z = (float(axis[1] - axis[0]) for axis in (ACROSS_M, HEIGHT_M))
    row = np.rint((y - ACROSS_M[0]) / step_y).astype(np.int64)
    column = np.rint((z - HEIGHT_M[0]) / step_z).astype(np.int64)
    inside = (row >= 0) & (row < len(ACROSS_M)) & (column >= 0) & (column < len(HEIGHT_M))
    of_y = np.clip(np.searchsorted(across_m, ACROSS_M + 1e-6), 0, len(across_m) - 1)
    of_z = np.clip(np.searchsorted(height_m, HEIGHT_M + 1e-6), 0, len(height_m) - 1)
    body = surface.depth_m[np.ix_(of_y, of_z)]
    off = np.full(len(x), np.inf)
    off[inside] = x[inside] - body[row[inside], column[inside]]
    rows = np.flatnonzero((off > OFF_SURFACE_M[0]) & (off < OFF_SURFACE_M[1]))
    cell = (row[rows], column[rows])
    shape = (len(ACROSS_M), len(HEIGHT_M))
    weight, total, n = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(weight, cell, optical.sigma_m[rows] ** -2)
    np.add.at(total, cell, off[rows] * optical.sigma_m[rows] ** -2)
    np.add.at(n, cell, 1.0)
    return _sheet(weight, total, n)


def both(first: OpticalSheet | None, second: OpticalSheet | None) -> OpticalSheet | None:
    """Return two frames of one person as one sheet; None where there are no cameras."""
    if first is None or second is None:
        return first or second
    one, other = (sheet.n_points / sheet.sigma_m**2 for sheet in (first, second))
    total = one * np.nan_to_num(first.off_m) + other * np.nan_to_num(second.off_m)
    return _sheet(one + other, total, first.n_points + second.n_points)


def _sheet(weight: np.ndarray, total: np.ndarray, n: np.ndarray) -> OpticalSheet:
    seen = n > 0
    off, sigma = np.full(n.shape, np.nan), np.full(n.shape, np.inf)
    off[seen] = total[seen] / weight[seen]
    # Of one typical place, however many there are.
    sigma[seen] = np.sqrt(n[seen] / weight[seen])
    return OpticalSheet(off_m=off, sigma_m=sigma, n_points=n)
