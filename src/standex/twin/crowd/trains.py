"""Platforms: where people wait, and when they may board."""

from dataclasses import dataclass, field

import numpy as np

from standex.twin.crowd.ground import Ground
from standex.twin.crowd.plan import CrowdPlan, Platform

SPOT_M = 0.7  # from one who waits to the next
CLEAR_OF_DOOR_M = 1.2  # those who alight need room


@dataclass(slots=True, kw_only=True)
class Waiting:
    """The standing places of one platform, as they fill.

    Attributes:
        platform: as planned.
        spot_site_m: places; the last ones are taken by several when all are full.
        taken: by row.
    """

    platform: Platform
    spot_site_m: np.ndarray
    taken: set[int] = field(default_factory=set[int])

    def take(self, door_site_m: np.ndarray) -> int:
        """Return the free place nearest to a door, or else the place nearest to it."""
        away_m = np.hypot(*(self.spot_site_m - door_site_m).T)
        order = np.argsort(away_m, kind="stable").tolist()
        row = next((row for row in order if row not in self.taken), order[-1])
        self.taken.add(row)
        return row

    def is_boarding(self, t_s: float, *, n_alighting: int) -> bool:
        """Return whether people may board: all are out, or half of the stop is over."""
        platform = self.platform
        since_s = (t_s - platform.first_s) % platform.headway_s
        return platform.is_open(t_s) and bool(n_alighting == 0 or since_s > platform.dwell_s / 2)


def waiting_places(plan: CrowdPlan, ground: Ground) -> dict[str, Waiting]:
    """Return the standing places of each platform, by name."""
    return {
        platform.name: Waiting(platform=platform, spot_site_m=_spots(platform, ground))
        for platform in plan.platforms
    }


def _spots(platform: Platform, ground: Ground) -> np.ndarray:
    low, high = platform.waiting_min_site_m, platform.waiting_max_site_m
    x, y = (np.arange(a, b, SPOT_M) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    grid = grid[ground.is_clear(grid)]
    away_m = np.hypot(
        grid[:, None, 0] - platform.door_site_m[None, :, 0],
        grid[:, None, 1] - platform.door_site_m[None, :, 1],
    ).min(axis=1)
    spots = grid[away_m > CLEAR_OF_DOOR_M]
    return spots if len(spots) else (low + high)[None, :] / 2
