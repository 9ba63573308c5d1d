"""A clip is of one person alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.evidence.clip import clip_bytes, ids_of, looks_of, of_person, rows_of
from standex.edges.evidence.ring import NOWHERE, StepRing
from standex.edges.recording.reader import Recording
from standex.model.event import (
    HealthChanged,
    Order,
    Ordered,
    OrderKind,
    PersonRejoined,
    ThingLeft,
)
from standex.model.observation import Evidence, Health, HealthReason, HealthState, Positions
from standex.model.picture import Joined

HEALTH = Health(
    sensor_id="mw-1", t_utc_ns=0, state=HealthState.OK, reason=HealthReason.NONE, message=""
)


@pytest.fixture
def steps(scene):
    ring = StepRing(ring_s=1000.0)
    for second in range(10):
        observations = (
            HEALTH,
            scene.positions(second),
            scene.evidence(f"their-{second}", second),
            scene.evidence(f"other-{second}", second),
            scene.evidence(f"row-{second}", second, row=second % 2),
        )
        events = (scene.verdict(scene.OTHER, second), scene.verdict(scene.THEIRS, second))
        ring.add(scene.T0 + second * scene.SECOND_NS, observations, events)
        ring.place(scene.picture(second).tracks)
    return ring.steps()


@pytest.fixture
def passage(scene):
    theirs = [scene.entry(f"their-{n}") for n in range(8)]
    rows = [scene.entry(f"row-{n}", sensor_id="cam-1") for n in range(4)]
    weak = [scene.entry(f"other-{n}", attachment=0.3) for n in range(8)]
    return scene.passage(*theirs, *rows, *weak, scene.entry("other-9", carried_from=8))


def test_only_what_is_theirs_stays(scene, steps, passage) -> None:
    clip = of_person(steps, passage)
    looks = [e.look_id for step in clip for e in step.observations if isinstance(e, Evidence)]
    assert [look for look in looks if look.startswith("their")] == [f"their-{n}" for n in range(8)]
    assert not [look for look in looks if look.startswith("other")]
    for second, step in enumerate(clip):
        (where,) = (e for e in step.observations if isinstance(e, Positions))
        assert where.position_site_m.shape == (1, 2)
        assert np.allclose(where.position_site_m[0], scene.place_of(scene.THEIRS, second) + 0.05)
        assert (where.existence[0], where.p_object[0]) == (0.8, 0.2)
        assert [event.track_id for event in step.events] == [scene.THEIRS]
        assert (HEALTH in step.observations) == (second == 0), "said once, for it did not change"
    rows = [
        e.position_row
        for step in clip
        for e in step.observations
        if isinstance(e, Evidence) and e.sensor_id == "cam-1"
    ]
    assert rows == [-1, 0, -1, 0], "row 1 of each scan was theirs"


def test_a_position_nearer_to_somebody_else_is_not_theirs(scene, steps) -> None:
    places = steps[3].places
    theirs = frozenset({scene.THEIRS})
    scan = scene.positions(3)
    assert rows_of([scan], places, theirs) == [1]
    assert rows_of([scan], places, frozenset({99})) == [-1]
    assert rows_of([scan], NOWHERE, theirs) == [-1]
    assert rows_of([], places, theirs) == []
    far = replace(scan, position_site_m=scan.position_site_m + [0.0, -0.9])
    assert rows_of([far], places, theirs) == [-1]
    between = replace(scan, position_site_m=np.array([[1.5, 1.1]] * 3))
    close = replace(places, position_site_m=np.array([[1.5, 0.5], [1.5, 1.5]]))
    assert rows_of([between], close, theirs) == [-1]


def test_who_was_followed_before_under_another_number_is_the_same_person(scene) -> None:
    joined = Joined(
        track_id=3, p_same=0.9, entries=(), covered=np.zeros(7), own_covered=np.zeros(7)
    )
    carried = scene.entry("earlier", carried_from=3), scene.entry("of-a-bag", carried_from=8)
    passage = replace(scene.passage(*carried), joined=joined)
    assert ids_of(passage) == {3, scene.THEIRS}
    assert {look for _, look, _ in looks_of(passage)} == {"earlier"}
    perhaps = replace(passage, joined=replace(joined, p_same=0.3))
    assert ids_of(perhaps) == {scene.THEIRS}
    assert looks_of(perhaps) == frozenset()


def test_events_of_others_and_names_of_staff_are_not_in_it(scene, steps) -> None:
    order = Order(t_utc_ns=0, kind=OrderKind.STOP, sensor_id="", by="anna", why="")
    thing = ThingLeft(
        t_utc_ns=0, track_id=20, level_id="ground", position_site_m=np.zeros(2), set_down_by=8,
        p_threat=0.1, coverage=0.1, alert_id="", reason="",
    )  # fmt: skip
    again = PersonRejoined(
        t_utc_ns=0, track_id=scene.THEIRS, earlier_track_id=scene.OTHER, p_same=0.2,
        is_final=False, reason="",
    )  # fmt: skip
    back = replace(again, earlier_track_id=0, p_same=0.0)
    changed = HealthChanged(t_utc_ns=0, before=None, after=HEALTH)
    theirs = replace(thing, alert_id="demo-000001")
    events = (
        Ordered(t_utc_ns=0, order=order), thing, theirs, again, back, changed, scene.closed(),
        scene.closed(scene.OTHER), scene.alert(), scene.alert("demo-000002", track=scene.OTHER),
    )  # fmt: skip
    kept = of_person([replace(steps[0], events=events)], scene.passage())[0].events
    assert [type(event).__name__ for event in kept] == [
        "ThingLeft", "PersonRejoined", "HealthChanged", "PassageClosed", "Alert",
    ]  # fmt: skip
    assert kept[1] is back


def test_a_clip_is_a_recording(scene, steps, passage, tmp_path: Path) -> None:
    data = clip_bytes(
        of_person(steps, passage),
        coverage=[scene.coverage(9)],
        site_id="demo",
        site_toml="site_id = 'demo'\n",
        software_version="0.1.0",
        started_utc_ns=scene.T0,
        is_simulated=True,
    )
    path = tmp_path / "clip.mcap"
    path.write_bytes(data)
    recording = Recording.open(path)
    assert recording.is_complete
    assert (recording.n_steps, recording.n_records, recording.origin) == (11, 0, "simulated")
    read = list(recording.whole_steps())
    assert sum(len(step.events) for step in read) == 10
    said = [str(step.observations) + str(step.events) for step in read]
    assert "reason-of-their-3" in "".join(said)
    for mark in ("reason-of-other", "verdict-of-8", "1234.5625", "permittivity"):
        assert mark not in "".join(said)
