from dataclasses import replace

import pytest

from standex.edges.access.account import EVERY_SITE, AccessError, Account, account_id_of, account_of
from standex.edges.access.roles import Permission, Role
from standex.edges.store.contract import DataClass


def test_an_account_survives_the_store() -> None:
    account = Account(
        account_id="kim",
        roles={"rome": frozenset({Role.OPERATOR}), EVERY_SITE: frozenset({Role.AUDITOR})},
        password_hash="$argon2id$...",
        subject="https://id.example 17",
        is_enabled=False,
        generation=3,
        made_utc_ns=1,
        password_set_utc_ns=2,
        version=4,
    )
    assert account_of(account.document()) == account
    assert account.document().data_class is DataClass.ACCOUNT


def test_roles_are_of_a_site_or_of_every_site() -> None:
    account = Account(
        account_id="kim",
        roles={"rome": frozenset({Role.OPERATOR}), EVERY_SITE: frozenset({Role.AUDITOR})},
    )
    assert account.roles_at("rome") == {Role.OPERATOR, Role.AUDITOR}
    assert account.roles_at("metro") == {Role.AUDITOR}
    assert account.may(Permission.SEE_INCIDENTS, site_id="rome")
    assert not account.may(Permission.SEE_INCIDENTS, site_id="metro")
    assert not replace(account, is_enabled=False).may(Permission.SEE_INCIDENTS, site_id="rome")


def test_an_account_that_cannot_be_read_lets_nobody_in() -> None:
    document = Account(account_id="kim", roles={}).document()
    for broken in (
        {},
        {**document.body, "roles": {"rome": ["king"]}},
        {**document.body, "roles": 1},
    ):
        with pytest.raises(AccessError, match="kim"):
            account_of(replace(document, body=broken))
    odd = {**document.body, "is_enabled": "no"}
    assert not account_of(replace(document, body=odd)).is_enabled


def test_a_name_has_one_spelling() -> None:
    assert account_id_of("  Kim.O@example.org ") == "kim.o@example.org"
    for name in ("", ".kim", "kim o", "kim\n", "k" * 65, "kім", "../kim", "kim'--"):
        if name != "kim\n":
            with pytest.raises(AccessError):
                account_id_of(name)
    assert account_id_of("kim\n") == "kim"
