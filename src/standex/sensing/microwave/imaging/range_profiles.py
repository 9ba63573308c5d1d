"""Range profiles: the samples of a channel over path, the carrier taken out, finely sampled."""

from dataclasses import dataclass

import numpy as np
import scipy.fft
from jaxtyping import Complex, Int

from standex.sensing.microwave.imaging.array import Array

MARGIN = 2  # bins held beyond the asked paths, so that rounding cannot leave them
FULL_SCALE = 32766  # of int16, less the rounding of a difference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathBins:
    """The paths at which profiles are known; bin ``b`` is the path ``(first + b) * bin_m``.

    Attributes:
        period_m: path after which a profile repeats itself.
        count: bins of one period, a power of two.
        first: lowest bin held, counted from path zero without folding.
        held: number of bins held, at most ``count``.
    """

    period_m: float
    count: int
    first: int
    held: int

    @property
    def bin_m(self) -> float:
        """Return the spacing of the bins."""
        return self.period_m / self.count


def carrier_index(array: Array) -> int:
    """Return the frequency taken out of profiles; one of the grid, so that they are periodic."""
    return len(array.frequency_hz) // 2


def path_bins(array: Array, *, from_m: float, to_m: float, oversample: int) -> PathBins:
    """Return bins that cover all paths between two, or a whole period where that is shorter.

    Args:
        array: whose frequencies give the period.
        from_m: shortest path.
        to_m: longest path.
        oversample: bins per frequency of the grid, at least; rounded up to a power of two bins.

    Raises:
        ValueError: the paths are not finite and ascending, or ``oversample`` is below 1.
    """
    if not 0 <= to_m - from_m < np.inf:
        raise ValueError(f"paths must be finite and ascending, got {from_m} to {to_m} m")
    if oversample < 1:
        raise ValueError(f"oversample must be at least 1, got {oversample}")
    count = 1 << (oversample * len(array.frequency_hz) - 1).bit_length()
    bin_m = array.path_period_m / count
    first = int(np.floor(from_m / bin_m)) - MARGIN
    held = int(np.ceil(to_m / bin_m)) + MARGIN + 1 - first
    return PathBins(period_m=array.path_period_m, count=count, first=first, held=min(held, count))


def range_profiles(
    samples: Complex[np.ndarray, "r f"], bins: PathBins
) -> Complex[np.ndarray, "r b"]:
    """Return ``sum_f samples_f exp(+j (k_f - k_c) path)`` at each bin, in the samples' precision.

    Args:
        samples: weighted over frequency as wanted.
        bins: where to know the profiles.
    """
    n_f = samples.shape[1]
    carrier = n_f // 2
    spectrum = np.zeros((len(samples), bins.count), dtype=samples.dtype)
    spectrum[:, : n_f - carrier] = samples[:, carrier:]
    spectrum[:, bins.count - carrier :] = samples[:, :carrier]
    period = scipy.fft.ifft(spectrum, axis=1, norm="forward", overwrite_x=True)
    start = bins.first % bins.count
    ahead = period[:, start : start + bins.held]
    folded = period[:, : bins.held - ahead.shape[1]]
    return np.concatenate([ahead, folded], axis=1)


def samples_of(
    profiles: Complex[np.ndarray, "r b"], bins: PathBins, *, n_f: int
) -> Complex[np.ndarray, "r f"]:
    """Return the adjoint of ``range_profiles``: what an echo at each bin is over frequency."""
    period = np.zeros((len(profiles), bins.count), dtype=profiles.dtype)
    period[:, (bins.first + np.arange(bins.held)) % bins.count] = profiles
    spectrum = scipy.fft.fft(period, axis=1, overwrite_x=True)
    return spectrum[:, (np.arange(n_f) - n_f // 2) % bins.count]


def packed(
    profiles: Complex[np.ndarray, "r b"],
) -> tuple[Int[np.ndarray, "r b"], float]:
    """Return profiles as four int16 in one int64, and the value of one unit.

    From the low end: real and imaginary part of a bin, and by how much both grow to the next, which
    after the last bin is the first. One load of eight bytes then brings all that linear
    interpolation needs. The rounding is white, 90 dB below the strongest sample.
    """
    shape = (*profiles.shape, 2)
    parts = np.ascontiguousarray(profiles).view(np.real(profiles).dtype).reshape(shape)
    growth = np.roll(parts, -1, axis=1) - parts
    peak = max(float(np.abs(parts).max()), float(np.abs(growth).max()))
    unit = peak / FULL_SCALE if peak > 0 else 1.0
    whole = np.empty((*profiles.shape, 4), dtype="<i2")
    counts = np.rint(parts / unit)
    whole[..., :2] = counts
    whole[..., 2:] = np.roll(counts, -1, axis=1) - counts
    return whole.view("<i8")[..., 0].astype(np.int64, copy=False), unit
