from functools import partial

import anyio
import httpx
import pytest

from standex.edges.access.access_event import AccessAction
from standex.edges.access.hashing import HashCost, PasswordHashing
from standex.edges.access.openid import OpenId
from standex.edges.access.openid_settings import OpenIdSettings
from standex.edges.access.rate_limit import Rate
from standex.edges.access.roles import Role
from standex.edges.access.sign_in import WRONG, SignInDesk, SignInRules
from standex.edges.store.contract import StoreError
from standex.edges.web.service_view import RefusedError, SignIn

from .openid_provider import CLIENT, ISSUER, SECRET, Provider

PASSWORD = "correct horse battery"
HERE, THERE = "192.0.2.1", "198.51.100.9"


@pytest.fixture
def told() -> list:
    return []


@pytest.fixture
def make(accounts, sessions, links, hashing, clock, told):
    """Return a function that makes a desk with somebody in it."""
    accounts.add("kim", roles={"rome": {Role.OPERATOR}})
    accounts.set_password_hash("kim", hashing.hash_now(PASSWORD))
    return partial(
        SignInDesk,
        accounts,
        sessions,
        links,
        hashing,
        site_id="rome",
        clock=clock,
        tell=told.append,
    )


@pytest.fixture
def desk(make) -> SignInDesk:
    return make()


def password(desk: SignInDesk, name: str = "kim", given: str = PASSWORD, address: str = HERE):
    return anyio.run(partial(desk.with_password, name, given, address=address))


def refusal(desk: SignInDesk, *args, **kwargs) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        password(desk, *args, **kwargs)
    return refused.value


def test_it_is_what_the_web_asks_for(desk: SignInDesk) -> None:
    assert isinstance(desk, SignIn)


def test_the_right_password_begins_a_session(desk: SignInDesk, told) -> None:
    begun = password(desk, " KIM ")
    caller = desk.caller(begun.token)
    assert caller == begun.caller
    assert caller.account_id == "kim"
    assert caller.roles == {Role.OPERATOR}
    assert begun.token not in repr(caller)
    (event,) = told
    assert (event.action, event.by, event.is_done) == (AccessAction.SIGN_IN, "kim", True)
    assert begun.token not in repr(event)


def test_every_session_is_a_new_one(desk: SignInDesk) -> None:
    first, second = password(desk), password(desk)
    assert first.token != second.token
    desk.end(first.token)
    assert desk.caller(first.token) is None
    assert desk.caller(second.token) is not None


def test_a_refusal_says_the_same_whatever_was_wrong(desk: SignInDesk, accounts, told) -> None:
    accounts.add("off", roles={"rome": {Role.OPERATOR}})
    accounts.set_password_hash("off", accounts.get("kim").password_hash)
    accounts.set_enabled("off", False)
    accounts.add("new", roles={"rome": {Role.OPERATOR}})
    for name, given in (
        ("kim", "wrong"),
        ("nobody", PASSWORD),
        ("off", PASSWORD),
        ("new", ""),
        ("not a name", PASSWORD),
        ("", ""),
        ("kim", "x" * 1_000_000),
    ):
        assert str(refusal(desk, name, given)) == WRONG
    assert not any(event.is_done for event in told)
    assert not any(PASSWORD in repr(event) for event in told)


def test_wrong_passwords_are_counted_by_account(make, clock) -> None:
    desk = make(rules=SignInRules(per_account=Rate(burst=3, per_s=0.1)))
    for n in range(3):
        assert str(refusal(desk, given="wrong", address=f"198.51.100.{n}")) == WRONG
    late = refusal(desk, address="198.51.100.7")  # even the right one, from somewhere new
    assert 0 < late.retry_after_s <= 10.0
    clock.advance(10.1)
    assert password(desk, address="198.51.100.7").token


def test_unknown_names_are_counted_like_known_ones(make) -> None:
    desk = make(rules=SignInRules(per_account=Rate(burst=2, per_s=0.1)))
    told = [(str(refusal(desk, name, "x"))) for name in ("kim", "nobody") for _ in range(3)]
    assert told[:3] == told[3:]


def test_a_stranger_cannot_lock_the_staff_out(make) -> None:
    rules = SignInRules(
        per_account=Rate(burst=3, per_s=0.001), per_address=Rate(burst=1000, per_s=1.0)
    )
    desk = make(rules=rules)
    password(desk)  # at the desk where they always sit
    for _ in range(20):
        refusal(desk, given="wrong", address=THERE)
    assert refusal(desk, address=THERE).retry_after_s > 0
    assert password(desk).token


def test_right_passwords_are_not_counted(make) -> None:
    desk = make(rules=SignInRules(per_account=Rate(burst=2, per_s=0.001)))
    for _ in range(5):
        password(desk)


