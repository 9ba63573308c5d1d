"""Figures count passages, with and without joins, and say whether the goal is reached."""

from dataclasses import replace

import numpy as np
import pytest

from standex.evaluation.chain import ChainChunk
from standex.evaluation.chain_figures import GOAL, figures_of
from standex.evaluation.chain_joins import JoinTally
from standex.evaluation.chain_score import Arrival, Cause, PassageOutcome

RIGHT = PassageOutcome(
    visit=1,
    n_in_party=1,
    is_return=False,
    failed=(False, False, False),
    is_shown=True,
    is_shown_at_line=True,
    share_shown=1.0,
    is_handed_over=True,
    n_numbers=1,
    cause=Cause.NONE,
    error_s=float("nan"),
    numbers=(1,),
    arrivals=(
        Arrival(line="exit", ahead_m=7.0, has_interval=True, took_s=5.0, earliest_s=4.0,
                latest_s=6.0),
        Arrival(line="exit", ahead_m=3.0, has_interval=True, took_s=5.0, earliest_s=5.5,
                latest_s=6.0),
        Arrival(line="re_id", ahead_m=3.0, has_interval=False, took_s=5.0, earliest_s=float("inf"),
                latest_s=float("inf")),
    ),
)  # fmt: skip
WRONG = replace(
    RIGHT, is_shown=False, is_handed_over=False, share_shown=0.5, cause=Cause.LOST_GAP, arrivals=()
)


def chunk(*outcomes: PassageOutcome) -> ChainChunk:
    return ChainChunk(
        seed=1,
        simulated_s=60.0,
        outcomes=outcomes,
        without_joins=(WRONG,) * len(outcomes),
        joins=JoinTally(n_right=3, n_wrong=1, p_same=3.5, n_returns=2),
        n_other=1,
        headway_s=np.array([1.0, 3.0, 2.0]),
    )


def test_passages_of_all_chunks_count_together() -> None:
    figures = figures_of([chunk(RIGHT, RIGHT), chunk(RIGHT, WRONG)])
    assert (figures.handed_over.k, figures.handed_over.n) == (3, 4)
    assert (figures.handed_over_without_joins.k, figures.handed_over_without_joins.n) == (0, 4)
    assert (figures.n_passages, figures.n_other) == (4, 2)
    assert figures.mean_share_shown == pytest.approx(3.5 / 4)
    assert figures.causes == {Cause.LOST_GAP: 1}
    assert figures.joins.n_right == 6
    rates = {one.name: (one.k, one.n) for one in figures.parts}
    assert rates["joins that were wrong"] == (2, 8)
    assert rates["spacing at the Init line of 2 s or less"] == (4, 6)
    arrivals = {one.name: (one.k, one.n) for one in figures.arrivals}
    assert arrivals["90 % interval held, Exit line, 7 m ahead"] == (3, 3)
    assert arrivals["90 % interval held, Exit line, 3 m ahead"] == (0, 3)
    assert arrivals["90 % interval held, Re-ID line, 3 m ahead"] == (0, 0)
    assert arrivals["interval given, Re-ID line, 3 m ahead"] == (0, 3)


@pytest.mark.parametrize(("n_wrong", "is_reached"), [(0, True), (10, False)])
def test_the_goal_is_reached_by_lower_bounds(n_wrong: int, is_reached: bool) -> None:
    figures = figures_of([chunk(*(RIGHT,) * (400 - n_wrong), *(WRONG,) * n_wrong)])
    assert figures.shown.value >= GOAL - 0.002
    assert figures.reaches_goal is is_reached


def test_nothing_to_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole passage"):
        figures_of([chunk()])
