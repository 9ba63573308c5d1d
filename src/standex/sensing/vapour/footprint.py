"""Whose air was it: where people were, and how long ago, whose air a look at an inlet may hold."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.observation import DriftFootprint

ARRIVALS = 9  # moments of a look that its air may have arrived at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AirFlow:
    """How air gets from people to an inlet.

    A puff moves with the mean wind and spreads: its variance per axis is
    source^2 + 2 diffusivity age + (wind_std age)^2, the last of a mean wind known no better. Walls
    and the wake that one person leaves for the next are left out.

    Attributes:
        wind_site_m_per_s: mean movement of the air.
        wind_std_m_per_s: standard deviation of that, per axis.
        diffusivity_m2_per_s: turbulent, per axis; indoors about 0.01 to 0.1.
        source_m: standard deviation of the air around a person.
        transport_s: from the mouth of the inlet to the sensor, through its tube.
        p_contribute: P(somebody whose own air the inlet draws in contributes to what it shows).
    """

    wind_site_m_per_s: Float[np.ndarray, " 2"]
    wind_std_m_per_s: float
    diffusivity_m2_per_s: float
    source_m: float
    transport_s: float
    p_contribute: float

    def __post_init__(self) -> None:
        for name in ("wind_std_m_per_s", "diffusivity_m2_per_s", "transport_s"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(
                    f"{name} must be finite and not below 0, got {getattr(self, name)}"
                )
        if not 0 < self.source_m < np.inf:
            raise ValueError(f"source_m must be positive and finite, got {self.source_m}")
        if not 0 < self.p_contribute <= 1:
            raise ValueError(f"p_contribute must be inside (0, 1], got {self.p_contribute}")
        if not np.isfinite(self.wind_site_m_per_s).all():
            raise ValueError(f"wind_site_m_per_s must be finite, got {self.wind_site_m_per_s}")


def puff_density_per_m2(
    x_site_m: Float[np.ndarray, " nx"],
    y_site_m: Float[np.ndarray, " ny"],
    *,
    inlet_site_m: Float[np.ndarray, " 2"],
    air: AirFlow,
    transit_s: Float[np.ndarray, " n"],
) -> Float[np.ndarray, "n nx ny"]:
    """Return the density at the inlet of a puff let go at each place, a transit time later.

    The floor's integral over the places is one for every transit time that is not negative (mass is
    conserved: what spreads is thinner, not less), and zero for the others.

    Args:
        x_site_m: of the places.
        y_site_m: of the places.
        inlet_site_m: x, y of the inlet.
        air: how it moves.
        transit_s: how long the air was on its way.

    References:
        Csanady, Turbulent Diffusion in the Environment, 1973, chapter 2 (puffs in a uniform flow).
    """
    t_s = np.maximum(transit_s, 0.0)
    var_m2 = (
        air.source_m**2 + 2 * air.diffusivity_m2_per_s * t_s + (air.wind_std_m_per_s * t_s) ** 2
    )
    wind_x, wind_y = air.wind_site_m_per_s
    off_x = inlet_site_m[0] - x_site_m[None, :] - wind_x * t_s[:, None]
    off_y = inlet_site_m[1] - y_site_m[None, :] - wind_y * t_s[:, None]
    along_x = np.exp(-0.5 * off_x**2 / var_m2[:, None])
    along_y = np.exp(-0.5 * off_y**2 / var_m2[:, None])
    density = along_x[:, :, None] * along_y[:, None, :] / (2 * np.pi * var_m2[:, None, None])
    return np.where((transit_s >= 0)[:, None, None], density, 0.0)


def drift_footprint(
    inlet_site_m: Float[np.ndarray, " 2"],
    air: AirFlow,
    *,
    age_s: Float[np.ndarray, " ages"],
    x_site_m: Float[np.ndarray, " nx"],
    y_site_m: Float[np.ndarray, " ny"],
    arrived_s: tuple[float, float],
) -> DriftFootprint:
    """Return where and when people were whose air a look may hold.

    The weight of a place and age is the chance that somebody there then contributed: in proportion
    to the density of their air at the inlet, ``p_contribute`` for somebody who stands right at it,
    at whichever moment of the look it was densest: gas was there all the time between.

    Args:
        inlet_site_m: x, y of the inlet.
        air: how it moves.
        age_s: before the look's time, ascending.
        x_site_m: cell centres, ascending.
        y_site_m: cell centres, ascending.
        arrived_s: first and last moment at which gas was there, before the look's time (positive:
            earlier), the earlier one first.

    Raises:
        ValueError: ``arrived_s`` is not in order.
    """
    first_s, last_s = arrived_s
    if not first_s >= last_s:
        raise ValueError(f"arrived_s must have the earlier moment first, got {arrived_s}")
    moments = np.linspace(first_s, last_s, ARRIVALS if first_s > last_s else 1)
    at_peak = 2 * np.pi * air.source_m**2 * air.p_contribute
    densest = np.zeros((len(age_s), len(x_site_m), len(y_site_m)))
    for moment in moments.tolist():
        density = puff_density_per_m2(
            x_site_m,
            y_site_m,
            inlet_site_m=inlet_site_m,
            air=air,
            transit_s=age_s - moment - air.transport_s,
        )
        densest = np.maximum(densest, density)
    return DriftFootprint(
        age_s=age_s,
        x_site_m=x_site_m,
        y_site_m=y_site_m,
        weight=np.clip(at_peak * densest, 0.0, 1.0),
    )
