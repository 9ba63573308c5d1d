"""All of access together, on real files: what one start leaves, the next one finds."""

from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import anyio
import pytest

from standex.edges.access.account_desk import AccountDesk
from standex.edges.access.accounts import Accounts
from standex.edges.access.admission import SensorAdmission, Shown
from standex.edges.access.audited import tell_into
from standex.edges.access.hashing import HashCost, PasswordHashing
from standex.edges.access.one_time_links import OneTimeLinks, first_link
from standex.edges.access.roles import Permission, Role, may
from standex.edges.access.sensor_papers import SensorPapers
from standex.edges.access.sessions import Sessions
from standex.edges.access.sign_in import SignInDesk
from standex.edges.audit.open_audit import open_audit
from standex.edges.settings import load_site
from standex.edges.store.open_store import open_store

HERE = "192.0.2.1"
SITE = load_site("metro")
SENSOR = SITE.sensors[0]


@contextmanager
def started(folder, clock):
    """Start everything on the files of a folder, and stop it again."""
    audit = open_audit(f"sqlite:{folder / 'audit.db'}")
    store = open_store(f"sqlite:{folder / 'store.db'}", clock=clock)
    hashing = PasswordHashing(HashCost(memory_kib=64, n_passes=1))
    accounts, links = Accounts(store, clock=clock), OneTimeLinks(store, clock=clock)
    sessions, papers = Sessions(store, clock=clock), SensorPapers(store, clock=clock)
    where = SITE.site_id
    tell = tell_into(audit)
    try:
        yield SimpleNamespace(
            audit=audit,
            papers=papers,
            desk=AccountDesk(accounts, links, sessions, site_id=where),
            admission=SensorAdmission(papers, site=SITE, clock=clock, tell=tell),
            first=partial(first_link, accounts, links, site_id=where),
            sign_in=SignInDesk(
                accounts, sessions, links, hashing, site_id=where, clock=clock, tell=tell
            ),
        )
    finally:
        hashing.close()
        store.close()
        audit.close()


@pytest.mark.slow
def test_from_the_first_start_to_the_second(tmp_path, clock) -> None:
    with started(tmp_path, clock) as it:
        enter = it.sign_in.with_link
        begun = anyio.run(partial(enter, it.first(), address=HERE))
        assert may(begun.caller.roles, Permission.MANAGE_ACCOUNTS)
        anyio.run(it.sign_in.change_password, "first", "", "a password of my own")
        link = it.desk.add("kim", frozenset({Role.OPERATOR}))
        kim = anyio.run(partial(enter, link, address=HERE)).token
        paper, _ = it.papers.new_token(SENSOR.sensor_id, zone=SENSOR.level_id, days=1.0)

    with started(tmp_path, clock) as it:
        assert it.first() is None
        assert it.sign_in.caller(kim).account_id == "kim"
        assert it.admission(SENSOR.sensor_id, Shown(token=paper)) is None
        assert it.admission(SENSOR.sensor_id, Shown(token="guess"))
        it.sign_in.end(kim)
        assert it.sign_in.caller(kim) is None
        assert [(row.what, row.of_what) for row in it.audit.rows()] == [
            ("signed_in", "first"),
            ("account_changed", "first"),
            ("signed_in", "kim"),
            ("sensor_refused", SENSOR.sensor_id),
            ("signed_out", "kim"),
        ]
        for secret in (link, kim, paper, begun.token, "a password of my own"):
            for file in tmp_path.iterdir():
                assert secret.encode() not in file.read_bytes()
