"""Heads are copied to other places, which only grow."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from standex.edges.audit.chain import head_message, seal_message
from standex.edges.audit.contract import AuditError, Seal
from standex.edges.audit.heads import (
    copy_head,
    copy_path,
    read_copies,
    read_copy,
    sign_head,
    sign_seal,
)
from standex.edges.audit.sql_log import SqlAuditLog


def test_a_head_says_where_the_log_ends(log: SqlAuditLog, new_entry: Callable, key) -> None:
    assert sign_head(log, key, t_utc_ns=1).seq == 0
    row = log.append([new_entry(1)])[0]
    head = sign_head(log, key, t_utc_ns=2)
    assert (head.seq, head.row_hash, head.log_id) == (1, row.row_hash, log.log_id)
    public = key.public()
    assert public.is_signed(head_message(head), key_id=head.key_id, signature=head.signature)


def test_a_seal_is_signed(key) -> None:
    seal = Seal(
        log_id="a", first_seq=1, last_seq=2, prev_hash="p", last_hash="l", newest_utc_ns=3,
        t_utc_ns=4, keep_s=5, key_id="", signature="",
    )  # fmt: skip
    signed = sign_seal(seal, key)
    public = key.public()
    assert public.is_signed(seal_message(signed), key_id=key.key_id, signature=signed.signature)
    assert not public.is_signed(
        seal_message(replace(signed, keep_s=6)), key_id=key.key_id, signature=signed.signature
    )


def test_copies_grow_and_survive_a_cut_line(log: SqlAuditLog, key, tmp_path: Path) -> None:
    path = copy_path(str(tmp_path / "elsewhere"))
    heads = [sign_head(log, key, t_utc_ns=t) for t in range(3)]
    copy_head(heads[0], path)
    copy_head(heads[1], path)
    assert read_copy(path) == (tuple(heads[:2]), 0)
    path.write_bytes(path.read_bytes()[:-20])
    copy_head(heads[2], path)
    assert read_copies([str(tmp_path / "elsewhere")]) == ((heads[0], heads[2]), 1)
    path.write_bytes(path.read_bytes() + b"[1]\n\xff\n" + b"[" * 9000 + b"\n{}\n\n")
    read, n_bad = read_copy(path)
    assert read == (heads[0], heads[2])
    assert n_bad >= 4


def test_places(tmp_path: Path) -> None:
    assert copy_path("/a/b").as_posix() == "/a/b/audit-heads.jsonl"
    assert copy_path("/a/b.txt").as_posix() == "/a/b.txt"
    assert copy_path("file:///a%20b/c.jsonl").as_posix() == "/a b/c.jsonl"
    for place in ("https://example.org/a", "file://host/a"):
        with pytest.raises(AuditError, match="cannot be copied"):
            copy_path(place)
    with pytest.raises(AuditError, match="cannot read"):
        read_copies([str(tmp_path / "missing")])
    (tmp_path / "file").touch()


def test_a_place_that_cannot_be_written_says_so(log: SqlAuditLog, key, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuditError, match="make room there"):
        copy_head(sign_head(log, key, t_utc_ns=1), tmp_path / "file" / "a.jsonl")
