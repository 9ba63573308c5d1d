"""Coupling and the empty room: learnt while nobody is there, taken out of every sweep."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """Mean of the sweeps of an empty room.

    Attributes:
        samples: mean, or zeros before the first sweep.
        n_sweeps: that went into it; old ones are forgotten at the rate of ``MEMORY``.
        noise: standard deviation of one sample about the mean, both quadratures.
    """

    samples: Complex[np.ndarray, "tx rx f"]
    n_sweeps: int
    noise: float

    @property
    def is_known(self) -> bool:
        """Whether enough empty sweeps were seen to subtract it."""
        return self.n_sweeps >= LEAST_SWEEPS


LEAST_SWEEPS = 4
MEMORY = 50


def learn(background: Background | None, samples: Complex[np.ndarray, "tx rx f"]) -> Background:
    """Return the background with one more sweep of an empty room in it.

    A running mean over the last ``MEMORY`` sweeps, so that slow drift is followed.
    """
    if background is None or background.samples.shape != samples.shape:
        return Background(samples=samples, n_sweeps=1, noise=0.0)
    n = min(background.n_sweeps + 1, MEMORY)
    change = samples - background.samples
    # The new sweep and the mean of n - 1 differ by noise * sqrt(1 + 1 / (n - 1)).
    power = float(np.mean(np.abs(change) ** 2)) / (1 + 1 / max(n - 1, 1))
    noise = np.sqrt(((n - 2) * background.noise**2 + power) / (n - 1)) if n > 2 else np.sqrt(power)
    return replace(
        background,
        samples=background.samples + change / np.float32(n),
        n_sweeps=n,
        noise=float(noise),
    )


def disturbance(background: Background, samples: Complex[np.ndarray, "tx rx f"]) -> float:
    """Return how much of the background itself has changed, 0 to about 1.

    People add echoes that have nothing to do with the coupling; a panel that is covered, moved or
    half dead changes the coupling itself. The share of the background that a sweep still holds is
    the projection of the one on the other.
    """
    reference = background.samples
    kept = np.vdot(reference, samples) / np.vdot(reference, reference)
    return float(np.abs(1 - kept))
