import numpy as np
import pytest

from standex.twin.crowd.arrivals import Party
from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.route import route_of
from standex.twin.crowd.visit import Visit


def test_a_visit_knows_how_far_it_is(made) -> None:
    plan = made.corridor()
    route = route_of(plan, ground_of(plan), plan.flows[0], across=0.5)
    party = Party(number=0, flow=0, due_s=0.0, n_people=1, speed_m_per_s=1.0, across=0.5)
    visit = Visit(
        row=0, person=1, count=0, party=party, agent=5, aside_m=0.0, route=route, from_frame=0,
        anchor_site_m=np.zeros(2), anchor_s=0.0,
    )  # fmt: skip
    target = visit.now.target_site_m
    assert visit.left_m(target + [3.0, 0.0]) == pytest.approx(3.0)
    assert not visit.has_passed(target + [1.0, 0.0], by_m=0.3)
    assert visit.has_passed(target + [0.2, 1.0], by_m=0.3)  # beside the place, past its line
    assert not visit.has_passed(target + [0.2, 2.5], by_m=0.3)  # too far beside it
    visit.rest(np.ones(2), 4.0)
    assert visit.anchor_s == 4.0
