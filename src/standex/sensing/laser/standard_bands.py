"""Where the bands of a Raman shift standard are found on an axis, and how far off that is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.sensing.laser.peaks import PeakFit, fit_peaks, noise_of

LEAST_SNR = 4.0
REACH_PER_CM = 9.0  # 1583.1 and 1602.3 of polystyrene are told apart
TOGETHER = 2.2  # widths: bands closer than that are fitted together


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BandCheck:
    """Bands of an independent standard, as found with a calibration.

    Attributes:
        standard: its name.
        expected_per_cm: of each band.
        before_per_cm: found minus expected on the device's own axis; NaN where not found.
        after_per_cm: the same on the calibrated axis.
    """

    standard: str
    expected_per_cm: Float[np.ndarray, " bands"]
    before_per_cm: Float[np.ndarray, " bands"]
    after_per_cm: Float[np.ndarray, " bands"]

    @property
    def n_found(self) -> int:
        """Return how many bands were found."""
        return int(np.isfinite(self.after_per_cm).sum())

    @property
    def worst_before_per_cm(self) -> float:
        """Return the largest error of the device's own axis, or NaN where no band was found."""
        return _worst(self.before_per_cm)

    @property
    def worst_after_per_cm(self) -> float:
        """Return the largest error of the calibrated axis, or NaN where no band was found."""
        return _worst(self.after_per_cm)


def band_errors(
    shift_per_cm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    expected_per_cm: Float[np.ndarray, " bands"],
    *,
    reach_per_cm: float = REACH_PER_CM,
) -> Float[np.ndarray, " bands"]:
    """Return found minus expected of each band, NaN where none stands out near its place.

    Bands that overlap at the instrument's resolution are fitted together: each alone would be
    drawn to the other.

    Args:
        shift_per_cm: strictly ascending.
        counts: of the standard, finite.
        expected_per_cm: ascending.
        reach_per_cm: how far from its place a band is looked for.
    """
    channel = np.arange(len(shift_per_cm))
    found = [
        nearest_band(shift_per_cm, counts, float(band), reach_per_cm=reach_per_cm)
        for band in expected_per_cm
    ]
    off = np.full(len(expected_per_cm), np.nan)
    group: list[int] = []
    for k, one in enumerate(found):
        if one is None:
            continue
        group.append(k)
        after = found[k + 1] if k + 1 < len(found) else None
        if after is not None and after[0] - one[0] < TOGETHER * max(one[1], after[1]):
            continue
        places = tuple(place for row in group if (place := found[row]) is not None)
        fits = fit_peaks(
            counts,
            channels=tuple(place[0] for place in places),
            fwhm_channels=float(np.median([place[1] for place in places])),
        )
        for row, fit in zip(group, fits, strict=True):
            if fit is not None:
                at = np.interp(fit.channel, channel, shift_per_cm)
                off[row] = at - expected_per_cm[row]
        group = []
    return off


def nearest_band(
    shift_per_cm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    band_per_cm: float,
    *,
    reach_per_cm: float,
) -> tuple[int, float] | None:
    """Return channel and width in channels of the most prominent band near a place, or nothing."""
    if shift_per_cm[-1] < band_per_cm + reach_per_cm or shift_per_cm[0] > (
        band_per_cm - reach_per_cm
    ):
        return None
    around = (band_per_cm - 3 * reach_per_cm, band_per_cm + 3 * reach_per_cm)
    first, last = np.searchsorted(shift_per_cm, around)
    part = counts[first:last]
    if len(part) < 8:
        return None
    # Loaded for a calibration alone: it takes a second, of every start of a station with a laser.
    from scipy.signal import find_peaks, peak_widths  # noqa: PLC0415

    at, found = find_peaks(part, prominence=max(LEAST_SNR * noise_of(counts), 1e-12))
    near = np.abs(shift_per_cm[first + at] - band_per_cm) < reach_per_cm
    if not near.any():
        return None
    best = int(at[near][np.argmax(found["prominences"][near])])
    return int(first) + best, float(peak_widths(part, [best], rel_height=0.5)[0][0])


def band_fit(
    shift_per_cm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    band_per_cm: float,
    *,
    reach_per_cm: float,
) -> PeakFit | None:
    """Return the fit of the most prominent band near a place, or nothing."""
    place = nearest_band(shift_per_cm, counts, band_per_cm, reach_per_cm=reach_per_cm)
    if place is None:
        return None
    return fit_peaks(counts, channels=(place[0],), fwhm_channels=place[1])[0]


def _worst(off: np.ndarray) -> float:
    found = off[np.isfinite(off)]
    return float(np.abs(found).max()) if len(found) else float("nan")
