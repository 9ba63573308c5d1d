"""What an ion-mobility spectrometer has learnt of clean air; a block that is held against it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.sensing.vapour.drift_time import ReactantIon


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CleanAir:
    """The spectrum of clean air.

    Attributes:
        relative_time: its axis, drift time over the reactant ion's.
        mean: intensity.
        variance: of the mean of a block.
        z_var: mean square of each substance's raw z: what the noise is not as it is taken to be.
        ion_height: of the reactant ion.
        n: blocks taken in.
    """

    relative_time: Float[np.ndarray, " k"]
    mean: Float[np.ndarray, " k"]
    variance: Float[np.ndarray, " k"]
    z_var: Float[np.ndarray, " m"]
    ion_height: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenBlock:
    """The mean spectrum of a block.

    Attributes:
        t_utc_ns: of the block.
        drift_time_ms: axis, ascending.
        mean: intensity.
        ion: the reactant ion in it.
        z: of each substance.
    """

    t_utc_ns: int
    drift_time_ms: Float[np.ndarray, " k"]
    mean: Float[np.ndarray, " k"]
    ion: ReactantIon
    z: Float[np.ndarray, " m"]

    def stronger(self, other: "SeenBlock | None") -> "SeenBlock":
        """Return the one of two that shows more."""
        return other if other is not None and other.z.max() > self.z.max() else self
