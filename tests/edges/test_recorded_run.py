"""A person walks past two cameras; what was recorded is held against who they were."""

import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.recorded_run import recorded_run, whole_ways
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.truth_file import read_truth
from standex.model.errors import RecordingError, StandexError
from standex.model.event import Alert
from standex.model.observation import Positions
from standex.model.picture import Outcome
from standex.station import Station
from standex.testing.examples import example_events

STEP_NS = 100_000_000
WAYS = "# framerate: 10 fps\n# id frame x/m y/m z/m\n" + "".join(
    f"{person} {frame} {4 - 0.12 * frame} {person} 1.7\n"
    for person in (1, 3)
    for frame in range(60)
)


@pytest.fixture
def folder(tmp_path, fakes):
    """Leave a recording of one person with an alert about them, and the truth about two."""
    site = fakes.site()
    station = Station.of(site, {}, {})
    picture = station.start(fakes.T0)
    example = next(event for event in example_events(site) if isinstance(event, Alert))
    with RecordingWriter(
        tmp_path / "recording.mcap",
        site_id=site.site_id,
        profile=Profile.LIVE,
        software_version="0.1.0",
        site_toml=fakes.site_toml(),
        started_utc_ns=fakes.T0,
    ) as writer:
        for n in range(60):
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
            if n == 30:
                told = replace(example, t_utc_ns=t_utc_ns, position_site_m=place, p_threat=0.7)
                events = (*events, told)
            writer.publish(t_utc_ns, (seen,), events)
    (tmp_path / "ways.txt").write_text(WAYS)
    write_truth(tmp_path)
    return tmp_path


def write_truth(folder, **more) -> None:
    item = {"person": 1, "item_class": "threat_metal", "zone": "waist"}
    data = {"ways": "ways.txt", "items": [item], **more}
    (folder / "truth.json").write_text(json.dumps(data))


def test_what_was_said_is_held_against_the_truth(folder):
    steps: list[int] = []
    known = read_truth(folder / "truth.json")
    run = recorded_run(folder / "recording.mcap", known, on_step=steps.append)
    carrier, unseen = run.outcomes
    assert (carrier.person, carrier.outcome, carrier.item_class) == (
        1, Outcome.ALARM, "threat_metal",
    )  # fmt: skip
    assert carrier.alert_s == pytest.approx(3.0)
    assert carrier.p_max == 0.7
    assert (unseen.person, unseen.outcome, unseen.n_tracks) == (3, Outcome.NOT_SCREENED, 0)
    assert (run.n_alerts, run.n_stray_alerts) == (1, 0)
    assert run.duration_s == pytest.approx(5.9)
    assert steps == list(range(1, 61))


def test_who_was_not_there_to_the_end_does_not_count(folder):
    longer = "".join(f"3 {frame} -3.2 3 1.7\n" for frame in range(60, 90))
    (folder / "ways.txt").write_text(WAYS + longer)
    run = recorded_run(folder / "recording.mcap", read_truth(folder / "truth.json"))
    assert [one.person for one in run.outcomes] == [1]


def test_ways_are_whole_inside_a_span(fakes):
    people = fakes.people(2)  # 80 frames
    end_ns = round(79 / people.frame_rate_hz * 1e9)
    assert whole_ways(people, 100, (100, 100 + end_ns)) == [1, 2]
    assert whole_ways(people, 100, (101, 100 + end_ns)) == []
    assert whole_ways(people, 100, (100, 99 + end_ns)) == []


def test_a_truth_of_another_time_is_refused(folder):
    write_truth(folder, ways_start_utc_ns=5)
    with pytest.raises(StandexError, match="nobody of the truth was there from beginning to end"):
        recorded_run(folder / "recording.mcap", read_truth(folder / "truth.json"))


def test_what_is_no_recording_is_refused(folder):
    with pytest.raises(RecordingError):
        recorded_run(folder / "ways.txt", read_truth(folder / "truth.json"))
