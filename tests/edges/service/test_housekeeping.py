import os
import shutil

import pytest

from standex.edges.clock import SteadyClock
from standex.edges.service import housekeeping
from standex.edges.service.event_log import entries_of
from standex.edges.service.housekeeping import PROVE_EVERY_S, Housekeeper
from standex.edges.store.contract import StoreError

S = 10**9


@pytest.fixture
def keeper(kept, clock, tmp_path):
    return Housekeeper(
        kept,
        clock=clock,
        recordings=tmp_path / "r",
        folder=tmp_path,
        checkpoint=tmp_path / "p",
        evidence=lambda _: 0,
    )


def test_what_is_old_goes_and_that_is_proven(kept, clock, keeper, made) -> None:
    for event in (made.closed(1), made.alert(1)):
        kept.store.append(entries_of(event, site_id="survey", retention=kept.retention))
    keeper.tidy()
    assert len(kept.store.read("events")) == 2
    clock.advance(16 * 60.0)
    keeper.tidy()
    keeper.prove(is_last=True)
    assert [one.entry.kind for one in kept.store.read("events")] == ["alert"]
    kept.audit.close()
    (row,) = [row for row in kept.audit.rows() if row.what == "data_deleted"]
    assert '"track":1' in row.body
    assert not keeper.troubles


def test_deletions_are_proven_every_ten_minutes(kept, clock, keeper, made) -> None:
    for k in range(3):
        event = made.closed(k, first=clock.utc_ns() - 3600 * S)
        kept.store.append(entries_of(event, site_id="survey", retention=kept.retention))
        keeper.tidy()
        clock.advance(PROVE_EVERY_S / 2)
    kept.audit.close()
    assert len([row for row in kept.audit.rows() if row.what == "data_deleted"]) == 1


def test_what_fails_is_told_and_the_rest_is_done(kept, clock, keeper, monkeypatch) -> None:
    def gone(**_):
        raise StoreError("the store is gone")

    monkeypatch.setattr(type(kept.store), "delete_expired", lambda *_, **__: gone())
    keeper.tidy()
    assert keeper.troubles == {"retention": "retention: the store is gone"}
    monkeypatch.undo()
    keeper.tidy()
    assert not keeper.troubles


def test_a_full_disk_is_told_before_it_is_full(keeper, monkeypatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(
        housekeeping.shutil, "disk_usage", lambda _: usage._replace(free=10 * 1024 * 1024)
    )
    keeper.tidy()
    assert "10 MiB are free" in keeper.troubles["space"]


def test_a_stepped_clock_is_told_and_written_down_once(kept, tmp_path) -> None:
    class System:
        off_ns = 0

        def utc_ns(self) -> int:
            return monotonic[0] + self.off_ns

        def wait_until_utc_ns(self, t_utc_ns, /) -> None: ...

        async def sleep_until_utc_ns(self, t_utc_ns, /) -> None: ...

    monotonic = [1_760_000_000 * S]
    system = System()
    clock = SteadyClock(system, monotonic_ns=lambda: monotonic[0])
    keeper = Housekeeper(
        kept,
        clock=clock,
        recordings=tmp_path,
        folder=tmp_path,
        checkpoint=tmp_path / "p",
        evidence=lambda _: 0,
    )
    keeper.tidy()
    assert "clock" not in keeper.troubles
    system.off_ns = 3600 * S
    for _ in range(3):
        keeper.tidy()
    assert "+3600.0 s off" in keeper.troubles["clock"]
    kept.audit.close()
    assert len([row for row in kept.audit.rows() if row.what == "clock_stepped"]) == 1


def test_the_picture_of_a_service_that_is_gone_goes_with_the_tracks(
    keeper, clock, tmp_path
) -> None:
    path = tmp_path / "p"
    path.touch()
    now_s = clock.utc_ns() * 1e-9
    os.utime(path, (now_s, now_s - 60))
    keeper.tidy()
    assert path.exists()
    clock.advance(15 * 60.0)
    keeper.tidy()
    assert not path.exists()
