"""Spikes of single channels that no light made: found and masked, never filled in."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import median_filter

THRESHOLD = 6.0  # standard deviations; of 1024 channels one in a million spectra by chance
MAX_WIDTH = 2  # channels that a spike fills by itself
SLOW_CHANNELS = 31  # over which differences between shots are smooth
MARGIN = 1.4  # over the curvature of the narrowest band the instrument can show


def spikes_across(
    counts: Float[np.ndarray, "shots channels"],
    variance: Float[np.ndarray, "shots channels"],
    *,
    threshold: float = THRESHOLD,
) -> Bool[np.ndarray, "shots channels"]:
    """Mark spikes by comparing the shots of one spot: light comes again, a cosmic ray does not.

    Each shot is scaled to the others by its total. A channel is held against the median of the
    other shots (the lower of two), and is a spike where it is over it by ``threshold`` standard
    deviations of the difference, what changes slowly along the axis (bleaching) taken off. Bands
    that stay are never touched, however narrow.

    Args:
        counts: signal of each shot (dark taken off); NaN is no spike.
        variance: of each.
        threshold: in standard deviations.

    Raises:
        ValueError: there are fewer than two shots.
    """
    n = len(counts)
    if n < 2:
        raise ValueError(f"{n} shot: repeats are compared from two on; use spikes_single")
    scaled, noise = _scaled(counts, variance)
    marked = np.zeros(counts.shape, dtype=bool)
    for row in range(n):
        middle = _lower_median(np.delete(scaled, row, axis=0))
        # The median of m has up to pi / 2 of the variance of their mean.
        beside = _lower_median(np.delete(noise, row, axis=0)) * min(1.0, np.pi / 2 / (n - 1))
        usable = (
            np.isfinite(middle)
            & np.isfinite(scaled[row])
            & np.isfinite(beside)
            & np.isfinite(noise[row])
        )
        off = np.where(usable, scaled[row], 0.0) - np.where(usable, middle, 0.0)
        off = off - median_filter(off, size=SLOW_CHANNELS, mode="nearest")
        spread = np.sqrt(np.where(usable, noise[row] + beside, 1.0))
        # Bands may change a little from shot to shot: then the noise is more than the stated.
        typical = 1.4826 * float(np.median(np.abs(off / spread)))
        marked[row] = usable & (off > threshold * max(typical, 1.0) * spread)
    return marked


def spikes_single(
    counts: Float[np.ndarray, "shots channels"],
    variance: Float[np.ndarray, "shots channels"],
    *,
    fwhm_channels: float,
    threshold: float = THRESHOLD,
    max_width: int = MAX_WIDTH,
) -> Bool[np.ndarray, "shots channels"]:
    """Mark spikes of single spectra: what is narrower than the instrument can show.

    Like the modified z score of differences, with two changes. The noise is that of the counts
    themselves, so that bright parts are not judged by dark ones. And the step of a run of one or
    two channels over both its neighbours must exceed, by ``MARGIN``, the step that a band of the
    instrument's own width and of the run's whole height would show: a band of width w falls to
    exp(-4 ln 2 (d / w)^2) at distance d. At 2 channels of resolution a spike of two channels looks
    like a band, and is left: with repeats, use ``spikes_across``.

    Args:
        counts: signal of each shot; NaN is no spike.
        variance: of each.
        fwhm_channels: width of the narrowest band, as the lamp's lines show it.
        threshold: in standard deviations.
        max_width: channels that a spike may fill.

    Raises:
        ValueError: the width is not that of a resolved band.

    References:
        Whitaker, Hayes, Chemometrics and Intelligent Laboratory Systems 179 (2018) 82.
    """
    if not fwhm_channels >= 1:
        raise ValueError(f"fwhm_channels must be at least 1, got {fwhm_channels}")
    marked = np.zeros(counts.shape, dtype=bool)
    reach = max(3, int(np.ceil(2 * fwhm_channels)))
    floor = _floor(counts, reach)
    for width in range(1, max_width + 1):
        if width > 0.7 * fwhm_channels and width > 1:
            break
        step, noise = _step(counts, variance, width)
        height = _run_mean(counts, width) - floor[:, 1 : counts.shape[1] - width]
        distance = (width + 1) / 2
        inside = (np.arange(width) - (width - 1) / 2) / fwhm_channels
        top = float(np.exp(-4 * np.log(2) * inside**2).mean())
        fall = 1 - float(np.exp(-4 * np.log(2) * (distance / fwhm_channels) ** 2)) / top
        allowed = np.minimum(MARGIN * fall, 0.95) * np.maximum(height, 0)
        found = (step > threshold * noise) & (step > allowed + 2 * noise)
        for k in range(width):
            marked[:, 1 + k : 1 + k + found.shape[1]] |= found
    return marked & np.isfinite(counts)


def _scaled(counts: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return shots scaled to the median shot, and their variances."""
    middle = _lower_median(counts)
    usable = np.isfinite(middle) & (middle > 0)
    if not usable.any():
        return counts, variance
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = counts[:, usable] / middle[usable]
    weight = middle[usable]
    scale = np.array([_weighted_median(row, weight) for row in ratio])[:, None]
    scale = np.where(np.isfinite(scale) & (scale > 0), scale, 1.0)
    return counts / scale, variance / scale**2


def _lower_median(values: np.ndarray) -> np.ndarray:
    """Return the lower median of what is finite in each column: spikes only add."""
    ordered = np.sort(np.where(np.isfinite(values), values, np.inf), axis=0)
    n_finite = np.isfinite(values).sum(axis=0)
    row = np.maximum((n_finite - 1) // 2, 0)
    return np.take_along_axis(ordered, row[None, :], axis=0)[0]


def _weighted_median(value: np.ndarray, weight: np.ndarray) -> float:
    good = np.isfinite(value)
    if not good.any():
        return float("nan")
    order = np.argsort(value[good])
    total = np.cumsum(weight[good][order])
    return float(value[good][order][int(np.searchsorted(total, total[-1] / 2))])


def _run_mean(counts: np.ndarray, width: int) -> np.ndarray:
    runs = np.lib.stride_tricks.sliding_window_view(counts, width, axis=1)
    return runs.mean(axis=2)[:, 1:-1]


def _step(counts: np.ndarray, variance: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much runs stand over the higher of their neighbours, and the noise of that."""
    n = counts.shape[1] - width - 1
    left, right = counts[:, :n], counts[:, width + 1 : width + 1 + n]
    noise_run = _run_mean(variance, width) / width
    beside = np.maximum(variance[:, :n], variance[:, width + 1 : width + 1 + n])
    with np.errstate(invalid="ignore"):
        step = _run_mean(counts, width) - np.maximum(left, right)
        # A lucky neighbour hides a spike, an unlucky one must not make it: the higher counts.
        return np.where(np.isfinite(step), step, -np.inf), np.sqrt(noise_run + beside)


def _floor(counts: np.ndarray, reach: int) -> np.ndarray:
    """Return the least of the channels near each: what a band would stand on."""
    padded = np.pad(counts, ((0, 0), (reach, reach)), mode="edge")
    padded = np.where(np.isfinite(padded), padded, np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    least = around.min(axis=2)
    return np.where(np.isfinite(least), least, 0.0)
