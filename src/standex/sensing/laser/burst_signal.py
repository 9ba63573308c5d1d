"""From a burst's raw counts to signals that can be fitted: spikes and lost channels taken out."""

import numpy as np
from jaxtyping import Bool, Float

from standex.sensing.laser.cosmic_rays import spikes_across, spikes_single
from standex.sensing.laser.shot import ShotRecord
from standex.sensing.laser.shot_quality import ShotQuality

MOST_MASKED = 0.1  # of the channels of a shot; beyond it, it is left out


def usable_signal(
    burst: ShotRecord, quality: ShotQuality, used: Bool[np.ndarray, " channels"]
) -> Float[np.ndarray, "shots used"]:
    """Return the signal of the shots that can be used, on the channels that are.

    The fit needs every channel: single bad ones are bridged between their neighbours, which says
    nothing of its own as long as there are few. A shot with many is left out.
    """
    signal = (burst.counts - burst.dark)[:, used]
    usable = quality.usable[:, used].copy()
    variance = np.stack([shot.variance_counts2[used] for shot in burst.shots])
    finite = np.where(usable, signal, np.nan)
    spread = np.where(np.isfinite(variance), variance, 1.0)
    if len(signal) > 1:
        usable &= ~spikes_across(finite, spread)
    else:
        filled = np.where(np.isfinite(finite), finite, 0.0)
        usable &= ~spikes_single(filled, spread, fwhm_channels=3.0)
    kept = [
        bridged(row, good)
        for row, good in zip(signal, usable, strict=True)
        if (~good).mean() <= MOST_MASKED
    ]
    return np.array(kept).reshape(len(kept), signal.shape[1])


def bridged(row: Float[np.ndarray, " n"], good: Bool[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return a row with bad samples on straight lines between good ones; some must be good."""
    channel = np.arange(len(row))
    return np.interp(channel, channel[good], row[good])
