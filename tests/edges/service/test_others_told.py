import socket
import uuid
from contextlib import ExitStack

import pytest

from standex.edges.service.config import parse_config
from standex.edges.service.others_told import anchor_of, others_told
from standex.model.errors import StandexError
from standex.model.ports import Sink

ANCHOR = """
[anchor]
latitude_deg = 50.0
longitude_deg = 4.0
"""


def quiet(*_: str) -> None: ...


def parsed(made, text, tmp_path, fakes):
    return parse_config(made.FILE + text, path=tmp_path / "s.toml", site=fakes.site())


def test_nobody_is_told_where_nobody_is_named(config, fakes, clock) -> None:
    with ExitStack() as stack:
        told = others_told(config, fakes.site(), stack, clock=clock, is_simulated=True, tell=quiet)
    assert not told.sinks
    assert not told.listeners
    with pytest.raises(StandexError, match="anchor"):
        anchor_of(config)


@pytest.mark.slow
def test_all_that_are_named_are_told_although_none_is_there(made, tmp_path, fakes, clock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = ANCHOR + "\n".join(
        [
            f'[outputs.mqtt]\nhost = "127.0.0.1"\nport = {port}\nis_plain = true',
            "with_people = true",
            f'[outputs.cursor_on_target]\nhost = "127.0.0.1"\nport = {port}\ntransport = "tcp"',
            f'[outputs.onvif]\nhost = "127.0.0.1"\nport = {port}\nis_plain = true',
            f'[outputs.sapient]\nhost = "127.0.0.1"\nport = {port}\nnode_id = "{uuid.uuid4()}"',
        ]
    )
    config = parsed(made, text, tmp_path, fakes)
    with ExitStack() as stack:
        told = others_told(config, fakes.site(), stack, clock=clock, is_simulated=True, tell=quiet)
        assert len(told.sinks) == 3
        assert all(isinstance(sink, Sink) for sink in told.sinks)
        assert len(told.listeners) == 2
        assert set(told.problems) == {"mqtt", "cursor_on_target", "sapient", "onvif"}
        assert {name: count().n_sent for name, count in told.counts.items()} == {
            "mqtt": 0,
            "cursor_on_target": 0,
            "sapient": 0,
            "onvif": 0,
        }
        assert told.problems["sapient"]()
