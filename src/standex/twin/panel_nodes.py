"""Few frequencies for many: spectra of short delays, interpolated.

The echo of a patch, once the path to its middle is taken out, is a sum of exp(-jk rho) with short
rho. Such a spectrum is known everywhere from a few uniform nodes that reach one step beyond the
band; the weights are the least-squares ones for delays spread evenly over +-rho.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

LADDER = (6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128)
ERROR = 10 ** (-60 / 20)  # root mean square over the delays, of an amplitude of one
RIDGE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Uniform nodes for a band of wavenumbers.

    Attributes:
        n: how many.
        low_rad_per_m: of the band.
        high_rad_per_m: of the band.
    """

    n: int
    low_rad_per_m: float
    high_rad_per_m: float

    @property
    def step_rad_per_m(self) -> float:
        """Return the distance of two nodes; one lies beyond each end of the band."""
        return (self.high_rad_per_m - self.low_rad_per_m) / (self.n - 3)

    @property
    def k_rad_per_m(self) -> Float[np.ndarray, " n"]:
        """Return the nodes."""
        return self.low_rad_per_m + (np.arange(self.n) - 1) * self.step_rad_per_m

    @property
    def reach_m(self) -> float:
        """Return the largest delay (of both signs) that the nodes carry, as a path."""
        return _reach(self.n) * 2 / (self.high_rad_per_m - self.low_rad_per_m)

    def weights(self, k_rad_per_m: Float[np.ndarray, " k"]) -> Float[np.ndarray, "k n"]:
        """Return what each node counts at each wavenumber of the band; float32."""
        half = (self.high_rad_per_m - self.low_rad_per_m) / 2
        middle = (self.high_rad_per_m + self.low_rad_per_m) / 2
        at = (k_rad_per_m - middle) / half
        return _weights(self.n, _reach(self.n), at).astype(np.float32)


def nodes_for(
    half_m: float, *, low_rad_per_m: float, high_rad_per_m: float, at_least: int = 0
) -> Nodes:
    """Return the fewest nodes of the ladder that carry delays within +-``half_m`` of path.

    Args:
        half_m: two-way.
        low_rad_per_m: of the band.
        high_rad_per_m: of the band.
        at_least: nodes.

    Raises:
        ValueError: the delays are longer than the longest rung carries.
    """
    for n in LADDER:
        nodes = Nodes(n=n, low_rad_per_m=low_rad_per_m, high_rad_per_m=high_rad_per_m)
        if n >= at_least and nodes.reach_m >= half_m:
            return nodes
    raise ValueError(f"delays of +-{half_m} m are longer than {LADDER[-1]} nodes carry")


def _unit_nodes(n: int) -> np.ndarray:
    """Return the nodes of the band -1 to 1."""
    return -1 + (np.arange(n) - 1) * 2 / (n - 3)


def _weights(n: int, reach: float, at: np.ndarray) -> np.ndarray:
    nodes = _unit_nodes(n)
    gram = np.sinc((nodes[:, None] - nodes) * reach / np.pi) + RIDGE * np.eye(n)
    return np.linalg.solve(gram, np.sinc((nodes[:, None] - at) * reach / np.pi)).T


@lru_cache(maxsize=64)
def _reach(n: int) -> float:
    """Return the largest phase at the edge of the band -1 to 1 that stays below ``ERROR``."""
    at = np.linspace(-1, 1, 101)
    low, high = 0.0, n * np.pi / 2
    for _ in range(16):
        middle = (low + high) / 2
        rho = np.linspace(0, middle, 3 * n)
        missed = np.exp(-1j * np.outer(rho, _unit_nodes(n))) @ _weights(n, middle, at).T
        missed -= np.exp(-1j * np.outer(rho, at))
        if np.sqrt(np.mean(np.abs(missed) ** 2)) < ERROR:
            low = middle
        else:
            high = middle
    return low
