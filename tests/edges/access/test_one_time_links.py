import threading

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.accounts import Accounts
from standex.edges.access.one_time_links import FIRST_ACCOUNT, OneTimeLinks, first_link
from standex.edges.access.roles import Permission, Role


def test_a_link_works_once(links: OneTimeLinks, store) -> None:
    token = links.make("kim")
    assert token not in store.everything()
    assert links.take("x" + token) is None
    assert links.take(token) == "kim"
    assert links.take(token) is None
    assert links.take("") is None


def test_of_many_at_once_one_comes_in(links: OneTimeLinks) -> None:
    token, came = links.make("kim"), []
    gate = threading.Barrier(8)

    def take() -> None:
        gate.wait()
        came.append(links.take(token))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, came)) == ["None"] * 7 + ["kim"]


def test_a_link_runs_out(links: OneTimeLinks, clock) -> None:
    token = links.make("kim", lifetime_s=60.0)
    clock.advance(60.0)
    assert links.take(token) is None
    for lifetime_s in (0.0, -1.0, 8 * 86400.0, float("nan")):
        with pytest.raises(AccessError):
            links.make("kim", lifetime_s=lifetime_s)


def test_a_new_link_makes_the_old_one_void(links: OneTimeLinks) -> None:
    old, other = links.make("kim"), links.make("lee")
    new = links.make("kim")
    assert links.take(old) is None
    assert links.take(new) == "kim"
    assert links.take(other) == "lee"


def test_the_first_start_lets_one_in_who_adds_the_others(
    accounts: Accounts, links: OneTimeLinks
) -> None:
    lost = first_link(accounts, links, site_id="rome")
    token = first_link(accounts, links, site_id="rome")  # nobody came: another start, another link
    assert lost
    assert token
    assert links.take(lost) is None
    assert links.take(token) == FIRST_ACCOUNT
    assert accounts.get(FIRST_ACCOUNT).may(Permission.MANAGE_ACCOUNTS, site_id="rome")
    accounts.set_password_hash(FIRST_ACCOUNT, "hash")
    assert first_link(accounts, links, site_id="rome") is None


def test_there_is_no_first_link_where_somebody_manages(
    accounts: Accounts, links: OneTimeLinks
) -> None:
    accounts.add("kim", roles={"rome": {Role.ENGINEER}})
    assert first_link(accounts, links, site_id="rome") is None
    assert accounts.find(FIRST_ACCOUNT) is None


def test_a_first_account_that_was_demoted_does_not_come_back(
    accounts: Accounts, links: OneTimeLinks
) -> None:
    first_link(accounts, links, site_id="rome")
    accounts.add("kim", roles={"*": {Role.ENGINEER}})
    accounts.set_enabled(FIRST_ACCOUNT, False)
    assert first_link(accounts, links, site_id="rome") is None
