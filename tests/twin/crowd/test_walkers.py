import numpy as np
import pytest

from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.plan import Walking
from standex.twin.crowd.walkers import STEP_S, Walkers


@pytest.fixture(params=["csm", "avm"])
def walkers(request, made) -> Walkers:
    ground = ground_of(made.lanes())
    return Walkers(ground.wkt, walking=Walking(model=request.param), seed=1)


def test_a_lone_walker_keeps_their_speed_and_goes_round_walls(walkers: Walkers) -> None:
    agent = walkers.add(np.array([6.0, 1.6]), speed_m_per_s=1.2)
    assert agent is not None
    walkers.aim(agent, np.array([-6.0, 1.6]))
    walkers.advance(20)
    numbers, place = walkers.now()
    assert numbers.tolist() == [agent]
    gone_m = np.hypot(*(place[0] - [6.0, 1.6]))
    assert gone_m == pytest.approx(1.2 * 20 * STEP_S, rel=0.15)  # avm turns round within 0.3 s
    assert walkers.facing(agent)[0] < -0.7
    walkers.advance(220)
    np.testing.assert_allclose(walkers.now()[1][0], [-6.0, 1.6], atol=0.15)


def test_who_shall_not_move_stands(walkers: Walkers) -> None:
    agent = walkers.add(np.array([6.0, 1.6]), speed_m_per_s=1.2)
    assert agent is not None
    walkers.aim(agent, np.array([3.0, 1.6]))
    walkers.set_speed(agent, 0.0)
    walkers.advance(40)
    np.testing.assert_allclose(walkers.now()[1][0], [6.0, 1.6], atol=0.01)
    walkers.remove(agent)
    walkers.advance(1)
    assert not len(walkers.now()[0])


def test_a_taken_place_is_not_given_twice_and_a_wall_never(walkers: Walkers) -> None:
    place = np.array([6.0, 1.6])
    assert walkers.add(place, speed_m_per_s=1.0) is not None
    assert walkers.add(place + [0.1, 0.0], speed_m_per_s=1.0) is None
    with pytest.raises(ValueError, match=r"nobody can stand at \[0\.7, 1\.6\]"):
        walkers.add(np.array([0.7, 1.6]), speed_m_per_s=1.0)
