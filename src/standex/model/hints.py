"""Where to look: what the picture tells the sensors."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hints:
    """Regions around the people, one per row, as expected at ``t_utc_ns``.

    Hints change where a sensor looks, never how a score becomes a likelihood. They carry no
    track number: what a sensor finds is attached by its footprint, not by who was expected.

    Attributes:
        t_utc_ns: time the positions hold for.
        position_site_m: x, y of each person.
        velocity_site_m_per_s: of each person.
        spread_m: one standard deviation of the position.
        need: how much another look would help, 0 (nothing more to learn) to 1.
    """

    t_utc_ns: int
    position_site_m: Float[np.ndarray, "n 2"]
    velocity_site_m_per_s: Float[np.ndarray, "n 2"]
    spread_m: Float[np.ndarray, " n"]
    need: Float[np.ndarray, " n"]

    def at(self, t_utc_ns: int) -> Float[np.ndarray, "n 2"]:
        """Return the positions at another time, at constant velocity."""
        dt_s = (t_utc_ns - self.t_utc_ns) * 1e-9
        return self.position_site_m + dt_s * self.velocity_site_m_per_s


def no_hints(t_utc_ns: int) -> Hints:
    """Return hints about nobody."""
    return Hints(
        t_utc_ns=t_utc_ns,
        position_site_m=np.zeros((0, 2)),
        velocity_site_m_per_s=np.zeros((0, 2)),
        spread_m=np.zeros(0),
        need=np.zeros(0),
    )
