"""What is hashed, byte by byte, as any other tool would."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.audit.chain import (
    beginning,
    canonical,
    checked,
    from_plain,
    hash_of,
    head_message,
    is_same_request,
    next_row,
    plain,
    seal_message,
)
from standex.edges.audit.contract import AuditRow, Seal, SignedHead

HEAD = SignedHead(log_id="a", seq=3, row_hash="h", t_utc_ns=9, key_id="k", signature="s")
SEAL = Seal(
    log_id="a", first_seq=1, last_seq=2, prev_hash="p", last_hash="l", newest_utc_ns=3,
    t_utc_ns=4, keep_s=5, key_id="k", signature="s",
)  # fmt: skip


def test_a_hash_is_what_the_documentation_says(new_entry: Callable) -> None:
    row = next_row(new_entry(3), seq=1, prev_hash=beginning("log"))
    said = [
        "standex.audit.1", 1, row.t_utc_ns, "operator-0", "operator", "incident_noted",
        "demo-000003", "note 3 \u2014 \xe9\xdf", "request-3",
        '{"half":1.5,"inner":{"a":true,"b":[1,null]},"n":3}',
        hashlib.sha256(b'["standex.audit.1","log"]').hexdigest(),
    ]  # fmt: skip
    text = json.dumps(said, separators=(",", ":"))
    assert row.row_hash == hashlib.sha256(text.encode("ascii")).hexdigest()


def test_no_two_rows_share_a_message(new_entry: Callable) -> None:
    row = next_row(new_entry(3), seq=1, prev_hash="")
    shifted = replace(row, who=row.who + row.role, role="")
    assert hash_of(shifted) != row.row_hash
    quoted = replace(row, who='a","b', role="")
    assert hash_of(quoted) != hash_of(replace(row, who="a", role="b"))


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False,
                                                                     allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10,
))  # fmt: skip
def test_canonical_is_one_form_and_ascii(data: object) -> None:
    text = canonical(data)
    assert text.isascii()
    assert canonical(json.loads(text)) == text


def test_a_body_of_endless_depth_is_refused(new_entry: Callable) -> None:
    body: dict = {}
    for _ in range(20_000):
        body = {"a": body}
    with pytest.raises(ValueError, match="JSON"):
        checked(new_entry(1, body=body))


def test_the_same_request_may_come_later(new_entry: Callable) -> None:
    row = next_row(new_entry(3), seq=1, prev_hash="")
    assert is_same_request(row, new_entry(3, t_utc_ns=5))
    assert not is_same_request(row, new_entry(3, role="auditor"))


def test_every_field_is_signed_but_the_signature() -> None:
    for value, message in ((HEAD, head_message), (SEAL, seal_message)):
        for name in type(value).__dataclass_fields__:
            old = getattr(value, name)
            changed = replace(value, **{name: old + 1 if isinstance(old, int) else old + "x"})
            assert (message(changed) != message(value)) == (name != "signature")
    assert head_message(HEAD)[:4] != seal_message(SEAL)[:25]


def test_plain_and_back(new_entry: Callable) -> None:
    row = next_row(new_entry(3), seq=1, prev_hash="")
    for value in (row, HEAD, SEAL):
        assert from_plain(type(value), json.loads(json.dumps(plain(value)))) == value
    for change in ({"seq": "1"}, {"seq": True}, {"who": None}, {"more": 1}):
        with pytest.raises(ValueError, match="AuditRow"):
            from_plain(AuditRow, plain(row) | change)
    with pytest.raises(ValueError, match="AuditRow"):
        from_plain(AuditRow, {})