def test_tries_are_counted_by_address(make, clock, told) -> None:
    desk = make(rules=SignInRules(per_address=Rate(burst=3, per_s=0.1)))
    for n in range(3):
        refusal(desk, f"name{n}", "x", address="2001:db8::1")
    n_told = len(told)
    for n in range(50):
        assert refusal(desk, address=f"2001:db8::{n:x}").retry_after_s > 0
    assert len(told) == n_told  # a flood of tries is no flood of the audit
    assert password(desk, address=HERE).token


def test_too_many_at_once_are_sent_away_and_not_counted(
    make, accounts, sessions, links, clock, monkeypatch
) -> None:
    slow = PasswordHashing(HashCost(memory_kib=8192, n_passes=4, n_waiting=1))
    desk = SignInDesk(accounts, sessions, links, slow, site_id="rome", clock=clock)
    refused, came = [], []

    async def one() -> None:
        try:
            came.append(await desk.with_password("kim", PASSWORD, address=HERE))
        except RefusedError as error:
            refused.append(error.retry_after_s)

    async def go() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(9):
                tasks.start_soon(one)

    try:
        anyio.run(go)
        assert len(came) >= 1
        assert len(refused) >= 1
        assert all(wait_s > 0 for wait_s in refused)
    finally:
        slow.close()


def test_a_hash_follows_the_settings(make, accounts, sessions, links, clock) -> None:
    dearer = PasswordHashing(HashCost(memory_kib=128, n_passes=1))
    desk = SignInDesk(accounts, sessions, links, dearer, site_id="rome", clock=clock)
    try:
        before = accounts.get("kim").password_hash
        begun = password(desk)
        assert accounts.get("kim").password_hash != before
        assert not dearer.is_outdated(accounts.get("kim").password_hash)
        assert desk.caller(begun.token)
        assert password(desk).token
    finally:
        dearer.close()


def test_who_has_no_role_here_stays_out(desk: SignInDesk, accounts, hashing) -> None:
    accounts.add("far", roles={"metro": {Role.SUPERVISOR}})
    accounts.set_password_hash("far", hashing.hash_now(PASSWORD))
    assert "no role at this site" in str(refusal(desk, "far"))


def test_roles_hold_from_the_next_request_on(desk: SignInDesk, accounts) -> None:
    begun = password(desk)
    accounts.set_roles("kim", {Role.VIEWER}, site_id="rome")
    caller = desk.caller(begun.token)
    assert caller is not None
    assert caller.roles == {Role.VIEWER}


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: accounts.set_enabled("kim", False),
        lambda accounts: accounts.end_sessions("kim"),
        lambda accounts: accounts.remove("kim"),
        lambda accounts: accounts.set_password_hash("kim", "x"),
    ],
)
def test_what_happens_to_an_account_ends_its_sessions(desk: SignInDesk, accounts, change) -> None:
    begun = password(desk)
    change(accounts)
    assert desk.caller(begun.token) is None
    assert desk.caller(begun.token) is None


def test_a_name_that_is_given_again_does_not_inherit_a_session(
    desk: SignInDesk, accounts, links
) -> None:
    accounts.add("lee", roles={"rome": {Role.OPERATOR}})
    begun = anyio.run(partial(desk.with_link, links.make("lee"), address=HERE))
    accounts.remove("lee")
    accounts.add("lee", roles={"rome": {Role.ENGINEER}})
    assert desk.caller(begun.token) is None


def test_nobody_is_nobody(desk: SignInDesk) -> None:
    for token in ("", "x", "x" * 100_000, "kim"):
        assert desk.caller(token) is None
        desk.end(token)


def test_a_link_brings_in_who_then_sets_a_password(desk: SignInDesk, accounts, links) -> None:
    accounts.add("new", roles={"rome": {Role.SUPERVISOR}})
    token = links.make("new")
    begun = anyio.run(partial(desk.with_link, token, address=HERE))
    assert begun.caller.roles == {Role.SUPERVISOR}
    with pytest.raises(RefusedError, match="does not work"):
        anyio.run(partial(desk.with_link, token, address=HERE))
    with pytest.raises(RefusedError, match="at least 12"):
        anyio.run(desk.change_password, "new", "", "short")
    with pytest.raises(RefusedError, match="no old password"):
        anyio.run(desk.change_password, "new", "guess", "a password of my own")
    anyio.run(desk.change_password, "new", "", "a password of my own")
    assert desk.caller(begun.token) is None
    assert password(desk, "new", "a password of my own").token


def test_a_link_of_somebody_switched_off_lets_nobody_in(desk: SignInDesk, accounts, links) -> None:
    token = links.make("kim")
    accounts.set_enabled("kim", False)
    with pytest.raises(RefusedError, match="does not work"):
        anyio.run(partial(desk.with_link, token, address=HERE))


