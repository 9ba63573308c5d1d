import os
from pathlib import Path

import pytest

from standex.edges.service.config import (
    ServiceFileError,
    is_loopback,
    load_config,
    parse_config,
    read_secret,
)
from standex.edges.service.tables import TwinSettings

TWIN = '[[sources]]\nname = "all"\nkind = "twin"\nsettings = { seed = 3 }\n'


def parsed(text, tmp_path, fakes):
    return parse_config(text, path=tmp_path / "service.toml", site=fakes.site())


def test_a_short_file_is_enough(tmp_path, fakes) -> None:
    config = parsed(TWIN, tmp_path, fakes)
    (source,) = config.table.sources
    assert config.settings_of(source, TwinSettings).seed == 3
    assert config.sensors_of(source, fakes.site()) == ("cam-entry", "cam-exit")
    assert config.place("a") == tmp_path / "a"
    assert config.table.retention.raw_s == 0


def test_every_problem_is_told_at_once(tmp_path, fakes) -> None:
    text = """
[[sources]]
name = "a"
kind = "twin"
sensors = ["cam-entry", "cam-north"]
settings = { sed = 3 }
[[sources]]
name = "a"
kind = "lab-recording"
sensors = ["cam-entry"]
settings = { file = "nowhere.mcap" }
[sensors.cam-west]
transport_s = 0.1
[watch]
reorder_s = 9.0
[web]
host = "0.0.0.0"
[outputs.cursor_on_target]
host = "tak"
"""
    with pytest.raises(ServiceFileError) as refused:
        parsed(text, tmp_path, fakes)
    said = str(refused.value)
    for part in (
        "settings.sed: unknown key",
        "did you mean 'seed'",
        "'a' is there 2 times",
        "no 'cam-north'",
        "sensor 'cam-entry': 2 sources serve it",
        "sensor 'cam-exit': no source serves it",
        "sensors.cam-west",
        "reorder_s",
        "there is no certificate",
        "anchor: missing",
        "nowhere.mcap",
    ):
        assert part in said, part


def test_unknown_keys_and_values_are_told_with_their_line(tmp_path, fakes) -> None:
    text = TWIN + "[retention]\nalarm_hours = 100.0\n[sensors.cam-entry]\nmost = 3.0\n"
    with pytest.raises(ServiceFileError) as refused:
        parsed(text, tmp_path, fakes)
    assert "alarm_hours" in str(refused.value)
    assert "(line 6)" in str(refused.value)
    assert "most_hz" in str(refused.value)


def test_the_twin_has_no_place_in_live_duty(tmp_path, fakes) -> None:
    with pytest.raises(ServiceFileError, match="live duty"):
        parsed('operation = "live"\n' + TWIN, tmp_path, fakes)


def test_what_cannot_be_read_is_told(tmp_path, fakes) -> None:
    with pytest.raises(ServiceFileError, match="--config"):
        load_config(tmp_path / "no.toml", fakes.site())
    with pytest.raises(ServiceFileError, match="not valid TOML"):
        parsed("a = = 1", tmp_path, fakes)


def test_a_secret_is_read_from_a_file_that_nobody_else_can_read(
    tmp_path, fakes, monkeypatch
) -> None:
    config = parsed(TWIN, tmp_path, fakes)
    secret = tmp_path / "password"
    secret.write_text("hush\n")
    secret.chmod(0o644)
    with pytest.raises(ServiceFileError, match="can be read by others"):
        read_secret("password", config)
    secret.chmod(0o600)
    assert read_secret("password", config) == "hush"
    secret.write_text("")
    with pytest.raises(ServiceFileError, match="empty"):
        read_secret("password", config)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ServiceFileError, match="LoadCredential=x"):
        read_secret("credential:x", config)
    (tmp_path / "x").write_text("from systemd")
    monkeypatch.setitem(os.environ, "CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secret("credential:x", config) == "from systemd"


@pytest.mark.parametrize(
    ("host", "is_it"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_who_can_reach_a_host(host, is_it) -> None:
    assert is_loopback(host) is is_it


def test_the_service_file_that_is_shipped_as_an_example_can_be_used(tmp_path, fakes) -> None:
    text = (Path(__file__).parents[3] / "deploy" / "service.toml").read_text()
    assert parsed(text, tmp_path, fakes).table.retention.alarm_hours == 72
