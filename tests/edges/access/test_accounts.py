import pytest

from standex.edges.access.account import EVERY_SITE, AccessError
from standex.edges.access.accounts import Accounts
from standex.edges.access.roles import Role


def test_a_name_is_given_once(accounts: Accounts) -> None:
    accounts.add("Kim", roles={"rome": {Role.OPERATOR}})
    with pytest.raises(AccessError, match="already"):
        accounts.add("kim", roles={"rome": {Role.ENGINEER}})
    assert [a.account_id for a in accounts.every()] == ["kim"]
    assert accounts.get("kim").roles_at("rome") == {Role.OPERATOR}
    with pytest.raises(AccessError, match="no account"):
        accounts.get("lee")


def test_the_last_who_manages_accounts_stays(accounts: Accounts) -> None:
    accounts.add("kim", roles={"rome": {Role.ENGINEER}})
    accounts.add("lee", roles={"rome": {Role.OPERATOR}, "metro": {Role.ENGINEER}})
    for change in (
        lambda: accounts.set_roles("kim", {Role.VIEWER}, site_id="rome"),
        lambda: accounts.set_enabled("kim", False),
        lambda: accounts.remove("kim"),
    ):
        with pytest.raises(AccessError, match="last who may manage"):
            change()
    assert accounts.get("kim").is_enabled
    accounts.set_roles("lee", {Role.ENGINEER}, site_id="rome")
    accounts.remove("kim")
    assert accounts.find("kim") is None


def test_one_who_manages_every_site_stands_in_for_another(accounts: Accounts) -> None:
    accounts.add("kim", roles={"rome": {Role.ENGINEER}})
    accounts.add("lee", roles={EVERY_SITE: {Role.ENGINEER}})
    accounts.set_enabled("kim", False)
    assert not accounts.get("kim").is_enabled
    with pytest.raises(AccessError, match="any site"):
        accounts.remove("lee")


def test_nobody_changes_their_own_roles(accounts: Accounts) -> None:
    accounts.add("kim", roles={"rome": {Role.ENGINEER}})
    accounts.add("lee", roles={"rome": {Role.ENGINEER}})
    with pytest.raises(AccessError, match="own roles"):
        accounts.set_roles("kim", {Role.SUPERVISOR}, site_id="rome", by="kim")
    with pytest.raises(AccessError, match="own account"):
        accounts.remove("kim", by="kim")
    with pytest.raises(AccessError, match="own account"):
        accounts.set_enabled("kim", False, by="kim")
    accounts.set_roles("kim", {Role.SUPERVISOR}, site_id="rome", by="lee")
    assert accounts.get("kim").roles_at("rome") == {Role.SUPERVISOR}


def test_a_password_and_a_switch_end_sessions_but_roles_do_not(accounts: Accounts) -> None:
    first = accounts.add("kim", roles={"rome": {Role.OPERATOR}}).generation
    assert accounts.set_roles("kim", {Role.VIEWER}, site_id="rome").generation == first
    assert accounts.set_password_hash("kim", "a").generation == first + 1
    assert accounts.set_enabled("kim", False).generation == first + 2
    assert accounts.end_sessions("kim").generation == first + 3


def test_a_renewed_hash_never_undoes_a_new_password(accounts: Accounts) -> None:
    first = accounts.add("kim", roles={"rome": {Role.OPERATOR}}).generation
    accounts.set_password_hash("kim", "new")
    assert (
        accounts.renew_password_hash("kim", old="older", new="older again").password_hash == "new"
    )
    assert accounts.renew_password_hash("kim", old="new", new="dearer").password_hash == "dearer"
    assert accounts.get("kim").generation == first + 1


def test_a_provider_is_followed_by_subject_not_by_name(accounts: Accounts) -> None:
    made = accounts.of_provider("Kim", subject="id 1", roles={Role.OPERATOR}, site_id="rome")
    again = accounts.of_provider("kim.new", subject="id 1", roles={Role.VIEWER}, site_id="rome")
    assert again.account_id == made.account_id == "kim"
    assert again.roles_at("rome") == {Role.VIEWER}
    with pytest.raises(AccessError, match="not bound"):
        accounts.of_provider("kim", subject="id 2", roles={Role.ENGINEER}, site_id="rome")
    accounts.add("local", roles={"rome": {Role.ENGINEER}})
    with pytest.raises(AccessError, match="not bound"):
        accounts.of_provider("local", subject="id 3", roles={Role.ENGINEER}, site_id="rome")
    accounts.set_enabled("kim", False)
    with pytest.raises(AccessError, match="switched off"):
        accounts.of_provider("kim", subject="id 1", roles={Role.OPERATOR}, site_id="rome")


def test_a_change_is_made_on_what_others_left(accounts: Accounts, store, clock) -> None:
    first = accounts.add("kim", roles={"rome": {Role.OPERATOR}}).generation
    other, put, once = Accounts(store, clock=clock), store.put, [True]

    def slow_put(document):
        if once.pop() if once else False:
            other.end_sessions("kim")
        return put(document)

    store.put = slow_put
    accounts.set_roles("kim", {Role.VIEWER}, site_id="rome")
    account = accounts.get("kim")
    assert account.generation == first + 1
    assert account.roles_at("rome") == {Role.VIEWER}