def test_a_password_is_changed_by_who_knows_it(make, told) -> None:
    desk = make(rules=SignInRules(per_account=Rate(burst=2, per_s=0.01)))
    begun = password(desk)
    with pytest.raises(RefusedError, match="old password is wrong"):
        anyio.run(desk.change_password, "kim", "wrong", "a password of my own")
    with pytest.raises(RefusedError, match="characters"):
        anyio.run(desk.change_password, "kim", PASSWORD, "kim")
    assert desk.caller(begun.token) is not None
    anyio.run(desk.change_password, "kim", PASSWORD, "a password of my own")
    assert desk.caller(begun.token) is None
    assert refusal(desk)
    assert password(desk, given="a password of my own").token
    assert AccessAction.SET_PASSWORD in [event.action for event in told]


def test_guessing_an_old_password_is_limited(make) -> None:
    desk = make(rules=SignInRules(per_account=Rate(burst=2, per_s=0.01)))
    for _ in range(2):
        with pytest.raises(RefusedError, match="wrong"):
            anyio.run(desk.change_password, "kim", "wrong", "a password of my own")
    with pytest.raises(RefusedError, match="wait"):
        anyio.run(desk.change_password, "kim", PASSWORD, "a password of my own")


def test_what_the_audit_cannot_keep_does_not_happen(make, accounts, sessions) -> None:
    def fails(_event) -> None:
        raise StoreError("the audit is full")

    desk = make(tell=fails)
    with pytest.raises(StoreError, match="full"):
        password(desk)
    assert sessions.of_account("kim") == ()
    before = accounts.get("kim").password_hash
    with pytest.raises(StoreError, match="full"):
        anyio.run(desk.change_password, "kim", PASSWORD, "a password of my own")
    assert accounts.get("kim").password_hash == before


def test_without_a_provider_there_is_no_such_way(desk: SignInDesk) -> None:
    with pytest.raises(RefusedError, match="no OpenID"):
        anyio.run(desk.oidc_begin)
    with pytest.raises(RefusedError, match="no OpenID"):
        anyio.run(partial(desk.oidc_finish, {}, address=HERE))


def test_a_provider_brings_in_whom_the_site_lets(make, clock, accounts, told) -> None:
    settings = OpenIdSettings(
        issuer=ISSUER,
        client_id=CLIENT,
        redirect_uri="https://station.example/oidc",
        role_claim="roles",
        roles={"guards": (Role.OPERATOR,), "chiefs": (Role.SUPERVISOR,)},
    )
    provider = Provider(lambda: clock.utc_ns() * 1e-9)
    provider.claims["preferred_username"] = "Lee"

    async def go() -> None:
        transport = httpx.MockTransport(provider.answer)
        openid = OpenId(settings, client_secret=SECRET, clock=clock, transport=transport)
        desk = make(openid=openid)
        try:
            query = provider.sign_in(await desk.oidc_begin())
            begun = await desk.oidc_finish(query, address=HERE)
            assert (begun.caller.account_id, begun.caller.roles) == ("lee", {Role.OPERATOR})
            with pytest.raises(RefusedError, match="change it there"):
                await desk.change_password("lee", "", "a password of my own")
            provider.claims["roles"] = ["chiefs"]
            query = provider.sign_in(await desk.oidc_begin())
            assert (await desk.oidc_finish(query, address=HERE)).caller.roles == {Role.SUPERVISOR}
            # Who is called like one of the staff is not that one.
            provider.claims.update(sub="99", preferred_username="kim")
            query = provider.sign_in(await desk.oidc_begin())
            with pytest.raises(RefusedError, match="not bound"):
                await desk.oidc_finish(query, address=HERE)
            provider.answers["/token"] = lambda: httpx.Response(500)
            with pytest.raises(RefusedError, match="500"):
                await desk.oidc_finish(provider.sign_in(await desk.oidc_begin()), address=HERE)
        finally:
            await openid.aclose()

    anyio.run(go)
    assert [event.is_done for event in told] == [True, True, False, False]


def test_a_provider_that_is_down_is_told(make, clock) -> None:
    def down(_request):
        raise httpx.ConnectError("refused")

    settings = OpenIdSettings(
        issuer=ISSUER,
        client_id=CLIENT,
        redirect_uri="https://station.example/oidc",
        role_claim="roles",
        roles={"guards": (Role.OPERATOR,)},
    )

    async def go() -> None:
        transport = httpx.MockTransport(down)
        openid = OpenId(settings, client_secret=SECRET, clock=clock, transport=transport)
        try:
            with pytest.raises(RefusedError, match="fails"):
                await make(openid=openid).oidc_begin()
        finally:
            await openid.aclose()

    anyio.run(go)
