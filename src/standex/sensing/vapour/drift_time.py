"""The axis of an ion-mobility spectrum: relative to the reactant ion, as reduced mobility."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

ZERO_C_K = 273.15
STANDARD_HPA = 1013.25
CM2_PER_M2 = 1e4
S_PER_MS = 1e-3


class NoReactantIonError(ValueError):
    """No reactant ion is where it should be: used up, or the spectrometer does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingError:
    """Standard deviations of what reduced mobility is computed from.

    Attributes:
        drift_time_ms: of a peak.
        temperature_c: of the drift gas.
        pressure_hpa: of the drift gas.
        drift_v: along the tube.
        drift_length_m: of the tube.
    """

    drift_time_ms: float = 0.005
    temperature_c: float = 1.0
    pressure_hpa: float = 2.0
    drift_v: float = 10.0
    drift_length_m: float = 1e-4


def reduced_mobility_cm2_per_vs(
    drift_time_ms: Float[np.ndarray, "..."] | float,
    *,
    temperature_c: float,
    pressure_hpa: float,
    drift_v: float,
    drift_length_m: float,
) -> Float[np.ndarray, "..."]:
    """Return K0 = L^2 / (V t) * (273.15 K / T) * (P / 1013.25 hPa).

    Args:
        drift_time_ms: positive.
        temperature_c: of the drift gas.
        pressure_hpa: of the drift gas.
        drift_v: along the tube.
        drift_length_m: of the tube.

    Raises:
        ValueError: a drift time is not positive.

    References:
        Eiceman, Karpas, Hill, Ion Mobility Spectrometry, 3rd ed., 2013, chapter 2.
    """
    time_s = np.asarray(drift_time_ms, dtype=np.float64) * S_PER_MS
    if not np.all(time_s > 0):
        raise ValueError(f"drift times must be positive, the least is {np.min(drift_time_ms)} ms")
    mobility = drift_length_m**2 / (drift_v * time_s) * CM2_PER_M2
    standard = ZERO_C_K / (ZERO_C_K + temperature_c) * pressure_hpa / STANDARD_HPA
    return np.asarray(mobility * standard)


def relative_mobility_std(
    drift_time_ms: float,
    *,
    temperature_c: float,
    pressure_hpa: float,
    drift_v: float,
    drift_length_m: float,
    error: ReadingError,
) -> float:
    """Return the standard deviation of K0 over K0: what all readings add, to first order."""
    parts = (
        error.drift_time_ms / drift_time_ms,
        error.temperature_c / (ZERO_C_K + temperature_c),
        error.pressure_hpa / pressure_hpa,
        error.drift_v / drift_v,
        2 * error.drift_length_m / drift_length_m,
    )
    return float(np.sqrt(sum(part**2 for part in parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactantIon:
    """The reactant ion of a spectrum.

    Attributes:
        drift_time_ms: of its top.
        drift_time_std_ms: of that.
        height: over the foot of the spectrum, in the device's unit.
        width_ms: standard deviation of the peak, from its curvature.
    """

    drift_time_ms: float
    drift_time_std_ms: float
    height: float
    width_ms: float


def reactant_ion(
    drift_time_ms: Float[np.ndarray, " k"],
    intensity: Float[np.ndarray, " k"],
    *,
    expected_ms: float,
    tolerance: float,
    noise_std: float,
    least_height: float,
) -> ReactantIon:
    """Return the strongest peak near where the reactant ion should be.

    The top is that of a parabola through the samples above seven tenths of it; a Gaussian's log
    would be one exactly, but a tail drowns there first.

    Args:
        drift_time_ms: axis, ascending.
        intensity: one spectrum or the mean of some.
        expected_ms: from its reduced mobility, temperature, pressure and field.
        tolerance: share of ``expected_ms`` that it may be off.
        noise_std: of a sample.
        least_height: over the median of the spectrum.

    Raises:
        NoReactantIonError: nothing so high is there, or its top is at an end of the range.
    """
    near = np.flatnonzero(np.abs(drift_time_ms / expected_ms - 1) <= tolerance)
    foot = float(np.median(intensity))
    if len(near) < 5:
        raise NoReactantIonError(
            f"the spectrum ends before the reactant ion, due at {expected_ms:.2f} ms"
        )
    top = int(near[np.argmax(intensity[near])])
    height = float(intensity[top]) - foot
    if not height >= least_height or top in (near[0], near[-1]):
        raise NoReactantIonError(
            f"no reactant ion within {100 * tolerance:.0f} % of {expected_ms:.2f} ms: "
            f"{height:.3g} over the foot, {least_height:.3g} is wanted"
        )
    low = high = top
    while low > 0 and intensity[low - 1] - foot > 0.7 * height:
        low -= 1
    while high < len(intensity) - 1 and intensity[high + 1] - foot > 0.7 * height:
        high += 1
    low, high = min(low, top - 1), max(high, top + 1)
    rows = slice(low, high + 1)
    step_ms = float(drift_time_ms[high] - drift_time_ms[low])
    u = (drift_time_ms[rows] - drift_time_ms[top]) / step_ms
    design = np.stack([np.ones_like(u), u, u**2], axis=1)
    inverse = np.linalg.inv(design.T @ design)
    c0, c1, c2 = inverse @ design.T @ (intensity[rows] - foot)
    if not c2 < 0:
        raise NoReactantIonError(f"the peak near {expected_ms:.2f} ms has no top")
    at = -c1 / (2 * c2)
    slope = np.array([0.0, -1 / (2 * c2), c1 / (2 * c2**2)])
    at_std = noise_std * np.sqrt(slope @ inverse @ slope)
    # Around its top a Gaussian is h (1 - u^2 / 2 s^2).
    width_ms = step_ms * np.sqrt(max(c0, height) / (-2 * c2))
    return ReactantIon(
        drift_time_ms=float(drift_time_ms[top] + at * step_ms),
        drift_time_std_ms=float(at_std * step_ms),
        height=height,
        width_ms=float(width_ms),
    )
