import anyio
import pytest

from standex.edges.service.checkpoint import CheckpointFile
from standex.edges.service.checkpointer import Checkpointer, digest_of_site


def checkpointer(path, clock, *, period_s=60.0) -> Checkpointer:
    return Checkpointer(
        CheckpointFile(path),
        site_id="survey",
        site_digest=digest_of_site("x"),
        software_version="1",
        period_s=period_s,
        clock=clock,
    )


@pytest.mark.slow
def test_an_alert_is_on_the_disk_at_once_and_the_rest_every_period(
    tmp_path, clock, fakes, made
) -> None:
    picture = made.picture(fakes, n=5)

    async def go() -> list[int]:
        one = checkpointer(tmp_path / "p", clock)
        counts: list[int] = []
        async with anyio.create_task_group() as beside:
            beside.start_soon(one.run)
            await anyio.sleep(0.02)
            one(picture, ())
            await anyio.sleep(0.1)
            counts.append(one.n_written)
            one(picture, (made.alert(),))
            for _ in range(500):
                if one.n_written:
                    break
                await anyio.sleep(0.01)
            counts.append(one.n_written)
            beside.cancel_scope.cancel()
        await one.write(is_clean=True)
        return counts

    assert anyio.run(go) == [0, 1]
    kept = CheckpointFile(tmp_path / "p").read()
    assert kept.is_clean
    assert kept.t_utc_ns == picture.t_utc_ns


def test_a_disk_that_is_full_is_told_and_over_when_it_is_not(tmp_path, clock, fakes, made) -> None:
    (tmp_path / "file").touch()
    one = checkpointer(tmp_path / "file" / "p", clock)

    async def go() -> None:
        await one.write()
        assert not one.problem
        one(made.picture(fakes, n=2), ())
        await one.write()
        assert "Make room" in one.problem
        (tmp_path / "file").unlink()
        await one.write()
        assert not one.problem

    anyio.run(go)
