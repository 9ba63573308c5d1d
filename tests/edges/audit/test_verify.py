"""Every change to a log is found: edits, deletions, insertions, moves, cut ends, new writing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.audit import verify as verify_module
from standex.edges.audit.contract import AuditError, AuditRow
from standex.edges.audit.heads import sign_head
from standex.edges.audit.keys import PublicKeys, make_key
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.sql_log import SqlAuditLog
from standex.edges.audit.verify import Fault, Verification, verify

N_ROWS = 6
TEXTS = ("who", "role", "what", "of_what", "why", "request_id", "body", "prev_hash", "row_hash")


@pytest.fixture
def filled(log: SqlAuditLog, new_entry: Callable, key) -> SqlAuditLog:
    log.append([new_entry(n) for n in range(N_ROWS)])
    log.keep_head(sign_head(log, key, t_utc_ns=1))
    return log


def faults(result: Verification) -> set[Fault]:
    return {finding.fault for finding in result.findings}


def test_a_log_that_nobody_touched_is_whole(
    filled: SqlAuditLog, key, new_entry: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "_PAGE", 4)
    filled.append([new_entry(50)])
    result = verify(filled, keys=key.public())
    assert result.is_whole
    assert (result.n_rows, result.first_seq, result.last_seq) == (N_ROWS + 1, 1, N_ROWS + 1)
    assert (result.signed_seq, result.n_unsigned, result.n_heads) == (N_ROWS, 1, 1)
    without = verify(filled)
    assert without.is_whole
    assert not without.are_signatures_checked
    assert without.n_unsigned == N_ROWS + 1


def test_an_empty_log_is_whole(log: SqlAuditLog, key) -> None:
    log.keep_head(sign_head(log, key, t_utc_ns=1))
    assert verify(log, keys=key.public()).is_whole


@pytest.mark.slow
def test_every_edit_is_found(
    filled: SqlAuditLog, key, change: Callable[..., None], subtests_of: Callable
) -> None:
    for seq in range(1, N_ROWS + 1):
        for statement in (
            "t_utc_ns = t_utc_ns + 1",
            "seq = seq + 100",
            *(f"{name} = {name}||char(33)" for name in TEXTS),
            *(f"{name} = substr({name}, 2)" for name in TEXTS),
            "who = 'operator-9'",
            "body = '{}'",
        ):
            with subtests_of(f"UPDATE audit_rows SET {statement} WHERE seq = {seq}"):
                result = verify(filled, keys=key.public())
                assert not result.is_whole, f"{statement} in row {seq}"
                assert not verify(filled).is_whole or statement.startswith("seq")


@pytest.fixture
def subtests_of(filled: SqlAuditLog, change: Callable[..., None]) -> Callable:
    """Return a function that changes the log and puts it back as it was."""
    from contextlib import contextmanager  # noqa: PLC0415

    rows = filled.rows()
    names = ", ".join(AuditRow.__dataclass_fields__)

    @contextmanager
    def changed(*statements: str):
        change(*statements)
        yield
        values = (
            ", ".join(
                str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
                for value in (getattr(row, name) for name in AuditRow.__dataclass_fields__)
            )
            for row in rows
        )
        insert = (f"INSERT INTO audit_rows ({names}) VALUES ({row})" for row in values)
        change("DELETE FROM audit_rows", *insert)
        assert verify(filled).is_whole

    return changed


@pytest.mark.slow
def test_every_deletion_and_swap_is_found(filled: SqlAuditLog, key, subtests_of: Callable) -> None:
    for seq in range(1, N_ROWS + 1):
        with subtests_of(f"DELETE FROM audit_rows WHERE seq = {seq}"):
            assert not verify(filled, keys=key.public()).is_whole
        if seq == 1:
            continue
        swap = [(seq - 1, -1), (seq, seq - 1), (-1, seq)]
        moves = [f"UPDATE audit_rows SET seq = {to} WHERE seq = {of}" for of, to in swap]
        with subtests_of(*moves):
            found = faults(verify(filled))
            assert found & {Fault.EDITED, Fault.BROKEN}
    with subtests_of("DELETE FROM audit_rows"):
        assert faults(verify(filled, keys=key.public())) == {Fault.CUT}


def test_a_row_put_between_is_found(filled: SqlAuditLog, key, subtests_of: Callable) -> None:
    names = ", ".join(AuditRow.__dataclass_fields__)
    up = [f"UPDATE audit_rows SET seq = {n + 1} WHERE seq = {n}" for n in range(N_ROWS, 2, -1)]
    copy = (
        f"INSERT INTO audit_rows ({names}) SELECT 3, t_utc_ns, who, role, what, of_what, why, "
        "'new', body, prev_hash, row_hash FROM audit_rows WHERE seq = 2"
    )
    with subtests_of(*up, copy):
        assert {Fault.BROKEN, Fault.EDITED} <= faults(verify(filled))


def test_a_cut_end_is_found_by_a_head_in_another_place_only(
    filled: SqlAuditLog, key, change: Callable[..., None]
) -> None:
    copied = filled.heads()
    change("DELETE FROM audit_rows WHERE seq > 3", "DELETE FROM audit_heads")
    assert verify(filled, keys=key.public()).is_whole, "the chain alone cannot tell"
    result = verify(filled, keys=key.public(), copies=copied)
    assert faults(result) == {Fault.CUT}
    assert "once ended with row 6" in result.findings[0].text


def test_a_log_written_anew_is_found(
    filled: SqlAuditLog, key, new_entry: Callable, change: Callable[..., None]
) -> None:
    change("DELETE FROM audit_rows WHERE seq > 3")
    filled.append([new_entry(n, why="something else") for n in range(3, N_ROWS + 2)])
    assert verify(filled).findings, "heads are held against the rows even without keys"
    assert faults(verify(filled, keys=key.public())) == {Fault.REWRITTEN}


def test_who_writes_anew_cannot_sign(
    filled: SqlAuditLog, key, tmp_path: Path, new_entry: Callable, change: Callable[..., None]
) -> None:
    change("DELETE FROM audit_rows WHERE seq > 3", "DELETE FROM audit_heads")
    filled.append([new_entry(n, why="something else") for n in range(3, N_ROWS)])
    thief = make_key(tmp_path / "thief")
    forged = sign_head(filled, thief, t_utc_ns=2)
    named = replace(forged, key_id=key.key_id)
    for head in (forged, named):
        found = verify(filled, keys=key.public(), copies=(head,))
        assert faults(found) == {Fault.SIGNATURE}
    changed = replace(sign_head(filled, key, t_utc_ns=2), seq=3)
    assert Fault.SIGNATURE in faults(verify(filled, keys=key.public(), copies=(changed,)))


def test_the_head_of_another_log_is_found(filled: SqlAuditLog, key, tmp_path: Path) -> None:
    other = open_audit(f"sqlite:///{tmp_path / 'other.sqlite'}")
    head = sign_head(other, key, t_utc_ns=1)
    other.close()
    found = verify(filled, keys=key.public(), copies=(head,))
    assert faults(found) == {Fault.REWRITTEN}


def test_an_old_key_may_stay_trusted(
    filled: SqlAuditLog, key, tmp_path: Path, new_entry: Callable
) -> None:
    later = make_key(tmp_path / "later")
    filled.append([new_entry(20)])
    filled.keep_head(sign_head(filled, later, t_utc_ns=2))
    both = PublicKeys(by_id={**key.public().by_id, **later.public().by_id})
    assert verify(filled, keys=both).is_whole
    assert faults(verify(filled, keys=later.public())) == {Fault.SIGNATURE}


def test_old_heads_and_bad_copies_are_told(filled: SqlAuditLog, key) -> None:
    found = verify(filled, keys=key.public(), n_bad_lines=2, newest_head_after_utc_ns=5)
    assert faults(found) == {Fault.BAD_COPY, Fault.STALE}


@pytest.mark.slow
def test_a_flipped_bit_anywhere_in_a_row_of_the_file_is_found(
    tmp_path: Path, new_entry: Callable, key
) -> None:
    path, hurt = tmp_path / "a.sqlite", tmp_path / "hurt.sqlite"
    log = open_audit(f"sqlite:///{path}")
    rows = log.append([new_entry(n) for n in range(3)])
    head = sign_head(log, key, t_utc_ns=1)
    log.close()
    whole = path.read_bytes()
    n_found = 0
    for row in rows:
        start = whole.index(row.row_hash.encode()) - 64  # of prev_hash, stored just before
        text = row.why.encode()
        places = [whole.index(text) + n for n in range(len(text))]
        for place in [*places, *range(start, start + 128, 9)]:
            for bit in (0, 5):
                data = bytearray(whole)
                data[place] ^= 1 << bit
                hurt.write_bytes(data)
                assert is_found(hurt, key, head), f"bit {bit} of byte {place}"
                n_found += 1
    assert n_found > 150


def is_found(path: Path, key, head) -> bool:
    try:
        log = open_audit(f"sqlite:///{path}", read_only=True)
    except AuditError:
        return True
    try:  # whatever is wrong is a finding, and no error
        return not verify(log, keys=key.public(), copies=(head,)).is_whole
    finally:
        log.close()
