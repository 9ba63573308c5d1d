import threading
import time

import anyio
import pytest

from standex.edges.access.hashing import BusyError, HashCost, PasswordHashing

PASSWORD = "correct horse battery"


def test_a_hash_tells_a_password_and_nothing_else(hashing: PasswordHashing) -> None:
    async def go() -> None:
        first, second = await hashing.hash(PASSWORD), await hashing.hash(PASSWORD)
        assert first.startswith("$argon2id$")
        assert first != second
        assert PASSWORD not in first
        assert await hashing.is_right(PASSWORD, first)
        assert not await hashing.is_right(PASSWORD + "!", first)
        assert not await hashing.is_right(PASSWORD, "")
        assert not await hashing.is_right(PASSWORD, "no hash")
        assert not await hashing.is_right("x" * 10_000_000, first)

    anyio.run(go)


def test_a_hash_of_another_cost_is_outdated(hashing: PasswordHashing) -> None:
    dearer = PasswordHashing(HashCost(memory_kib=128, n_passes=1))
    try:
        old = hashing.hash_now(PASSWORD)
        assert not hashing.is_outdated(old)
        assert dearer.is_outdated(old)
    finally:
        dearer.close()


def test_more_than_can_wait_are_sent_away(hashing: PasswordHashing, monkeypatch) -> None:
    gate, inside = threading.Event(), threading.Event()

    def wait(_password: str, _hash: str) -> bool:
        inside.set()
        return gate.wait(5)

    monkeypatch.setattr(hashing, "_check", wait)

    async def go() -> None:
        n_busy = 0

        async def one() -> None:
            nonlocal n_busy
            try:
                assert await hashing.is_right("a", "b")
            except BusyError:
                n_busy += 1

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(one)
            while not (inside.is_set() and n_busy == 11):  # noqa: ASYNC110 - a thread sets it
                await anyio.sleep(0.001)
            # Strangers have filled the queue; somebody who is known here still comes in.
            known: list[bool] = []

            async def one_known() -> None:
                known.append(await hashing.is_right("a", "b", is_known=True))

            tasks.start_soon(one_known)
            await anyio.sleep(0.01)
            gate.set()
        assert known == [True]
        # Places that were held are free again.
        assert await hashing.is_right("a", "b")

    anyio.run(go)


def test_whoever_gives_up_does_not_make_the_thread_free(
    hashing: PasswordHashing, monkeypatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(hashing, "_check", lambda *_: gate.wait(5))

    async def go() -> None:
        with anyio.move_on_after(0.02):
            await hashing.is_right("a", "b")
        assert hashing._n_under_way == 1
        gate.set()
        while hashing._n_under_way:  # noqa: ASYNC110 - a thread counts it
            await anyio.sleep(0.001)

    anyio.run(go)


def test_a_closed_one_refuses(hashing: PasswordHashing) -> None:
    hashing.close()
    with pytest.raises(BusyError, match="stopping"):
        anyio.run(hashing.hash, "a")


@pytest.mark.slow
def test_nobody_costs_as_much_as_somebody() -> None:
    hashing = PasswordHashing(HashCost(memory_kib=16384, n_passes=2))
    stored = hashing.hash_now(PASSWORD)

    async def seconds(password_hash: str) -> float:
        took = []
        for _ in range(9):
            begun = time.perf_counter()
            assert not await hashing.is_right("wrong", password_hash)
            took.append(time.perf_counter() - begun)
        return sorted(took)[0]

    async def go() -> None:
        somebody, nobody = await seconds(stored), await seconds("")
        assert nobody > 0.6 * somebody  # without the same work it would be next to nothing

    try:
        anyio.run(go)
    finally:
        hashing.close()
