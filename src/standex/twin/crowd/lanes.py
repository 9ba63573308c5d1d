"""Lanes of turnstiles: a queue and a clock each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from standex.twin.crowd.plan import CrowdPlan, Turnstiles

AT_HEAD_M = 0.35  # nearer to the head's place than this counts as standing there
_SERVICE = 14  # stream of chance


@dataclass(slots=True, kw_only=True)
class Lane:
    """One lane, as it goes.

    Attributes:
        kind: the turnstiles that it belongs to.
        number: of the lane, from 0.
        place_site_m: standing places, the head first.
        rng: of the service times.
        members: agents who queue here or walk to its end, the head first.
        head: who is being served.
        until_s: when they may go on.
        n_served: so far.
        busy_s: summed service times.
    """

    kind: Turnstiles
    number: int
    place_site_m: Float[np.ndarray, "places 2"]
    rng: np.random.Generator
    members: list[int] = field(default_factory=list[int])
    head: int | None = None
    until_s: float = 0.0
    n_served: int = 0
    busy_s: float = 0.0

    def order(self, where: Mapping[int, np.ndarray]) -> None:
        """Let who is nearer stand further ahead; who is being served stays first."""
        head_site_m = self.place_site_m[0]

        def rank(agent: int) -> tuple[bool, float, int]:
            away_m = float(np.hypot(*(where[agent] - head_site_m))) if agent in where else 1e9
            return agent != self.head, away_m, agent

        self.members.sort(key=rank)

    def place_of(self, agent: int) -> np.ndarray:
        """Return where a member shall stand now; the last place is for all who are left over."""
        row = self.members.index(agent)
        return self.place_site_m[min(row, len(self.place_site_m) - 1)]

    def serve(self, where: Mapping[int, np.ndarray], t_s: float) -> int | None:
        """Return who may go on now, if anybody; they are no member from then on.

        Args:
            where: everybody's place, by agent.
            t_s: now.
        """
        self.order(where)
        if not self.members or self.members[0] not in where:
            return None
        first = self.members[0]
        if self.head is None:
            if np.hypot(*(where[first] - self.place_site_m[0])) > AT_HEAD_M:
                return None
            served_s = service_s(self.kind, self.rng)
            self.head, self.until_s = first, t_s + served_s
            self.busy_s += served_s
        if t_s < self.until_s:
            return None
        self.members.remove(first)
        self.head = None
        self.n_served += 1
        return first


Lanes = Mapping[str, list[Lane]]  # by the name of the turnstiles


def open_lanes(plan: CrowdPlan, *, seed: int) -> Lanes:
    """Return the lanes of a plan, with nobody in them."""
    return {
        kind.name: [
            Lane(
                kind=kind,
                number=number,
                place_site_m=kind.place_site_m(number),
                rng=np.random.default_rng([seed, _SERVICE, row, number]),
            )
            for number in range(len(kind.head_site_m))
        ]
        for row, kind in enumerate(plan.turnstiles)
    }


def best_lane(lanes: list[Lane], place_site_m: Float[np.ndarray, " 2"]) -> Lane:
    """Return the lane with the fewest people, four metres further counting as somebody."""

    def cost(lane: Lane) -> float:
        away_m = float(np.hypot(*(lane.place_site_m[0] - place_site_m)))
        return len(lane.members) + away_m / 4.0

    return min(lanes, key=cost)


def service_s(kind: Turnstiles, rng: np.random.Generator) -> float:
    """Return one service time: log-normal with the stated mean and coefficient of variation."""
    variance = np.log1p(kind.service_cv**2)
    return float(kind.service_s * np.exp(rng.normal(-variance / 2, np.sqrt(variance))))
