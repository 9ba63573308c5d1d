"""What a count is worth: camera counts are not photoelectrons."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

QUANTISATION_COUNTS2 = 1 / 12  # variance of rounding to whole counts; also keeps it above 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountNoise:
    """Shot noise of the electrons behind the counts, read noise, and rounding.

    A channel with s counts of light has the variance ``s / gain + (read noise / gain)^2 + 1/12``
    in counts^2. At 2.5 electrons a count that is 0.4 of what counts taken for photons would have.

    Attributes:
        gain_e_per_count: photoelectrons a count.
        read_noise_e: standard deviation of one channel of one gate without light.

    Raises:
        ValueError: the gain is not above 0, or the read noise is negative, or not finite.

    References:
        Janesick, Photon Transfer, SPIE 2007, chapter 5.
    """

    gain_e_per_count: float
    read_noise_e: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.gain_e_per_count) and self.gain_e_per_count > 0):
            raise ValueError(f"gain_e_per_count must be above 0, got {self.gain_e_per_count}")
        if not (np.isfinite(self.read_noise_e) and self.read_noise_e >= 0):
            raise ValueError(f"read_noise_e must be 0 or more, got {self.read_noise_e}")

    @property
    def floor_counts2(self) -> float:
        """Return the variance of a channel without light."""
        return (self.read_noise_e / self.gain_e_per_count) ** 2 + QUANTISATION_COUNTS2

    def variance_counts2(
        self, light_counts: Float[np.ndarray, "*shape"]
    ) -> Float[np.ndarray, "*shape"]:
        """Return the variance where so much light is expected; light below 0 has no noise."""
        return np.maximum(light_counts, 0) / self.gain_e_per_count + self.floor_counts2

    def dark_variance_counts2(
        self, dark_counts: Float[np.ndarray, " channels"], *, n_dark: int, offset_counts: float
    ) -> Float[np.ndarray, " channels"]:
        """Return what taking the dark off leaves behind, beside the signal's own noise.

        The light in the dark (ambient, dark current) was in the shot too and has shot noise there;
        the mean of ``n_dark`` gates has a variance of its own.

        Args:
            dark_counts: mean counts with the laser off in the same gate.
            n_dark: of how many gates.
            offset_counts: electronic offset in them; 0 where unknown overstates the noise.

        Raises:
            ValueError: ``n_dark`` is below 1.
        """
        if n_dark < 1:
            raise ValueError(f"n_dark must be at least 1, got {n_dark}")
        gate = self.variance_counts2(dark_counts - offset_counts)
        return gate - self.floor_counts2 + gate / n_dark
