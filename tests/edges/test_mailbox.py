import anyio

from standex.edges.mailbox import Mailbox


def test_the_newest_records_win(fakes) -> None:
    async def go() -> None:
        box = Mailbox(capacity=2)
        dropped = [box.put(fakes.record(sequence=n)) for n in range(5)]
        box.close()
        assert dropped == [0, 0, 1, 1, 1]
        assert [(await box.get()).sequence for _ in range(2)] == [3, 4]
        assert await box.get() is None

    anyio.run(go)


def test_whoever_waits_is_woken(fakes) -> None:
    async def go() -> None:
        box = Mailbox(capacity=1)
        with anyio.fail_after(2):
            async with anyio.create_task_group() as group:
                group.start_soon(reader, box)
                await anyio.wait_all_tasks_blocked()
                box.put(fakes.record(sequence=7))
                await anyio.wait_all_tasks_blocked()
                box.close()
        assert got == [7]

    async def reader(box: Mailbox) -> None:
        while (record := await box.get()) is not None:
            got.append(record.sequence)

    got: list[int] = []
    anyio.run(go)
