"""Writing together: each caller's answer is its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from standex.edges.store.contract import ConflictError, StoreError
from standex.edges.store.group_commit import GroupCommit
from standex.edges.store.link import Dialect, Link, Server

DIALECT = Dialect(
    whole="", text="", tables="", begin_writing=("BEGIN", "LOCK"), begin_reading="",
    has_partitions=False,
)  # fmt: skip


class FakeLink(Link):
    """Notes what it is told; fails at a statement where it should."""

    def __init__(self, *, fails=None, breaks=False) -> None:
        self.told, self.fails, self.breaks = [], fails, breaks
        self.is_broken = self.is_closed = False

    def rows(self, statement, values=(), /):
        self.told.append(statement)
        if statement == self.fails:
            self.fails, self.is_broken = None, self.breaks
            raise StoreError(f"failed at {statement}")
        return []

    def close(self) -> None:
        self.is_closed = True


class FakeServer(Server):
    where, dialect = "here", DIALECT

    def __init__(self, *links) -> None:
        self.links = list(links)

    def connect(self):
        return self.links.pop(0)


def committing(link, *others) -> GroupCommit:
    return GroupCommit(FakeServer(*others), link)


def together(writer: GroupCommit, *works) -> list:
    """Do works in one transaction: they wait while the thread is held up."""
    begun, release = threading.Event(), threading.Event()

    def hold(_) -> None:
        begun.set()
        assert release.wait(5.0)

    def answer(work):
        try:
            return writer.do(work)
        except Exception as error:  # noqa: BLE001 - compared by the test
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        held = pool.submit(writer.alone, hold)
        assert begun.wait(5.0)
        answers = []
        for work in works:
            n = writer._waiting.qsize()
            answers.append(pool.submit(answer, work))
            while writer._waiting.qsize() == n:
                pass
        release.set()
        held.result()
        return [one.result() for one in answers]


def test_those_who_wait_go_in_one_transaction() -> None:
    link = FakeLink()
    writer = committing(link)
    assert together(writer, lambda _: "a", lambda _: "b") == ["a", "b"]
    assert link.told == [
        "BEGIN", "LOCK", *["SAVEPOINT one", "RELEASE SAVEPOINT one"] * 2, "COMMIT",
    ]  # fmt: skip
    writer.close()
    assert link.is_closed


def test_one_that_fails_takes_none_with_it() -> None:
    def conflict(_):
        raise ConflictError("changed meanwhile")

    link = FakeLink()
    writer = committing(link)
    first, failed, last = together(writer, lambda _: 1, conflict, lambda _: 3)
    assert (first, last) == (1, 3)
    assert isinstance(failed, ConflictError)
    assert link.told.count("ROLLBACK TO SAVEPOINT one") == 1
    assert link.told[-1] == "COMMIT"
    writer.close()


@pytest.mark.parametrize("statement", ["LOCK", "COMMIT", "SAVEPOINT one"])
def test_nobody_is_told_that_it_is_kept_when_it_is_not(statement) -> None:
    link = FakeLink(fails=statement)
    writer = committing(link)
    answers = together(writer, lambda _: 1, lambda _: 2)
    assert [str(answer) for answer in answers] == [f"failed at {statement}"] * 2
    assert link.told[-1] == "ROLLBACK"
    assert writer.do(lambda _: 4) == 4
    writer.close()


def test_the_first_word_is_told_when_the_server_takes_all_back() -> None:
    def full(_):
        raise StoreError("the disk is full")

    link = FakeLink(fails="ROLLBACK TO SAVEPOINT one")
    writer = committing(link)
    assert [str(answer) for answer in together(writer, lambda _: 1, full)] == [
        "the disk is full"
    ] * 2
    writer.close()


def test_a_link_that_broke_while_idle_is_replaced() -> None:
    second = FakeLink()
    writer = committing(FakeLink(fails="BEGIN", breaks=True), second)
    assert writer.do(lambda _: 1) == 1
    assert second.told[0] == "BEGIN"
    writer.close()


def test_a_link_that_breaks_within_is_an_error_and_replaced_after() -> None:
    first, second = FakeLink(fails="COMMIT", breaks=True), FakeLink()
    writer = committing(first, second)
    with pytest.raises(StoreError, match="COMMIT"):
        writer.do(lambda _: 1)
    assert first.told[-1] == "COMMIT"  # nothing more can be said on a broken line
    assert writer.do(lambda _: 2) == 2
    writer.close()


def test_alone_is_outside_any_transaction_and_raises_what_it_raises() -> None:
    link = FakeLink()
    writer = committing(link)
    assert writer.alone(lambda one: one.rows("VACUUM")) == []
    assert link.told == ["VACUUM"]
    with pytest.raises(ZeroDivisionError):
        writer.alone(lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        writer.do(lambda _: 1 // 0)
    writer.close()
    writer.close()
    with pytest.raises(StoreError, match="closed"):
        writer.do(lambda _: 1)
