import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from standex.edges.commands import sensor
from standex.model.errors import StandexError

TRIES = 4


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    sensor.add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return sensor.run(parser.parse_args(words))


def test_a_schema_is_printed_as_json(capsys) -> None:
    for name in ("record", "status", "task"):
        assert run("schema", name) == 0
        assert json.loads(capsys.readouterr().out)["title"] == f"standex.mqtt.{name}"


@pytest.mark.slow
def test_a_new_sensor_is_written_and_holds(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "new"
    assert run("new", "my-sensor", "--out", str(folder)) == 0
    assert "README.md" in capsys.readouterr().out
    assert run("check", str(folder), "--records", "5", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["holds"] is True
    assert len(document["laws"]) > 4
    adapter = folder / "src" / "my_sensor" / "adapter.py"
    adapter.write_text(adapter.read_text().replace("2.0 + ", "200.0 + "))
    assert run("check", str(folder), "--records", "5") == sensor.BROKEN
    assert "BROKEN" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("check", "gate"),
        ("check", "gate", "--sensor", "no-such"),
        ("check", "gate", "--sensor", "mw-gate"),
        ("check", "metro", "--sensor", "cam-entry", "--mqtt", "nowhere"),
        ("check", "metro", "--sensor", "cam-entry", "--source", "no-such"),
        ("check", "gate", "--records", "1"),
        ("new", "Not A Name"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_told(words, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StandexError):
        run(*words)


@pytest.mark.slow
@pytest.mark.parametrize("command", [[sys.executable, "sensor.py"], ["sh", "sensor.sh"]], ids=str)
def test_the_sensor_in_any_language_holds_over_a_broker(command, tmp_path: Path, capsys) -> None:
    pytest.importorskip("paho.mqtt", reason="pip install paho-mqtt")
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if mosquitto is None:
        pytest.skip("no mosquitto here: apt-get install mosquitto")
    if command[0] == "sh" and shutil.which("mosquitto_pub") is None:
        pytest.skip("no mosquitto_pub here: apt-get install mosquitto-clients")
    folder = tmp_path / "new"
    assert run("new", "my-sensor", "--kind", "mqtt", "--out", str(folder)) == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "broker.conf"
    config.write_text(config.read_text().replace("listener 1883", f"listener {port}"))
    broker = subprocess.Popen([mosquitto, "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        running = subprocess.Popen(
            [*command, "127.0.0.1", str(port)], cwd=folder, start_new_session=True
        )
        try:
            site = str(folder / "site.toml")
            words = ("--sensor", "my-sensor", "--mqtt", f"127.0.0.1:{port}", "--plain")
            # A computer with much else to do is too slow for a sensor made of processes.
            codes = (run("check", site, *words, "--records", "10") for _ in range(TRIES))
            assert 0 in codes, capsys.readouterr().out
        finally:
            os.killpg(running.pid, signal.SIGKILL)  # all of a shell's pipe, too
            running.wait()
    finally:
        broker.kill()
        broker.wait()
