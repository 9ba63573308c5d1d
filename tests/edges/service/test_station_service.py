import os
import signal
import threading
from contextlib import suppress

import pytest

from standex.edges.clock import SteadyClock
from standex.edges.service import station_service
from standex.edges.service.around import Setup
from standex.edges.service.checkpoint import CheckpointFile
from standex.edges.service.config import parse_config
from standex.edges.service.station_service import CHECKPOINT, StationService
from standex.edges.service.supervised import Blueprint
from standex.edges.store.contract import StoreError

S = 10**9
MS = 10**6


def setup_of(text, tmp_path, fakes, said) -> Setup:
    return Setup(
        config=parse_config(text, path=tmp_path / "service.toml", site=fakes.site()),
        site=fakes.site(),
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=SteadyClock(),
        say=said.append,
        show=lambda _: None,
    )


@pytest.fixture
def walked(monkeypatch, fakes):
    """Let somebody stand before both cameras for a while, in place of the twin."""

    def walk(n):
        clock = SteadyClock()

        class Stand(fakes.ListSource):
            def records(self):
                for k in range(n):
                    for name in ("cam-entry", "cam-exit"):
                        yield fakes.record(name, t_utc_ns=clock.utc_ns(), sequence=k)
                    clock.wait_until_utc_ns(clock.utc_ns() + 50 * MS)
                    if self.is_closed:
                        return

        blueprint = Blueprint(
            name="stand",
            sensors=("cam-entry", "cam-exit"),
            make=lambda: Stand([]),
            on_end="stop",
        )
        monkeypatch.setattr(station_service, "blueprints", lambda *_, **__: (blueprint,))
        station = fakes.station()
        monkeypatch.setattr(
            station_service, "build_technologies", lambda *_: dict(station.technologies)
        )

    return walk


@pytest.mark.slow
def test_a_service_runs_ends_and_goes_on_with_whom_it_knew(tmp_path, fakes, made, walked) -> None:
    said: list[str] = []
    for k in range(2):
        walked(30)
        with StationService(setup_of(made.FILE, tmp_path, fakes, said)) as service:
            status = service.run()
            rows = [row.what for row in service._kept.audit.rows()]
        assert status.picture.tracks.is_confirmed.sum() == 1
        assert rows.count("service_started") == rows.count("service_stopped") == k + 1
    assert any("no picture" in line for line in said)
    assert any("is continued with 1 people" in line for line in said)
    kept = CheckpointFile(tmp_path / CHECKPOINT).read()
    assert kept.is_clean
    assert len(list((tmp_path / "recordings").iterdir())) == 2


@pytest.mark.slow
def test_a_signal_ends_it_in_good_order(tmp_path, fakes, made, walked) -> None:
    walked(10_000)
    with StationService(setup_of(made.FILE, tmp_path, fakes, [])) as service:
        timer = threading.Timer(3.0, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        before = signal.getsignal(signal.SIGTERM)
        status = service.run()
        timer.join()
        signal.signal(signal.SIGTERM, before)
    assert 0 < status.n_updates < 1000


@pytest.mark.slow
def test_the_watch_goes_on_when_the_store_is_gone(
    tmp_path, fakes, made, walked, monkeypatch
) -> None:
    walked(60)
    with StationService(setup_of(made.FILE, tmp_path, fakes, [])) as service:
        heard: list[tuple[Trouble, ...]] = []

        def gone(*_):
            heard.append(service.troubles())
            raise StoreError("the disk is full")

        monkeypatch.setattr(type(service._kept.store), "append", gone)
        with suppress(StoreError):
            status = service.run()
        words = " ".join(str(words) for words in heard) + str(service.troubles())
    assert status.picture.tracks.is_confirmed.sum() == 1
    assert "disk is full" in words


def test_what_cannot_be_opened_stops_the_start(tmp_path, fakes, made) -> None:
    (tmp_path / "store.db").write_text("no database")
    with pytest.raises(StoreError):
        StationService(setup_of(made.FILE, tmp_path, fakes, []))
