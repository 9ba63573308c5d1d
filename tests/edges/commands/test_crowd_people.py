import argparse

import numpy as np
import pytest

from standex.edges.commands.crowd_people import (
    RUN_PEOPLE,
    add_crowd_arguments,
    crowd_document,
    crowd_line,
    crowd_plan,
    walk_crowd,
    walk_passages,
)
from standex.edges.settings import load_crowd
from standex.model.errors import StandexError


def args(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_crowd_arguments(parser)
    return parser.parse_args(words)


def test_a_site_with_a_crowd_walks_it_unless_a_recording_is_named() -> None:
    plan = crowd_plan(args(), "rome", recording=None)
    assert plan is not None
    assert plan.people_per_hour == 1800
    assert crowd_plan(args(), "rome", recording="corridor") is None
    assert crowd_plan(args(), "metro", recording=None) is None


def test_the_rate_can_be_changed() -> None:
    plan = crowd_plan(args("--people-per-hour", "600"), "rome", recording=None)
    assert plan is not None
    assert plan.people_per_hour == pytest.approx(600)
    with pytest.raises(StandexError, match=r"--people-per-hour 90000: .*cannot come in"):
        crowd_plan(args("--people-per-hour", "90000"), "rome", recording=None)


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(StandexError, match=r"site metro has no \[crowd\] table"):
        crowd_plan(args("--crowd"), "metro", recording=None)
    with pytest.raises(StandexError, match="both a crowd and the recording 'corridor'"):
        crowd_plan(args("--crowd"), "rome", recording="corridor")


@pytest.mark.slow
def test_crowds_are_walked_until_there_are_enough() -> None:
    plan = load_crowd("rome")
    assert plan is not None
    walked = walk_passages(plan, n_passages=70, seed=5)
    n = sum(len(one.crowd.truth.person) for one in walked)
    assert n >= 70
    assert all(len(one.trajectories.people) <= 2 * RUN_PEOPLE for one in walked)
    assert [one.crowd.truth.seed for one in walked] == list(range(5, 5 + len(walked)))
    # The same as by itself: a run depends on its own seed alone.
    alone = walk_crowd(plan, duration_s=70 * 2.0, seed=5)
    np.testing.assert_array_equal(alone.trajectories.position_m, walked[0].trajectories.position_m)
    document = crowd_document(plan, walked)
    assert document["visits"] == n
    assert document["never_came_in"] == document["still_inside"] == 0
    assert document["times_real_time"] > 1
    line = crowd_line(document)
    assert "1800 people an hour" in line
    assert "x real time" in line
