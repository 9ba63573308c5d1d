"""Joins are right, right of people come back, or wrong, by whose the two tracks were."""

import numpy as np

from standex.evaluation.chain_joins import JoinTally, ends_of, tally_joins
from standex.evaluation.chain_moments import Moment, moments_of
from standex.evaluation.chain_run import ChainLog, Sample
from standex.model.event import PersonRejoined
from standex.twin.scene import PeopleNow

PLACE = {1: (0.0, 0.0), 2: (0.0, 3.0), 3: (0.0, 6.0)}


class Standing:
    """Visits 1 to 3 stand 3 m apart."""

    def at(self, t_utc_ns: int) -> PeopleNow:
        return PeopleNow(
            t_utc_ns=t_utc_ns,
            person=np.array(list(PLACE)),
            position_site_m=np.array(list(PLACE.values())),
            velocity_site_m_per_s=np.zeros((3, 2)),
            heading_rad=np.zeros(3),
            walked_m=np.zeros(3),
            height_m=np.full(3, 1.75),
        )


def moments(*spans: tuple[int, tuple[float, float], int, int]) -> tuple[Moment, ...]:
    """Return moments with tracks: number, place, from and to frame."""
    samples: list[Sample] = []
    for frame in range(60):
        there = sorted((n, place) for n, place, first, last in spans if first <= frame < last)
        samples.append(
            Sample(
                t_utc_ns=frame * 10**8,
                track_id=np.array([n for n, _ in there], dtype=np.int64),
                position_site_m=np.array([place for _, place in there]).reshape(-1, 2),
                is_seen=np.ones(len(there), dtype=bool),
                line=np.full(len(there), -1),
                arrival_s=np.full((len(there), 2), np.nan),
            )
        )
    return moments_of(ChainLog(samples=tuple(samples), marks=(), joins=()), Standing())


def join(earlier: int, later: int, *, is_final: bool = True) -> PersonRejoined:
    return PersonRejoined(
        t_utc_ns=0,
        track_id=later,
        earlier_track_id=earlier,
        p_same=0.8,
        is_final=is_final,
        reason="made up",
    )


def test_the_ends_of_a_track_that_changed_over_are_different_people() -> None:
    ends = ends_of(moments((7, PLACE[1], 0, 30), (7, PLACE[2], 30, 60), (8, (0.0, 1.5), 0, 9)))
    assert (ends[7].first, ends[7].last, ends[7].first_utc_ns) == (1, 2, 0)
    assert (ends[8].first, ends[8].last) == (0, 0)


def test_joins_are_told_apart_by_whose_their_tracks_were() -> None:
    """Visits 1 and 3 are the same person, come back."""
    ends = ends_of(
        moments(
            (7, PLACE[1], 0, 20), (8, PLACE[1], 25, 40), (9, PLACE[3], 41, 60),
            (10, PLACE[2], 0, 60), (11, (0.0, 1.5), 0, 60),
        )
    )  # fmt: skip
    person, returns = np.array([0, 1, 0]), np.array([3])

    def tally(*joins: PersonRejoined) -> JoinTally:
        return tally_joins(joins, ends, person=person, first_visits=returns)

    none = tally()
    assert (none.n_right, none.n_wrong, none.n_returns, none.n_returns_wrong) == (0, 0, 1, 0)
    right = tally(join(7, 8), join(8, 9))
    assert (right.n_right, right.n_right_return, right.n_wrong) == (1, 1, 0)
    assert (right.n_returns, right.n_returns_wrong) == (1, 0)
    wrong = tally(join(10, 9))
    assert (wrong.n_wrong, wrong.n_returns_wrong) == (1, 1)
    assert tally(join(11, 9)).n_nobody == 1
    assert tally(join(7, 8, is_final=False)).n_right == 0
    assert tally(join(7, 8), join(10, 9)).p_same == 1.6
