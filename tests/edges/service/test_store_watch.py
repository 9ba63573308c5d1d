import threading
import time

import pytest

from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.clock import SystemClock
from standex.edges.service import store_watch
from standex.edges.service.store_watch import StoreWatch
from standex.edges.store.contract import StoreError
from standex.edges.store.sqlite_store import open_sqlite as open_store


class Asked:
    """A store and an audit; the store can be told to fail, or to hang."""

    def __init__(self, folder, monkeypatch) -> None:
        self.error, self.n_asked = None, 0
        self.answers = threading.Event()
        self.answers.set()
        self.store = open_store(folder / "store.db", clock=SystemClock())
        self.audit = open_audit(folder / "audit.db")
        monkeypatch.setattr(type(self.store), "get", lambda *_: self.get())

    def get(self):
        self.n_asked += 1
        self.answers.wait(20)
        if self.error:
            raise StoreError(self.error)

    @property
    def watch(self) -> StoreWatch:
        return StoreWatch(self.store, self.audit, clock=SystemClock())


@pytest.fixture
def asked(tmp_path, monkeypatch):
    one = Asked(tmp_path, monkeypatch)
    yield one
    one.answers.set()
    one.audit.close()
    one.store.close()


def until(true) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_wrong_is_told_and_taken_back(asked, monkeypatch) -> None:
    monkeypatch.setattr(store_watch, "EVERY_S", 0.02)
    monkeypatch.setattr(store_watch, "PATIENCE_S", 0.2)
    with asked.watch as watch:
        until(lambda: asked.n_asked > 2)
        assert not watch.problem
        asked.error = "it is away"
        until(lambda: watch.problem == "it is away")
        asked.error = None
        until(lambda: not watch.problem)
        # One that hangs is told before it has given up.
        asked.answers.clear()
        until(lambda: "have not answered for" in watch.problem)
        asked.answers.set()
        until(lambda: not watch.problem)


def test_leaving_waits_for_nobody_who_hangs(asked, monkeypatch) -> None:
    monkeypatch.setattr(store_watch, "_JOIN_S", 0.05)
    asked.answers.clear()
    began = time.monotonic()
    with asked.watch:
        until(lambda: asked.n_asked)
    assert time.monotonic() - began < 10
