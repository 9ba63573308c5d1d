"""What the contract's tests do not reach: rows that somebody has changed in a copy."""

import pytest

from standex.edges.store import statements
from standex.edges.store.open_store import open_store
from standex.edges.store.rows import document_row, entry_row


@pytest.fixture
def store(tmp_path, clock):
    opened = open_store(f"sqlite://{tmp_path}/s.db", clock=clock)
    yield opened
    opened.close()


def load(store, last, *rows) -> int:
    return store._writer.do(lambda link: statements.load(link, last, rows, now_utc_ns=1))


@pytest.mark.parametrize("sequence", [0, 4, -1])
def test_numbers_beyond_the_last_are_refused(store, kept, sequence) -> None:
    with pytest.raises(ValueError, match="last one is at 3"):
        load(store, 3, ("entry", sequence, *entry_row(kept.entry())))
    assert store._look(statements.is_empty)


def test_loading_checks_what_appending_checks(store, kept) -> None:
    row = list(entry_row(kept.entry()))
    row[6] = 0
    with pytest.raises(ValueError, match="must say when"):
        load(store, 3, ("entry", 1, *row))
    document = ("document", 5, 6, *document_row(kept.document(version=4)))
    assert load(store, 3, ("entry", 2, *entry_row(kept.entry())), document) == 0
    assert not store._look(statements.is_empty)
    assert store.get("incidents", "i1").version == 4
    assert store.append([kept.entry("next")]) == (4,)


@pytest.mark.slow
def test_many_known_entries_are_found(store, kept) -> None:
    entries = [kept.entry(f"e{i}") for i in range(1300)]
    assert store.append(entries) == tuple(range(1, 1301))
    assert store.append(entries[::-1]) == tuple(range(1300, 0, -1))
