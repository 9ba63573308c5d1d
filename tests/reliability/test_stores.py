"""A database that is restarted under the store, and a folder that becomes read-only.

What was acknowledged is there afterwards, once. ``STANDEX_RELIABILITY=20`` restarts twenty times.
"""

import os
import shutil
import threading
import time
from collections import Counter

import anyio
import pytest

from neighbours import loaded
from standex.edges.clock import SystemClock
from standex.edges.store.contract import DataClass, Entry, Store, StoreError
from standex.edges.store.open_store import open_store
from standex.edges.store.store_writer import StoreWriter

kills = loaded("reliability/test_kills.py")
disks = loaded("reliability/test_disks.py")

N_RESTARTS = int(os.environ.get("STANDEX_RELIABILITY", "2"))
S = 10**9
# Without this right, root is held to what a folder allows, as everybody else is.
HELD = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


def entry(number: int) -> Entry:
    now = time.time_ns()
    return Entry(
        entry_id=f"e-{number}",
        stream="alerts",
        kind="alert",
        key=f"a-{number}",
        t_utc_ns=now,
        data_class=DataClass.ALARM,
        expires_utc_ns=now + 3600 * S,
        body={"number": number},
    )


def lost_and_doubled(acknowledged: set[str], store: Store) -> tuple[set[str], set[str]]:
    """Return what was acknowledged and is not there, and what is there twice."""
    found = Counter(one.entry.entry_id for one in store.read("alerts", limit=1_000_000))
    return acknowledged - found.keys(), {name for name, n in found.items() if n > 1}


async def write_through(store: Store, trouble) -> tuple[set[str], set[str], int]:
    """Write while trouble is made; return what was acknowledged, handed over, and the failures."""
    writer, acknowledged, handed, number = StoreWriter(store), set[str](), set[str](), 0
    over = threading.Event()
    making = threading.Thread(target=lambda: (trouble(), over.set()))
    async with anyio.create_task_group() as beside:
        beside.start_soon(writer.run)
        making.start()
        while not over.is_set():
            number += 1
            one, urgent = entry(number), entry(1_000_000 + number)
            writer.keep([urgent])
            handed.add(urgent.entry_id)
            try:
                await writer.append([one])
                acknowledged.add(one.entry_id)
            except StoreError:
                await anyio.sleep(0.02)
        with anyio.fail_after(30):
            while writer.n_waiting:  # noqa: ASYNC110
                await anyio.sleep(0.05)
        beside.cancel_scope.cancel()
    making.join()
    return acknowledged, handed, writer.counts.n_failures


@pytest.mark.slow
def test_what_was_acknowledged_outlives_restarts_of_the_database(postgresql) -> None:
    store = open_store(postgresql.new_url(), clock=SystemClock())

    def restarts() -> None:
        for _ in range(N_RESTARTS):
            time.sleep(0.5)
            postgresql.restart()
            time.sleep(0.5)

    try:
        acknowledged, handed, n_failures = anyio.run(write_through, store, restarts)
        lost, doubled = lost_and_doubled(acknowledged | handed, store)
    finally:
        store.close()
    assert len(acknowledged) > 10
    assert n_failures >= 1, "no restart was felt: the test has no power"
    assert not lost
    assert not doubled


def test_a_store_that_forgets_what_it_acknowledged_would_be_found_out(
    tmp_path, monkeypatch
) -> None:
    store = open_store(f"sqlite://{tmp_path / 'store.db'}", clock=SystemClock())
    append = type(store).append

    def forgetting(self, entries, /):
        append(self, [one for one in entries if not one.entry_id.endswith("7")])
        return tuple(range(1, len(entries) + 1))

    monkeypatch.setattr(type(store), "append", forgetting)
    try:
        acknowledged, handed, _ = anyio.run(write_through, store, lambda: time.sleep(0.5))
        lost, doubled = lost_and_doubled(acknowledged | handed, store)
    finally:
        store.close()
    assert lost
    assert all(name.endswith("7") for name in lost)
    assert not doubled


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing: util-linux")
def test_a_folder_that_becomes_read_only_stops_no_alarm_and_is_told(tmp_path) -> None:
    through = HELD if os.geteuid() == 0 else ()
    running = kills.Running(tmp_path, through=through)
    client = kills.Client()
    places = [tmp_path, tmp_path / "evidence", tmp_path / "recordings"]
    try:
        client.token = running.sign_in(str(running.link))
        headers = {"Authorization": f"Bearer {client.token}"}

        def troubles() -> str:
            health = running.http.get("api/v1/health", headers=headers).json()
            assert health["is_watching"]
            return " ".join(kills.troubles_of(health))

        def incidents() -> set[str]:
            found = running.http.get("api/v1/incidents", headers=headers).json()["incidents"]
            return {one["incident_id"] for one in found}

        assert disks.until(lambda: len(incidents()) >= 1)
        before = incidents()
        for place in places:
            place.chmod(0o555)
        assert disks.until(lambda: "checkpoint" in troubles()), "a read-only folder is not told"
        client.work(running, 3.0)
        assert disks.until(lambda: incidents() - before), "no alarm while nothing can be written"
        for place in places:
            place.chmod(0o755)
        assert disks.until(lambda: not troubles()), troubles()
    finally:
        for place in places:
            place.chmod(0o755)
        code = running.stop()
    assert code == 0, running.log.read_text()
    kills.check_what_is_kept(tmp_path, client)
