from functools import partial

import anyio
import pytest

from standex.edges.access.admission import Shown
from standex.edges.access.audited import tell_into
from standex.edges.access.hashing import HashCost
from standex.edges.access.openid_settings import OpenIdSettings
from standex.edges.access.roles import Permission, Role, may
from standex.edges.access.site_access import open_access
from standex.edges.audit.open_audit import open_audit
from standex.edges.settings import load_site
from standex.edges.store.open_store import open_store

CHEAP = HashCost(memory_kib=64, n_passes=1)
HERE = "192.0.2.1"


@pytest.mark.slow
def test_a_new_site_from_its_first_start_on(tmp_path, clock) -> None:
    """On real files: first link, password, another of the staff, a sensor; and then once more."""
    site = load_site("metro")
    sensor = site.sensors[0]

    async def start(audit, step):
        store = open_store(f"sqlite:{tmp_path / 'store.db'}", clock=clock)
        access = open_access(store, site=site, clock=clock, tell=tell_into(audit), hash_cost=CHEAP)
        try:
            return await step(access)
        finally:
            await access.aclose()
            store.close()

    async def first(access):
        begun = await access.sign_in.with_link(access.first_link(), address=HERE)
        assert may(begun.caller.roles, Permission.MANAGE_ACCOUNTS)
        link = access.desk.add("kim", frozenset({Role.OPERATOR}))
        await access.sign_in.change_password("first", "", "a password of my own")
        token, _ = access.papers.new_token(sensor.sensor_id, zone=sensor.level_id, days=1.0)
        begun = await access.sign_in.with_link(link, address=HERE)
        return begun.token, token

    async def second(access, token, paper):
        assert access.first_link() is None
        caller = access.sign_in.caller(token)
        assert caller is not None
        assert caller.account_id == "kim"
        assert access.admission(sensor.sensor_id, Shown(token=paper)) is None
        access.sign_in.end(token)
        assert access.sign_in.caller(token) is None

    audit = open_audit(f"sqlite:{tmp_path / 'audit.db'}")
    try:
        token, paper = anyio.run(start, audit, first)
        anyio.run(start, audit, partial(second, token=token, paper=paper))
        told = [(row.what, row.of_what) for row in audit.rows()]
    finally:
        audit.close()
    assert told == [
        ("signed_in", "first"),
        ("account_changed", "first"),
        ("signed_in", "kim"),
        ("signed_out", "kim"),
    ]
    for secret in (token, paper):
        for file in tmp_path.iterdir():
            assert secret.encode() not in file.read_bytes()


def test_a_provider_is_closed_with_it(store, clock) -> None:
    settings = OpenIdSettings(
        issuer="https://id.example",
        client_id="standex",
        redirect_uri="https://station.example/oidc",
        role_claim="roles",
        roles={"guards": (Role.OPERATOR,)},
    )

    async def go() -> None:
        access = open_access(
            store,
            site=load_site("metro"),
            clock=clock,
            hash_cost=CHEAP,
            openid_settings=settings,
            client_secret="secret",
        )
        assert access.openid is not None
        await access.aclose()
        with pytest.raises(RuntimeError, match="closed"):
            await access.openid._http.get("https://id.example")

    anyio.run(go)
