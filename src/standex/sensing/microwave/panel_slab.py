"""Thickness and permittivity of what a look shows, from its two surfaces: always intervals.

A dielectric slab on a body has an echo at its face, before the body surface that the surroundings
predict, and one from the body behind it, deeper than predicted by the path excess. The distances of
the two from the surface give both unknowns. The microwave image resolves them from some 20 mm on.

A panel that has a stereo pair of cameras gives the face where the image does not: l is then the
distance of the body's echo from the outside of the clothes (``panel_optical``). Cloth stands off
what it covers by an unknown gap of air, perhaps as wide as around the object, and the intervals
hold that gap; so an echo of the face, which is behind the cloth, is the better one and is taken.

References:
    RU2411504, US8159534, US9304190 (pair of surfaces).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.zones import BodyZone
from standex.sensing.microwave.panel_optical import OpticalSheet
from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    HEIGHT_M,
    OFF_M,
    Profile,
    is_lit,
    patches,
    slab_likeness,
    trunk_top_m,
    zone_heights_m,
)
from standex.sensing.microwave.two_surfaces import TwoSurfaces, slab_from_echoes

BEFORE_M, BEHIND_M = (-0.060, -0.012), (0.010, 0.050)  # where the two echoes are looked for
HALF_PATCH = 3  # columns about the middle of the patch
ECHO_SIGMA_M = 0.003  # of an echo's place: a tenth of its width
LEAST_SHARE = 0.25  # of the strongest echo of the patch: fainter ones are sidelobes
LEVEL = 0.9  # of the intervals
GAP_M = 0.006  # air between clothes, slab and body that an echo cannot tell from thickness
STAND_OFF_LEVEL = 0.9  # of the clothes' distance from the body around the object: its largest gap
AROUND = 10  # columns: from there on the surroundings of a patch begin
LEAST_CELLS, LEAST_AROUND = 5, 40  # that the cameras must have seen of a patch, and around it
OPTICAL_M = 0.0015  # between the optical and the microwave frame, as they are surveyed


def slab_of(
    profile: Profile,
    zone: BodyZone,
    *,
    cos_incidence: float,
    optical: OpticalSheet | None = None,
) -> TwoSurfaces | None:
    """Return the slab that the oddest patch of a zone would be; None where it has no two surfaces.

    Args:
        profile: of a closed look.
        zone: that was looked at.
        cos_incidence: cosine of the angle of incidence on the front of the trunk.
        optical: outside of the clothes on the same sheet, or None.
    """
    heights = zone_heights_m(profile).get(zone)
    if heights is None:
        return None
    patch = patches(profile)
    inside = is_lit(patch, top_m=trunk_top_m(profile))
    inside = inside & ((heights[0] < HEIGHT_M) & (heights[1] >= HEIGHT_M))[None, :]
    if not inside.any():
        return None
    likeness = np.where(inside, slab_likeness(patch), -1.0)
    row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
    rows = slice(max(0, row - HALF_PATCH), min(len(ACROSS_M), row + HALF_PATCH + 1))
    columns = slice(max(0, column - HALF_PATCH), min(len(HEIGHT_M), column + HALF_PATCH + 1))
    echo = profile.power[:, rows, columns].mean(axis=(1, 2))
    before, behind = (_peak_m(echo, low, high) for low, high in (BEFORE_M, BEHIND_M))
    if behind is None:
        return None
    sigma = float(np.hypot(ECHO_SIGMA_M, min(profile.sigma_m, 0.01)))
    length_sigma, gap = float(ECHO_SIGMA_M * np.sqrt(2)), GAP_M
    seen = None if optical is None else _clothes(optical, int(row), int(column))
    if seen is not None and before is None:
        before, gap = seen.off_m, seen.stand_off_m + GAP_M
        length_sigma = float(np.linalg.norm([ECHO_SIGMA_M, seen.sigma_m, OPTICAL_M]))
    if before is None or behind <= before:
        return None
    return slab_from_echoes(
        front_to_body_m=(behind - before) * cos_incidence,
        excess_m=behind * cos_incidence,
        front_to_body_sigma_m=length_sigma,
        excess_sigma_m=sigma,
        largest_gap_m=gap,
        cos_incidence=cos_incidence,
        level=LEVEL,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clothes:
    """Outside of the clothes over a patch.

    Attributes:
        off_m: from the body surface, negative outside.
        sigma_m: standard deviation.
        stand_off_m: as far as the clothes around are from the body, all but the widest folds.
    """

    off_m: float
    sigma_m: float
    stand_off_m: float


def _clothes(optical: OpticalSheet, row: int, column: int) -> _Clothes | None:
    across, up = np.indices(optical.off_m.shape)
    away = np.maximum(np.abs(across - row), np.abs(up - column))
    seen = np.isfinite(optical.off_m)
    here, around = seen & (away <= HALF_PATCH), seen & (away >= AROUND)
    if here.sum() < LEAST_CELLS or around.sum() < LEAST_AROUND:
        return None
    # What the cameras' error adds to the spread of the folds makes the gap wider, never narrower.
    stand_off = -float(np.quantile(optical.off_m[around], 1 - STAND_OFF_LEVEL))
    return _Clothes(
        off_m=float(np.median(optical.off_m[here])),
        sigma_m=float(np.median(optical.sigma_m[here])),
        stand_off_m=max(stand_off, 0.0),
    )


def in_words(slab: TwoSurfaces | None) -> str:
    """Return the intervals for the person who reads the alert, or nothing."""
    if slab is None or not slab.is_dielectric:
        return ""
    thin, thick = (1e3 * end for end in slab.thickness_interval_m)
    low, high = slab.permittivity_interval
    return (
        f"as a layer {thin:.0f} to {thick:.0f} mm thick, permittivity {low:.1f} to {high:.1f} "
        f"({100 * LEVEL:.0f} %)"
    )


def _peak_m(echo: Float[np.ndarray, " off"], low_m: float, high_m: float) -> float | None:
    """Return the place of the strongest echo between two depths; None if there is no peak."""
    rows = np.flatnonzero((low_m <= OFF_M) & (high_m >= OFF_M))
    best = int(rows[int(echo[rows].argmax())])
    if best in (rows[0], rows[-1]) or echo[best] < LEAST_SHARE * float(echo.max()):
        return None
    before, here, after = np.log(echo[best - 1 : best + 2] + 1e-30)
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend < -1e-9 else 0.0
    return float(OFF_M[best] + np.clip(shift, -0.5, 0.5) * (OFF_M[1] - OFF_M[0]))
