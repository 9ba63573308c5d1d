"""A multistatic array: where the antennas are, what they send, and when each of them did."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.spatial import KDTree

LIGHT_M_PER_S = 299_792_458.0
SAME_PLACE_M = 1e-4  # antennas nearer to one another are one antenna listed twice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Array:
    """Every transmitter is received by every receiver at every frequency.

    Attributes:
        tx_position_m: of each transmitter, sensor frame.
        rx_position_m: of each receiver.
        frequency_hz: uniform grid, ascending.
        tx_time_s: time of each transmitter from the middle of the sweep; empty means that nothing
            moves while it lasts.
        step_s: time from one frequency to the next of the same transmitter.
        refractive_index: of what the waves travel in; real, 1 is air.

    Raises:
        ValueError: an antenna is listed twice, a position or time is not finite, or the
            frequencies are not an ascending uniform grid.
    """

    tx_position_m: Float[np.ndarray, "t 3"]
    rx_position_m: Float[np.ndarray, "r 3"]
    frequency_hz: Float[np.ndarray, " f"]
    tx_time_s: Float[np.ndarray, " times"] = field(default_factory=lambda: np.zeros(0))
    step_s: float = 0.0
    refractive_index: float = 1.0

    def __post_init__(self) -> None:
        for name in ("tx_position_m", "rx_position_m"):
            _check_positions(name, getattr(self, name))
        f = self.frequency_hz
        if len(f) < 2 or not np.isfinite(f).all() or f[0] <= 0:
            raise ValueError(f"frequency_hz needs two or more positive values, got {f}")
        step = np.diff(f)
        if np.any(step <= 0) or np.ptp(step) > 1e-3 * step.mean():
            worst = int(np.argmax(np.abs(step - np.median(step))))
            raise ValueError(
                "frequency_hz must be an ascending uniform grid; between frequencies "
                f"{worst} and {worst + 1} the step is {step[worst]:.6g} Hz, elsewhere "
                f"{np.median(step):.6g} Hz"
            )
        if len(self.tx_time_s) not in (0, len(self.tx_position_m)):
            raise ValueError(
                f"tx_time_s has {len(self.tx_time_s)} values for "
                f"{len(self.tx_position_m)} transmitters"
            )
        if not np.isfinite(self.tx_time_s).all():
            late = int(np.argmin(np.isfinite(self.tx_time_s)))
            raise ValueError(f"tx_time_s: transmitter {late} has {self.tx_time_s[late]}")
        if not np.isfinite(self.step_s):
            raise ValueError(f"step_s must be finite, got {self.step_s}")
        if not 1 <= self.refractive_index < np.inf:
            raise ValueError(
                f"refractive_index must be finite and at least 1, got {self.refractive_index}"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the numbers of transmitters, receivers and frequencies."""
        return len(self.tx_position_m), len(self.rx_position_m), len(self.frequency_hz)

    @property
    def wavenumber_rad_per_m(self) -> Float[np.ndarray, " f"]:
        """Return k of each frequency, in the medium."""
        return 2 * np.pi * self.refractive_index / LIGHT_M_PER_S * self.frequency_hz

    @property
    def taper(self) -> Float[np.ndarray, " f"]:
        """Return the weight of each frequency: Hann over the band, never zero."""
        return np.hanning(len(self.frequency_hz) + 2)[1:-1]

    @property
    def path_period_m(self) -> float:
        """Return the path after which everything repeats: echoes further apart fold together."""
        k = self.wavenumber_rad_per_m
        return float(2 * np.pi * (len(k) - 1) / (k[-1] - k[0]))

    @property
    def path_cell_m(self) -> float:
        """Return the path that one cycle over the band takes: the finest detail of a profile."""
        k = self.wavenumber_rad_per_m
        return float(2 * np.pi / (k[-1] - k[0]))

    def times_s(self) -> Float[np.ndarray, " t"]:
        """Return the time of each transmitter, zero where none is given."""
        return self.tx_time_s if len(self.tx_time_s) else np.zeros(len(self.tx_position_m))


def _check_positions(name: str, position_m: np.ndarray) -> None:
    if not len(position_m):
        raise ValueError(f"{name} needs at least one antenna")
    is_finite = np.isfinite(position_m).all(axis=1)
    if not is_finite.all():
        lost = int(is_finite.argmin())
        raise ValueError(f"{name}: antenna {lost} is not finite, {position_m[lost].tolist()}")
    twice = KDTree(position_m).query_pairs(SAME_PLACE_M)
    if twice:
        first, second = min(twice)
        raise ValueError(
            f"{name}: antennas {first} and {second} are at the same place "
            f"{position_m[first].tolist()}"
        )
