import argparse
import json
import ssl
from pathlib import Path

import pytest

from standex.edges.access.admission import SensorAdmission, Shown
from standex.edges.access.sensor_papers import SensorPapers
from standex.edges.audit.open_audit import open_audit
from standex.edges.clock import SystemClock
from standex.edges.commands import accounts
from standex.edges.settings import load_site
from standex.edges.store.open_store import open_store
from standex.model.errors import StandexError

SITE = load_site("metro")
SENSOR = SITE.sensors[0]


@pytest.fixture
def go(tmp_path, capsys):
    """Return a function that runs an action, and returns what it says."""

    def run(*words: str, is_json: bool = True):
        parser = argparse.ArgumentParser()
        accounts.add_arguments(parser)
        where = ["--store", f"sqlite:{tmp_path / 'store.db'}"]
        where += ["--audit", f"sqlite:{tmp_path / 'audit.db'}"]
        args = parser.parse_args([*words, *where])
        args.json = is_json
        assert accounts.run(args) == 0
        said = capsys.readouterr().out
        return json.loads(said) if is_json else said

    return run


@pytest.fixture
def authority(go, tmp_path) -> str:
    folder = str(tmp_path / "ca")
    go("authority", folder, "--site", "metro")
    return folder


@pytest.fixture
def admission(tmp_path):
    """Return what says whether a sensor comes in, on the same store."""

    def ask(sensor_id: str, shown: Shown) -> str | None:
        clock = SystemClock()
        store = open_store(f"sqlite:{tmp_path / 'store.db'}", clock=clock)
        try:
            papers = SensorPapers(store, clock=clock)
            return SensorAdmission(papers, site=SITE, clock=clock)(sensor_id, shown)
        finally:
            store.close()

    return ask


def certificate(go, tmp_path, authority: str, *words: str) -> Shown:
    made = go(
        "sensor-certificate", SENSOR.sensor_id, "--site", "metro", "--authority", authority,
        "--out", str(tmp_path / "out"), *words,
    )  # fmt: skip
    pem = Path(made["certificate"]).read_text("ascii")
    return Shown(certificate_der=ssl.PEM_cert_to_DER_cert(pem))


def test_a_certificate_lets_its_sensor_in(go, tmp_path, authority: str, admission) -> None:
    shown = certificate(go, tmp_path, authority)
    assert admission(SENSOR.sensor_id, shown) is None
    assert admission(SITE.sensors[1].sensor_id, shown)
    key = tmp_path / "out" / f"{SENSOR.sensor_id}.key"
    assert key.stat().st_mode & 0o777 == 0o600
    (paper,) = go("sensors")["papers"]
    assert (paper["sensor_id"], paper["zone"]) == (SENSOR.sensor_id, SENSOR.level_id)
    with pytest.raises(StandexError, match="already"):
        certificate(go, tmp_path, authority)


@pytest.mark.slow
def test_a_token_lets_its_sensor_in_until_it_is_revoked(go, admission) -> None:
    first = go("sensor-token", SENSOR.sensor_id, "--site", "metro")
    second = go("sensor-token", SENSOR.sensor_id, "--site", "metro", "--days", "1")
    assert admission(SENSOR.sensor_id, Shown(token=first["token"])) is None
    go("sensor-revoke", SENSOR.sensor_id, "--paper", first["paper_id"][:12])
    assert "revoked" in admission(SENSOR.sensor_id, Shown(token=first["token"]))
    assert admission(SENSOR.sensor_id, Shown(token=second["token"])) is None
    go("sensor-revoke", SENSOR.sensor_id)
    assert "revoked" in admission(SENSOR.sensor_id, Shown(token=second["token"]))
    with pytest.raises(StandexError, match="still good"):
        go("sensor-revoke", SENSOR.sensor_id)


@pytest.mark.slow
def test_everything_is_audited_and_no_secret_with_it(go, tmp_path, authority: str) -> None:
    certificate(go, tmp_path, authority)
    token = go("sensor-token", SENSOR.sensor_id, "--site", "metro")["token"]
    go("sensor-revoke", SENSOR.sensor_id)
    log = open_audit(f"sqlite:{tmp_path / 'audit.db'}", read_only=True)
    try:
        rows = log.rows()
    finally:
        log.close()
    assert [row.what for row in rows] == [
        "sensor_credential_made",
        "sensor_credential_made",
        "sensor_credential_made",
        "sensor_credential_revoked",
    ]
    assert token not in repr(rows)


def test_the_service_has_a_certificate_of_the_same_authority(go, tmp_path, authority: str) -> None:
    made = go(
        "service-certificate", "station.example", "192.0.2.7", "--authority", authority,
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert made["key"].endswith("service.key")
    assert go("sensors")["papers"] == []


@pytest.mark.slow
def test_people_read_it_too(go, tmp_path, authority: str) -> None:
    out = str(tmp_path / "out")
    assert "service.crt" in go(
        "service-certificate", "localhost", "--authority", authority, "--out", out, is_json=False
    )
    assert "shown this once" in go(
        "sensor-token", SENSOR.sensor_id, "--site", "metro", is_json=False
    )
    assert f"{SENSOR.sensor_id} on {SENSOR.level_id}  token" in go("sensors", is_json=False)
    assert "is void" in go("sensor-revoke", SENSOR.sensor_id, is_json=False)
    assert "revoked on" in go("sensors", is_json=False)


@pytest.mark.slow
def test_what_will_not_do_makes_nothing(go, tmp_path, authority: str) -> None:
    with pytest.raises(StandexError, match="no sensor"):
        go("sensor-token", "elsewhere", "--site", "metro")
    with pytest.raises(StandexError, match="days"):
        go("sensor-token", SENSOR.sensor_id, "--site", "metro", "--days", "4000")
    with pytest.raises(StandexError, match="days"):
        certificate(go, tmp_path, authority, "--days", "0")
    with pytest.raises(StandexError, match="cannot be read"):
        certificate(go, tmp_path, str(tmp_path / "nowhere"))
    with pytest.raises(StandexError, match="already"):
        go("authority", authority, "--site", "metro")
    assert go("sensors")["papers"] == []
