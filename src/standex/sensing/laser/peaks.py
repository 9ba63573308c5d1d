"""Narrow peaks of a spectrum, to a fraction of a channel."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
LEAST_SNR = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peaks:
    """Peaks of one spectrum, ascending.

    Attributes:
        channel: of the maximum, fractional.
        sigma_channels: standard deviation of that, from what the fitted shape leaves over.
        height: over the background beside it, in counts.
        fwhm_channels: full width at half maximum.
    """

    channel: Float[np.ndarray, " n"]
    sigma_channels: Float[np.ndarray, " n"]
    height: Float[np.ndarray, " n"]
    fwhm_channels: Float[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakFit:
    """One peak; see ``Peaks``.

    Attributes:
        channel: of the maximum, fractional.
        sigma_channels: standard deviation of that.
        height: over the background.
        fwhm_channels: full width at half maximum.
    """

    channel: float
    sigma_channels: float
    height: float
    fwhm_channels: float


def noise_of(counts: Float[np.ndarray, " channels"]) -> float:
    """Return the standard deviation of white noise under a smooth spectrum with few peaks.

    The median of second differences: a slope adds nothing, and peaks are few.
    """
    second = np.diff(counts, 2)
    return float(1.4826 * np.median(np.abs(second - np.median(second))) / np.sqrt(6))


def peaks_of(
    counts: Float[np.ndarray, " channels"],
    *,
    least_snr: float = LEAST_SNR,
    saturation_counts: float = np.inf,
) -> Peaks:
    """Return the peaks that stand out of the noise, each fitted by itself.

    Args:
        counts: finite.
        least_snr: prominence over the noise of a channel.
        saturation_counts: peaks with a channel at or over it have lost their top, and are left out.

    Raises:
        ValueError: there are fewer than 8 channels, or one is not finite.
    """
    if len(counts) < 8 or not np.isfinite(counts).all():
        raise ValueError(
            f"{len(counts)} channels, {int(np.sum(~np.isfinite(counts)))} not finite; "
            "at least 8 are needed, all finite"
        )
    floor = max(noise_of(counts), 1e-9 * float(np.ptp(counts)), np.finfo(np.float64).tiny)
    # Loaded for a calibration alone: it takes a second, of every start of a station with a laser.
    from scipy.signal import find_peaks, peak_widths  # noqa: PLC0415

    at, found = find_peaks(counts, prominence=least_snr * floor)
    if not len(at):
        none = np.zeros(0)
        return Peaks(channel=none, sigma_channels=none, height=none, fwhm_channels=none)
    width = peak_widths(counts, at, rel_height=0.5)[0]
    fits = [
        fit
        for peak, prominence, wide in zip(at, found["prominences"], width, strict=True)
        if counts[peak] < saturation_counts
        and (fit := fit_peaks(counts, channels=(int(peak),), fwhm_channels=float(wide))[0])
        is not None
        and fit.height > 0.3 * prominence
    ]
    return Peaks(
        channel=np.array([fit.channel for fit in fits]),
        sigma_channels=np.array([fit.sigma_channels for fit in fits]),
        height=np.array([fit.height for fit in fits]),
        fwhm_channels=np.array([fit.fwhm_channels for fit in fits]),
    )


def fit_peaks(
    counts: Float[np.ndarray, " channels"], *, channels: tuple[int, ...], fwhm_channels: float
) -> tuple[PeakFit | None, ...]:
    """Return the fit of each of some neighbouring peaks; nothing for one that left its place.

    Gaussians of one width on a sloping background, least squares over about one width to each
    side: near its top any smooth symmetric peak is one.

    Args:
        counts: of the whole spectrum.
        channels: of the maxima, ascending.
        fwhm_channels: guess of the width.
    """
    n = len(channels)
    reach = max(2, int(np.ceil(0.8 * fwhm_channels)))
    first, last = max(channels[0] - reach, 0), min(channels[-1] + reach + 1, len(counts))
    x, y = np.arange(first, last) - float(channels[0]), counts[first:last]
    n_terms = 2 * n + 3
    if len(x) < n_terms:
        return (None,) * n
    low, scale = float(y.min()), max(float(np.ptp(y)), np.finfo(np.float64).tiny)
    y = (y - low) / scale
    at = np.array(channels) - float(channels[0])

    def model(p: np.ndarray) -> np.ndarray:
        bells = np.exp(-0.5 * ((x[:, None] - p[n : 2 * n]) / p[2 * n]) ** 2)
        return bells @ p[:n] + p[2 * n + 1] + p[2 * n + 2] * x

    start = np.concatenate(
        [
            y[np.array(channels) - first],
            at,
            [max(fwhm_channels, 1.2) / FWHM_PER_SIGMA, 0.0, 0.0],
        ]
    )
    fit = least_squares(lambda p: model(p) - y, start, method="lm", max_nfev=400)
    wide = abs(float(fit.x[2 * n])) * FWHM_PER_SIGMA
    free = max(len(x) - n_terms, 1)
    jacobian: np.ndarray = np.asarray(fit.jac)
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian) * (2 * fit.cost / free)
    except np.linalg.LinAlgError:
        return (None,) * n
    return tuple(
        PeakFit(
            channel=channels[k] + float(fit.x[n + k] - at[k]),
            sigma_channels=float(np.sqrt(max(covariance[n + k, n + k], 0.0))),
            height=float(fit.x[k]) * scale,
            fwhm_channels=wide,
        )
        if fit.x[k] > 0
        and abs(fit.x[n + k] - at[k]) <= max(1.5, 0.5 * fwhm_channels)
        and wide <= 4 * reach
        else None
        for k in range(n)
    )
