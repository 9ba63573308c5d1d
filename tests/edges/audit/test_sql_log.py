"""The contract of the audit log, on both databases."""

import threading
from collections.abc import Callable

import pytest

from standex.edges.audit.chain import beginning, canonical, hash_of
from standex.edges.audit.contract import AuditError, AuditLog, RequestClashError
from standex.edges.audit.heads import sign_head
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.sql_log import SqlAuditLog
from standex.edges.audit.verify import verify


def test_it_is_an_audit_log(log: SqlAuditLog) -> None:
    assert isinstance(log, AuditLog)
    assert log.last() == (0, beginning(log.log_id))
    assert log.check() == ""


def test_rows_come_back_as_they_were_and_continue_each_other(
    log: SqlAuditLog, new_entry: Callable
) -> None:
    entries = [new_entry(n) for n in range(5)]
    rows = log.append(entries[:2]) + log.append(entries[2:])
    assert log.rows() == rows
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    previous = beginning(log.log_id)
    for row, entry in zip(rows, entries, strict=True):
        assert (row.who, row.what, row.why) == (entry.who, entry.what.value, entry.why)
        assert row.body == canonical(entry.body)
        assert row.prev_hash == previous
        assert row.row_hash == hash_of(row)
        previous = row.row_hash
    assert log.last() == (5, previous)


def test_pages_and_filters(log: SqlAuditLog, new_entry: Callable) -> None:
    log.append([new_entry(n) for n in range(10)])
    assert [row.seq for row in log.rows(after=4, limit=3)] == [5, 6, 7]
    assert [row.seq for row in log.newest(limit=2)] == [10, 9]
    assert [row.seq for row in log.newest(before=9, limit=2)] == [8, 7]
    assert [row.seq for row in log.newest(who="operator-0")] == [10, 7, 4, 1]
    assert [row.seq for row in log.newest(who="operator-0", of_what="demo-000003")] == [4]
    assert log.newest(what="stopped") == ()


def test_the_same_request_is_one_row(log: SqlAuditLog, new_entry: Callable) -> None:
    first = log.append([new_entry(1)])
    again = log.append([new_entry(1, t_utc_ns=9), new_entry(2), new_entry(2)])
    assert again[0] == first[0]
    assert again[1] == again[2]
    assert len(log.rows()) == 2


def test_another_act_under_a_known_request_is_refused_and_nothing_is_written(
    log: SqlAuditLog, new_entry: Callable
) -> None:
    log.append([new_entry(1)])
    for changes in ({"who": "somebody"}, {"why": ""}, {"body": {}}, {"of_what": "x"}):
        with pytest.raises(RequestClashError, match="something else before"):
            log.append([new_entry(2), new_entry(1, **changes)])
    assert len(log.rows()) == 1


@pytest.mark.parametrize("changes", [
    {"who": ""}, {"who": "x" * 257}, {"why": "x" * 8001}, {"why": "a\0b"}, {"who": "\ud800"},
    {"request_id": ""}, {"body": {"a": float("nan")}}, {"body": {"a": {1, 2}}},
    {"body": {"a": "x" * 300_000}}, {"t_utc_ns": -1}, {"t_utc_ns": 2**63},
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    log: SqlAuditLog, new_entry: Callable, changes: dict
) -> None:
    with pytest.raises(ValueError, match=r"."):
        log.append([new_entry(1), new_entry(2, **changes)])
    assert log.rows() == ()


def test_hostile_words_are_only_words(log: SqlAuditLog, new_entry: Callable) -> None:
    words = "'; DROP TABLE audit_rows; -- ? %s %(a)s \\ \n\t\u202e \U0001f600"
    row = log.append([new_entry(1, who=words, why=words, body={words: words})])[0]
    assert log.newest(who=words) == (row,)
    assert verify(log).is_whole


def test_the_database_refuses_changes(log: SqlAuditLog, new_entry: Callable, url: str) -> None:
    log.append([new_entry(n) for n in range(3)])
    names = "seq, t_utc_ns, who, role, what, of_what, why, request_id, body, prev_hash, row_hash"
    place = {"sqlite": "OR REPLACE INTO", "postgr": "INTO"}[url[:6]]
    for statement in (
        "UPDATE audit_rows SET who = 'x' WHERE seq = 2",
        "UPDATE audit_about SET value = 'x'",
        "DELETE FROM audit_rows WHERE seq = 3",
        "DELETE FROM audit_rows",
        "DELETE FROM audit_about",
        f"INSERT {place} audit_rows ({names}) VALUES (2,1,'','','','','','r','{{}}','','')",
        f"INSERT {place} audit_rows ({names}) VALUES (9,1,'','','','','','r','{{}}','','')",
        f"INSERT {place} audit_rows ({names}) VALUES (4,1,'','','','','','request-1','','','')",
    ):
        with pytest.raises(AuditError):
            log._database.execute(statement)
    assert verify(log).is_whole
    assert len(log.rows()) == 3


def test_two_writers_make_one_chain(log: SqlAuditLog, url: str, new_entry: Callable) -> None:
    other = open_audit(url)
    assert other.log_id == log.log_id

    def write(where: SqlAuditLog, first: int) -> None:
        for n in range(first, first + 8):
            where.append([new_entry(n)])

    threads = [
        threading.Thread(target=write, args=(where, first))
        for where, first in ((log, 0), (other, 100), (log, 200))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    result = verify(log)
    assert (result.is_whole, result.n_rows) == (True, 24)


def test_it_is_there_when_opened_again(log: SqlAuditLog, url: str, new_entry: Callable) -> None:
    rows = log.append([new_entry(1)])
    for read_only in (True, False):
        again = open_audit(url, read_only=read_only)
        assert again.rows() == rows
        if read_only:
            with pytest.raises(AuditError):
                again.append([new_entry(2)])
        again.close()


def test_heads_are_kept(log: SqlAuditLog, new_entry: Callable, key) -> None:
    log.append([new_entry(1)])
    heads = [sign_head(log, key, t_utc_ns=t) for t in (7, 5)]
    for head in heads:
        log.keep_head(head)
    assert log.heads() == (heads[1], heads[0])


def test_a_later_version_is_refused(
    log: SqlAuditLog, url: str, change: Callable[..., None]
) -> None:
    change("UPDATE audit_about SET value = '99' WHERE name = 'version'")
    with pytest.raises(AuditError, match="version 99"):
        open_audit(url)
