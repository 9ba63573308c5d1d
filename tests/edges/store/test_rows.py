import json

import pytest

from standex.edges.store.contract import DataClass
from standex.edges.store.rows import (
    MUST_EXPIRE,
    add_field_names,
    document_of,
    document_row,
    entry_row,
    stored_of,
)


def test_rows_are_turned_back(kept) -> None:
    entry, document = kept.entry(body={"a": [1, "\0é"]}), kept.document()
    assert stored_of((7, *entry_row(entry))).entry == entry
    assert document_of(document_row(document)) == document
    assert entry_row(kept.entry(key=""))[3] == ""


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"entry_id": ""}, "entry_id"),
        ({"stream": "x" * 513}, "stream"),
        ({"key": "a\0b"}, "key"),
        ({"kind": "\ud800"}, "kind"),
        ({"t_utc_ns": -1}, "t_utc_ns"),
        ({"expires_utc_ns": 2**63}, "expires_utc_ns"),
        ({"body": {"x": float("nan")}}, "JSON"),
        ({"body": {"x": object()}}, "JSON"),
        ({"body": {"x": "." * (5 << 20)}}, "bytes"),
    ],
)
def test_what_cannot_be_kept_is_refused(kept, changes, word) -> None:
    with pytest.raises(ValueError, match=word):
        entry_row(kept.entry(**changes))


@pytest.mark.parametrize("data_class", list(DataClass))
def test_what_shows_people_must_say_when_it_is_gone(kept, data_class) -> None:
    entry = kept.entry(data_class=data_class, expires_utc_ns=0)
    document = kept.document(data_class=data_class, expires_utc_ns=0)
    if data_class not in MUST_EXPIRE:
        assert entry_row(entry)[6] == document_row(document)[3] == 0
        return
    for call in (lambda: entry_row(entry), lambda: document_row(document)):
        with pytest.raises(ValueError, match="must say when"):
            call()


def test_names_of_fields_are_bounded() -> None:
    names: set[str] = set()
    add_field_names(names, json.dumps({"a": {"b": {"c": {"d": {"e": 1}}}}, "f": [[{"g": 1}]]}))
    assert names == {"a", "a.b", "a.b.c", "a.b.c.d", "f", "f.g"}
    add_field_names(names, json.dumps({f"k{i}": 0 for i in range(2000)}))
    assert "..." in names
    assert len(names) == 501
