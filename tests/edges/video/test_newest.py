"""The newest of each wins, everybody has their turn, what is dropped is counted."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from standex.edges.video.newest import Newest


def test_the_newest_wins_and_the_others_are_counted() -> None:
    box = Newest[int](["a", "b"])
    for number in range(5):
        box.put("a", number)
    box.put("b", 7)
    assert box.take(timeout_s=0) == ("a", 4)
    assert box.take(timeout_s=0) == ("b", 7)
    assert box.take(timeout_s=0) is None
    assert (box.n_dropped("a"), box.n_dropped("b")) == (4, 0)


def test_it_is_over_when_all_have_ended_and_nothing_waits() -> None:
    box = Newest[int](["a", "b"])
    box.put("a", 1)
    box.end("a")
    box.end("b")
    box.put("b", 2)  # nobody listens any more
    assert not box.is_over
    assert box.take(timeout_s=0) == ("a", 1)
    assert box.is_over


def test_closing_wakes_who_waits() -> None:
    box = Newest[int](["a"])
    threading.Timer(0.02, box.close).start()
    assert box.take(timeout_s=5) is None
    assert box.is_over


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=60))
def test_every_item_is_taken_or_counted(steps: list[int | None]) -> None:
    box, n_put, n_taken = Newest[int](range(4)), 0, 0
    for step in steps:
        if step is None:
            n_taken += box.take(timeout_s=0) is not None
        else:
            box.put(step, n_put)
            n_put += 1
    n_waiting = sum(box.take(timeout_s=0) is not None for _ in range(5))
    assert n_waiting <= 4
    assert n_put == n_taken + n_waiting + sum(box.n_dropped(name) for name in range(4))
