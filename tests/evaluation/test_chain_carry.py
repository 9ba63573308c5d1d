"""A mark goes on under the numbers that joins give it."""

from standex.evaluation.chain_carry import NO_LINKS, links_of
from standex.model.event import PersonRejoined


def join(t_utc_ns: int, earlier: int, later: int, *, is_final: bool = False) -> PersonRejoined:
    return PersonRejoined(
        t_utc_ns=t_utc_ns,
        track_id=later,
        earlier_track_id=earlier,
        p_same=0.6,
        is_final=is_final,
        reason="made up",
    )


def test_without_joins_a_mark_stays() -> None:
    assert NO_LINKS.carriers(7, 5) == ((5, 7),)


def test_a_mark_goes_through_one_join_after_the_other() -> None:
    links = links_of([join(10, 1, 2), join(20, 2, 3, is_final=True)])
    assert links.carriers(1, 5) == ((5, 1), (10, 2), (20, 3))
    assert links.carriers(2, 5) == ((5, 2), (20, 3))
    assert links.carriers(9, 5) == ((5, 9),)


def test_a_late_mark_goes_at_once_where_its_number_has_gone() -> None:
    assert links_of([join(10, 1, 2)]).carriers(1, 15) == ((15, 2),)


def test_a_join_that_is_taken_back_gives_the_mark_back() -> None:
    links = links_of([join(10, 1, 2), join(20, 0, 2)])
    assert links.carriers(1, 5) == ((5, 1), (10, 2), (20, 1))


def test_a_join_that_changes_takes_the_mark_along() -> None:
    links = links_of([join(10, 1, 2), join(20, 3, 2), join(20, 1, 4)])
    assert links.carriers(1, 5)[-1] == (20, 4)
    assert links.carriers(3, 5)[-1] == (20, 2)


def test_a_ring_of_joins_ends() -> None:
    assert links_of([join(10, 1, 2), join(11, 2, 1)]).carriers(1, 5)[-1][1] in (1, 2)
