"""A service file, what it keeps, and small events."""

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.service.config import parse_config
from standex.edges.service.kept import open_kept
from standex.model.event import Alert, PassageClosed
from standex.model.hints import no_hints
from standex.model.picture import Outcome
from standex.model.zones import ZONES, BodyZone

S = 10**9
T0 = 1_760_000_000 * S
FILE = """
[[sources]]
name = "people"
kind = "twin"
on_end = "stop"
settings = { people = "corridor" }
[web]
port = 0
"""


class Made:
    """Small things to be tested with."""

    S, T0, FILE = S, T0, FILE

    @staticmethod
    def alert(number=1, *, track_id=7, t_utc_ns=T0, site_id="survey", p_threat=0.8) -> Alert:
        return Alert(
            alert_id=f"{site_id}-{number:06d}",
            t_utc_ns=t_utc_ns,
            track_id=track_id,
            level_id="concourse",
            position_site_m=np.array([1.0, 2.0]),
            zone=BodyZone.WAIST,
            p_threat=p_threat,
            prior=0.1,
            coverage=0.5,
            seconds_in_reach=3.0,
            sensors=("cam-entry",),
            reason="an example",
        )

    @staticmethod
    def closed(track_id=7, *, first=T0, outcome=Outcome.NOTHING_FOUND, alert_id="", p=0.1):
        return PassageClosed(
            t_utc_ns=first + 5 * S,
            track_id=track_id,
            first_utc_ns=first,
            last_utc_ns=first + 4 * S,
            outcome=outcome,
            p_threat=p,
            zone=None,
            covered=np.full(len(ZONES), 0.5),
            n_looks=3,
            alert_id=alert_id,
            reason="an example",
        )

    @staticmethod
    def picture(fakes, *, n=40):
        """Return a picture with one person half-way through."""
        station, states = fakes.station(), {}
        picture = station.start(fakes.T0)
        for k in range(n):
            for name in ("cam-entry", "cam-exit"):
                record = fakes.record(name, t_utc_ns=T0 + k * S // 10, sequence=k)
                state = states.get(name, 0)
                states[name], said = station.perceive(state, record, no_hints(T0))
                picture, _, _ = station.update(picture, said)
        return picture


@pytest.fixture(scope="session")
def made() -> type[Made]:
    return Made


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def config(tmp_path, fakes):
    return parse_config(FILE, path=tmp_path / "service.toml", site=fakes.site())


@pytest.fixture
def kept(config, clock):
    with ExitStack() as stack:
        yield open_kept(config, stack, clock=clock)


@pytest.fixture
def alarmed(made):
    """Return a function that gives a passage of a picture an alert."""

    def give(picture, who, alert_id):
        passages = dict(picture.passages)
        passages[who] = replace(passages[who], alert_id=alert_id)
        return replace(picture, passages=passages)

    return give
