"""The queue before a store that may go."""

import threading

import anyio
import pytest

from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.open_store import open_store
from standex.edges.store.store_writer import StoreWriter

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Moody:
    """A store that can be gone, or slow; the rest is a real one."""

    def __init__(self, store) -> None:
        self._store = store
        self.is_gone = False
        self.calls: list[int] = []
        self.go = threading.Event()
        self.go.set()

    def append(self, entries, /):
        assert self.go.wait(10.0)
        self.calls.append(len(entries))
        if self.is_gone:
            raise StoreError("the disk is full")
        return self._store.append(entries)

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.fixture
def moody(tmp_path, clock):
    opened = open_store(f"sqlite://{tmp_path}/s.db", clock=clock)
    yield Moody(opened)
    opened.close()


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr("standex.edges.store.store_writer._FIRST_RETRY_S", 0.005)
    monkeypatch.setattr("standex.edges.store.store_writer._LAST_RETRY_S", 0.02)


async def until(done) -> None:
    with anyio.fail_after(5.0):
        while not done():  # noqa: ASYNC110 - what is waited for says nothing
            await anyio.sleep(0.002)


async def test_an_append_is_on_the_disk_when_it_returns(moody, kept) -> None:
    writer = StoreWriter(moody)
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        assert await writer.append([kept.entry("a"), kept.entry("b")]) == (1, 2)
        assert [s.entry.entry_id for s in moody.read("events")] == ["a", "b"]
        assert await writer.append([kept.entry("a")]) == (1,)
        with pytest.raises(ValueError, match="entry_id"):
            await writer.append([kept.entry("")])
        assert writer.counts.n_written == 3
        group.cancel_scope.cancel()


async def test_those_who_wait_are_written_together_in_their_order(moody, kept) -> None:
    writer = StoreWriter(moody)
    moody.go.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        writer.keep([kept.entry("first")])
        await until(lambda: writer.n_waiting == 0)
        for i in range(40):
            writer.keep([kept.entry(f"e{i}")])
        moody.go.set()
        await until(lambda: writer.counts.n_written == 41)
        group.cancel_scope.cancel()
    assert moody.calls == [1, 40]
    names = [s.entry.entry_id for s in moody.read("events")]
    assert names == ["first", *(f"e{i}" for i in range(40))]


@pytest.mark.usefixtures("quick")
async def test_what_was_handed_over_outlives_a_store_that_is_gone(moody, kept) -> None:
    words = []
    writer = StoreWriter(moody, tell=words.append)
    moody.is_gone = True
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        assert writer.keep([kept.entry("a")])
        assert writer.keep([kept.entry("b")])
        await until(lambda: writer.counts.n_failures > 2)
        assert writer.gone == "the disk is full"
        with pytest.raises(StoreError, match="full"):
            await writer.append([kept.entry("not kept")])
        with pytest.raises(StoreError, match="full"):
            await writer.append([kept.entry("urgent")], urgent=True)
        moody.is_gone = False
        await until(lambda: writer.n_waiting == 0 and not writer.gone)
        group.cancel_scope.cancel()
    assert [s.entry.entry_id for s in moody.read("events")] == ["a", "b", "urgent"]
    assert words == ["the disk is full", ""]
    assert writer.counts.n_written == 3


async def test_the_oldest_make_room_and_alarms_never(moody, kept) -> None:
    writer = StoreWriter(moody, most_waiting=4, most_urgent=6)

    def track(name: str):
        return kept.entry(name, data_class=DataClass.TRACK)

    for name in ("t0", "t1"):
        writer.keep([track(name)])
    for name in ("a0", "a1", "a2", "a3"):
        assert writer.keep([kept.entry(name)])
    assert writer.counts.n_dropped == 2
    assert writer.keep([track("t2")])  # nobody is left to make room for it
    assert writer.counts.n_dropped == 3
    assert writer.keep([kept.entry("a4")])
    assert writer.keep([kept.entry("a5")])
    assert not writer.keep([kept.entry("a6")])
    assert writer.counts.n_urgent_lost == 1
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        await until(lambda: writer.n_waiting == 0)
        group.cancel_scope.cancel()
    assert [s.entry.entry_id for s in moody.read("events")] == [f"a{i}" for i in range(6)]


async def test_too_many_who_wait_hold_up_the_next(moody, kept) -> None:
    writer = StoreWriter(moody, most_waiting=2)
    moody.go.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        for i in range(5):
            group.start_soon(writer.append, [kept.entry(f"e{i}")])
        await until(lambda: not writer._room.value)
        assert writer.n_waiting <= 2
        moody.go.set()
        await until(lambda: writer.counts.n_written == 5)
        group.cancel_scope.cancel()


async def test_what_waits_is_written_when_it_ends(moody, kept) -> None:
    writer = StoreWriter(moody)
    moody.go.clear()
    errors = []

    async def ask() -> None:
        with anyio.CancelScope(shield=True):
            try:
                await writer.append([kept.entry("z")])
            except StoreError as error:
                errors.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        writer.keep([kept.entry("a")])
        await until(lambda: writer.n_waiting == 0)
        writer.keep([kept.entry("b")])
        group.cancel_scope.cancel()
        moody.go.set()
    assert [s.entry.entry_id for s in moody.read("events")] == ["a", "b"]
    moody.is_gone = True
    async with anyio.create_task_group() as group:
        group.start_soon(writer.run)
        group.start_soon(ask)
        await until(lambda: errors)
        group.cancel_scope.cancel()
    assert "full" in str(errors[0])
