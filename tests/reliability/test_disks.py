"""A disk that is full, and one that cannot be written: the watch goes on, and says so.

The process may write no file beyond a size (``RLIMIT_FSIZE``), as if the disk were full; what it
cannot keep stands in its health, alarms are shown all the same and are kept once there is room.
"""

import resource
import time

import pytest

from neighbours import loaded

kills = loaded("reliability/test_kills.py")
UNLIMITED = resource.RLIM_INFINITY


def until(true, *, for_s=60.0) -> bool:
    end = time.monotonic() + for_s
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    return bool(true())


@pytest.mark.slow
def test_alarms_go_on_while_the_disk_is_full_and_are_kept_once_there_is_room(tmp_path) -> None:
    running = kills.Running(tmp_path)
    client = kills.Client()
    try:
        client.token = running.sign_in(str(running.link))
        headers = {"Authorization": f"Bearer {client.token}"}

        def health() -> dict:
            return running.http.get("api/v1/health", headers=headers).json()

        def incidents() -> set[str]:
            found = running.http.get("api/v1/incidents", headers=headers).json()["incidents"]
            return {one["incident_id"] for one in found}

        assert until(lambda: len(incidents()) >= 1)
        before = incidents()
        pid = running.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, UNLIMITED))
        assert until(lambda: len(incidents() - before) >= 2), "no alarms while the disk is full"
        assert until(lambda: any("checkpoint" in word for word in kills.troubles_of(health())))
        assert health()["is_watching"]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
        assert until(lambda: not kills.troubles_of(health()))
        client.work(running, 3.0)
        shown = incidents()
    finally:
        code = running.stop()
    assert code == 0, running.log.read_text()
    kills.check_what_is_kept(tmp_path, client)
    with kills.ExitStack() as stack:
        store = kills.open_store(tmp_path / "store.db", clock=kills.SystemClock())
        stack.callback(store.close)
        kept = {one.document_id for one in store.find("incidents", limit=1000)}
    assert shown <= kept
