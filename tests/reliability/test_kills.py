"""SIGKILL at random moments under load: nothing that was acknowledged is lost or doubled.

Two kills in the normal suite; ``STANDEX_RELIABILITY=50`` for as many as named. The figures are
printed at the end: ``pytest -s``.
"""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import numpy as np
import pytest

from neighbours import loaded
from standex.edges.audit.keys import read_public_keys
from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.audit.verify import verify
from standex.edges.clock import SystemClock
from standex.edges.evidence.bundle import read_bundle
from standex.edges.recording.codec import decode
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.model.event import Alert

N_KILLS = int(os.environ.get("STANDEX_RELIABILITY", "2"))
PROGRAM = Path(__file__).with_name("crowd_service.py")
crowd = loaded(PROGRAM)
START_S = 120.0
LONGEST_LOAD_S = 6.0
BUNDLES_S = 180.0
BACK_WITHIN_S = 5.0  # the goal; told and not asserted, for this machine may be busy


class Running:
    """A service in a process of its own, and somebody signed in."""

    def __init__(self, folder: Path, *, through: tuple[str, ...] = ()) -> None:
        """Start it; ``through`` is a command that starts what follows it."""
        self.folder = folder
        self.log = folder / f"log-{uuid.uuid4().hex[:6]}"
        self.began = time.monotonic()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*through, sys.executable, str(PROGRAM), str(folder)],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
        try:
            self.lines = self._wait_for(("serving", "picture"))
        except BaseException:  # it would run on, and nobody could end it any more
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise
        self.ready_s = time.monotonic() - self.began
        url = next(line.split()[1] for line in self.lines if line.startswith("serving"))
        self.http = httpx.Client(base_url=url, timeout=10.0, trust_env=False)

    def _wait_for(self, words) -> list[str]:
        while time.monotonic() - self.began < START_S:
            text = self.log.read_text()
            if all(word in text for word in words):
                return text.splitlines()
            assert self.process.poll() is None, text
            time.sleep(0.02)
        raise AssertionError(f"it does not start: {self.log.read_text()}")

    @property
    def link(self) -> str | None:
        """Return the token of the link that the first start prints."""
        first = [line for line in self.lines if line.startswith("first sign-in")]
        return first[0].split()[-1] if first else None

    def sign_in(self, token: str) -> str:
        """Return a bearer token for a link's token."""
        answer = self.http.post(
            "api/v1/session/link", params={"as_token": True}, json={"link_token": token}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    def kill(self) -> None:
        """End it at once, and every process of its own."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.http.close()

    def stop(self) -> int:
        """End it in good order; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.http.close()
        return code


class Client:
    """Acknowledges every incident it sees, and remembers what it was told is done."""

    def __init__(self) -> None:
        self.token = ""
        self.acknowledged: dict[str, str] = {}
        self.seen: dict[str, int] = {}

    def work(self, running: Running, for_s: float) -> None:
        """Look and acknowledge for a while."""
        end = time.monotonic() + for_s
        headers = {"Authorization": f"Bearer {self.token}"}
        while time.monotonic() < end:
            answer = running.http.get("api/v1/incidents", headers=headers)
            assert answer.status_code == 200, answer.text
            for incident in answer.json()["incidents"]:
                name = incident["incident_id"]
                self.seen.setdefault(name, incident["opened_utc_ms"])
                # An id stands for one alarm for ever.
                assert self.seen[name] == incident["opened_utc_ms"], name
                if incident["state"] == "new" and name not in self.acknowledged:
                    self._acknowledge(running, name, headers)
            time.sleep(0.05)

    def _acknowledge(self, running: Running, name: str, headers) -> None:
        key = uuid.uuid4().hex
        answer = running.http.post(
            f"api/v1/incidents/{name}/actions",
            headers=headers | {"Idempotency-Key": key},
            json={"act": "acknowledge"},
        )
        if answer.status_code == 200:
            self.acknowledged[name] = key


def number_of_person(entry) -> int:
    """Return who of the crowd was nearest to the place of an alert at its time."""
    alert = decode(Alert, entry.body)
    return min(
        crowd.people(alert.t_utc_ns),
        key=lambda one: float(np.hypot(*(np.array(one[1:]) - alert.position_site_m))),
    )[0]


def check_what_is_kept(
    folder: Path, client: Client, *, lies: tuple[tuple[int, int], ...] = ()
) -> dict[str, int]:
    """Assert that nothing that was acknowledged is lost or doubled.

    ``lies``: from when to when (ns, UTC) a sensor told of people who are not there; whom an alert
    of that time is about, nobody can say.
    """
    with ExitStack() as stack:
        store = open_store(folder / "store.db", clock=SystemClock())
        stack.callback(store.close)
        audit = open_audit(folder / "audit.db", read_only=True)
        stack.callback(audit.close)
        incidents = {one.document_id: one.body for one in store.find("incidents", limit=10_000)}
        alerts = [one.entry for one in store.read("alerts", limit=10_000)]
        rows = audit.rows(limit=100_000)
        keys = read_public_keys([folder / "audit-key" / "audit.pub"])
        found = verify(audit, keys=keys)
    return check_rows(folder, client, incidents, alerts, rows, found, keys, lies=lies)


def check_rows(folder, client, incidents, alerts, rows, found, keys, *, lies=()) -> dict[str, int]:
    """Assert the same of what was read from whatever keeps it."""
    assert found.is_whole, found.findings
    requests = Counter(row.request_id for row in rows)
    assert max(requests.values()) == 1
    for name, key in client.acknowledged.items():
        assert incidents[name]["state"] != "new", f"{name}: acknowledged, and forgotten"
        mine = [row for row in rows if row.request_id.endswith(f":{key}")]
        assert len(mine) == 1, f"{name}: {len(mine)} rows of the audit"
    ids = Counter(entry.key for entry in alerts)
    assert max(ids.values(), default=1) == 1
    # One person, one alarm: nobody is announced twice under one number.
    people = Counter(entry.body["track_id"] for entry in alerts)
    assert max(people.values(), default=1) == 1, people.most_common(3)
    persons = Counter(
        number_of_person(entry)
        for entry in alerts
        if not any(begun <= entry.t_utc_ns <= over for begun, over in lies)
    )
    assert max(persons.values(), default=1) == 1, persons.most_common(3)
    for name in ids:
        assert name in incidents
    bundles = {path.stem: path for path in (folder / "evidence").glob("*.zip")}
    for path in bundles.values():
        assert not read_bundle(path).problems(keys)
    return {"alerts": len(ids), "bundles": len(bundles), "audit rows": len(rows)}


def troubles_of(health: dict) -> list[str]:
    """Return what is wrong with the service itself; a walk test that is due is no trouble here."""
    said = [f"{one['part']}: {one['text']}" for one in health["troubles"]]
    return [words for words in said if "walk test" not in words and "walk_test" not in words]


def bundles_in(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "evidence").glob("*.zip")}


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_by_a_kill(tmp_path) -> None:
    chance, client, ready_s = random.Random(7), Client(), []
    continued = 0
    for kill in range(N_KILLS):
        running = Running(tmp_path)
        try:
            ready_s.append(running.ready_s)
            if kill == 0:
                client.token = running.sign_in(str(running.link))
            else:
                continued += any("is continued" in line for line in running.lines)
            client.work(running, chance.uniform(3.0, LONGEST_LOAD_S))
        finally:
            running.kill()
        check_what_is_kept(tmp_path, client)
    running = Running(tmp_path)
    try:
        continued += any("is continued" in line for line in running.lines)
        client.work(running, LONGEST_LOAD_S)
        # What a kill has cut short is made by a process that lets everything else go first.
        end = time.monotonic() + BUNDLES_S
        while set(client.acknowledged) - bundles_in(tmp_path) and time.monotonic() < end:
            client.work(running, 1.0)
    finally:
        code = running.stop()
    assert code == 0, running.log.read_text()
    figures = check_what_is_kept(tmp_path, client)
    back_s = np.array([*ready_s[1:], running.ready_s])  # the first start was after no kill
    half, late = np.quantile(back_s, [0.5, 0.99])
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    sys.stdout.write(
        f"{N_KILLS} kills: {len(client.acknowledged)} alarms acknowledged, {figures}, back after "
        f"{half:.1f} s (median), {late:.1f} s (p99), {back_s.max():.1f} s (longest), "
        f"{(back_s < BACK_WITHIN_S).mean():.0%} within {BACK_WITHIN_S:g} s; load {load}\n"
    )
    missing = set(client.acknowledged) - bundles_in(tmp_path)
    assert not missing, f"alarms that were acknowledged and have no evidence: {missing}"
    assert continued == N_KILLS
    assert len(client.acknowledged) >= N_KILLS
