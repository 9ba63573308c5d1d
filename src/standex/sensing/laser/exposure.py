"""How much light of a laser an eye may get, and from where on it gets no more: MPE and NOHD.

For planning and for refusing a site that cannot be right. It is no safety certificate: a laser is
classified, and its distances are set, by whoever answers for it.

References:
    IEC 60825-1:2014, table A.1 (maximum permissible exposure of the eye, collimated beam), its
    rules for repeated pulses, and its definition of the nominal ocular hazard distance.
"""

from dataclasses import dataclass

import numpy as np

SHORTEST_S, LONGEST_S = 1e-9, 10.0
FROM_NM, TO_NM = 180.0, 1400.0
ULTRAVIOLET_NM = 400.0  # below, exposure adds up over a working day


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """A pulsed laser beam.

    Attributes:
        wavelength_nm: of the light.
        pulse_energy_j: of one shot.
        pulse_s: its duration.
        diameter_m: of the beam at its exit.
        divergence_rad: full angle; 0 for a collimated beam.
    """

    wavelength_nm: float
    pulse_energy_j: float
    pulse_s: float
    diameter_m: float
    divergence_rad: float = 0.0

    def __post_init__(self) -> None:
        for name in ("wavelength_nm", "pulse_energy_j", "pulse_s", "diameter_m"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and above 0, got {getattr(self, name)}")
        if not 0 <= self.divergence_rad < 1:
            raise ValueError(f"divergence_rad must be inside [0, 1), got {self.divergence_rad}")


def mpe_j_per_m2(wavelength_nm: float, exposure_s: float) -> float:
    """Return the maximum permissible radiant exposure of the eye by one exposure.

    Args:
        wavelength_nm: 180 to 1400.
        exposure_s: 1 ns to 10 s.

    Raises:
        ValueError: outside these ranges, where other rules hold.
    """
    if not FROM_NM <= wavelength_nm <= TO_NM:
        raise ValueError(f"wavelength_nm must be {FROM_NM:g} to {TO_NM:g}, got {wavelength_nm:g}")
    if not SHORTEST_S <= exposure_s <= LONGEST_S:
        raise ValueError(f"exposure_s must be 1e-9 to 10, got {exposure_s:g}")
    thermal_uv = 5.6e3 * exposure_s**0.25
    if wavelength_nm < 302.5:
        return 30.0
    if wavelength_nm < 315.0:
        photochemical = 10 ** (0.2 * (wavelength_nm - 295.0))
        return min(photochemical, thermal_uv)
    if wavelength_nm < ULTRAVIOLET_NM:
        return thermal_uv
    c4 = 1.0 if wavelength_nm < 700.0 else 10 ** (0.002 * (min(wavelength_nm, 1050.0) - 700.0))
    if wavelength_nm < 1050.0:
        return (2e-3 if exposure_s <= 5e-6 else 18 * exposure_s**0.75) * c4
    c7 = 1.0 if wavelength_nm < 1150.0 else 10 ** (0.018 * (min(wavelength_nm, 1200.0) - 1150.0))
    return (2e-2 if exposure_s <= 13e-6 else 90 * exposure_s**0.75) * c7


def mpe_of_shots_j_per_m2(beam: Beam, n_shots: int, *, within_s: float) -> float:
    """Return the radiant exposure that each of several shots at one person may have.

    Of the rules the strictest: one shot alone; all of them as one exposure, which in the
    ultraviolet adds up; and, beyond the ultraviolet, one shot lowered by the fourth root of their
    number.

    Args:
        beam: of the laser.
        n_shots: that one person may get.
        within_s: time from the first to the last, at most 10 s counts as one exposure.

    Raises:
        ValueError: see ``mpe_j_per_m2``; or there is no shot.
    """
    if n_shots < 1:
        raise ValueError(f"n_shots must be at least 1, got {n_shots}")
    alone = mpe_j_per_m2(beam.wavelength_nm, beam.pulse_s)
    if beam.wavelength_nm < ULTRAVIOLET_NM:
        return alone / n_shots
    together_s = min(max(within_s, beam.pulse_s), LONGEST_S)
    together = mpe_j_per_m2(beam.wavelength_nm, together_s) / n_shots
    return min(alone * n_shots**-0.25, together)


def hazard_distance_m(beam: Beam, n_shots: int, *, within_s: float) -> float:
    """Return the nominal ocular hazard distance: from there on no shot is above its limit.

    0 where it is nowhere above it, infinite where a collimated beam is above it everywhere.

    Args:
        beam: of the laser; its energy is taken to be spread evenly over the diameter.
        n_shots: that one person may get.
        within_s: time from the first to the last.

    Raises:
        ValueError: see ``mpe_of_shots_j_per_m2``.
    """
    limit = mpe_of_shots_j_per_m2(beam, n_shots, within_s=within_s)
    needed_m = float(np.sqrt(4 * beam.pulse_energy_j / (np.pi * limit)))
    if needed_m <= beam.diameter_m:
        return 0.0
    if beam.divergence_rad == 0:
        return float("inf")
    return (needed_m - beam.diameter_m) / beam.divergence_rad
