import pytest

from standex.edges.access.account_desk import AccountDesk
from standex.edges.access.roles import Role
from standex.edges.web.service_view import Accounts, NotThereError, RefusedError


@pytest.fixture
def desk(accounts, links) -> AccountDesk:
    accounts.add("chief", roles={"rome": {Role.ENGINEER}})
    return AccountDesk(accounts, links, site_id="rome")


def test_it_is_what_the_web_asks_for(desk: AccountDesk) -> None:
    assert isinstance(desk, Accounts)


def test_who_is_added_comes_in_by_a_link(desk: AccountDesk, links) -> None:
    token = desk.add("Kim", frozenset({Role.OPERATOR}))
    assert links.take(token) == "kim"
    with pytest.raises(RefusedError, match="already"):
        desk.add("kim", frozenset())
    with pytest.raises(RefusedError, match="letters"):
        desk.add("kim o", frozenset())


def test_no_secret_is_told(desk: AccountDesk, accounts) -> None:
    accounts.set_password_hash("chief", "$argon2id$secret")
    (told,) = desk.all()
    assert told["account_id"] == "chief"
    assert told["roles"] == [Role.ENGINEER]
    assert told["has_password"]
    assert not told["is_disabled"]
    assert "argon2" not in repr(told)


def test_accounts_of_other_sites_are_not_shown(desk: AccountDesk, accounts) -> None:
    accounts.add("far", roles={"metro": {Role.OPERATOR}})
    accounts.add("everywhere", roles={"*": {Role.AUDITOR}})
    accounts.add("nothing", roles={})
    assert [a["account_id"] for a in desk.all()] == ["chief", "everywhere", "nothing"]


def test_who_is_switched_off_stays_out(desk: AccountDesk, accounts, links) -> None:
    token = desk.add("kim", frozenset({Role.OPERATOR}))
    desk.disable("kim")
    assert links.take(token) is None
    assert not accounts.get("kim").is_enabled
    with pytest.raises(RefusedError, match="switched off"):
        desk.new_link("kim")


def test_the_last_manager_stays(desk: AccountDesk) -> None:
    with pytest.raises(RefusedError, match="last"):
        desk.disable("chief")
    with pytest.raises(RefusedError, match="last"):
        desk.set_roles("chief", frozenset({Role.VIEWER}))


def test_roles_and_links(desk: AccountDesk, accounts, links) -> None:
    desk.add("kim", frozenset({Role.OPERATOR}))
    desk.set_roles("kim", frozenset({Role.SUPERVISOR}))
    assert accounts.get("kim").roles_at("rome") == {Role.SUPERVISOR}
    assert links.take(desk.new_link("kim")) == "kim"


def test_nobody_of_that_name(desk: AccountDesk, accounts) -> None:
    for ask in (desk.disable, desk.new_link, lambda name: desk.set_roles(name, frozenset())):
        with pytest.raises(NotThereError):
            ask("lee")
    accounts.of_provider("ext", subject="id 1", roles={Role.VIEWER}, site_id="rome")
    with pytest.raises(RefusedError, match="OpenID"):
        desk.new_link("ext")
