"""The complex spectrum of a body along its upright line, one pair of columns at a time.

For each height the echoes of all pairs of antennas are summed with the phase of a voxel on the
body, frequency by frequency:

    X(z, f) = sum over t, r of w(t, r, z) S(t, r, f) exp(+j k (R_t(z, tau) + R_r(z, tau)))

with the voxel moving at the person's velocity, tau the time of that transmitter at that frequency,
and w a cosine taper on pairs whose middle is near z: skin is specular, so each pair sees the height
half-way between its antennas. X is divided by what an upright mirror through the voxel would give,
which takes out the finite aperture; a bare flat body then has the spectrum of its reflection
coefficient, times exp(-2jkz cos(theta)) for a body z behind the voxel.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.reconstruction import Box
from standex.sensing.microwave.surface import Stripe, find_stripe
from standex.sensing.microwave.sweep import Sweep

FIRST_DEPTH_M = -0.11  # of the front of a trunk before its middle
HALF_APERTURE_M = 0.30  # pairs whose middle is further off are not summed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BodySpectra:
    """One stripe of a body, resolved in height and frequency.

    Attributes:
        stripe: the body line, and how clear it is.
        spectrum: of each height, referred to the body line, over what a mirror there would give.
        cos_incidence: at the body line.
    """

    stripe: Stripe
    spectrum: Complex[np.ndarray, "nz f"]
    cos_incidence: Float[np.ndarray, " nz"]


def body_spectra(
    sweep: Sweep,
    pair: tuple[slice, slice],
    box: Box,
    *,
    velocity_m_per_s: Float[np.ndarray, " 2"],
) -> BodySpectra:
    """Return the spectra along the body line that one pair of columns sees.

    The line is found twice: first with voxels where the front of a body usually is, then with
    voxels on the line that was found.

    Args:
        sweep: with the background taken out.
        pair: transmitters and receivers, each antennas above one another.
        box: where the person is at the middle of the sweep; its depths and heights are searched,
            in its middle across, since one pair resolves nothing across.
        velocity_m_per_s: of the person, sensor frame.
    """
    height = box.height_m
    taper = np.hamming(len(sweep.frequency_hz))
    k = sweep.wavenumber_rad_per_m
    at_m = np.full(len(height), FIRST_DEPTH_M)
    focused, mirror, slope = _focused(sweep, pair, box, at_m, velocity_m_per_s)
    stripe = _stripe(focused * (taper / taper.sum()), k, slope, at_m, box)
    at_m = stripe.body_m
    focused, mirror, slope = _focused(sweep, pair, box, at_m, velocity_m_per_s)
    stripe = _stripe(focused * (taper / taper.sum()), k, slope, at_m, box)
    behind = (stripe.body_m - at_m) * slope
    return BodySpectra(
        stripe=stripe,
        spectrum=focused / mirror * np.exp(1j * behind[:, None] * k),
        cos_incidence=np.clip(slope / 2, 0.0, 1.0),
    )


def _stripe(
    spectrum: np.ndarray, k: np.ndarray, slope: np.ndarray, at_m: np.ndarray, box: Box
) -> Stripe:
    """Return the body line in the depth profiles of spectra focused at ``at_m``."""
    first, step = box.depth_m[0] - at_m, float(box.depth_m[1] - box.depth_m[0])
    turn = np.exp(1j * np.outer(slope * first, k)) * spectrum
    by = np.exp(1j * np.outer(slope * step, k))
    image = np.empty((len(box.depth_m), 1, len(at_m)), dtype=np.complex64)
    for row in range(len(box.depth_m)):
        image[row, 0] = turn.sum(axis=1)
        turn = turn * by
    middle = box.across_m[len(box.across_m) // 2 : len(box.across_m) // 2 + 1]
    line = Box(
        origin_m=box.origin_m,
        away=box.away,
        depth_m=box.depth_m,
        across_m=middle,
        height_m=box.height_m,
    )
    return find_stripe(image, line)


def _focused(
    sweep: Sweep,
    pair: tuple[slice, slice],
    box: Box,
    at_m: np.ndarray,
    velocity: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return X, what a mirror would give, and the path that a metre of depth adds."""
    tx, rx = sweep.tx_position_m[pair[0]], sweep.rx_position_m[pair[1]]
    k, n = sweep.wavenumber_rad_per_m, len(sweep.frequency_hz)
    points = np.column_stack([box.origin_m + at_m[:, None] * box.away, box.height_m])
    t_to, t_rate, t_way = _legs(tx, points, velocity)
    r_to, r_rate, r_way = _legs(rx, points, velocity)
    middle = 0.5 * (tx[:, 2][:, None] + rx[:, 2][None, :])
    off = (middle[..., None] - box.height_m) / HALF_APERTURE_M
    weight = np.where(np.abs(off) < 1, np.cos(0.5 * np.pi * np.clip(off, -1, 1)) ** 2, 0.0)
    tau = (np.arange(n) - (n - 1) / 2) * sweep.step_s
    late = (t_rate + r_rate.mean(axis=0)) * sweep.tx_time_s[pair[0]][:, None]
    wave_t = np.exp(1j * k * ((t_to + late)[..., None] + t_rate[..., None] * tau))
    wave_r = np.exp(1j * k * (r_to[..., None] + r_rate[..., None] * tau))
    samples = sweep.samples[pair[0], pair[1]]
    focused = np.zeros((len(points), n), dtype=np.complex128)
    mirror = np.zeros_like(focused)
    t_flat, r_flat = np.hypot(*t_way.T[:2]).T, np.hypot(*r_way.T[:2]).T
    for t in range(len(tx)):
        of_t = np.einsum("rv,rf,rvf->vf", weight[t], samples[t], wave_r)
        focused += of_t * wave_t[t]
        # The mirror image of a transmitter is as far behind the mirror as itself before it.
        image_m = np.hypot(t_flat[t] + r_flat, (tx[t, 2] - rx[:, 2])[:, None])
        over_m = t_to[t] + r_to - image_m
        mirror += np.einsum("rv,rvf->vf", weight[t] / image_m, np.exp(1j * k * over_m[..., None]))
    slope = (
        (t_way[..., :2] @ box.away / t_flat).mean(axis=0)
        + (r_way[..., :2] @ box.away / r_flat).mean(axis=0)
    )  # fmt: skip
    return focused, mirror, slope


def _legs(
    antenna_m: np.ndarray, points: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distances, their rates, and the way itself, antenna by voxel."""
    way = points[None, :, :] - antenna_m[:, None, :]
    distance = np.sqrt(np.einsum("avx,avx->av", way, way))
    return distance, (way[..., :2] @ velocity) / distance, way
