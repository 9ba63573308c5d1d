import numpy as np

from standex.twin.crowd.ground import ground_of
from standex.twin.crowd.trains import CLEAR_OF_DOOR_M, waiting_places


def test_places_are_free_of_doors_and_filled_from_the_nearest(made) -> None:
    plan = made.platform()
    waiting = waiting_places(plan, ground_of(plan))["line-a"]
    doors = waiting.platform.door_site_m
    away_m = np.hypot(*(waiting.spot_site_m[:, None] - doors[None]).transpose(2, 0, 1))
    assert away_m.min() > CLEAR_OF_DOOR_M
    taken = [waiting.take(doors[0]) for _ in range(12)]
    assert len(set(taken)) == 12
    assert (np.diff(away_m[taken, 0]) >= 0).all()


def test_when_all_places_are_taken_the_last_is_shared(made) -> None:
    plan = made.platform()
    waiting = waiting_places(plan, ground_of(plan))["line-a"]
    n = len(waiting.spot_site_m)
    taken = [waiting.take(waiting.platform.door_site_m[0]) for _ in range(n + 3)]
    assert len(set(taken)) == n


def test_people_alight_before_others_board(made) -> None:
    plan = made.platform()
    waiting = waiting_places(plan, ground_of(plan))["line-a"]
    assert not waiting.is_boarding(44.0, n_alighting=0)
    assert waiting.is_boarding(46.0, n_alighting=0)
    assert not waiting.is_boarding(46.0, n_alighting=3)
    assert waiting.is_boarding(60.0, n_alighting=3)  # at last, all the same
    assert not waiting.is_boarding(71.0, n_alighting=0)
