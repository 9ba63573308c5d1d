"""A whole service whose database is restarted, away for a while, or behind a hole in the line.

Store and audit are in a PostgreSQL of the test's own, reached through ``fault_proxy.py``. It is
away for some seconds here; ``STANDEX_RELIABILITY=20`` makes it twenty.
"""

import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from neighbours import loaded
from standex.edges.audit.keys import read_public_keys
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.verify import verify
from standex.edges.clock import SystemClock
from standex.edges.store.open_store import open_store

kills = loaded("reliability/test_kills.py")
proxies = loaded("reliability/fault_proxy.py")

AWAY_S = float(os.environ.get("STANDEX_RELIABILITY", "4"))
TOLD_WITHIN_S = 10.0  # about 4 s where nothing else runs
PATIENCE_S = 60.0  # of the test, where no figure is asserted


def until(true, *, for_s: float = PATIENCE_S) -> float:
    """Return after how many seconds it came true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < for_s, "it did not come to pass"
        time.sleep(0.1)
    return time.monotonic() - began


class Service:
    """A service on a database, and somebody who acknowledges what he can."""

    def __init__(self, folder: Path, server, proxy) -> None:
        self.folder, self.server, self.proxy = folder, server, proxy
        schema = server.new_url().rpartition("%3D")[2]
        self.direct = f"{server.url}&options=-csearch_path%3D{schema}"
        self.url = (
            f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"
            f"?options=-csearch_path%3D{schema}"
        )
        tables = "".join(f'[{name}]\nurl = "{self.url}"\n' for name in ("store", "audit"))
        (folder / "service.toml").write_text(kills.crowd.CONFIG + tables)
        self.client = kills.Client()
        self.running = kills.Running(folder)
        self.client.token = self.running.sign_in(str(self.running.link))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.client.token}"}

    def get(self, what: str) -> dict:
        """Return an answer; empty where there is none."""
        try:
            answer = self.running.http.get(f"api/v1/{what}", headers=self.headers)
        except httpx.TransportError:
            return {}
        return answer.json() if answer.status_code == 200 else {}

    def troubles(self) -> str:
        health = self.get("health")
        if not health:
            return "no answer"
        if not health["is_watching"]:
            return "not watching"
        return " ".join(kills.troubles_of(health))

    def is_well(self) -> bool:
        return not self.troubles()

    def incidents(self) -> set[str]:
        return {one["incident_id"] for one in self.get("incidents").get("incidents", ())}

    def acknowledge(self, for_s: float) -> None:
        """Acknowledge for a while; what is refused is tried again, with the same key or another."""
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            for one in self.get("incidents").get("incidents", ()):
                name = one["incident_id"]
                self.client.seen.setdefault(name, one["opened_utc_ms"])
                assert self.client.seen[name] == one["opened_utc_ms"], name
                if one["state"] == "new" and name not in self.client.acknowledged:
                    with suppress(httpx.TransportError):
                        self.client._acknowledge(self.running, name, self.headers)
            time.sleep(0.1)

    def check_what_is_kept(self) -> dict[str, int]:
        with ExitStack() as stack:
            store = open_store(self.direct, clock=SystemClock())
            stack.callback(store.close)
            audit = open_audit(self.direct, read_only=True)
            stack.callback(audit.close)
            incidents = {one.document_id: one.body for one in store.find("incidents", limit=10_000)}
            alerts = [one.entry for one in store.read("alerts", limit=10_000)]
            rows = audit.rows(limit=100_000)
            keys = read_public_keys([self.folder / "audit-key" / "audit.pub"])
            found = verify(audit, keys=keys)
        assert set(self.client.seen) <= set(incidents), "an alarm that was shown and not kept"
        return kills.check_rows(self.folder, self.client, incidents, alerts, rows, found, keys)


@pytest.fixture
def service(tmp_path, postgresql):
    with proxies.FaultProxy(postgresql.folder / ".s.PGSQL.5432") as proxy:
        one = Service(tmp_path, postgresql, proxy)
        try:
            until(one.is_well)
            yield one
        except BaseException:
            one.running.kill()
            raise
        code = one.running.stop()
        assert code == 0, one.running.log.read_text()
        figures = one.check_what_is_kept()
        assert figures["alerts"] >= len(one.client.seen)
        assert len(one.client.acknowledged) >= 1


@pytest.mark.slow
def test_a_database_that_restarts_or_is_away_costs_nothing_that_was_acknowledged(service) -> None:
    service.acknowledge(2.0)
    service.server.restart()
    service.acknowledge(1.0)
    until(service.is_well)
    before = service.incidents()
    service.server.control("stop", "-m", "immediate")
    try:
        began = time.monotonic()
        assert until(lambda: "database" in service.troubles()) < TOLD_WITHIN_S
        # Whoever was looking goes on looking, and sees alarms that nobody can keep yet.
        until(lambda: service.incidents() - before)
        while time.monotonic() - began < AWAY_S:
            service.acknowledge(0.5)
    finally:
        service.server.control("start")
    until(service.is_well)
    service.acknowledge(2.0)


@pytest.mark.slow
def test_a_hole_in_the_line_to_the_database_is_seen_and_harms_no_watch(service) -> None:
    service.acknowledge(2.0)
    before = service.incidents()
    service.proxy.faults.is_black_hole = True
    try:
        assert until(lambda: "database" in service.troubles()) < TOLD_WITHIN_S
        until(lambda: service.incidents() - before)
        assert service.get("picture")["age_s"] < 3.0
        service.acknowledge(AWAY_S)
    finally:
        service.proxy.faults.is_black_hole = False
    until(service.is_well)
    service.acknowledge(2.0)
