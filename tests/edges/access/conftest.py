"""What the tests of access share: a store in memory, a clock, cheap hashes."""

import threading
from dataclasses import replace

import pytest

from standex.edges.access.accounts import Accounts
from standex.edges.access.hashing import HashCost, PasswordHashing
from standex.edges.access.one_time_links import OneTimeLinks
from standex.edges.access.sessions import Sessions
from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import ConflictError

START_UTC_NS = 1_800_000_000_000_000_000


class MemoryStore:
    """The documents of a store, without a disk; versions are held to as the contract says."""

    def __init__(self) -> None:
        self._documents = {}
        self._lock = threading.Lock()
        self.n_written = 0

    def put(self, document):
        key = (document.collection, document.document_id)
        with self._lock:
            old = self._documents.get(key)
            if (0 if old is None else old.version) != document.version:
                raise ConflictError("another version is stored")
            self.n_written += 1
            self._documents[key] = replace(document, version=document.version + 1)
            return self._documents[key]

    def get(self, collection, document_id):
        return self._documents.get((collection, document_id))

    def find(self, collection, *, limit=1000):
        with self._lock:
            found = [d for (c, _), d in sorted(self._documents.items()) if c == collection]
        return iter(found[:limit])

    def remove(self, collection, document_id):
        with self._lock:
            return self._documents.pop((collection, document_id), None) is not None

    def put_with(self, document, entries):
        raise NotImplementedError

    append = read = newest = delete_expired = contents = check = backup = close = put_with

    def everything(self) -> str:
        return repr(self._documents)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START_UTC_NS)


@pytest.fixture
def accounts(store, clock) -> Accounts:
    return Accounts(store, clock=clock)


@pytest.fixture
def links(store, clock) -> OneTimeLinks:
    return OneTimeLinks(store, clock=clock)


@pytest.fixture
def sessions(store, clock) -> Sessions:
    return Sessions(store, clock=clock)


@pytest.fixture
def hashing():
    made = PasswordHashing(HashCost(memory_kib=64, n_passes=1))
    yield made
    made.close()
