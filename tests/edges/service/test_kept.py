from contextlib import ExitStack
from dataclasses import replace

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.service.config import ServiceFileError
from standex.edges.service.kept import open_kept, retention_of, sqlite_path
from standex.edges.service.tables import RetentionTable
from standex.edges.store.contract import DataClass
from standex.model.errors import StandexError


def test_everything_is_opened_and_closed(config, clock, tmp_path) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            kept = open_kept(config, stack, clock=clock)
            kept.store.check()
    assert (tmp_path / "store.db").exists()
    assert (tmp_path / "audit.db").exists()
    assert (tmp_path / "audit-key" / "audit.key").stat().st_mode & 0o077 == 0


def test_live_duty_wants_a_key_that_somebody_made(config, clock) -> None:
    live = replace(config, table=config.table.model_copy(update={"operation": "live"}))
    with ExitStack() as stack, pytest.raises(ServiceFileError, match="standex audit key"):
        open_kept(live, stack, clock=clock)


def test_a_store_that_cannot_be_used_stops_the_start(config, clock, tmp_path) -> None:
    (tmp_path / "store.db").write_text("no database")
    with ExitStack() as stack, pytest.raises(StandexError, match=r"store\.db"):
        open_kept(config, stack, clock=clock)
    (tmp_path / "file").touch()
    lost = replace(config, table=config.table.model_copy(update={"folder": "file/x"}))
    with ExitStack() as stack, pytest.raises(ServiceFileError, match="folder"):
        open_kept(lost, stack, clock=SimulatedClock(0))


def test_retention_is_as_the_file_says(config, tmp_path) -> None:
    retention = retention_of(RetentionTable(track_minutes=5.0, alarm_hours=2.0))
    assert retention.seconds(DataClass.TRACK) == 300
    assert retention.seconds(DataClass.ALARM) == 7200
    assert retention.seconds(DataClass.RAW) == 0
    assert sqlite_path(config, "sqlite:a.db") == tmp_path / "a.db"
    assert str(sqlite_path(config, "sqlite:///var/a.db")) == "/var/a.db"
