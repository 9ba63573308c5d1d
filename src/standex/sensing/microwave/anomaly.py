"""Where the echo is not the body's: the profile of the oddest patch of each zone.

A dielectric slab of thickness d and index n gives an echo at its front, d before the body, and
delays the body's own by h = d (n - 1): echo appears on both sides of the expected body line. Metal
gives a strong echo before the line and nothing behind. For each zone the patch with most echo off
the line is taken, over all stripes, and its profile along depth is the score; what it means is
left to the calibration.

References:
    Kuznetsov et al., US 8,159,534 (front echo and apparent cavity of a dielectric).
"""

from itertools import pairwise

import numpy as np
from jaxtyping import Float
from scipy.ndimage import uniform_filter1d

from standex.model.zones import BodyZone
from standex.sensing.microwave.reconstruction import Box
from standex.sensing.microwave.surface import Stripe

ZONE_Z_M: dict[str, tuple[float, float]] = {"torso": (1.10, 1.40), "waist": (0.88, 1.10)}
WINDOW_M = 0.10  # the reference object is 10 cm high or more
# Depths about the body line that the profile is summed over; negative is before the body.
BINS_M = (-0.100, -0.060, -0.035, -0.015, 0.015, 0.035, 0.055, 0.081)
ON_LINE = 3
FEATURES = tuple(f"echo_at_{500 * (a + b):+.0f}_mm_db" for a, b in pairwise(BINS_M))
FAINTER_DB = 3.0  # stripes fainter than the best by more are not compared
LEAST_ECHO = 0.3  # of the typical echo on the body line, summed over the bins
_OFFSET_M = np.arange(-0.10, 0.0801, 0.01)


def zone_of(name: str, *, is_front: bool) -> BodyZone:
    """Return the body zone of a band of height, by the side that faces the sensor."""
    if name == "waist":
        return BodyZone.WAIST
    return BodyZone.TORSO_FRONT if is_front else BodyZone.TORSO_BACK


def features(stripes: list[Stripe], box: Box) -> dict[str, Float[np.ndarray, " features"]]:
    """Return the profile of the oddest patch in each band of height.

    Patches with little echo at any depth are in a shadow and say nothing.

    Returns:
        For each band the echo in each bin of depth, dB over the typical echo of that body; a band
        that is all shadow is left out.
    """
    best_db = max(stripe.clarity_db for stripe in stripes)
    clear = [stripe for stripe in stripes if stripe.clarity_db >= best_db - FAINTER_DB]
    profiles = np.stack([patch_profiles(stripe, box) for stripe in clear])
    on_line = profiles[:, ON_LINE]
    total = profiles.sum(axis=1)
    oddness = np.where(total > LEAST_ECHO, (total - on_line) / (on_line + 0.05), -1.0)
    found: dict[str, np.ndarray] = {}
    for name, (low, high) in ZONE_Z_M.items():
        rows = np.flatnonzero((box.height_m > low - 1e-6) & (box.height_m < high + 1e-6))
        if not (oddness[:, rows] >= 0).any():
            continue
        stripe, row = np.unravel_index(int(oddness[:, rows].argmax()), (len(clear), len(rows)))
        found[name] = 10 * np.log10(profiles[stripe, :, rows[row]] + 1e-3)
    return found


def patch_profiles(stripe: Stripe, box: Box) -> Float[np.ndarray, "bins nz"]:
    """Return the echo power about the body line, in bins of depth, over patches of ``WINDOW_M``.

    Power is over the typical power of the body's own echo along this stripe.
    """
    around = np.stack(
        [
            np.interp(body + _OFFSET_M, box.depth_m, column, left=0.0, right=0.0)
            for body, column in zip(stripe.body_m, stripe.power.T, strict=True)
        ],
        axis=1,
    )
    rows = max(3, round(WINDOW_M / float(box.height_m[1] - box.height_m[0])))
    patch = uniform_filter1d(around / (stripe.level + 1e-30), rows, axis=1, mode="nearest")
    bins = [
        patch[(low - 1e-6 < _OFFSET_M) & (high - 1e-6 > _OFFSET_M)].mean(axis=0)
        for low, high in pairwise(BINS_M)
    ]
    return np.maximum(np.stack(bins), 0.0)  # the running mean rounds, at worst below nothing
