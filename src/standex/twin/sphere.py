"""The echo of a metal sphere, exactly as geometrical optics has it: a reflector of known place."""

import numpy as np
from jaxtyping import Complex, Float

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.physical_optics import Antennas

N_STEPS = 30
GRAZING = 1e-6


def sphere_echo(
    center_m: Float[np.ndarray, " 3"],
    radius_m: float,
    *,
    tx: Antennas,
    rx: Antennas,
    frequency_hz: Float[np.ndarray, " f"],
) -> Complex[np.ndarray, "tx rx f"]:
    """Return S-parameters of a metal sphere, one ray per pair.

    The ray meets the sphere where the normal halves the angle between the ways to transmitter and
    receiver. Its amplitude is a / (2 R_t R_r) far away; nearer, both principal curvatures of the
    reflected wave count.

    Args:
        center_m: site frame.
        radius_m: several wavelengths, smaller than all distances.
        tx: transmitters.
        rx: receivers.
        frequency_hz: of each sample.

    Raises:
        ValueError: an antenna is inside the sphere.

    References:
        Balanis, Advanced Engineering Electromagnetics, 2nd ed., section 13.2.3 (reflection from
        a curved surface).
    """
    nearest = min(float(np.linalg.norm(a.position_m - center_m, axis=1).min()) for a in (tx, rx))
    if nearest <= radius_m:
        raise ValueError(f"an antenna is {nearest} m from the middle of a sphere of {radius_m} m")
    to_t = (tx.position_m - center_m)[:, None]
    to_r = (rx.position_m - center_m)[None]
    normal = _unit(_unit(to_t) + _unit(to_r))
    for _ in range(N_STEPS):
        at = radius_m * normal
        normal = _unit(_unit(to_t - at) + _unit(to_r - at))
    way_t, way_r = to_t - radius_m * normal, to_r - radius_m * normal
    from_t, from_r = np.linalg.norm(way_t, axis=-1), np.linalg.norm(way_r, axis=-1)
    # A ray that only grazes the sphere carries nothing; a pair that looks through it has none.
    cosine = np.maximum(np.einsum("trx,trx->tr", way_t, normal) / from_t, GRAZING)
    # Curvature of the reflected wave in the plane of incidence, and across it.
    within = 1 / from_t + 2 / (radius_m * cosine)
    across = 1 / from_t + 2 * cosine / radius_m
    amplitude = -1 / (from_t * np.sqrt((1 + from_r * within) * (1 + from_r * across)))
    for antennas, way in ((tx, way_t), (rx, way_r)):
        of = "trx,tx->tr" if antennas is tx else "trx,rx->tr"
        off_axis = -np.einsum(of, _unit(way), antennas.boresight)
        amplitude = (
            amplitude * np.clip(off_axis, 0, None) ** antennas.pattern_power * (off_axis > 0)
        )
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    echo = amplitude[..., None] * np.exp(-1j * k * (from_t + from_r)[..., None])
    return echo.astype(np.complex64)


def _unit(vector: np.ndarray) -> np.ndarray:
    # A pair on one line through the middle has no direction in between; its ray grazes anyway.
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    return vector / np.maximum(length, 1e-12)
