"""The port of every reconstruction: a linear map and its adjoint."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Complex, Float

STILL = np.zeros(3)


@runtime_checkable
class Imager(Protocol):
    """The map A from the reflectivity of voxels to the samples of an array.

    ``A[trf, v] = w_f exp(-j k_f (R_t(v + u tau) + R_r(v + u tau)))`` with w the array's taper, u
    the velocity and tau the time of transmitter t at frequency f. An image is ``A^H`` applied to
    the samples.
    """

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        """Return the shape of the samples (tx, rx, f) and the number of voxels."""
        ...

    def adjoint(
        self, samples: Complex[np.ndarray, "t r f"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, " v"]:
        """Return the image of ``samples``, with everything moving at one velocity."""
        ...

    def forward(
        self, image: Complex[np.ndarray, " v"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, "t r f"]:
        """Return the tapered samples of a reflectivity."""
        ...
