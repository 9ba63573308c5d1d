"""The contract of a store, the same on both servers."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.store.contract import (
    ConflictError,
    DataClass,
    Deletion,
    Store,
    StoreError,
)
from standex.edges.store.open_store import open_store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def test_it_is_a_store(store) -> None:
    assert isinstance(store, Store)
    store.check()
    store.check()
    assert store.contents() == ()
    assert store.faults() == ()
    assert store.n_bytes() > 0


def test_entries_come_back_as_they_were_in_their_order(store, kept, url, clock) -> None:
    entries = [kept.entry(f"e{i}", stream=f"s{i % 2}", key=f"k{i % 3}") for i in range(10)]
    assert store.append(entries) == tuple(range(1, 11))
    assert store.append(()) == ()
    assert [s.entry for s in store.read("s0")] == entries[::2]
    assert [s.sequence for s in store.read("s0", after=3, limit=2)] == [5, 7]
    assert [s.entry for s in store.read("s1", key="k0")] == [entries[3], entries[9]]
    assert [s.entry for s in store.newest("s1", limit=2)] == [entries[9], entries[7]]
    assert store.newest("s1", key="k2", limit=9)[0].entry == entries[5]
    assert store.read("nothing") == ()
    store.close()
    again = open_store(url, clock=clock)
    assert [s.entry for s in again.read("s0")] == entries[::2]
    assert again.append([kept.entry("later")]) == (11,)
    again.close()


def test_an_entry_is_kept_once(store, kept) -> None:
    assert store.append([kept.entry("a"), kept.entry("b"), kept.entry("a")]) == (1, 2, 1)
    changed = kept.entry("b", body={"zone": "legs"})
    assert store.append([kept.entry("c"), changed]) == (3, 2)
    assert [s.sequence for s in store.read("events")] == [1, 2, 3]
    assert store.read("events")[1].entry == kept.entry("b")


def test_all_or_none(store, kept) -> None:
    with pytest.raises(ValueError, match="entry_id"):
        store.append([kept.entry("a"), kept.entry("")])
    assert store.read("events") == ()
    store.put(kept.document())
    with pytest.raises(ConflictError):
        store.put_with(kept.document(), [kept.entry("a")])
    assert store.read("events") == ()
    first = store.put_with(kept.document("i2"), [kept.entry("a")])
    assert first.version == 1
    assert [s.sequence for s in store.read("events")] == [1]


def test_only_the_version_that_was_read_is_replaced(store, kept) -> None:
    first = store.put(kept.document(body={"n": 1}))
    assert first.version == 1
    second = store.put(kept.document(version=1, body={"n": 2}))
    assert store.get("incidents", "i1") == second == kept.document(version=2, body={"n": 2})
    for stale in (0, 1, 3):
        with pytest.raises(ConflictError, match="version 2"):
            store.put(kept.document(version=stale))
    with pytest.raises(ConflictError, match="version 0"):
        store.put(kept.document("other", version=1))
    assert store.get("incidents", "i1") == second


def test_documents_are_found_by_id_and_removed(store, kept) -> None:
    for name in ("b", "a", "Z", "ä", "c"):
        store.put(kept.document(name))
    store.put(kept.document("a", collection="accounts", data_class=DataClass.ACCOUNT))
    assert [d.document_id for d in store.find("incidents")] == ["Z", "a", "b", "c", "ä"]
    assert [d.document_id for d in store.find("incidents", limit=2)] == ["Z", "a"]
    assert store.remove("incidents", "a")
    assert not store.remove("incidents", "a")
    assert store.get("incidents", "a") is None
    assert store.get("accounts", "a") is not None
    assert store.put(kept.document("a")).version == 1


def test_what_is_overdue_goes_and_nothing_else(store, kept) -> None:
    T0, HOUR = kept.T0, kept.HOUR
    store.append(
        [
            kept.entry("old", expires_utc_ns=T0 + 1),
            kept.entry("older", expires_utc_ns=T0 - 5),
            kept.entry("young", expires_utc_ns=T0 + HOUR),
            kept.entry("track", data_class=DataClass.TRACK, expires_utc_ns=T0),
            kept.entry("always", data_class=DataClass.OPERATION, expires_utc_ns=0),
        ]
    )
    store.put(kept.document(expires_utc_ns=T0 + 1))
    store.put(kept.document("u", data_class=DataClass.ACCOUNT, expires_utc_ns=0))
    assert store.n_overdue(now_utc_ns=T0 + 1) == 4
    assert set(store.delete_expired(now_utc_ns=T0 + 1)) == {
        Deletion(data_class=DataClass.ALARM, n_deleted=3, oldest_utc_ns=T0 - 5, n_left=0),
        Deletion(data_class=DataClass.TRACK, n_deleted=1, oldest_utc_ns=T0, n_left=0),
    }
    assert store.n_overdue(now_utc_ns=T0 + 1) == 0
    assert store.delete_expired(now_utc_ns=T0 + 1) == ()
    assert [s.entry.entry_id for s in store.read("events")] == ["young", "always"]
    assert [d.document_id for d in store.find("incidents")] == ["u"]
    # Numbers are not given twice, whatever has gone.
    store.delete_expired(now_utc_ns=T0 + HOUR)
    assert store.append([kept.entry("next")]) == (6,)


def test_contents_say_what_is_kept(store, kept, clock) -> None:
    T0, HOUR = kept.T0, kept.HOUR
    body = {"a": [{"b": 1}, {"c": {"d": 2}}], "e": None}
    store.append([kept.entry("1", t_utc_ns=T0 - 9, body=body), kept.entry("2", body={"f": 1})])
    store.append([kept.entry("3", data_class=DataClass.OPERATION, expires_utc_ns=0)])
    document = store.put(kept.document())
    clock.advance(1.0)
    store.put(kept.document(version=document.version))
    alarm, operation, incidents = (
        next(c for c in store.contents() if (c.place, c.data_class.value) == wanted)
        for wanted in (
            ("log/events", "alarm"),
            ("log/events", "operation"),
            ("documents/incidents", "alarm"),
        )
    )
    assert (alarm.n, alarm.oldest_utc_ns, alarm.newest_utc_ns) == (2, T0 - 9, T0)
    assert alarm.latest_expiry_utc_ns == T0 + HOUR
    assert alarm.keys == ("a", "a.b", "a.c", "a.c.d", "e", "f")
    assert operation.latest_expiry_utc_ns == 0
    assert (incidents.oldest_utc_ns, incidents.newest_utc_ns) == (T0, T0 + 10**9)
    assert incidents.keys == ("state",)


@pytest.mark.slow
def test_threads_share_it_and_lose_nothing(store, kept) -> None:
    n, together = 8, Barrier(8)

    def work(i: int) -> list[int]:
        together.wait()
        numbers = [store.append([kept.entry(f"{i}-{k}")])[0] for k in range(20)]
        for _ in range(50):  # everybody counts up the same document
            try:
                old = store.get("incidents", "count") or kept.document("count", body={"n": 0})
                store.put(
                    kept.document("count", version=old.version, body={"n": old.body["n"] + 1})
                )
                break
            except ConflictError:
                continue
        return numbers

    with ThreadPoolExecutor(n) as pool:
        numbers = list(pool.map(work, range(n)))
    assert sorted(n for some in numbers for n in some) == list(range(1, 20 * n + 1))
    assert all(some == sorted(some) for some in numbers)
    assert store.get("incidents", "count").body == {"n": n}


@pytest.mark.slow
def test_a_reader_never_sees_a_number_before_a_smaller_one(store, kept) -> None:
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(lambda i=i: [store.append([kept.entry(f"{i}-{k}")]) for k in range(30)])
            for i in range(3)
        ]
        after, seen = 0, []
        while len(seen) < 90:
            new = [s.sequence for s in store.read("events", after=after)]
            seen += new
            after = seen[-1] if seen else 0
        [job.result() for job in jobs]
    assert seen == list(range(1, 91))


def test_closed_is_closed(store, kept) -> None:
    store.close()
    store.close()
    for call in (lambda: store.append([kept.entry()]), lambda: store.get("a", "b"), store.check):
        with pytest.raises(StoreError, match="closed"):
            call()


@pytest.mark.slow
def test_a_copy_is_taken_back(store, kept, tmp_path, clock) -> None:
    store.append([kept.entry("gone", expires_utc_ns=kept.T0 - 1)])
    store.append([kept.entry(f"e{i}", body={"i": i, "s": "\0\ud800é"}) for i in range(1200)])
    store.put(kept.document())
    store.put(kept.document(version=1, body={"n": 2}))
    copy = tmp_path / "copy.gz"
    store.backup(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []
    taken = open_store(f"sqlite:///{tmp_path}/other.db", clock=clock)
    try:
        assert taken.restore(copy) == 1
        assert taken.read("events", limit=2000) == store.read("events", after=1, limit=2000)
        assert taken.get("incidents", "i1") == store.get("incidents", "i1")
        assert taken.append([kept.entry("next")]) == (1202,)
        with pytest.raises(StoreError, match="not empty"):
            taken.restore(copy)
    finally:
        taken.close()
    with pytest.raises(StoreError, match="no backup"):
        store.backup(tmp_path / "nowhere" / "copy.gz")


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.text(), JSON, max_size=4), key=st.text(max_size=20))
def test_any_json_comes_back(store, kept, body, key) -> None:
    name = json.dumps(body)[:20].replace("\0", "") + str(hash(repr((body, key))))
    try:
        number = store.append([kept.entry(name, key=key, body=body)])[0]
    except ValueError:
        assert "\0" in key or any("\ud800" <= c <= "\udfff" for c in key)
        return
    assert store.read("events", after=number - 1, limit=1)[0].entry.body == body
