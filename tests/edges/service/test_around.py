from contextlib import ExitStack

import pytest

from standex.edges.evidence.shelf import EvidenceShelf
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
