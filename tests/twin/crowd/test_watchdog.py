import numpy as np

from standex.twin.crowd import entry
from standex.twin.crowd.arrivals import Party
from standex.twin.crowd.ground import Ground, ground_of
from standex.twin.crowd.plan import Walking
from standex.twin.crowd.route import route_of
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.visit import Visit
from standex.twin.crowd.walkers import Walkers
from standex.twin.crowd.watchdog import PATIENCE_S, frozen, step_aside


class Meeting:
    """Two people of the csm face to face, exactly in line, where JuPedSim 1.4 freezes."""

    def __init__(self, made, *, are_opposed: bool = True) -> None:
        plan = made.corridor(both=True, walking=Walking(model="csm"))
        self.ground: Ground = ground_of(plan)
        self.walkers = Walkers(self.ground.wkt, walking=plan.walking, seed=1)
        self.visits: list[Visit] = []
        for k, x in enumerate((-3.0, 3.0)):
            flow = plan.flows[1 if k == 0 or not are_opposed else 0]
            party = Party(number=k, flow=0, due_s=0.0, n_people=1, speed_m_per_s=1.2, across=0.5)
            start = np.array([x, 2.0])
            agent = self.walkers.add(start, speed_m_per_s=1.2)
            assert agent is not None
            route = route_of(plan, self.ground, flow, across=0.5)
            visit = Visit(
                row=k, person=k, count=0, party=party, agent=agent, aside_m=0.0, route=route,
                from_frame=0, anchor_site_m=start, anchor_s=0.0,
            )  # fmt: skip
            self.visits.append(visit)
            self.walkers.aim(agent, np.array([8.0 - 16.0 * (k == 1 and are_opposed), 2.0]))

    def go(self, seconds: float) -> dict[int, np.ndarray]:
        self.walkers.advance(round(seconds / 0.05))
        return dict(zip(*[part.tolist() for part in self.walkers.now()], strict=True))


def test_two_face_to_face_are_found_and_get_on(made) -> None:
    meeting = Meeting(made)
    found: list[Visit] = []
    t_s = 0.0
    while t_s < 20 and not found:
        where = {a: np.array(p) for a, p in meeting.go(0.5).items()}
        t_s += 0.5
        found = frozen(meeting.visits, meeting.walkers, where, t_s=t_s)
    assert len(found) == 2, "the models no longer freeze: is the watchdog still needed?"
    # Left alone they stand there for ever.
    later = meeting.go(5.0)
    for agent, place in later.items():
        assert np.hypot(*(np.array(place) - where[agent])) < 0.1
    rng = np.random.default_rng(1)
    visit = found[0]
    place = where[visit.agent]
    others = [p for a, p in where.items() if a != visit.agent]
    aside = step_aside(place, meeting.walkers.facing(visit.agent), others, meeting.ground, rng)
    assert aside is not None
    meeting.walkers.aim(visit.agent, aside)
    meeting.go(1.2)
    meeting.walkers.aim(visit.agent, np.array([8.0, 2.0]))
    end = meeting.go(8.0)
    assert end[meeting.visits[0].agent][0] > 5
    assert end[meeting.visits[1].agent][0] < -5


def test_whoever_waits_behind_somebody_of_the_same_way_is_not_frozen(made) -> None:
    meeting = Meeting(made, are_opposed=False)
    behind, ahead = meeting.visits
    meeting.go(0.5)
    where = {behind.agent: np.array([0.0, 2.0]), ahead.agent: np.array([0.5, 2.0])}
    ahead.busy = "standing"
    for visit in meeting.visits:
        visit.rest(where[visit.agent], 0.0)
    assert frozen(meeting.visits, meeting.walkers, where, t_s=PATIENCE_S + 1) == []
    where[ahead.agent] = np.array([3.0, 2.0])
    assert frozen(meeting.visits, meeting.walkers, where, t_s=PATIENCE_S + 1) == [behind]


def test_steps_aside_stay_on_the_floor_and_take_the_freer_side(made) -> None:
    ground = ground_of(made.corridor())
    rng = np.random.default_rng(1)
    at_wall = np.array([0.0, 0.4])
    for _ in range(20):
        aside = step_aside(at_wall, np.array([1.0, 0.0]), [], ground, rng)
        assert aside is not None
        assert ground.is_clear(aside[None]).all()
    crowd = [np.array([0.3, 2.7]), np.array([-0.3, 2.8]), np.array([-0.7, 2.0])]
    aside = step_aside(np.array([0.0, 2.0]), np.array([1.0, 0.0]), crowd, ground, rng)
    assert aside is not None
    assert aside[1] < 2.0
    boxed = step_aside(np.array([0.0, -3.0]), np.array([1.0, 0.0]), [], ground, rng)
    assert boxed is None


def test_a_crowd_with_two_face_to_face_clears_and_says_what_it_took(made, monkeypatch) -> None:
    plan = made.corridor(both=True, walking=Walking(model="csm"))
    opposed = tuple(
        Party(number=k, flow=k, due_s=0.0, n_people=1, speed_m_per_s=1.2, across=0.5)
        for k in range(2)
    )
    monkeypatch.setattr(entry, "draw_arrivals", lambda plan, *, duration_s, seed: opposed)
    report = simulate_crowd(plan, duration_s=1.0, seed=1).report
    assert report.n_frozen >= report.n_nudged > 0
    assert report.n_people_frozen > 0
    assert report.n_inside == 0
    assert report.n_left == report.n_entered == report.n_due == 2
