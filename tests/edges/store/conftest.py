"""Stores on either kind of server, and what is put into them."""

from dataclasses import replace

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import DataClass, Document, Entry
from standex.edges.store.open_store import open_store

T0 = 1_760_000_000_000_000_000
HOUR = 3600 * 10**9


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, tmp_path) -> str:
    """Return the address of a place where there is no store yet."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'store.db'}"
    return request.getfixturevalue("postgresql").new_url()


@pytest.fixture
def store(url, clock):
    opened = open_store(url, clock=clock)
    yield opened
    opened.close()


class Fakes:
    """What is in this file, for tests: imports between test files do not work."""

    T0, HOUR = T0, HOUR

    @staticmethod
    def entry(entry_id="e1", **changes) -> Entry:
        plain = Entry(
            entry_id=entry_id,
            stream="events",
            kind="alert",
            key="a-1",
            t_utc_ns=T0,
            data_class=DataClass.ALARM,
            expires_utc_ns=T0 + HOUR,
            body={"zone": "waist"},
        )
        return replace(plain, **changes)

    @staticmethod
    def document(document_id="i1", **changes) -> Document:
        plain = Document(
            collection="incidents",
            document_id=document_id,
            data_class=DataClass.ALARM,
            expires_utc_ns=T0 + HOUR,
            version=0,
            body={"state": "new"},
        )
        return replace(plain, **changes)


@pytest.fixture(scope="session")
def kept() -> type[Fakes]:
    return Fakes
