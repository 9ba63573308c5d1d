"""Walk a crowd: from the description to everybody's ways."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from standex.twin.crowd.companions import together
from standex.twin.crowd.entry import Entrances, Newcomer
from standex.twin.crowd.ground import Ground, ground_of
from standex.twin.crowd.lanes import Lane, Lanes, best_lane, open_lanes
from standex.twin.crowd.plan import CrowdPlan
from standex.twin.crowd.trains import Waiting, waiting_places
from standex.twin.crowd.truth import (
    Crowd,
    CrowdReport,
    CrowdTruth,
    LaneReport,
    Pause,
    made_trajectories,
)
from standex.twin.crowd.visit import Visit
from standex.twin.crowd.walkers import STEP_S, Walkers
from standex.twin.crowd.watchdog import ASIDE_S, REROUTE_AFTER, frozen, step_aside

LONGEST_DRAIN_S = 900.0  # who has not left so long after the last has come in, never will
_WATCH_EVERY_S = 0.5
SETTLING_S = 0.4  # who is to stop at a place slows down so long before
_ASIDE = 16  # stream of chance


@dataclass(slots=True, kw_only=True)
class _Tracks:
    """What is written down."""

    row: list[np.ndarray] = field(default_factory=list[np.ndarray])
    frame: list[np.ndarray] = field(default_factory=list[np.ndarray])
    place: list[np.ndarray] = field(default_factory=list[np.ndarray])


@dataclass(slots=True, kw_only=True)
class _Counts:
    frozen: int = 0
    nudged: int = 0
    rerouted: int = 0
    left: int = 0
    frozen_people: set[int] = field(default_factory=set[int])


def simulate_crowd(
    plan: CrowdPlan,
    *,
    duration_s: float,
    seed: int,
    frame_rate_hz: float = 10.0,
    name: str = "crowd",
) -> Crowd:
    """Return a crowd, everybody's ways and what is known about them.

    The floor is empty at first. People come in for ``duration_s``; then it goes on until everybody
    has left, those too who come back. The same plan, duration and seed give the same positions,
    bit for bit, with the same version of JuPedSim.

    Args:
        plan: of the crowd.
        duration_s: how long people come in.
        seed: of everything drawn.
        frame_rate_hz: of the ways, at most 20 and a whole fraction of it.
        name: of the trajectories.

    Raises:
        SiteError: the plan does not fit onto its floor.
        StandexError: the extra ``crowd`` is missing.
        ValueError: duration or frame rate is out of range.
    """
    steps = 1 / (STEP_S * frame_rate_hz) if frame_rate_hz > 0 else 0.0
    if steps < 1 or abs(steps - round(steps)) > 1e-9:
        raise ValueError(f"frame_rate_hz must be 20 over a whole number, got {frame_rate_hz}")
    if not 0 < duration_s < 1e6:
        raise ValueError(f"duration_s must be inside (0, 1e6), got {duration_s}")
    ground = ground_of(plan)
    walk = _Walk(plan, ground, duration_s=duration_s, seed=seed, frame_rate_hz=frame_rate_hz)
    while not walk.is_over:
        walk.tick()
        walk.walkers.advance(round(steps))
    return walk.result(name)


class _Walk:
    """A crowd on its way; one tick is one frame."""

    def __init__(
        self, plan: CrowdPlan, ground: Ground, *, duration_s: float, seed: int, frame_rate_hz: float
    ) -> None:
        self.plan, self.ground, self.seed = plan, ground, seed
        self.duration_s, self.rate_hz = duration_s, frame_rate_hz
        self.walkers = Walkers(ground.wkt, walking=plan.walking, seed=seed)
        self.lanes: Lanes = open_lanes(plan, seed=seed)
        self.waiting: dict[str, Waiting] = waiting_places(plan, ground)
        self.entrances = Entrances(plan, ground, duration_s=duration_s, seed=seed)
        self.inside: dict[int, Visit] = {}
        self.parties: dict[int, list[Visit]] = defaultdict(list)
        self.visits: list[Visit] = []
        self.last_frame: list[int] = []
        self.pauses: list[Pause] = []
        self.tracks, self.counts = _Tracks(), _Counts()
        self.frame = 0
        self.rng = np.random.default_rng([seed, _ASIDE])

    @property
    def t_s(self) -> float:
        """Return the time of this frame."""
        return self.frame / self.rate_hz

    @property
    def is_over(self) -> bool:
        """Return whether everybody has left, or never will."""
        is_idle = self.entrances.is_idle and not self.inside
        longest_s = self.duration_s + self.plan.returns.within_s + LONGEST_DRAIN_S
        return (is_idle and self.t_s >= self.duration_s) or self.t_s > longest_s

    def tick(self) -> None:
        """Write down where everybody is, and decide what they do next."""
        agents, places = self.walkers.now()
        where = dict(zip(agents.tolist(), places, strict=True))
        rows = np.array([self.inside[a].row if a in self.inside else -1 for a in where])
        self.tracks.row.append(rows.astype(np.int64))
        self.tracks.frame.append(np.full(len(rows), self.frame))
        self.tracks.place.append(places)
        for visit in list(self.inside.values()):
            place = where.get(visit.agent)
            if place is not None:
                self._go_on(visit, place)
        self._serve(where)
        for visit, speed in together(self.parties.values(), where):
            self._set_speed(visit, speed)
        if self.frame % max(1, round(_WATCH_EVERY_S * self.rate_hz)) == 0:
            self._watch(where)
        for new in self.entrances.let_in(self.walkers, places, self.t_s):
            self._enter(new)
        self.frame += 1

    # What one person does next

    def _go_on(self, visit: Visit, place: np.ndarray) -> None:
        if visit.busy is not None:
            if self.t_s < visit.busy_until_s:
                return
            visit.busy = None
            self._set_speed(visit, visit.party.speed_m_per_s)
            self._take_up(visit, place)
        match visit.mode:
            case "walking":
                self._pause(visit, place)
                by_m = 0.15 if visit.now.kind == "leave" else 0.3
                if visit.busy is None and visit.has_passed(place, by_m=by_m):
                    self._next_leg(visit, place)
            case "waiting" | "boarding":
                self._at_platform(visit, place)
            case "queueing":
                self._take_up(visit, place)

    def _next_leg(self, visit: Visit, place: np.ndarray) -> None:
        if visit.now.kind in ("leave", "board"):
            self._leave(visit)
            return
        visit.leg += 1
        self._begin_leg(visit, place)

    def _begin_leg(self, visit: Visit, place: np.ndarray) -> None:
        visit.mode, visit.lane = "walking", None
        self._set_speed(visit, visit.party.speed_m_per_s)
        if visit.now.kind == "queue":
            visit.mode = "queueing"
            visit.lane = best_lane(self.lanes[visit.now.name], place)
            visit.lane.members.append(visit.agent)
        elif visit.now.kind == "board":
            visit.mode = "waiting"
            visit.spot = self.waiting[visit.now.name].take(visit.now.target_site_m)
        visit.rest(place, self.t_s)
        self._take_up(visit, place)

    def _take_up(self, visit: Visit, place: np.ndarray) -> None:
        """Send somebody where their mode says."""
        if visit.mode == "queueing" and visit.lane is not None:
            self._stand_at(visit, place, visit.lane.place_of(visit.agent))
        elif visit.mode == "waiting" and visit.spot is not None:
            spots = self.waiting[visit.now.name].spot_site_m
            self._stand_at(visit, place, spots[visit.spot])
        else:
            self.walkers.aim(visit.agent, visit.now.target_site_m)

    def _stand_at(self, visit: Visit, place: np.ndarray, target: np.ndarray) -> None:
        """Send somebody to a place where they stop, without stepping to and fro about it."""
        away_m = float(np.hypot(*(target - place)))
        self.walkers.aim(visit.agent, target)
        self._set_speed(visit, min(visit.party.speed_m_per_s, away_m / SETTLING_S))

    def _at_platform(self, visit: Visit, place: np.ndarray) -> None:
        waiting = self.waiting[visit.now.name]
        n_alighting = self.entrances.n_waiting(visit.now.name)
        if visit.mode == "waiting" and visit.spot is not None:
            if waiting.is_boarding(self.t_s, n_alighting=n_alighting):
                visit.mode = "boarding"
                self._set_speed(visit, visit.party.speed_m_per_s)
                self._take_up(visit, place)
            else:
                self._take_up(visit, place)
        elif not waiting.platform.is_open(self.t_s):
            visit.mode = "waiting"
            self._take_up(visit, place)
        elif np.hypot(*(visit.now.target_site_m - place)) < 0.5:
            self._leave(visit)

    def _pause(self, visit: Visit, place: np.ndarray) -> None:
        """Let a whole party stand, or turn round, when the first of it is there."""
        pause = visit.party.pause
        if pause is None or visit.has_paused:
            return
        if 1 - visit.left_m(place) / visit.route.length_m < pause.at_share:
            return
        for member in self.parties[visit.party.number]:
            member.has_paused = True
            if member.mode != "walking" or member.busy is not None:
                continue
            member.busy, member.busy_until_s = pause.kind, self.t_s + pause.for_s
            if pause.kind == "standing":
                self._set_speed(member, 0.0)
            else:
                self.walkers.aim(member.agent, member.route.start_site_m)
            to_frame = self.frame + round(pause.for_s * self.rate_hz)
            self.pauses.append(
                Pause(visit=member.row, kind=pause.kind, from_frame=self.frame, to_frame=to_frame)
            )

    def _set_speed(self, visit: Visit, speed_m_per_s: float) -> None:
        if abs(speed_m_per_s - visit.speed_m_per_s) > 0.01 or speed_m_per_s == 0:
            self.walkers.set_speed(visit.agent, speed_m_per_s)
            visit.speed_m_per_s = speed_m_per_s

    def _leave(self, visit: Visit) -> None:
        self.walkers.remove(visit.agent)
        del self.inside[visit.agent]
        self.parties[visit.party.number].remove(visit)
        if not self.parties[visit.party.number]:
            del self.parties[visit.party.number]
        if visit.spot is not None:
            self.waiting[visit.now.name].taken.discard(visit.spot)
        self.last_frame[visit.row] = self.frame
        self.counts.left += 1
        self.entrances.say_goodbye(visit, self.t_s)

    # What concerns many

    def _serve(self, where: dict[int, np.ndarray]) -> None:
        for lane in self._all_lanes():
            agent = lane.serve(where, self.t_s)
            if agent is not None:
                self._next_leg(self.inside[agent], where[agent])

    def _change_lane(self, visit: Visit, place: np.ndarray) -> None:
        lane = visit.lane
        if lane is not None and lane.head != visit.agent:
            lane.members.remove(visit.agent)
            others = [other for other in self.lanes[lane.kind.name] if other is not lane]
            visit.lane = best_lane(others or [lane], place)
            visit.lane.members.append(visit.agent)

    def _all_lanes(self) -> list[Lane]:
        return [lane for lanes in self.lanes.values() for lane in lanes]

    def _watch(self, where: dict[int, np.ndarray]) -> None:
        inside = list(self.inside.values())
        for visit in frozen(inside, self.walkers, where, t_s=self.t_s):
            place = where[visit.agent]
            self.counts.frozen += 1
            self.counts.frozen_people.add(visit.person)
            visit.n_frozen += 1
            if visit.n_frozen % REROUTE_AFTER == 0:
                self.counts.rerouted += 1
                across = float(self.rng.random())
                visit.route = self.entrances.route(visit.party, across, visit.aside_m)
                self._change_lane(visit, place)
            around = [
                there
                for agent, there in where.items()
                if agent != visit.agent and np.hypot(*(there - place)) < 2.0
            ]
            facing = self.walkers.facing(visit.agent)
            aside = step_aside(place, facing, around, self.ground, self.rng)
            visit.rest(place, self.t_s)
            if aside is not None:
                self.counts.nudged += 1
                self.walkers.aim(visit.agent, aside)
                self._set_speed(visit, visit.party.speed_m_per_s)
                visit.busy, visit.busy_until_s = "aside", self.t_s + ASIDE_S

    def _enter(self, new: Newcomer) -> None:
        visit = Visit(
            row=len(self.visits),
            person=new.person,
            count=new.count,
            party=new.party,
            agent=new.agent,
            aside_m=new.aside_m,
            route=new.route,
            from_frame=self.frame + 1,
            anchor_site_m=new.route.start_site_m,
            anchor_s=self.t_s,
            speed_m_per_s=new.party.speed_m_per_s,
        )
        self.visits.append(visit)
        self.last_frame.append(-1)
        self.inside[visit.agent] = visit
        self.parties[visit.party.number].append(visit)
        self._begin_leg(visit, new.route.start_site_m)

    # What comes of it

    def result(self, name: str) -> Crowd:
        """Return what was written down."""
        row = np.concatenate(self.tracks.row)
        frame, place = np.concatenate(self.tracks.frame), np.concatenate(self.tracks.place)
        known = row >= 0
        row, frame, place = row[known], frame[known], place[known]
        person = np.array([visit.person for visit in self.visits], dtype=np.int64)
        last = np.array(self.last_frame, dtype=np.int64)
        truth = CrowdTruth(
            seed=self.seed,
            person=person,
            visit=np.array([v.count for v in self.visits], dtype=np.int64),
            party=np.array([v.party.number for v in self.visits], dtype=np.int64),
            flow=np.array([v.party.flow for v in self.visits], dtype=np.int64),
            from_frame=np.array([v.from_frame for v in self.visits], dtype=np.int64),
            to_frame=np.where(last < 0, self.frame - 1, last),
            pauses=tuple(self.pauses),
        )
        trajectories = made_trajectories(
            name,
            person=person[row],
            frame=frame.astype(np.int64),
            position_site_m=place,
            frame_rate_hz=self.rate_hz,
        )
        return Crowd(trajectories=trajectories, truth=truth, report=self._report())

    def _report(self) -> CrowdReport:
        counts = self.counts
        return CrowdReport(
            simulated_s=self.t_s,
            n_due=self.entrances.n_due,
            n_entered=len(self.visits),
            n_blocked=self.entrances.n_blocked,
            most_wait_s=self.entrances.most_wait_s,
            n_frozen=counts.frozen,
            n_nudged=counts.nudged,
            n_rerouted=counts.rerouted,
            n_people_frozen=len(counts.frozen_people),
            n_left=counts.left,
            n_inside=len(self.inside),
            lanes=tuple(
                LaneReport(
                    name=lane.kind.name,
                    lane=lane.number,
                    n_served=lane.n_served,
                    busy_share=min(lane.busy_s / max(self.t_s, 1e-9), 1.0),
                )
                for lane in self._all_lanes()
            ),
        )
