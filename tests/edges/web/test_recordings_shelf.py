import threading
from concurrent.futures import Executor, Future

import pytest

from standex.edges.web import recordings_shelf as module
from standex.edges.web.recordings_shelf import KEPT, RecordingsShelf
from standex.edges.web.replay_digest import Digest
from standex.edges.web.replay_walks import KnownWalk
from standex.edges.web.service_view import NotThereError, Recordings, RefusedError

S = 10**9


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "head_of", lambda _: {"site_id": "s", "started_utc_ns": "7000000"})
    (tmp_path / "a").mkdir()
    for name in ("a/one.mcap", "two.mcap"):
        (tmp_path / name).write_bytes(b"x")
    shelf = RecordingsShelf(tmp_path)
    yield shelf
    shelf.close()


class Pool(Executor):
    """Plays at once, or when it is told to."""

    def __init__(self) -> None:
        self.paths, self.waits, self.lock = [], False, threading.Lock()

    def submit(self, call, path, /):
        self.paths.append(path.name)
        future = Future()
        if not self.waits:
            future.set_result(
                Digest(t_s=(), pictures=(), timeline={"of": path.name}, highest={"n": 1})
            )
        return future

    def shutdown(self, **_) -> None: ...


def test_what_there_is(shelf) -> None:
    assert isinstance(shelf, Recordings)
    assert {one["recording_id"] for one in shelf.all()} == {"a~one", "two"}
    assert shelf.all()[0]["started_utc_ms"] == 7


def test_each_is_played_once_and_few_are_kept(shelf, tmp_path, monkeypatch) -> None:
    pool = shelf._pool = Pool()
    assert shelf.timeline("a~one") == {"of": "one.mcap"}
    assert shelf.highest("a~one") == {"n": 1}
    assert shelf.pictures("a~one", from_s=0, to_s=1, step_s=0.1) == []
    assert pool.paths == ["one.mcap"]
    for n in range(KEPT):
        (tmp_path / f"n{n}.mcap").write_bytes(b"x")
        shelf.timeline(f"n{n}")
    shelf.timeline("a~one")
    assert pool.paths.count("one.mcap") == 2


def test_who_made_a_walk_test_meanwhile_is_told_by_what_they_carried(tmp_path) -> None:
    asked = []
    walk = KnownWalk(has_object=True, from_utc_ns=S, to_utc_ns=9 * S, first_utc_ns=3 * S)

    def walks(from_utc_ns, to_utc_ns):
        asked.append((from_utc_ns, to_utc_ns))
        return (walk,)

    (tmp_path / "two.mcap").write_bytes(b"x")
    shelf = RecordingsShelf(tmp_path, walks=walks)
    digest = Digest(
        t_s=(0.0, 8.0),
        pictures=(),
        timeline={},
        highest={"people": [{"track_id": 1}, {"track_id": 2}]},
        started_utc_ns=S,
        began_utc_ns={1: 2 * S, 2: 3 * S},
    )
    future = Future()
    future.set_result(digest)
    shelf._pool = pool = Pool()
    pool.submit = lambda *_: future
    said = shelf.highest("two")
    assert asked == [(S, 9 * S)]
    assert said["has_walk_tests"]
    assert said["people"] == [{"track_id": 1}, {"track_id": 2, "carried_reference": True}]
    assert digest.highest["people"][1] == {"track_id": 2}  # what is remembered stays as it was


def test_what_takes_long_is_asked_for_again(shelf, monkeypatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    shelf._pool = pool = Pool()
    pool.waits = True
    with pytest.raises(RefusedError, match="being made ready") as refused:
        shelf.timeline("two")
    assert refused.value.retry_after_s > 0


@pytest.mark.parametrize("name", ["none", "~two", "..~two", "a~..~..~etc", "a\0b", "", "~"])
def test_nothing_beside_the_folder(shelf, name, tmp_path) -> None:
    (tmp_path.parent / "two.mcap").write_bytes(b"x")
    shelf._pool = Pool()
    if name == "~two":
        assert shelf.timeline(name)  # the same file by another name
        return
    with pytest.raises(NotThereError):
        shelf.timeline(name)


@pytest.mark.slow
def test_a_file_that_is_none_is_said_to_be(shelf, monkeypatch) -> None:
    from standex.model.errors import RecordingError  # noqa: PLC0415

    monkeypatch.setattr(module, "WAIT_S", 60.0)
    with pytest.raises(RecordingError):
        shelf.timeline("two")


def test_a_recording_that_still_grows_is_not_played_anew_each_time(
    shelf, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    shelf._pool = pool = Pool()
    pool.waits = True
    for n in range(3):
        (tmp_path / "two.mcap").write_bytes(b"x" * (n + 2))
        with pytest.raises(RefusedError, match="being made ready"):
            shelf.timeline("two")
    assert pool.paths == ["two.mcap"]
