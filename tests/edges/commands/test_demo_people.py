from dataclasses import replace

import numpy as np
import pytest

from standex.edges.commands.demo_people import every_nth, in_rounds, write_ways
from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import load_shipped
from standex.model.errors import StandexError


def entries_of(trajectories):
    return {int(p): trajectories.frame[trajectories.person == p].min() for p in trajectories.people}


def test_every_nth_person_keeps_their_whole_way() -> None:
    everybody = load_shipped("corridor")
    some = every_nth(everybody, 6)
    assert len(some.people) == -(-len(everybody.people) // 6)
    for person in some.people:
        kept, was = some.person == person, everybody.person == person
        assert np.array_equal(some.position_m[kept], everybody.position_m[was])
    entered = sorted(entries_of(everybody).values())
    assert sorted(entries_of(some).values()) == entered[::6]
    with pytest.raises(ValueError, match="at least 1"):
        every_nth(everybody, 0)


def test_rounds_follow_each_other_without_a_gap_and_without_a_number_twice() -> None:
    once = every_nth(load_shipped("corridor"), 20)
    thrice = in_rounds(once, 3)
    assert len(thrice.people) == 3 * len(once.people)
    waits_s = np.diff(sorted(entries_of(thrice).values())) / once.frame_rate_hz
    usual_s = np.diff(sorted(entries_of(once).values())) / once.frame_rate_hz
    assert waits_s.max() == usual_s.max()
    assert waits_s.min() > 0
    nobody = replace(
        once,
        person=once.person[:0],
        frame=once.frame[:0],
        position_m=once.position_m[:0],
        height_m=once.height_m[:0],
    )
    with pytest.raises(ValueError, match="somebody"):
        in_rounds(nobody, 2)


@pytest.mark.parametrize("height_m", [1.75, float("nan")])
def test_what_is_written_is_read_again(tmp_path, height_m) -> None:
    ways = in_rounds(every_nth(load_shipped("corridor"), 40), 2)
    ways = replace(ways, height_m=np.full(len(ways.frame), height_m))
    path = tmp_path / "people.txt"
    write_ways(ways, path)
    again = read_trajectories(str(path))
    assert np.array_equal(again.person, ways.person)
    assert np.array_equal(again.frame, ways.frame)
    assert np.allclose(again.position_m, ways.position_m, atol=1e-4)
    assert np.array_equal(np.isnan(again.height_m), np.isnan(ways.height_m))
    assert again.frame_rate_hz == ways.frame_rate_hz
    with pytest.raises(StandexError, match="cannot write"):
        write_ways(ways, tmp_path / "none" / "people.txt")
