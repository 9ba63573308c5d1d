"""How people move between two scans: they walk on, or they stand and turn.

Two modes, each a Gaussian, and a chance of changing between them (interacting multiple models). In
both, acceleration is white noise, alike in both directions; in the second the velocity also fades.

References:
    Blom, Bar-Shalom, IEEE Trans. Automatic Control 33 (1988) 780 (interacting multiple models).
    Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001,
    chapters 6 and 11.
"""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from standex.model.tracks import Modes, Tracks

N_MODES = 2
WALKING, STANDING = 0, 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What is known of how people move.

    Attributes:
        accel_psd_m2_per_s3: power spectral density of the acceleration, per axis, of who walks on
            and of who stands, turns or sets off.
        velocity_fades_s: time constant of the velocity of who stands.
        stops_per_s: rate at which who walks stops or turns.
        starts_per_s: rate at which who stands walks on.
    """

    accel_psd_m2_per_s3: tuple[float, float] = (0.05, 1.0)
    velocity_fades_s: float = 1.0
    stops_per_s: float = 0.1
    starts_per_s: float = 1.0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is not finite or not above 0; it is named with its value.
        """
        numbers = {
            "accel_psd_m2_per_s3": min(self.accel_psd_m2_per_s3),
            "velocity_fades_s": self.velocity_fades_s,
            "stops_per_s": self.stops_per_s,
            "starts_per_s": self.starts_per_s,
        }
        for name, least in numbers.items():
            if not 0 < least < np.inf:
                value = getattr(self, name)
                raise ValueError(f"{name} must be finite and above 0, got {value}")

    def newcomer(self) -> Float[np.ndarray, " modes"]:
        """Return how probably somebody of whom nothing is known is in each mode."""
        both = self.stops_per_s + self.starts_per_s
        return np.array([self.starts_per_s / both, self.stops_per_s / both])

    def switch(self, dt_s: float) -> Float[np.ndarray, "modes modes"]:
        """Return P(mode after ``dt_s`` | mode before), rows before."""
        both = self.stops_per_s + self.starts_per_s
        share = -math.expm1(-both * dt_s) / both
        stops, starts = self.stops_per_s * share, self.starts_per_s * share
        return np.array([[1 - stops, stops], [starts, 1 - starts]])

    def steps(self, dt_s: float) -> Float[np.ndarray, "modes 5"]:
        """Return what ``dt_s`` does to a state, mode by mode.

        Columns: metres per m/s, share of the velocity that is left, and what is added to the
        variance of the position, to its covariance with the velocity, and to the variance of the
        velocity. Exact for any ``dt_s``: two steps equal one.
        """
        q, q_stand = self.accel_psd_m2_per_s3
        tau = self.velocity_fades_s
        left, faded = math.exp(-dt_s / tau), -math.expm1(-dt_s / tau)
        faded_sq = -math.expm1(-2 * dt_s / tau)
        # What is left of dt when the first orders cancel; below rounding it is dt^3 / 3 tau^2.
        rest_s = max(dt_s - 2 * tau * faded + tau / 2 * faded_sq, 0.0)
        return np.array(
            [
                [dt_s, 1.0, q * dt_s**3 / 3, q * dt_s**2 / 2, q * dt_s],
                [
                    tau * faded,
                    left,
                    q_stand * tau**2 * rest_s,
                    q_stand * (tau * faded) ** 2 / 2,
                    q_stand * tau / 2 * faded_sq,
                ],
            ]
        )


def modes_of(tracks: Tracks, motion: Motion) -> Modes:
    """Return the modes of tracks; of those of which none are known, both are taken for alike."""
    if tracks.modes is not None:
        return tracks.modes
    n = len(tracks.track_id)
    return Modes(
        mean=np.repeat(tracks.mean[:, None], N_MODES, axis=1),
        covariance=np.repeat(tracks.covariance[:, None], N_MODES, axis=1),
        probability=np.tile(motion.newcomer(), (n, 1)),
    )


def predict(modes: Modes, motion: Motion, *, dt_s: float) -> Modes:
    """Return what each person's state is expected to be ``dt_s`` later, mode by mode.

    Raises:
        ValueError: ``dt_s`` is below 0.
    """
    if not dt_s >= 0:
        raise ValueError(f"cannot predict backwards, dt_s = {dt_s:g}")
    switch = motion.switch(dt_s)
    probability = modes.probability @ switch
    # P(mode before | mode after), and the states mixed accordingly.
    came = modes.probability[:, :, None] * switch / probability[:, None, :]
    mean = np.einsum("nab,nak->nbk", came, modes.mean)
    off = modes.mean[:, :, None] - mean[:, None]
    covariance = np.einsum("nab,nakl->nbkl", came, modes.covariance)
    covariance += np.einsum("nab,nabk,nabl->nbkl", came, off, off)
    f = np.zeros((N_MODES, 4, 4))
    q = np.zeros((N_MODES, 4, 4))
    for mode, (reach_s, left, q_pp, q_pv, q_vv) in enumerate(motion.steps(dt_s)):
        f[mode] = np.kron([[1.0, reach_s], [0.0, left]], np.eye(2))
        q[mode] = np.kron([[q_pp, q_pv], [q_pv, q_vv]], np.eye(2))
    covariance = f @ covariance @ f.transpose(0, 2, 1) + q
    return Modes(
        mean=np.einsum("bkl,nbl->nbk", f, mean),
        covariance=(covariance + covariance.transpose(0, 1, 3, 2)) / 2,
        probability=probability,
    )


def combined(modes: Modes) -> tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, "n 4 4"]]:
    """Return mean and covariance of each person, whatever their mode."""
    mean = np.einsum("nm,nmk->nk", modes.probability, modes.mean)
    off = modes.mean - mean[:, None]
    covariance = np.einsum("nm,nmkl->nkl", modes.probability, modes.covariance)
    covariance += np.einsum("nm,nmk,nml->nkl", modes.probability, off, off)
    return mean, covariance


def largest_eigenvalue(matrix: Float[np.ndarray, "*n 2 2"]) -> Float[np.ndarray, "*n"]:
    """Return the variance along the longest axis of each covariance."""
    a, b, d = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 1]
    return (a + d) / 2 + np.hypot((a - d) / 2, b)
