"""Old rows leave as sealed segments; what stays still verifies, and nothing of them stays."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.audit import sealing
from standex.edges.audit.contract import AuditError, What
from standex.edges.audit.heads import sign_head, sign_seal
from standex.edges.audit.sealing import seal_expired
from standex.edges.audit.sql_log import SqlAuditLog
from standex.edges.audit.verify import Fault, verify

T0 = 1_760_000_000_000_000_000
HOUR_NS = 3600 * 10**9
KEEP_S = 10 * 3600


@pytest.fixture
def filled(log: SqlAuditLog, new_entry: Callable, key, monkeypatch) -> SqlAuditLog:
    monkeypatch.setattr(sealing, "_PAGE", 3)
    log.append([new_entry(n, why=f"secret-{n:03d}-words") for n in range(20)])
    log.keep_head(sign_head(log, key, t_utc_ns=T0))
    return log


def test_rows_leave_when_their_time_is_over(filled: SqlAuditLog, key, new_entry) -> None:
    assert seal_expired(filled, key, t_utc_ns=T0 + 9 * HOUR_NS, keep_s=KEEP_S) is None
    seal = seal_expired(filled, key, t_utc_ns=T0 + 14 * HOUR_NS + 1, keep_s=KEEP_S)
    assert seal is not None
    assert (seal.first_seq, seal.last_seq) == (1, 5)
    assert seal_expired(filled, key, t_utc_ns=T0 + 14 * HOUR_NS + 1, keep_s=KEEP_S) is None
    assert filled.rows()[0].seq == 6
    assert filled.newest(limit=1)[0].what == What.AUDIT_SEALED
    later = seal_expired(filled, key, t_utc_ns=T0 + 17 * HOUR_NS, keep_s=KEEP_S)
    assert later is not None
    assert (later.first_seq, later.prev_hash) == (6, seal.last_hash)
    assert filled.seals() == (seal, later)
    result = verify(filled, keys=key.public())
    assert result.is_whole, result.findings
    assert (result.n_sealed, result.first_seq, result.last_seq) == (8, 9, 22)
    assert filled.append([new_entry(40)])[0].seq == 23


def test_the_last_row_stays(filled: SqlAuditLog, key) -> None:
    seal = seal_expired(filled, key, t_utc_ns=T0 + 10**6 * HOUR_NS, keep_s=KEEP_S)
    assert seal is not None
    assert [row.seq for row in filled.rows()] == [20, 21]
    assert verify(filled, keys=key.public()).is_whole


def test_nothing_of_them_stays_in_the_files(
    filled: SqlAuditLog, key, url: str, tmp_path: Path
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("what a database server keeps in its files is its administrator's")
    seal_expired(filled, key, t_utc_ns=T0 + 15 * HOUR_NS, keep_s=KEEP_S)
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    gone = [f"secret-{n:03d}-words".encode() in data for n in range(20)]
    assert gone == [False] * 6 + [True] * 14


def test_a_deletion_without_a_seal_or_with_a_forged_one_is_found(
    filled: SqlAuditLog, key, change: Callable[..., None]
) -> None:
    change("DELETE FROM audit_rows WHERE seq <= 4")
    result = verify(filled, keys=key.public())
    assert {finding.fault for finding in result.findings} == {Fault.MISSING}
    rows = filled.rows()
    forged = (
        f"INSERT INTO audit_seals VALUES ('{filled.log_id}', 1, 4, '{'0' * 64}', "
        f"'{rows[0].prev_hash}', 1, {T0 * 2}, 1, '{key.key_id}', '{'0' * 128}')"
    )
    change(forged)
    result = verify(filled, keys=key.public())
    assert {Fault.SIGNATURE, Fault.BROKEN} <= {finding.fault for finding in result.findings}


def test_a_seal_that_came_too_early_is_found(filled: SqlAuditLog, key) -> None:
    row = filled.rows()
    seal = seal_of(filled, row[0], row[3], t_utc_ns=T0 + 5 * HOUR_NS)
    filled.drop(sign_seal(seal, key))
    result = verify(filled, keys=key.public())
    assert {finding.fault for finding in result.findings} == {Fault.EARLY}


def test_a_seal_that_does_not_fit_deletes_nothing(filled: SqlAuditLog, key) -> None:
    rows = filled.rows()
    good = seal_of(filled, rows[0], rows[3], t_utc_ns=T0 + 99 * HOUR_NS)
    for wrong in (
        replace(good, first_seq=2),
        replace(good, last_hash="0" * 64),
        replace(good, prev_hash="0" * 64),
        replace(good, last_seq=99),
        replace(good, log_id="other"),
    ):
        with pytest.raises(AuditError):
            filled.drop(sign_seal(wrong, key))
    assert filled.rows() == rows
    assert filled.seals() == ()


def test_the_word_about_a_seal_is_made_up_for(filled: SqlAuditLog, key) -> None:
    rows = filled.rows()
    filled.drop(sign_seal(seal_of(filled, rows[0], rows[1], t_utc_ns=T0 + 99 * HOUR_NS), key))
    assert filled.newest(what=What.AUDIT_SEALED) == ()
    assert seal_expired(filled, key, t_utc_ns=T0, keep_s=KEEP_S) is None
    assert [row.of_what for row in filled.newest(what=What.AUDIT_SEALED)] == ["rows 1 to 2"]


def test_a_time_to_keep_is_positive(filled: SqlAuditLog, key) -> None:
    with pytest.raises(ValueError, match="keep_s"):
        seal_expired(filled, key, t_utc_ns=T0, keep_s=0)


def seal_of(log: SqlAuditLog, first, last, *, t_utc_ns: int):
    from standex.edges.audit.contract import Seal  # noqa: PLC0415

    return Seal(
        log_id=log.log_id,
        first_seq=first.seq,
        last_seq=last.seq,
        prev_hash=first.prev_hash,
        last_hash=last.row_hash,
        newest_utc_ns=last.t_utc_ns,
        t_utc_ns=t_utc_ns,
        keep_s=KEEP_S,
        key_id="",
        signature="",
    )
