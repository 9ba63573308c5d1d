from hypothesis import given
from hypothesis import strategies as st

from standex.edges.service.reorder import Reorder

MS = 10**6
T0 = 1_760_000_000 * 10**9


def test_what_comes_in_order_never_waits(fakes) -> None:
    one = Reorder(wait_s=0.1)
    for k in range(10):
        (record,) = one.put(fakes.record(sequence=k, t_utc_ns=T0 + k), now_utc_ns=T0)
        assert record.sequence == k
    assert not one.is_waiting


def learnt(fakes) -> Reorder:
    """Return one that has seen records overtake each other, and expects number 0."""
    one = Reorder(wait_s=0.1)
    for k in (-2, -1, -3):
        one.put(fakes.record(sequence=k, t_utc_ns=T0 - 100 + k), now_utc_ns=T0)
    assert one.n_late == 1
    one.n_late = 0
    return one


def test_on_a_line_that_keeps_its_order_nobody_waits_for_what_is_lost(fakes) -> None:
    one = Reorder(wait_s=0.1)
    for k in (0, 1, 5, 6, 99):
        assert one.put(fakes.record(sequence=k, t_utc_ns=T0 + k), now_utc_ns=T0)


def test_overtaken_records_are_put_right(fakes) -> None:
    one = learnt(fakes)
    assert one.put(fakes.record(sequence=0, t_utc_ns=T0), now_utc_ns=T0)
    assert not one.put(fakes.record(sequence=2, t_utc_ns=T0 + 2), now_utc_ns=T0)
    both = one.put(fakes.record(sequence=1, t_utc_ns=T0 + 1), now_utc_ns=T0 + MS)
    assert [record.sequence for record in both] == [1, 2]
    assert one.n_reordered == 1


def test_nobody_waits_longer_than_told_and_what_is_late_is_left_out(fakes) -> None:
    one = learnt(fakes)
    one.put(fakes.record(sequence=0, t_utc_ns=T0), now_utc_ns=T0)
    one.put(fakes.record(sequence=2, t_utc_ns=T0 + 2), now_utc_ns=T0)
    assert not one.due(now_utc_ns=T0 + 99 * MS)
    assert one.due(now_utc_ns=T0 + 100 * MS)
    assert not one.put(fakes.record(sequence=1, t_utc_ns=T0 + 1), now_utc_ns=T0 + 101 * MS)
    assert one.n_late == 1


def test_a_device_that_counts_anew_is_followed(fakes) -> None:
    one = Reorder(wait_s=0.1)
    for k in (100, 101, 0, 1):
        assert (
            one.put(fakes.record(sequence=k, t_utc_ns=T0 + len(str(k)) + k), now_utc_ns=T0) or k < 2
        )
    again = one.put(fakes.record(sequence=2, t_utc_ns=T0 + MS), now_utc_ns=T0)
    assert [record.sequence for record in again] == [2]


@given(order=st.permutations(range(20)))
def test_whatever_the_order_what_goes_on_is_in_order(fakes, order) -> None:
    one, out = Reorder(wait_s=0.01), []
    for at, k in enumerate(order):
        now = T0 + at * 3 * MS
        out += one.put(fakes.record(sequence=k, t_utc_ns=T0 + k * MS), now_utc_ns=now)
    out += one.due(now_utc_ns=T0 + 10**9)
    numbers = [record.sequence for record in out]
    assert numbers == sorted(numbers)
    assert len(numbers) + one.n_late == 20
