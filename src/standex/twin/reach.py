"""Who is in reach of a sensor and whom others hide from it: simple rules, on the floor.

They are those by which the sensors themselves choose whom to look at, applied to where people are
rather than to where they are taken to be.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

FACING = 0.8  # cosine between a person's way and the way towards the sensor
LEAST_M_PER_S = 0.4  # slower people have no heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a sensor looks, in its own frame: x forward, y left.

    A rule whose length is 0 does not apply.

    Attributes:
        near_m: whoever is nearer is not looked at.
        far_m: nor is whoever is further.
        half_width_m: nor who is further to the side.
        clear_m: nobody else may be so near to whom is looked at.
        clear_path_m: nor so near in path length from pillar to pillar.
        path_period_m: at which path lengths are alike.
        clear_sight_m: nor so near to the line of sight from a pillar.
        half_distance_m: of the pillars from the middle of the lane.
        beam_m: whoever is further reflects nothing.
        facing: whether people must walk towards the sensor.
    """

    near_m: float
    far_m: float
    half_width_m: float
    clear_m: float = 0.0
    clear_path_m: float = 0.0
    path_period_m: float = np.inf
    clear_sight_m: float = 0.0
    half_distance_m: float = 0.0
    beam_m: float = np.inf
    facing: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.near_m < self.far_m or not self.half_width_m > 0:
            raise ValueError(
                f"the reach must be from near to far and have a width, got {self.near_m} to "
                f"{self.far_m} m, half width {self.half_width_m} m"
            )

    def inside(
        self, place_m: Float[np.ndarray, "n 2"], velocity_m_per_s: Float[np.ndarray, "n 2"]
    ) -> Bool[np.ndarray, " n"]:
        """Return who could be looked at if they were alone."""
        is_inside = (
            (place_m[:, 0] > self.near_m)
            & (place_m[:, 0] < self.far_m)
            & (np.abs(place_m[:, 1]) < self.half_width_m)
        )
        if self.facing:
            speed = np.hypot(*velocity_m_per_s.T)
            is_inside &= (speed > LEAST_M_PER_S) & (-velocity_m_per_s[:, 0] > FACING * speed)
        return is_inside

    def hidden(self, place_m: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
        """Return whom others keep from being looked at."""
        n = len(place_m)
        found = np.zeros(n, dtype=bool)
        if n < 2:
            return found
        if self.clear_m:
            apart = np.hypot(*(place_m[:, None] - place_m[None]).transpose(2, 0, 1))
            np.fill_diagonal(apart, np.inf)
            found |= apart.min(axis=1) < self.clear_m
        pillars = np.array([[0.0, self.half_distance_m], [0.0, -self.half_distance_m]])
        if self.clear_path_m:
            found |= self._alike(place_m, pillars)
        if self.clear_sight_m:
            for pillar in pillars:
                found |= _shaded(place_m - pillar, self.clear_sight_m)
        return found

    def _alike(self, place_m: np.ndarray, pillars: np.ndarray) -> np.ndarray:
        """Return whose path from pillar to pillar is as long as somebody else's."""
        path = np.sum([np.hypot(*(place_m - pillar).T) for pillar in pillars], axis=0)
        apart = path[:, None] - path[None, :]
        if np.isfinite(self.path_period_m):
            apart = apart - self.path_period_m * np.rint(apart / self.path_period_m)
        reflects = (
            (place_m[:, 0] > 0)
            & (np.hypot(*place_m.T) < self.beam_m)
            & (np.abs(place_m[:, 1]) < self.half_distance_m + 0.1)
        )
        alike = (np.abs(apart) < self.clear_path_m) & reflects[None, :]
        np.fill_diagonal(alike, val=False)
        return alike.any(axis=1)


def _shaded(ray_m: np.ndarray, clear_m: float) -> np.ndarray:
    """Return who has somebody else in the line of sight from the origin."""
    length2 = np.maximum((ray_m**2).sum(axis=1), 1e-9)
    along = (ray_m @ ray_m.T) / length2[:, None]  # [i, j]: where j is on the way to i
    across = np.abs(ray_m[:, None, 0] * ray_m[None, :, 1] - ray_m[:, None, 1] * ray_m[None, :, 0])
    across = across / np.sqrt(length2)[:, None]
    shades = (along > 0) & (along < 1) & (across < clear_m)
    np.fill_diagonal(shades, val=False)
    return shades.any(axis=1)
