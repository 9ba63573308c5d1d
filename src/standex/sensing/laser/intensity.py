"""Relative intensity: how much of the light of each channel the instrument lets through."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_smoothing_spline

from standex.model.errors import StandexError
from standex.sensing.laser.shot import axis_problem

LEAST_RESPONSE = 0.02  # of the largest; below it noise would be divided by next to nothing
LEAST_CHANNELS = 32
SRM_2241_LASER_NM = 785.0
SRM_2241_RANGE_PER_CM = (200.0, 3500.0)
# Constant first, of the Raman shift in per cm; NIST certificate of SRM 2241.
SRM_2241 = (9.71937e-2, 2.28325e-4, -5.86762e-8, 2.16023e-10, -9.77171e-14, 1.15596e-17)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntensityCalibration:
    """Relative response of an instrument along its axis.

    Attributes:
        calibration_id: name and version.
        instrument: which device it belongs to.
        made_utc_ns: when.
        expires_utc_ns: from then on it must not be used.
        provenance: what it was made from, in words.
        reference: of which source, as ``NIST SRM 2241``.
        axis_per_cm: strictly ascending; outside it nothing is known.
        response: counts a unit of light, 1 at its largest.
    """

    calibration_id: str
    instrument: str
    made_utc_ns: int
    expires_utc_ns: int
    provenance: str
    reference: str
    axis_per_cm: Float[np.ndarray, " k"]
    response: Float[np.ndarray, " k"]

    def response_at(self, shift_per_cm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the response; NaN outside the axis and where next to no light comes through."""
        inside = (shift_per_cm >= self.axis_per_cm[0]) & (shift_per_cm <= self.axis_per_cm[-1])
        value = np.interp(shift_per_cm, self.axis_per_cm, self.response)
        return np.where(inside & (value >= LEAST_RESPONSE), value, np.nan)

    def corrected(
        self,
        signal: Float[np.ndarray, " n"],
        variance: Float[np.ndarray, " n"],
        shift_per_cm: Float[np.ndarray, " n"],
    ) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """Return signal and variance divided by the response and its square.

        For display, and to build libraries that other instruments can use. Detection goes the
        other way: it multiplies the library by the response and leaves the counts as they are.
        """
        response = self.response_at(shift_per_cm)
        return signal / response, variance / response**2


def srm_2241(shift_per_cm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the certified relative intensity of NIST SRM 2241; NaN outside its range.

    For excitation at 785 nm, at 20 to 25 degrees C, per unit of wavenumber.

    References:
        NIST, Certificate of SRM 2241; Choquette et al., Appl. Spectrosc. 61 (2007) 117.
    """
    low, high = SRM_2241_RANGE_PER_CM
    value = np.polynomial.polynomial.polyval(shift_per_cm, SRM_2241)
    return np.where((shift_per_cm >= low) & (shift_per_cm <= high), value, np.nan)


def intensity_from(
    shift_per_cm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    true: Float[np.ndarray, " channels"],
    *,
    reference: str,
    calibration_id: str,
    instrument: str,
    provenance: str,
    made_utc_ns: int,
    expires_utc_ns: int,
) -> IntensityCalibration:
    """Return the relative response from a source whose relative intensity is known.

    Measured over true, smoothed by a spline whose stiffness generalised cross-validation chooses:
    it takes the noise out and leaves what is wider than a few channels (etalon fringes).

    Args:
        shift_per_cm: of the channels, calibrated, strictly monotone.
        counts: of the source, dark taken off.
        true: its relative intensity per channel (``srm_2241``, or a certified LED); NaN where it
            is not known.
        reference: name of the source.
        calibration_id: name and version.
        instrument: which device.
        provenance: in words.
        made_utc_ns: when.
        expires_utc_ns: until when it may be used.

    Raises:
        StandexError: the axis or the counts cannot be used, or too few channels have light.
    """
    wrong = axis_problem(shift_per_cm)
    known = np.isfinite(true) & np.isfinite(counts) & (true > 0)
    if wrong or int(known.sum()) < LEAST_CHANNELS:
        raise StandexError(
            f"{reference}: the spectrum cannot be used: "
            + (wrong or f"{int(known.sum())} channels lie where the source is known")
        )
    if not np.median(counts[known]) > 0:
        raise StandexError(f"{reference}: no light in most channels; was too much dark taken off?")
    order = np.argsort(shift_per_cm[known])
    axis = shift_per_cm[known][order]
    ratio = (counts[known] / true[known])[order]
    # The noise of the ratio follows the light; counts as weights would follow single channels.
    weight = true[known][order] ** 2
    smooth = np.asarray(make_smoothing_spline(axis, ratio, w=weight / weight.mean())(axis))
    largest = float(smooth.max())
    if not largest > 0 or not np.isfinite(smooth).all():
        raise StandexError(f"{reference}: no response is left; was too much dark taken off?")
    response = np.maximum(smooth / largest, 0.0)
    if float(np.mean(response >= LEAST_RESPONSE)) < 0.5:
        raise StandexError(
            f"{reference}: most channels have under {100 * LEAST_RESPONSE:.0f} % of the largest "
            "response; is a channel hot, or the wrong source in front?"
        )
    return IntensityCalibration(
        calibration_id=calibration_id,
        instrument=instrument,
        made_utc_ns=made_utc_ns,
        expires_utc_ns=expires_utc_ns,
        provenance=provenance,
        reference=reference,
        axis_per_cm=axis,
        response=response,
    )


def disagreement(
    first: IntensityCalibration,
    second: IntensityCalibration,
    *,
    range_per_cm: tuple[float, float] | None = None,
) -> float:
    """Return the largest relative difference of two responses, each scaled to its own mean.

    Of one instrument by two sources (lamp against glass) it is the error of one of them.

    Args:
        first: one.
        second: another.
        range_per_cm: to compare over; all that both know by default.

    Raises:
        ValueError: they have no range in common.
    """
    low = max(first.axis_per_cm[0], second.axis_per_cm[0])
    high = min(first.axis_per_cm[-1], second.axis_per_cm[-1])
    if range_per_cm is not None:
        low, high = max(low, range_per_cm[0]), min(high, range_per_cm[1])
    if not high > low:
        raise ValueError(f"the responses have no range in common: {low:g} to {high:g} per cm")
    axis = np.linspace(low, high, 500)
    one, other = first.response_at(axis), second.response_at(axis)
    both = np.isfinite(one) & np.isfinite(other)
    if not both.any():
        raise ValueError("the responses have no light in common")
    one, other = one[both] / one[both].mean(), other[both] / other[both].mean()
    return float(np.abs(one / other - 1).max())
