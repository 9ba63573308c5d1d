import pytest

from standex.edges.store.contract import ConflictError
from standex.edges.web.declined import declined_by_day, note_declined


def test_they_are_counted_by_day_and_nothing_else_is_kept(store, made) -> None:
    for n in range(3):
        note_declined(store, now_utc_ns=made.T0, is_screened_otherwise=n > 0)
    note_declined(store, now_utc_ns=made.T0 + 86_400 * made.S, is_screened_otherwise=True)
    first, second = declined_by_day(store).values()
    assert first == {"screened_otherwise": 2, "not_screened": 1}
    assert second == {"screened_otherwise": 1, "not_screened": 0}
    assert store.entries == {}


def test_two_who_count_at_once_are_both_counted(store, made) -> None:
    put, n = store.put, [0]

    def beaten(document, /):
        if n[0] < 3:
            n[0] += 1
            raise ConflictError("another version is stored")
        return put(document)

    store.put = beaten
    note_declined(store, now_utc_ns=made.T0, is_screened_otherwise=True)
    assert next(iter(declined_by_day(store).values()))["screened_otherwise"] == 1
    n[0] = -10
    with pytest.raises(ConflictError):
        note_declined(store, now_utc_ns=made.T0, is_screened_otherwise=True)
