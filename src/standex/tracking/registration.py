"""By how much sensors disagree on where the same people are.

Each sensor has an offset on the floor: how far beyond the place where all the sensors together put
a person it puts them itself. It is learnt from people whom another sensor has just seen, and taken
off every position. Offsets are known between sensors only, never of one alone: they are drawn to
zero, so that those of all sensors balance.

References:
    Bar-Shalom, Willett, Tian, Tracking and Data Fusion, 2011, section 9.2 (bias estimation).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.tracks import SensorMemory
from standex.tracking.step import inverse_2x2

PRIOR_STD_M = 0.3  # of an offset of which nothing is known: a survey's error
DRIFT_M2_PER_S = 1e-6  # an offset may change: a camera that sags
FORGOTTEN_S = 600.0  # time constant with which offsets are drawn to zero
FEWEST = 3  # people who are seen by both
# Neighbouring scans see the same people at the same places: their innovations are alike.
SCANS_ALIKE = 5.0
EYE = np.eye(2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offset:
    """How far beyond the others a sensor places people.

    Attributes:
        offset_site_m: east, north.
        covariance_site_m2: of it.
    """

    offset_site_m: Float[np.ndarray, " 2"]
    covariance_site_m2: Float[np.ndarray, "2 2"]


def unknown() -> Offset:
    """Return the offset of a sensor of which nothing is known."""
    return Offset(offset_site_m=np.zeros(2), covariance_site_m2=PRIOR_STD_M**2 * np.eye(2))


def of(memory: SensorMemory | None) -> Offset:
    """Return the offset that is remembered of a sensor."""
    if memory is None:
        return unknown()
    return Offset(
        offset_site_m=memory.offset_site_m, covariance_site_m2=memory.offset_covariance_site_m2
    )


def learnt(
    offset: Offset,
    innovation_m: Float[np.ndarray, "people 2"],
    covariance_m2: Float[np.ndarray, "people 2 2"],
    *,
    dt_s: float,
) -> Offset:
    """Return an offset after a scan.

    Args:
        offset: before.
        innovation_m: of each person whom another sensor has just seen, the offset taken off.
        covariance_m2: of each.
        dt_s: since the sensor's last scan.
    """
    offset = drawn(offset, dt_s=dt_s)
    if len(innovation_m) < FEWEST:
        return offset
    mean, spread_m2 = offset.offset_site_m, offset.covariance_site_m2
    information = inverse_2x2(covariance_m2)
    total_m2 = inverse_2x2(information.sum(axis=0)[None])[0]
    average_m = total_m2 @ np.einsum("nkl,nl->k", information, innovation_m)
    gain = spread_m2 @ inverse_2x2((spread_m2 + SCANS_ALIKE * total_m2)[None])[0]
    after_m2 = spread_m2 - gain @ spread_m2
    return Offset(
        offset_site_m=mean + gain @ average_m,
        covariance_site_m2=(after_m2 + after_m2.T) / 2,
    )


def drawn(offset: Offset, *, dt_s: float) -> Offset:
    """Return an offset after some time in which nothing was learnt: drawn to zero, less sure."""
    kept = math.exp(-max(dt_s, 0.0) / FORGOTTEN_S)
    added_m2 = (1 - kept**2) * PRIOR_STD_M**2 + DRIFT_M2_PER_S * max(dt_s, 0.0)
    return Offset(
        offset_site_m=kept * offset.offset_site_m,
        covariance_site_m2=kept**2 * offset.covariance_site_m2 + added_m2 * EYE,
    )


def between(
    sensors: Mapping[str, SensorMemory], one: str, other: str
) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, "2 2"]]:
    """Return how far beyond ``other`` the sensor ``one`` places people, and its covariance.

    Raises:
        KeyError: one of the two has given no positions yet.
    """
    a, b = sensors[one], sensors[other]
    return (
        a.offset_site_m - b.offset_site_m,
        a.offset_covariance_site_m2 + b.offset_covariance_site_m2,
    )
