from contextlib import ExitStack
from dataclasses import replace

import pytest

from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.around import Setup, evidence_rule, make_around
from standex.edges.service.config import parse_config


@pytest.fixture
def setup(config, fakes, clock):
    return Setup(
        config=config,
        site=fakes.site(),
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=clock,
        say=lambda _: None,
        show=lambda _: None,
    )


def test_what_is_around_is_made_and_closed(setup, kept, tmp_path) -> None:
    assert setup.is_simulated
    shelf = EvidenceShelf(tmp_path / "e", prove=lambda _: None)
    with ExitStack() as stack:
        around = make_around(setup, kept, shelf, stack)
        assert around.recorder is not None
        around.recorder.publish(setup.clock.utc_ns(), (), ())
        path = around.recorder.path
    assert path.parent == tmp_path / "recordings"
    assert path.read_bytes().endswith(b"MCAP0\r\n")


LAB = """
[[sources]]
name = "played"
kind = "lab-recording"
[sources.settings]
file = "lab.mcap"
"""


@pytest.mark.parametrize("is_simulated", [True, False])
def test_what_was_recorded_from_the_twin_stays_simulated(
    setup, tmp_path, fakes, is_simulated
) -> None:
    path = tmp_path / f"{is_simulated}.mcap"
    with RecordingWriter(
        path,
        site_id="survey",
        profile=Profile.LAB,
        software_version="0",
        site_toml=fakes.site_toml(),
        started_utc_ns=fakes.T0,
        is_simulated=is_simulated,
    ) as writer:
        writer.record(fakes.record(t_utc_ns=fakes.T0, sequence=0))
    text = LAB.replace("lab.mcap", path.name)
    config = parse_config(text, path=tmp_path / "s.toml", site=fakes.site())
    assert replace(setup, config=config).is_simulated is is_simulated


def test_a_file_that_is_no_recording_is_for_its_source_to_tell(setup, tmp_path, fakes) -> None:
    (tmp_path / "lab.mcap").write_bytes(b"no recording")
    config = parse_config(LAB, path=tmp_path / "s.toml", site=fakes.site())
    assert not replace(setup, config=config).is_simulated


def test_a_site_may_record_nothing(setup, kept, tmp_path, made, fakes) -> None:
    text = made.FILE + "[recording]\nis_on = false\n[retention]\nalarm_hours = 2.0\n"
    config = parse_config(text, path=tmp_path / "s.toml", site=fakes.site())
    silent = Setup(
        config=config,
        site=setup.site,
        site_name="survey",
        site_toml=setup.site_toml,
        clock=setup.clock,
        say=setup.say,
        show=setup.show,
    )
    shelf = EvidenceShelf(tmp_path / "e", prove=lambda _: None)
    with ExitStack() as stack:
        assert make_around(silent, kept, shelf, stack).recorder is None
    assert evidence_rule(silent, kept).keep_s == kept.retention.alarm_s
