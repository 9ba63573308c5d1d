"""Somebody on the floor, from coming in to leaving: what changes from moment to moment."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from standex.twin.crowd.arrivals import Party, PauseKind
from standex.twin.crowd.lanes import Lane
from standex.twin.crowd.route import Leg, Route

Mode = Literal["walking", "queueing", "waiting", "boarding"]


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """One visit of one person, as it goes.

    Attributes:
        row: in order of coming in.
        person: who.
        count: 0 on their first visit.
        party: with whom they came.
        agent: number among the walkers.
        aside_m: to the left of the middle of the party.
        route: their way.
        from_frame: when they came in.
        anchor_site_m: where they were when they last got anywhere.
        anchor_s: when that was.
        leg: row of the route's legs.
        mode: what they are about.
        lane: where they queue.
        spot: row of the platform's standing places, where they wait.
        busy: what keeps them from their way for a while.
        busy_until_s: for how long.
        has_paused: whether the pause of their party is over or under way.
        speed_m_per_s: last set.
        n_frozen: times that they were found frozen.
    """

    row: int
    person: int
    count: int
    party: Party
    agent: int
    aside_m: float
    route: Route
    from_frame: int
    anchor_site_m: np.ndarray
    anchor_s: float
    leg: int = 0
    mode: Mode = "walking"
    lane: Lane | None = None
    spot: int | None = None
    busy: PauseKind | Literal["aside"] | None = None
    busy_until_s: float = 0.0
    has_paused: bool = False
    speed_m_per_s: float = 0.0
    n_frozen: int = 0

    @property
    def now(self) -> Leg:
        """Return the leg that they are on."""
        return self.route.legs[self.leg]

    def left_m(self, place_site_m: np.ndarray) -> float:
        """Return how far they have to go, straight from place to place."""
        away_m = float(np.hypot(*(self.now.target_site_m - place_site_m)))
        return away_m + self.now.left_over_m

    def has_passed(self, place_site_m: np.ndarray, *, by_m: float) -> bool:
        """Return whether they are at the end of their leg, or beside it and so far over it."""
        way = self.now.target_site_m - place_site_m
        return float(np.hypot(*way)) < 2.0 and float(way @ self.now.ahead_site) < by_m

    def rest(self, place_site_m: np.ndarray, t_s: float) -> None:
        """Take this place and time as the last at which they got anywhere."""
        self.anchor_site_m, self.anchor_s = place_site_m, t_s
