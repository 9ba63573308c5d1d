"""Echoes about the body surface, joined over the frames of one passage.

Every frame is laid on a sheet that moves with the person (across the body, up, and off the fitted
surface), each view scaled to its own body echo, and the powers are added: frames of one passage are
one look. An object shows as echo off the surface in place of the echo on it: a dielectric slab
before (its face) and behind (the body, later by the path excess d (n - 1)), metal before only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter

from standex.model.zones import BodyZone
from standex.sensing.microwave.panel_surface import HALF_WIDTH_M, TRUNK_Z_M, Surface

OFF_M = np.arange(-0.080, 0.0801, 0.005)
ACROSS_M = np.arange(-0.13, 0.1301, 0.01)  # further out hang the arms
HEIGHT_M = np.arange(TRUNK_Z_M[0] + 0.01, TRUNK_Z_M[1] - 0.0099, 0.01)
BINS_M = (-0.075, -0.045, -0.028, -0.014, 0.014, 0.028, 0.045, 0.075)
ON = 3  # row of the bin on the surface
PATCH_M = 0.09
TOP_DB, BELOW_TOP_M = 9.0, 0.04  # the trunk ends where the echo falls by so much; less its edge
LEAST_LIT = 0.08  # of the strong echoes: patches with less at any depth are in a shadow
SHOULDER_M, FORK_M, WAIST_M = 1.41, 0.90, 1.09  # of a person of 1.75 m; they scale with the trunk
FACE, NEAR, BEHIND = slice(0, 2), slice(0, ON), slice(ON + 1, ON + 3)  # bins of depth
LIKE_A_SLAB, LIKE_METAL = 0.5, 1.5  # from where on a place counts to an object's area
FEATURES = (
    "slab_db",
    "metal_db",
    *(f"echo_{1e3 * (a + b) / 2:+.0f}mm_db" for a, b in pairwise(BINS_M[:-1])),
    "brightness_db",
    "slab_area_log_m2",
    "metal_area_log_m2",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """Echo power about the surface of one trunk, all frames together.

    Attributes:
        power: off the surface (``OFF_M``), across (``ACROSS_M``), up (``HEIGHT_M``), over the
            typical power on the surface.
        n_frames: that went into it.
        sigma_m: uncertainty of the surface, mean over the trunk and the frames.
    """

    power: Float[np.ndarray, "off across up"]
    n_frames: int
    sigma_m: float


def lay_out(
    views: Mapping[str, Float[np.ndarray, "nx ny nz"]],
    surface: Surface,
    *,
    depth_m: Float[np.ndarray, " nx"],
    across_m: Float[np.ndarray, " ny"],
    height_m: Float[np.ndarray, " nz"],
) -> Profile:
    """Return one frame on the sheet.

    Args:
        views: power by view; views of other pairs of panels light other parts of the trunk.
        surface: on the same columns.
        depth_m: into the body.
        across_m: from the middle of the person.
        height_m: above the floor.
    """
    rows = np.clip(np.searchsorted(across_m, ACROSS_M + 1e-6), 0, len(across_m) - 1)
    columns = np.clip(np.searchsorted(height_m, HEIGHT_M + 1e-6), 0, len(height_m) - 1)
    here = np.ix_(rows, columns)
    want = surface.depth_m[here][None] + OFF_M[:, None, None]
    step = float(depth_m[1] - depth_m[0])
    at = np.clip((want - depth_m[0]) / step, 0, len(depth_m) - 1.001)
    low = at.astype(np.int64)
    share = at - low
    total = np.zeros(want.shape)
    for power in views.values():
        column = power[:, rows[:, None], columns[None, :]]
        value = np.take_along_axis(column, low, axis=0) * (1 - share)
        value += np.take_along_axis(column, low + 1, axis=0) * share
        best = value.max(axis=0)
        level = float(np.median(np.sort(best.ravel())[-max(1, best.size // 4) :]))
        total += value / max(level, 1e-30)
    trunk = surface.is_lit & (np.abs(across_m) <= HALF_WIDTH_M)[:, None]
    sigma = float(surface.sigma_m[trunk].mean()) if trunk.any() else float("inf")
    return Profile(power=total, n_frames=1, sigma_m=sigma)


def joined(first: Profile, second: Profile) -> Profile:
    """Return two looks at one person as one."""
    n = first.n_frames + second.n_frames
    return Profile(
        power=first.power + second.power,
        n_frames=n,
        sigma_m=(first.n_frames * first.sigma_m + second.n_frames * second.sigma_m) / n,
    )


def patches(profile: Profile) -> Float[np.ndarray, "bins across up"]:
    """Return the echo in each bin off the surface, as running means over patches."""
    size = max(1, round(PATCH_M / float(ACROSS_M[1] - ACROSS_M[0])))
    bins = np.stack(
        [
            profile.power[(low - 1e-6 < OFF_M) & (high - 1e-6 > OFF_M)].mean(axis=0)
            for low, high in pairwise(BINS_M)
        ]
    )
    smooth = uniform_filter(bins, size=(1, size, size), mode="nearest")
    return np.maximum(smooth, 0.0) / profile.n_frames


def zone_heights_m(profile: Profile) -> dict[BodyZone, tuple[float, float]]:
    """Return where the zones of this person begin and end, from where the trunk does."""
    top = trunk_top_m(profile)
    scale = float(np.clip((top + BELOW_TOP_M) / SHOULDER_M, 0.86, 1.08))
    return {
        BodyZone.WAIST: (max(TRUNK_Z_M[0], FORK_M * scale), WAIST_M * scale),
        BodyZone.TORSO_FRONT: (WAIST_M * scale, top),
    }


def in_zones(profile: Profile) -> Bool[np.ndarray, " up"]:
    """Return which heights belong to a zone; below, where the legs part, no look says anything."""
    inside = np.zeros(len(HEIGHT_M), dtype=bool)
    for low, high in zone_heights_m(profile).values():
        inside |= (low < HEIGHT_M) & (high >= HEIGHT_M)
    return inside


def trunk_top_m(profile: Profile) -> float:
    """Return the height at which the trunk ends: people are of different heights.

    There the echo of the middle columns, at whatever depth, falls off.
    """
    middle = np.abs(ACROSS_M) < 0.085
    column = np.median(profile.power.max(axis=0)[middle], axis=0)
    level = np.median(column[HEIGHT_M < 1.10])
    dark = (HEIGHT_M >= 1.10) & (column < level * 10 ** (-TOP_DB / 10))
    return float(HEIGHT_M[dark][0] if dark.any() else HEIGHT_M[-1] + 0.01) - BELOW_TOP_M


def is_lit(
    patch: Float[np.ndarray, "bins across up"], *, top_m: float
) -> Bool[np.ndarray, "across up"]:
    """Return which patches send echo enough to say anything and are on the trunk."""
    total = patch.sum(axis=0)
    strong = float(np.quantile(total, 0.9))
    return (total > LEAST_LIT * strong) & (top_m > HEIGHT_M)[None, :]


def oddness(
    patch: Float[np.ndarray, "bins across up"], *, top_m: float
) -> Float[np.ndarray, "across up"]:
    """Return the echo before and behind the surface over the echo on it; -1 where nothing is lit.

    The furthest bin behind is left out: there an arm may hang.
    """
    off = patch[NEAR].sum(axis=0) + patch[BEHIND].sum(axis=0)
    return np.where(is_lit(patch, top_m=top_m), off / _on(patch), -1.0)


def slab_likeness(
    patch: Float[np.ndarray, "bins across up"],
) -> Float[np.ndarray, "across up"]:
    """Return the geometric mean of the echoes before and behind the surface over that on it."""
    return np.sqrt(patch[FACE].sum(axis=0) * patch[BEHIND].sum(axis=0)) / _on(patch)


def features(profile: Profile) -> dict[BodyZone, Float[np.ndarray, " features"]]:
    """Return the features of each zone; a zone all in shadow is left out.

    ``slab_db`` is the largest echo both before and behind the surface (geometric mean) over that on
    it, ``metal_db`` the largest before it; the echo in each bin of depth is that of the patch most
    like a slab; the areas are of all places that are like one, the room's proxy for mass.
    """
    patch = patches(profile)
    lit = is_lit(patch, top_m=trunk_top_m(profile))
    slab = slab_likeness(patch)
    metal = patch[NEAR].sum(axis=0) / _on(patch)
    cell_m2 = float((ACROSS_M[1] - ACROSS_M[0]) * (HEIGHT_M[1] - HEIGHT_M[0]))
    typical = float(np.median(patch.sum(axis=0)[lit])) if lit.any() else 1.0
    found: dict[BodyZone, np.ndarray] = {}
    for zone, (low, high) in zone_heights_m(profile).items():
        inside = lit & ((low < HEIGHT_M) & (high >= HEIGHT_M))[None, :]
        if not inside.any():
            continue
        here = np.where(inside, slab, -1.0)
        row, column = np.unravel_index(int(here.argmax()), here.shape)
        bins = patch[:, row, column]
        best_metal = float(metal[inside].max())
        found[zone] = np.array(
            [
                10 * np.log10(here.max() + 1e-3),
                10 * np.log10(best_metal + 1e-3),
                *(10 * np.log10(bins[:-1] / bins.sum() + 1e-3)),
                10 * np.log10(bins.sum() / typical + 1e-3),
                np.log(cell_m2 * np.sum(inside & (slab > LIKE_A_SLAB)) + 1e-3),
                np.log(cell_m2 * np.sum(inside & (metal > LIKE_METAL)) + 1e-3),
            ]
        )
    return found


def _on(patch: np.ndarray) -> np.ndarray:
    return patch[ON] + 0.02 * patch.sum(axis=0) + 1e-12
