"""The echo of a metal sphere at a known place: what an array is calibrated on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LEAST_COS_INCIDENCE = 0.3  # nearer to grazing, the shadow side counts and the closed form fails
N_STEPS = 8  # each brings the specular point nearer by about radius / distance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sphere:
    """A metal sphere that stays where it is.

    Attributes:
        position_m: of its middle, sensor frame.
        radius_m: several wavelengths around: k radius above about 10.

    Raises:
        ValueError: the radius is not positive, or the place is not finite.
    """

    position_m: Float[np.ndarray, " 3"]
    radius_m: float

    def __post_init__(self) -> None:
        if not self.radius_m > 0 or not np.isfinite(self.position_m).all():
            raise ValueError(
                f"a sphere needs a positive radius_m and a finite place, got {self.radius_m} at "
                f"{self.position_m}"
            )


def sphere_echo(
    sphere: Sphere,
    *,
    tx_position_m: Float[np.ndarray, "tx 3"],
    rx_position_m: Float[np.ndarray, "rx 3"],
) -> tuple[Float[np.ndarray, "tx rx"], Float[np.ndarray, "tx rx"]]:
    """Return path (m) and amplitude (1/m) of the echo of a sphere, of every pair.

    Geometrical optics. The echo comes from the specular point, where the normal halves the angle
    between the ways to both antennas and the path R_t + R_r is stationary, so that an error of
    the point counts only in second order. A ray tube that falls in at the angle theta leaves with
    the curvatures 1/R_t + 2 / (a cos theta) and 1/R_t + 2 cos theta / a, hence the amplitude

        1 / sqrt((R_t + R_r + 2 R_t R_r / (a cos theta)) (R_t + R_r + 2 R_t R_r cos theta / a)),

    in the unit in which a plane mirror gives 1 / (R_t + R_r) and a point a / (R_t R_r): a sphere
    that is small against its distance gives (a/2) / (R_t R_r). The sign of a metal reflection is
    left out: it is common to all channels.

    Args:
        sphere: of k radius above 10; creeping waves are left out (below 0.3 dB there).
        tx_position_m: sensor frame.
        rx_position_m: sensor frame.

    Returns:
        Path and amplitude; the amplitude is 0 for pairs that the sphere stands between
        (cos theta below ``LEAST_COS_INCIDENCE``).

    Raises:
        ValueError: an antenna is inside the sphere.

    References:
        Kouyoumjian, Pathak, Proc. IEEE 62 (1974) 1448, section on reflected fields.
        Balanis, Advanced Engineering Electromagnetics, 2nd ed., section 13.2.
    """
    radius = sphere.radius_m
    to_tx, to_rx = tx_position_m - sphere.position_m, rx_position_m - sphere.position_m
    for name, way in (("transmitter", to_tx), ("receiver", to_rx)):
        distance = np.linalg.norm(way, axis=1)
        if not (distance > radius).all():
            row = int(np.argmin(distance))
            raise ValueError(
                f"{name} {row} is {distance[row]:.3f} m from the middle of a sphere of {radius} m"
            )
    normal = _unit(_unit(to_tx)[:, None] + _unit(to_rx)[None, :])
    for _ in range(N_STEPS):
        normal = _unit(
            _unit(to_tx[:, None] - radius * normal) + _unit(to_rx[None, :] - radius * normal)
        )
    from_tx = to_tx[:, None] - radius * normal
    r_tx = np.linalg.norm(from_tx, axis=-1)
    r_rx = np.linalg.norm(to_rx[None, :] - radius * normal, axis=-1)
    cosine = np.einsum("trx,trx->tr", from_tx, normal) / r_tx
    lit = cosine >= LEAST_COS_INCIDENCE
    cosine = np.where(lit, cosine, 1.0)
    path, spread = r_tx + r_rx, 2 * r_tx * r_rx / radius
    amplitude = 1 / np.sqrt((path + spread / cosine) * (path + spread * cosine))
    return path, np.where(lit, amplitude, 0.0)


def _unit(vector: np.ndarray) -> np.ndarray:
    length = np.sqrt(np.einsum("...x,...x->...", vector, vector))
    return vector / np.maximum(length, 1e-12)[..., None]
