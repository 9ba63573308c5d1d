"""Gain and read noise of a camera from repeats of one spectrum."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from standex.model.errors import StandexError

LEAST_REPEATS = 3
LEAST_CHANNELS = 30
LEAST_RANGE = 1.5  # of the channels' means: from dark to bright
ROUNDS = 20
SPIKE = 12.0  # times the typical variance: a cosmic ray in one of the repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotonTransfer:
    """Gain and read noise with their intervals.

    Attributes:
        gain_e_per_count: photoelectrons a count.
        gain_low_e_per_count: lower end of its interval.
        gain_high_e_per_count: upper end.
        read_noise_e: of one channel of one gate; 0 where the shot noise explains all.
        read_noise_high_e: upper end of its one-sided interval at ``level``.
        level: of both intervals.
        n_repeats: spectra.
        n_channels: used.
        chi2_per_channel: scatter of the variances about the line, over what Gaussian noise gives;
            well above 1 where the noise is not of light alone (laser power, drift, spikes).
    """

    gain_e_per_count: float
    gain_low_e_per_count: float
    gain_high_e_per_count: float
    read_noise_e: float
    read_noise_high_e: float
    level: float
    n_repeats: int
    n_channels: int
    chi2_per_channel: float


def photon_transfer(
    counts: Float[np.ndarray, "repeats channels"],
    *,
    offset_counts: float,
    saturation_counts: float = np.inf,
    remove_scale: bool = True,
    level: float = 0.95,
) -> PhotonTransfer:
    """Return gain and read noise of a camera from repeats of one scene.

    Photoelectrons are Poisson, so that over repeats the variance of a channel in counts is

        var = (mean - offset) / g + (r / g)^2,

    a line whose slope is the inverse gain and whose foot is the read noise. Variances are half the
    mean square of the difference of one repeat from the next, so that what bleaches or drifts
    slowly adds nothing; light that breathes as a whole is taken out by scaling each repeat. They
    are fitted with the weights of their own scatter, var^2 (3 n - 4) / (n - 1)^2, by the line and
    not by each channel, which would favour channels that came out low. Intervals come from the
    scatter about the line where that is larger than chance.

    Args:
        counts: raw, in order of time; channels with a NaN, a spike or saturation are left out.
        offset_counts: electronic offset, as in a gate without any light.
        saturation_counts: at which a channel is full.
        remove_scale: whether to scale the repeats.
        level: of the intervals.

    Raises:
        StandexError: too few repeats or channels, no range of brightness, or a variance that does
            not grow with the light.

    References:
        Janesick, Photon Transfer, SPIE Press (2007), chapter 5.
        von Neumann et al., Ann. Math. Statist. 12 (1941) 153 (successive differences).
    """
    n = len(counts)
    if n < LEAST_REPEATS:
        raise StandexError(f"photon transfer: {n} repeats, at least {LEAST_REPEATS} are needed")
    light = counts - offset_counts
    whole = np.isfinite(light).all(axis=0)
    whole &= (np.where(np.isfinite(counts), counts, np.inf) < saturation_counts).all(axis=0)
    light = light[:, whole]
    if light.shape[1] < LEAST_CHANNELS:
        raise StandexError(
            f"photon transfer: {light.shape[1]} channels are whole and not saturated, at least "
            f"{LEAST_CHANNELS} are needed"
        )
    if remove_scale:
        template = np.median(light, axis=0)
        power = float(template @ template)
        scale = light @ template / power if power > 0 else np.zeros(n)
        if not (scale > 0).all():
            raise StandexError("photon transfer: a repeat has no light; check offset_counts")
        light = light / scale[:, None]
    mean = light.mean(axis=0)
    variance = (np.diff(light, axis=0) ** 2).mean(axis=0) / 2
    low, high = np.quantile(mean, [0.02, 0.98])
    if not high > LEAST_RANGE * max(low, 0.0):
        raise StandexError(
            f"photon transfer: channels are all of one brightness ({low:.0f} to {high:.0f} counts "
            "over the offset); take a spectrum with dark and bright parts"
        )
    if not float(np.median(variance)) > 1e-12 * float(np.median(mean)) ** 2:
        raise StandexError("photon transfer: the repeats are copies of one another")
    keep = variance < SPIKE * np.median(variance / np.maximum(mean, 1)) * np.maximum(
        mean, high / 20
    )
    mean, variance = mean[keep], variance[keep]
    return _line(mean, variance, n_repeats=n, level=level)


def _line(
    mean: np.ndarray, variance: np.ndarray, *, n_repeats: int, level: float
) -> PhotonTransfer:
    basis = np.stack([mean, np.ones_like(mean)], axis=1)
    model = np.maximum(np.median(variance / np.maximum(mean, 1)) * mean, variance.mean() / 20)
    slope = foot = 0.0
    covariance = np.eye(2)
    chi2 = 1.0
    for _ in range(ROUNDS):
        sigma = model * np.sqrt(3 * n_repeats - 4) / (n_repeats - 1)
        whitened = basis / sigma[:, None]
        information = whitened.T @ whitened
        slope, foot = np.linalg.solve(information, whitened.T @ (variance / sigma))
        chi2 = float(np.sum(((variance - slope * mean - foot) / sigma) ** 2)) / (len(mean) - 2)
        covariance = np.linalg.inv(information) * max(chi2, 1.0)
        model = np.maximum(slope * mean + max(foot, 0.0), 0.02 * variance.mean())
    z = float(ndtri(0.5 + level / 2))
    error = float(np.sqrt(covariance[0, 0]))
    if not slope > z * error:
        raise StandexError(
            f"photon transfer: the variance does not grow with the light (slope {slope:.3g} +- "
            f"{error:.2g}); were the spectra averaged or processed by the device?"
        )
    gain = 1 / slope
    foot_high = max(foot + float(ndtri(level)) * float(np.sqrt(covariance[1, 1])), 0.0)
    return PhotonTransfer(
        gain_e_per_count=float(gain),
        gain_low_e_per_count=float(1 / (slope + z * error)),
        gain_high_e_per_count=float(1 / (slope - z * error)),
        read_noise_e=float(np.sqrt(max(foot, 0.0)) * gain),
        read_noise_high_e=float(np.sqrt(foot_high) * gain),
        level=level,
        n_repeats=n_repeats,
        n_channels=len(mean),
        chi2_per_channel=chi2,
    )
