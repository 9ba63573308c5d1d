"""Library entries moved to a detector's channels and line shape; counts are never resampled."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from standex.model.errors import StandexError
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary

FWHM_PER_SIGMA = 2.3548200450309493
FINE = 2.0  # samples of the convolution per channel, or per sample of the entry where that is finer
MIN_DERIVATIVE_CHANNELS = 0.7  # a derivative is taken after this much smoothing, in channels
NO_CONVOLUTION_CHANNELS = 0.3  # a broadening below this does nothing on this grid
MAX_FINE = 200_000  # an entry sampled finer than that over the detector's range is refused


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GridLibrary:
    """Each entry as a small subspace on a detector's channels, strongest channel at 1.

    An entry whose axis is wrong by d and whose lines are wider by a variance v reads, to first
    order, ``spectrum + d shift_derivative + v width_derivative``; a shift has the second-order
    term d^2 of the same width derivative.

    Attributes:
        library_id: of the library that it was made from.
        names: of the entries.
        item_classes: of the entries.
        axis_per_cm: of the channels, ascending or descending as the detector has it.
        axis_sigma_per_cm: standard deviation of the detector's axis error that the spectra are
            averaged over.
        spectrum: one row an entry; 0 on channels off the entry's own axis.
        shift_derivative: change of the spectrum as its lines move up by 1 per cm.
        width_derivative: change as the variance of its line shape grows by 1 per cm^2.
        covered: share of the channels on the entry's own axis.
    """

    library_id: str
    names: tuple[str, ...]
    item_classes: tuple[str, ...]
    axis_per_cm: Float[np.ndarray, " channels"]
    axis_sigma_per_cm: float
    spectrum: Float[np.ndarray, "entries channels"]
    shift_derivative: Float[np.ndarray, "entries channels"]
    width_derivative: Float[np.ndarray, "entries channels"]
    covered: Float[np.ndarray, " entries"]

    def chosen(self, rows: tuple[int, ...]) -> "GridLibrary":
        """Return the given entries only, in that order."""
        index = np.array(rows, dtype=np.int64)
        return GridLibrary(
            library_id=self.library_id,
            names=tuple(self.names[row] for row in rows),
            item_classes=tuple(self.item_classes[row] for row in rows),
            axis_per_cm=self.axis_per_cm,
            axis_sigma_per_cm=self.axis_sigma_per_cm,
            spectrum=self.spectrum[index],
            shift_derivative=self.shift_derivative[index],
            width_derivative=self.width_derivative[index],
            covered=self.covered[index],
        )


def on_grid(
    library: SpectralLibrary,
    *,
    axis_per_cm: Float[np.ndarray, " channels"],
    width_per_cm: float,
    axis_sigma_per_cm: float = 0.0,
    min_covered: float = 0.5,
) -> GridLibrary:
    """Return the library as a detector would see it.

    Each entry is interpolated (cubic splines) and convolved with the Gaussian that takes its own
    resolution to the detector's, and once more with the axis error: averaged over an error of
    standard deviation s, a spectrum is the spectrum broadened by s. Found with that average, a
    residue on a slightly wrong axis keeps most of its strength, and the score's law without a
    residue is what it was.

    Args:
        library: spectra on their own axes.
        axis_per_cm: of the channels, strictly monotone either way.
        width_per_cm: full width at half maximum of the detector's line, the channel's own width
            included; an entry of coarser resolution stays as it is.
        axis_sigma_per_cm: standard deviation of the detector's axis error.
        min_covered: share of the channels that each entry must cover.

    Raises:
        ValueError: the axis is not finite and strictly monotone with 8 channels or more, or a
            width or ``min_covered`` is outside its range.
        StandexError: entries do not cover the axis, or are sampled absurdly finely;
            ``SpectralLibrary.on_axis`` takes out the former.
    """
    up = _ascending(axis_per_cm)
    for name, value in (("width_per_cm", width_per_cm), ("axis_sigma_per_cm", axis_sigma_per_cm)):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be finite and 0 or more, got {value}")
    kept, left_out = library.on_axis(axis_per_cm, min_covered=min_covered)
    if left_out or kept is None:
        raise StandexError(
            f"library {library.library_id}: {len(left_out)} entries cover less than "
            f"{min_covered:g} of the detector's axis ({up[0]:.0f} to {up[-1]:.0f} per cm): "
            f"{', '.join(left_out[:5])}; leave them out (SpectralLibrary.on_axis) and say so"
        )
    out = np.zeros((3, len(library.entries), len(up)))
    for row, entry in enumerate(library.entries):
        wider = max(width_per_cm**2 - entry.resolution_per_cm**2, 0.0) ** 0.5 / FWHM_PER_SIGMA
        out[:, row] = _on_channels(entry, up, sigma=float(np.hypot(wider, axis_sigma_per_cm)))
        peak = out[0, row].max()
        if not peak > 0:
            raise StandexError(
                f"library {library.library_id}: entry {entry.name} has nothing above 0 between "
                f"{up[0]:.0f} and {up[-1]:.0f} per cm; leave it out"
            )
        out[:, row] /= peak
    if axis_per_cm[0] > axis_per_cm[-1]:
        out = np.ascontiguousarray(out[:, :, ::-1])
    return GridLibrary(
        library_id=library.library_id,
        names=library.names,
        item_classes=library.item_classes,
        axis_per_cm=axis_per_cm.astype(np.float64),
        axis_sigma_per_cm=float(axis_sigma_per_cm),
        spectrum=out[0],
        shift_derivative=out[1],
        width_derivative=out[2],
        covered=np.array([entry.covered(axis_per_cm) for entry in library.entries]),
    )


def _ascending(axis_per_cm: np.ndarray) -> np.ndarray:
    up = axis_per_cm if axis_per_cm[0] < axis_per_cm[-1] else axis_per_cm[::-1]
    if len(up) < 8 or not np.isfinite(up).all() or not (np.diff(up) > 0).all():
        raise ValueError(
            f"axis_per_cm must be finite and strictly monotone, 8 channels or more, got {len(up)}"
        )
    return up.astype(np.float64)


def _on_channels(entry: LibraryEntry, up: np.ndarray, *, sigma: float) -> np.ndarray:
    """Return spectrum, shift derivative and width derivative on ascending channels."""
    own, inside = entry.axis_per_cm, (up >= entry.axis_per_cm[0]) & (up <= entry.axis_per_cm[-1])
    channel = float(np.median(np.diff(up)))
    step = min(channel, float(np.median(np.diff(own)))) / FINE
    reach = 5 * max(sigma, channel)
    first, last = max(own[0], up[0] - reach), min(own[-1], up[-1] + reach)
    n_fine = int(np.ceil((last - first) / step)) + 1
    if n_fine > MAX_FINE:
        raise StandexError(
            f"entry {entry.name} is sampled every {2 * step:g} per cm over {last - first:.0f} per "
            f"cm: {n_fine} samples, at most {MAX_FINE}; thin it out"
        )
    spline = CubicSpline(own, entry.intensity)
    fine_axis, step = np.linspace(first, last, n_fine, retstep=True)
    fine = spline(fine_axis)
    soft = max(sigma, MIN_DERIVATIVE_CHANNELS * channel) / step
    slope = gaussian_filter1d(fine, soft, order=1, mode="nearest") / step
    curve = gaussian_filter1d(fine, soft, order=2, mode="nearest") / step**2
    if sigma < NO_CONVOLUTION_CHANNELS * channel:
        spectrum = spline(up)
    else:
        soft_fine = gaussian_filter1d(fine, sigma / step, mode="nearest")
        spectrum = CubicSpline(fine_axis, soft_fine)(up)
    parts = np.array([spectrum, -np.interp(up, fine_axis, slope), np.interp(up, fine_axis, curve)])
    parts[2] *= 0.5  # d/d(variance) of a convolution with a Gaussian: the heat equation
    return np.where(inside, parts, 0.0)
