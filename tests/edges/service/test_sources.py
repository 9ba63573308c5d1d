import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import numpy as np
import pytest

from standex.edges import plugins
from standex.edges.clock import SystemClock
from standex.edges.live_ports import LiveSource
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.config import parse_config
from standex.edges.service.sources import (
    SOURCES,
    RecordedSource,
    SapientDoor,
    blueprints,
    make_people,
)
from standex.edges.twin_source import TwinSource
from standex.model.errors import PluginError, StandexError

S = 10**9
MIXED = """
[[sources]]
name = "played"
kind = "lab-recording"
sensors = ["cam-entry"]
settings = { file = "lab.mcap" }
[[sources]]
name = "lab"
kind = "plugin"
sensors = ["cam-exit"]
settings = { plugin = "lab", settings = { gain = 3 } }
"""


def made_of(config, fakes, **changes):
    facts = {
        "site_name": "metro",
        "clock": SystemClock(),
        "sapient": SapientDoor(
            admission=lambda *_: "", on_refusal=lambda *_: None, on_alert=lambda *_: None
        ),
    }
    return blueprints(config, fakes.site(), **(facts | changes))


def test_the_twin_is_made_of_the_file(config, fakes) -> None:
    (one,) = made_of(config, fakes)
    assert one.sensors == ("cam-entry", "cam-exit")
    assert one.on_end == "stop"
    assert isinstance(one.make(), TwinSource)


def test_a_twin_without_people_is_told(made, tmp_path, fakes) -> None:
    text = made.FILE.replace('people = "corridor"', "seed = 2")
    config = parse_config(text, path=tmp_path / "s.toml", site=fakes.site())
    with pytest.raises(StandexError, match="corridor"):
        make_people(config, config.table.sources[0], "metro")
    assert len(make_people(config, config.table.sources[0], "rome").person)


def recorded(path, fakes) -> None:
    writer = RecordingWriter(
        path,
        site_id="survey",
        profile=Profile.LAB,
        software_version="1",
        site_toml=fakes.site_toml(),
        started_utc_ns=fakes.T0,
    )
    with writer:
        for k in range(5):
            writer.record(fakes.record(t_utc_ns=fakes.T0 + k * S // 100, sequence=k))
        writer.publish(fakes.T0 + S, (), ())


def test_a_lab_recording_is_played_as_if_it_happened_now(tmp_path, fakes) -> None:
    recorded(tmp_path / "lab.mcap", fakes)
    clock = SystemClock()
    source = RecordedSource(tmp_path / "lab.mcap", clock=clock)
    assert isinstance(source, LiveSource)
    began = clock.utc_ns()
    times = np.array([record.t_utc_ns for record in source.records()])
    assert ((times - began) * 1e-9 < 1).all()
    assert np.diff(times).tolist() == [S // 100] * 4
    source.close()


def test_a_plug_in_is_given_its_settings(tmp_path, fakes, monkeypatch) -> None:
    recorded(tmp_path / "lab.mcap", fakes)
    config = parse_config(MIXED, path=tmp_path / "s.toml", site=fakes.site())
    with pytest.raises(PluginError, match="'lab' is missing"):
        made_of(config, fakes)
    given: list = []

    def factory(settings, site, sensors, clock):
        given.append((settings, site.site_id, sensors))
        return fakes.ListSource([])

    module = ModuleType("standex_test_lab")
    module.build = factory
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entry = EntryPoint(name="lab", value="standex_test_lab:build", group=SOURCES)
    monkeypatch.setattr(plugins, "installed_plugins", lambda _: (entry,))
    played, lab = made_of(config, fakes)
    assert isinstance(played.make(), RecordedSource)
    lab.make()
    assert given == [({"gain": 3}, "survey", ("cam-exit",))]


NODES = """
[[sources]]
name = "nodes"
kind = "sapient"
sensors = ["cam-entry"]
settings = { port = 0, node_id = "3f0f4f1e-6c4d-4b8e-9a52-0d1f6c2b7a10" }
[[sources]]
name = "broker"
kind = "mqtt"
sensors = ["cam-exit"]
settings = { host = "127.0.0.1", port = 1, is_plain = true }
[anchor]
latitude_deg = 50.0
longitude_deg = 4.0
"""


def test_nodes_and_a_broker_are_sources_that_open_and_close(tmp_path, fakes) -> None:
    config = parse_config(NODES, path=tmp_path / "s.toml", site=fakes.site())
    nodes, broker = made_of(config, fakes)
    source = nodes.make()
    assert isinstance(source, LiveSource)
    with source:
        assert source.port > 0
    source = broker.make()
    assert isinstance(source, LiveSource)
    source.close()
