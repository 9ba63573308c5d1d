import argparse

import pytest

from standex.edges.access.access_event import AccessAction
from standex.edges.access.account import AccessError
from standex.edges.clock import SystemClock
from standex.edges.commands.accounts_desk import Desk, add_desk_arguments, open_desk
from standex.edges.store.contract import StoreError
from standex.edges.store.open_store import open_store


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_desk_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def places(tmp_path) -> list[str]:
    return [
        *("--store", f"sqlite:{tmp_path / 'store.db'}"),
        *("--audit", f"sqlite:{tmp_path / 'audit.db'}"),
    ]


def test_a_place_that_is_not_named_is_asked_for(places, monkeypatch) -> None:
    monkeypatch.delenv("STANDEX_STORE", raising=False)
    monkeypatch.delenv("STANDEX_AUDIT", raising=False)
    with pytest.raises(AccessError, match="--store"), open_desk(arguments(), is_change=False):
        pass
    only_store = arguments(*places[:2])
    with pytest.raises(AccessError, match="--audit"), open_desk(only_store, is_change=True):
        pass


def test_the_environment_names_them_too(places, monkeypatch) -> None:
    monkeypatch.setenv("STANDEX_STORE", places[1])
    monkeypatch.setenv("STANDEX_AUDIT", places[3])
    with open_desk(arguments(), is_change=True) as desk:
        assert desk.tell is not None
        desk.store.check()


def test_looking_makes_no_store_and_tells_nobody(places, tmp_path) -> None:
    with pytest.raises(StoreError), open_desk(arguments(*places), is_change=False):
        pass
    assert list(tmp_path.iterdir()) == []
    with open_desk(arguments(*places), is_change=True):
        pass
    with open_desk(arguments(*places), is_change=False) as desk:
        assert desk.tell is None


def test_a_deed_is_told_before_and_again_when_it_fails(tmp_path) -> None:
    told = []
    clock = SystemClock()
    store = open_store(f"sqlite:{tmp_path / 'store.db'}", clock=clock)
    try:
        desk = Desk(args=argparse.Namespace(), store=store, clock=clock, tell=told.append)
        with desk.deed(AccessAction.ADD_ACCOUNT, "kim", "metro: viewer"):
            assert len(told) == 1
        with (
            pytest.raises(AccessError),
            desk.deed(AccessAction.ADD_ACCOUNT, "kim", "metro: viewer"),
        ):
            raise AccessError("there is one already")
    finally:
        store.close()
    assert [(e.is_done, e.detail) for e in told] == [
        (True, "metro: viewer"),
        (True, "metro: viewer"),
        (False, "there is one already"),
    ]
    assert all(event.by.startswith("console:") for event in told)


def test_what_the_audit_refuses_is_not_done(tmp_path) -> None:
    def fails(_event) -> None:
        raise StoreError("the audit is full")

    clock = SystemClock()
    store = open_store(f"sqlite:{tmp_path / 'store.db'}", clock=clock)
    try:
        desk = Desk(args=argparse.Namespace(), store=store, clock=clock, tell=fails)
        with (
            pytest.raises(StoreError, match="full"),
            desk.deed(AccessAction.ADD_ACCOUNT, "kim", ""),
        ):
            pytest.fail("it was done")
    finally:
        store.close()
