import pytest

from standex.edges.access.access_event import Method
from standex.edges.access.account_desk import AccountDesk
from standex.edges.access.roles import Permission, Role
from standex.edges.web.service_view import Accounts, NotThereError, RefusedError


@pytest.fixture
def desk(accounts, links, sessions) -> AccountDesk:
    accounts.add("chief", roles={"rome": {Role.ENGINEER}})
    return AccountDesk(accounts, links, sessions, site_id="rome")


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


def test_who_is_let_in_again_has_the_same_roles_and_no_old_session(
    desk: AccountDesk, accounts, sessions
) -> None:
    desk.add("kim", frozenset({Role.OPERATOR}))
    sessions.begin(accounts.get("kim"), method=Method.PASSWORD, address="10.0.0.1")
    desk.disable("kim")
    desk.enable("kim")
    assert accounts.get("kim").is_enabled
    assert accounts.get("kim").roles_at("rome") == {Role.OPERATOR}
    assert desk.present(Permission.WORK_INCIDENTS) == [], "the session was of before"
    with pytest.raises(NotThereError):
        desk.enable("lee")


def test_present_are_those_who_are_signed_in_here_and_may(
    desk: AccountDesk, accounts, sessions
) -> None:
    for name, site, role in (
        ("kim", "rome", Role.OPERATOR),
        ("sam", "rome", Role.SUPERVISOR),
        ("not-in", "rome", Role.OPERATOR),
        ("viewer", "rome", Role.VIEWER),
        ("far", "metro", Role.OPERATOR),
    ):
        account = accounts.add(name, roles={site: {role}})
        if name != "not-in":
            sessions.begin(account, method=Method.PASSWORD, address="10.0.0.1")
    assert desk.present(Permission.WORK_INCIDENTS) == ["kim", "sam"]
    desk.disable("sam")
    assert desk.present(Permission.WORK_INCIDENTS) == ["kim"]


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
    for ask in (
        desk.disable,
        desk.enable,
        desk.new_link,
        lambda name: desk.set_roles(name, frozenset()),
    ):
        with pytest.raises(NotThereError):
            ask("lee")
    accounts.of_provider("ext", subject="id 1", roles={Role.VIEWER}, site_id="rome")
    with pytest.raises(RefusedError, match="OpenID"):
        desk.new_link("ext")
