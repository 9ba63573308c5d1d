"""Coming in: parties wait at their entrance until there is room for all of them side by side."""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, replace

import numpy as np

from standex.twin.crowd.arrivals import Party, draw_arrivals, draw_coming_back
from standex.twin.crowd.ground import Ground
from standex.twin.crowd.plan import CrowdPlan
from standex.twin.crowd.route import Route, route_of
from standex.twin.crowd.visit import Visit
from standex.twin.crowd.walkers import Walkers

_MOST_TRIES = 6  # parties in front of one entrance that are tried at a time
_RETRY = 15  # stream of chance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Newcomer:
    """Somebody who has just come in.

    Attributes:
        person: who.
        count: 0 on their first visit.
        party: with whom.
        agent: number among the walkers.
        aside_m: to the left of the middle of the party.
        route: their way.
    """

    person: int
    count: int
    party: Party
    agent: int
    aside_m: float
    route: Route


@dataclass(slots=True, kw_only=True)
class _Pending:
    """A party that wants to come in."""

    party: Party
    people: list[tuple[int, int]]  # person, count of the visit
    n_tries: int = 0


class Entrances:
    """Everybody who is still to come in, for the first time or again."""

    def __init__(self, plan: CrowdPlan, ground: Ground, *, duration_s: float, seed: int) -> None:
        """Draw the arrivals; nobody has come in yet."""
        self._plan, self._ground, self._seed = plan, ground, seed
        self._coming = deque(draw_arrivals(plan, duration_s=duration_s, seed=seed))
        self._back: list[tuple[float, int, Party, tuple[int, int]]] = []
        self._pending: dict[str, list[_Pending]] = defaultdict(list)
        self._n_parties, self._n_people = len(self._coming), 0
        self.n_due, self.n_blocked, self.most_wait_s = 0, 0, 0.0

    @property
    def is_idle(self) -> bool:
        """Return whether nobody is left to come in."""
        return not (self._coming or self._back or any(self._pending.values()))

    def n_waiting(self, name: str) -> int:
        """Return how many parties are due at an entrance and find no room."""
        return len(self._pending[name])

    def say_goodbye(self, visit: Visit, t_s: float) -> None:
        """Take note of somebody who leaves, and may come back."""
        again = draw_coming_back(self._plan, person=visit.person, seed=self._seed)
        if visit.count or again is None:
            return
        party = replace(
            visit.party,
            number=self._n_parties,
            due_s=t_s + again.after_s,
            n_people=1,
            across=again.across,
            pause=None,
        )
        self._n_parties += 1
        heapq.heappush(self._back, (party.due_s, party.number, party, (visit.person, 1)))

    def let_in(self, walkers: Walkers, place_site_m: np.ndarray, t_s: float) -> list[Newcomer]:
        """Put everybody onto the floor who is due and finds room.

        Args:
            walkers: to put them among.
            place_site_m: where others are.
            t_s: now.
        """
        self._announce(t_s)
        taken, came = list(place_site_m), list[Newcomer]()
        for queue in self._pending.values():
            for pending in list(queue[:_MOST_TRIES]):
                party = self._place(pending, walkers, taken)
                if party:
                    queue.remove(pending)
                    came += party
                    self.most_wait_s = max(self.most_wait_s, t_s - pending.party.due_s)
                else:
                    pending.n_tries += 1
                    self.n_blocked += 1
        return came

    def route(self, party: Party, across: float, aside_m: float) -> Route:
        """Return the way of one member of a party."""
        flow = self._plan.flows[party.flow]
        return route_of(self._plan, self._ground, flow, across=across, aside_m=aside_m)

    def _announce(self, t_s: float) -> None:
        due: list[_Pending] = []
        while self._coming and self._coming[0].due_s <= t_s:
            party = self._coming.popleft()
            people = [(self._n_people + k + 1, 0) for k in range(party.n_people)]
            self._n_people += party.n_people
            due.append(_Pending(party=party, people=people))
        while self._back and self._back[0][0] <= t_s:
            _, _, party, person = heapq.heappop(self._back)
            due.append(_Pending(party=party, people=[person]))
        for pending in due:
            self.n_due += len(pending.people)
            self._pending[self._plan.flows[pending.party.flow].from_name].append(pending)

    def _place(
        self, pending: _Pending, walkers: Walkers, taken: list[np.ndarray]
    ) -> list[Newcomer]:
        """Place a whole party, or nobody of it."""
        party, across = pending.party, pending.party.across
        if pending.n_tries:  # another place at the same entrance
            stream = [self._seed, _RETRY, party.number, pending.n_tries]
            across = float(np.random.default_rng(stream).random())
        middle = (len(pending.people) - 1) / 2
        aside_m = [(k - middle) * self._plan.parties.abreast_m for k in range(len(pending.people))]
        routes = [self.route(party, across, one) for one in aside_m]
        starts = [route.start_site_m for route in routes]
        if not _has_room(starts, taken, 2 * self._plan.walking.radius_m + 0.02):
            return []
        agents: list[int] = []
        for start in starts:
            agent = walkers.add(start, speed_m_per_s=party.speed_m_per_s)
            if agent is None:
                for one in agents:
                    walkers.remove(one)
                return []
            agents.append(agent)
        taken += starts
        return [
            Newcomer(person=person, count=count, party=party, agent=agent, aside_m=one, route=route)
            for (person, count), agent, one, route in zip(
                pending.people, agents, aside_m, routes, strict=True
            )
        ]


def _has_room(starts: list[np.ndarray], taken: list[np.ndarray], room_m: float) -> bool:
    others = np.array(taken).reshape(-1, 2)
    for k, start in enumerate(starts):
        near = np.concatenate([others, np.array(starts[:k]).reshape(-1, 2)]) - start
        if len(near) and float(np.hypot(near[:, 0], near[:, 1]).min()) < room_m:
            return False
    return True
