import numpy as np
import pytest

from standex.twin.crowd.arrivals import Party
from standex.twin.crowd.companions import FASTEST, SLOWEST, together
from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.route import route_of
from standex.twin.crowd.visit import Visit

PARTY = Party(number=0, flow=0, due_s=0.0, n_people=2, speed_m_per_s=1.0, across=0.5)


@pytest.fixture
def two(made) -> list[Visit]:
    plan = made.corridor()
    route = route_of(plan, ground_of(plan), plan.flows[0], across=0.5)
    return [
        Visit(
            row=k, person=k, count=0, party=PARTY, agent=k, aside_m=0.0, route=route, from_frame=0,
            anchor_site_m=np.zeros(2), anchor_s=0.0,
        )
        for k in range(2)
    ]  # fmt: skip


def test_who_is_behind_walks_faster_and_who_is_ahead_slower(two) -> None:
    level = together([two], {0: np.array([1.0, 2.0]), 1: np.array([1.0, 2.0])})
    assert [speed for _, speed in level] == pytest.approx([1.0, 1.0])
    apart = together([two], {0: np.array([0.5, 2.0]), 1: np.array([1.0, 2.0])})
    assert [speed for _, speed in apart] == pytest.approx([0.9, 1.1])
    far = together([two], {0: np.array([-5.0, 2.0]), 1: np.array([5.0, 2.0])})
    assert [speed for _, speed in far] == [SLOWEST, FASTEST]


def test_who_queues_or_stands_has_no_say(two) -> None:
    where = {0: np.array([-5.0, 2.0]), 1: np.array([5.0, 2.0])}
    two[0].busy = "standing"
    assert together([two], where) == []
    two[0].busy, two[1].mode = None, "queueing"
    assert together([two], where) == []
    assert together([[two[0]]], where) == []
