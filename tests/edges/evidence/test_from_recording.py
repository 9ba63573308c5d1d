"""What a stopped service left unwritten is made again from its recording."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.evidence.from_recording import keep_from_recording
from standex.edges.evidence.keeper import EvidenceRule
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.model.errors import RecordingError
from standex.model.event import Order, OrderKind
from standex.model.observation import Positions
from standex.station import Station

STEP_NS = 100_000_000
RULE = EvidenceRule(
    site_id="", site_toml="", software_version="", is_simulated=False, keep_s=3600.0
)


@pytest.fixture
def recording(tmp_path: Path, fakes, scene, off_m: float) -> Path:
    """Leave a recording of one person with an alert about them, and an order between."""
    site = fakes.site()
    station = Station.of(site, {}, {})
    picture = station.start(fakes.T0)
    path = tmp_path / "recording.mcap"
    with RecordingWriter(
        path,
        site_id=site.site_id,
        profile=Profile.LIVE,
        software_version="0.0.9",
        site_toml=fakes.site_toml(),
        started_utc_ns=fakes.T0,
        is_simulated=True,
    ) as writer:
        for n in range(40):
            t_utc_ns, place = fakes.T0 + n * STEP_NS, np.array([4 - 0.12 * n, 1.0])
            seen = Positions(
                sensor_id="cam-entry",
                t_utc_ns=t_utc_ns,
                level_id="concourse",
                position_site_m=place[None],
                covariance_site_m2=0.01 * np.eye(2)[None],
                existence=np.array([0.95]),
                descriptor=np.zeros((1, 0)),
                clutter_per_m2=0.004,
            )
            picture, events, _ = station.update(picture, (seen,))
            if n == 20:
                (track_id,) = picture.passages
                events = (
                    *events,
                    # Numbers are those of a station that had run for long.
                    replace(
                        scene.alert(),
                        t_utc_ns=t_utc_ns,
                        track_id=track_id + 4000,
                        position_site_m=place + off_m,
                    ),
                )
            writer.publish(t_utc_ns, (seen,), events)
            if n == 30:
                stop = Order(
                    t_utc_ns=t_utc_ns, kind=OrderKind.STOP, sensor_id="", by="anna", why="a test"
                )
                picture, events = station.obey(picture, stop)
                writer.publish(t_utc_ns, (), events)
    return path


@pytest.fixture
def off_m() -> float:
    return 0.1


@pytest.mark.slow
def test_the_bundles_of_its_alarms_are_made_once(
    recording: Path, new_shelf: Callable, key, scene
) -> None:
    shelf = new_shelf()
    for _ in range(2):
        alarms = keep_from_recording(recording, shelf, rule=RULE, clock=SimulatedClock(scene.T0))
        assert alarms == ("demo-000001",)
        (manifest,) = shelf.all()
        assert (manifest.stage, manifest.software_version) == ("whole", "0.0.9")
        assert manifest.is_simulated
        assert manifest.n_steps > 15
        assert shelf.read("demo-000001").problems(key.public()) == ()


@pytest.mark.slow
@pytest.mark.parametrize("off_m", [2.0])
def test_an_alarm_about_somebody_who_is_not_in_it_gets_no_bundle(
    recording: Path, new_shelf: Callable, scene
) -> None:
    shelf = new_shelf()
    alarms = keep_from_recording(recording, shelf, rule=RULE, clock=SimulatedClock(scene.T0))
    assert alarms == ()
    assert shelf.all() == ()


def test_what_is_no_recording_is_refused(tmp_path: Path, new_shelf: Callable, scene) -> None:
    (tmp_path / "x.mcap").write_bytes(b"x")
    with pytest.raises(RecordingError):
        keep_from_recording(
            tmp_path / "x.mcap", new_shelf(), rule=RULE, clock=SimulatedClock(scene.T0)
        )
