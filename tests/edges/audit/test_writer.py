"""Entries from any thread and loop, written by one; heads that are signed and copied in time."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from standex.edges.audit import writer as writer_module
from standex.edges.audit.contract import AuditError, AuditLog
from standex.edges.audit.heads import read_copy, sign_head
from standex.edges.audit.sealing import seal_expired
from standex.edges.audit.sqlite_log import open_sqlite
from standex.edges.audit.verify import verify
from standex.edges.audit.writer import AuditWriter, HeadRule
from standex.edges.clock import SimulatedClock

T0 = 1_760_000_000_000_000_000
HOUR_NS = 3600 * 10**9


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    log = open_sqlite(tmp_path / "audit.sqlite")
    yield log
    log.close()


def until(is_true: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if is_true():
            return
        waiting.wait(0.01)
    raise AssertionError


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_LOOK_S", 0.01)


def test_many_tasks_and_threads_write_one_chain(log, clock, new_entry: Callable) -> None:
    async def write_all() -> list[int]:
        rows = await asyncio.gather(*(writer.write(new_entry(n)) for n in range(100)))
        return [row.seq for row in rows]

    with AuditWriter(log, clock=clock) as writer:
        rows = []
        thread = threading.Thread(target=lambda: rows.extend(writer.append([new_entry(500)])))
        thread.start()
        seqs = asyncio.run(write_all())
        thread.join()
        seqs += [row.seq for row in rows]
    assert sorted(seqs) == list(range(1, 102))
    assert verify(log).is_whole
    assert writer.problem == ""
    with pytest.raises(AuditError, match="closed"):
        writer.submit(new_entry(1))


def test_one_bad_entry_harms_no_other(log, clock, new_entry: Callable) -> None:
    with AuditWriter(log, clock=clock) as writer:
        writer.append([new_entry(0)])
        jobs = [writer.submit(new_entry(n // 2, who=f"w{n % 2}")) for n in range(8)]
        errors = [job.exception() for job in jobs]
        assert writer.problem == "", "the log itself is well"
    assert [error is None for error in errors] == [False] * 2 + [True, False] * 3
    assert len(log.rows()) == 4
    with pytest.raises(ValueError, match="who"):
        AuditWriter.submit(writer, new_entry(1, who=""))


def test_heads_are_signed_by_number_by_time_and_at_the_end(
    log, clock, new_entry: Callable, key, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "heads.jsonl"
    rule = HeadRule(every_rows=3, every_s=60.0, beat_s=600.0)

    def signed() -> list[int]:
        return [head.seq for head in log.heads()]

    with AuditWriter(log, clock=clock, key=key, copies=[copy], rule=rule) as writer:
        writer.append([new_entry(0)])
        writer.append([new_entry(1)])
        assert signed() == []
        writer.append([new_entry(2)])
        until(lambda: signed() == [3])
        writer.append([new_entry(3)])
        assert signed() == [3]
        clock.advance(61)
        until(lambda: signed() == [3, 4])
        clock.advance(590)
        writer.append([new_entry(4)])
        assert signed() == [3, 4]
    assert signed() == [3, 4, 5]
    copied, n_bad = read_copy(copy)
    assert (copied, n_bad) == (log.heads(), 0)
    result = verify(log, keys=key.public(), copies=copied)
    assert (result.is_whole, result.n_unsigned) == (True, 0)


def test_a_head_beats_when_nothing_happens(log, clock, key) -> None:
    with AuditWriter(log, clock=clock, key=key, rule=HeadRule(beat_s=600.0)):
        clock.advance(601)
        until(lambda: len(log.heads()) == 1)
    assert [head.t_utc_ns for head in log.heads()] == [T0 + 601 * 10**9]


def test_a_place_that_was_gone_gets_what_it_missed(
    log, clock, new_entry: Callable, key, tmp_path: Path
) -> None:
    blocked = tmp_path / "mount"
    blocked.touch()
    copy = blocked / "heads.jsonl"
    rule = HeadRule(every_rows=1)
    with AuditWriter(log, clock=clock, key=key, copies=[copy], rule=rule) as writer:
        for n in range(3):
            writer.append([new_entry(n)])
        until(lambda: "cannot be copied" in writer.problem)
        blocked.unlink()
        until(lambda: writer.problem == "" and len(read_copy(copy)[0]) == len(log.heads()))
    assert read_copy(copy)[0] == log.heads()


def test_it_is_a_log_itself(log, clock, new_entry: Callable, key) -> None:
    with AuditWriter(log, clock=clock) as writer:
        assert isinstance(writer, AuditLog)
        rows = writer.append([new_entry(n) for n in range(4)])
        assert (writer.rows(), writer.newest(limit=1)) == (rows, rows[3:])
        assert writer.last() == log.last()
        assert writer.log_id == log.log_id
        seal = seal_expired(writer, key, t_utc_ns=T0 + 10 * HOUR_NS, keep_s=9 * 3600)
        writer.keep_head(sign_head(writer, key, t_utc_ns=T0))
        assert (writer.seals(), len(writer.heads()), writer.check()) == ((seal,), 1, "")
        with pytest.raises(ValueError, match="who"):
            writer.append([new_entry(8), new_entry(9, who="")])
    assert [row.seq for row in log.rows()] == [3, 4, 5]


def test_what_cannot_be_written_raises_and_is_told(
    log, clock, new_entry: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> None:
        raise AuditError("the disk is gone")

    with AuditWriter(log, clock=clock) as writer:
        with monkeypatch.context() as patch:
            patch.setattr(log, "append", gone)
            with pytest.raises(AuditError, match="disk is gone"):
                asyncio.run(writer.write(new_entry(1)))
            assert writer.problem == "the disk is gone"
        writer.append([new_entry(1)])
        assert writer.problem == ""
    assert len(log.rows()) == 1


def test_too_many_that_wait_are_refused(
    log, clock, new_entry: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "QUEUE_LENGTH", 2)
    held, gate = threading.Event(), threading.Event()

    append = log.append

    def slow(entries):
        held.set()
        gate.wait()
        return append(entries)

    monkeypatch.setattr(log, "append", slow)
    with AuditWriter(log, clock=clock) as writer:
        jobs = [writer.submit(new_entry(0))]
        held.wait()
        jobs += [writer.submit(new_entry(n)) for n in (1, 2)]
        with pytest.raises(AuditError, match="wait for the audit log"):
            writer.submit(new_entry(3))
        gate.set()
        assert sorted(job.result().seq for job in jobs) == [1, 2, 3]


def test_who_stops_waiting_takes_nothing_back(log, clock, new_entry: Callable) -> None:
    async def give_up() -> None:
        task = asyncio.ensure_future(writer.write(new_entry(1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with AuditWriter(log, clock=clock) as writer:
        asyncio.run(give_up())
    assert len(log.rows()) == 1
