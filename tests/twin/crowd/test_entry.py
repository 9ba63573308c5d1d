from dataclasses import replace

import numpy as np
import pytest

from standex.twin.crowd.entry import Entrances
from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.plan import Parties, Returns
from standex.twin.crowd.visit import Visit
from standex.twin.crowd.walkers import Walkers


def entrances(plan, seed: int = 1) -> tuple[Entrances, Walkers]:
    ground = ground_of(plan)
    walkers = Walkers(ground.wkt, walking=plan.walking, seed=seed)
    return Entrances(plan, ground, duration_s=5.0, seed=seed), walkers


@pytest.mark.slow
def test_a_whole_party_comes_in_abreast_or_waits(made) -> None:
    plan = replace(made.corridor(per_hour=3600.0), parties=Parties(share=(0.0, 1.0, 0.0)))
    doors, walkers = entrances(plan)
    # Somebody stands everywhere in the way in.
    blocked = np.array([[8.7, 0.1 * k] for k in range(41)])
    assert doors.let_in(walkers, blocked, 5.0) == []
    assert doors.n_blocked > 0
    assert doors.n_waiting("east") == doors.n_blocked
    came = doors.let_in(walkers, np.zeros((0, 2)), 5.1)
    trio = [new for new in came if new.party.number == 0]
    assert len(trio) == 3
    assert {new.person for new in trio} == {1, 2, 3}
    y = np.sort([new.route.start_site_m[1] for new in trio])
    np.testing.assert_allclose(np.diff(y), 0.65, atol=1e-9)
    assert doors.most_wait_s > 0


def test_who_comes_back_is_the_same_person_alone(made) -> None:
    plan = replace(
        made.corridor(per_hour=3600.0), returns=Returns(share=1.0, least_s=10.0, within_s=30.0)
    )
    doors, walkers = entrances(plan)
    first, *others = doors.let_in(walkers, np.zeros((0, 2)), 5.0)
    for new in (first, *others):
        walkers.remove(new.agent)
    walkers.advance(1)
    visit = Visit(
        row=0, person=first.person, count=0, party=first.party, agent=first.agent, aside_m=0.0,
        route=first.route, from_frame=0, anchor_site_m=np.zeros(2), anchor_s=0.0,
    )  # fmt: skip
    doors.say_goodbye(visit, 50.0)
    assert not doors.is_idle
    for t_s in np.arange(50.0, 60.0, 0.5):
        late = doors.let_in(walkers, walkers.now()[1], float(t_s))
        assert all(new.count == 0 for new in late)
        for new in late:
            walkers.remove(new.agent)
        walkers.advance(1)
    (again,) = (n for n in doors.let_in(walkers, walkers.now()[1], 81.0) if n.count)
    assert again.person == first.person
    assert again.party.n_people == 1
    assert again.party.number != first.party.number
    assert again.party.speed_m_per_s == first.party.speed_m_per_s
    # Nobody comes a third time.
    visit.count = 1
    doors.say_goodbye(visit, 100.0)
    assert doors.is_idle
