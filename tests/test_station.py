"""People walk by, made up from synthetic observations; nothing here has a raw record but one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from standex.decision.passages import follow
from standex.edges.recording.codec import encode
from standex.edges.settings import load_site
from standex.fusion.history import nearest
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError
from standex.model.event import Alert, Event, HealthChanged, PassageClosed
from standex.model.hints import no_hints
from standex.model.observation import (
    Coverage,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.picture import Outcome, Picture
from standex.model.record import Record
from standex.model.site import LineRole, Site
from standex.model.tracks import Snapshot
from standex.model.zones import ZONES
from standex.station import KNOWN_S, Station, looks_of
from standex.testing import check_tracker
from standex.testing.examples import T_UTC_NS, example_evidence
from standex.testing.leaves import Untouched, check_same
from standex.tracking.tracker import CrowdTracker

CALIBRATION_ID = "panel-1"
CAMERA, PANEL = "cam-entry", "mw-south"
START_M, SPEED_M_PER_S = np.array([5.0, 1.25]), 1.25
WALK_S = 8.0  # until x = -5


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


def calibration(site: Site, *, origin: Origin = Origin.SIMULATED) -> Calibration:
    names = site.items.names
    return Calibration(
        calibration_id=CALIBRATION_ID,
        sensor_kind="panel",
        origin=origin,
        made_utc_ns=0,
        expires_utc_ns=2**62,
        provenance="made up",
        feature_names=("score",),
        class_names=names,
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=np.zeros((len(names), 3)),
        bound=4.0,
        cllr=0.5,
        correlation=0.5,
        n_passages_per_class=dict.fromkeys(names, 10),
        p_detect=0.8,
    )


@pytest.fixture(scope="module")
def station(site: Site) -> Station:
    return Station.of(site, {}, {PANEL: calibration(site)})


def ns(t_s: float) -> int:
    return T_UTC_NS + round(t_s * 1e9)


def place(t_s: float) -> np.ndarray:
    return START_M - [SPEED_M_PER_S * t_s, 0.0]


def coverage(site: Site, sensor_id: str, t_s: float, *, p_report=0.0, p_detect=0.0) -> Coverage:
    level = site.levels[0]
    cells = tuple(int(n) for n in np.ceil((level.max_site_m - level.min_site_m) / 0.5))
    detect = np.zeros((len(ZONES), *cells))
    x_m = level.min_site_m[0] + 0.5 * (np.arange(cells[0]) + 0.5)
    detect[:, (x_m > 2.0) & (x_m < 4.0)] = p_detect  # before the screening line
    return Coverage(
        sensor_id=sensor_id,
        t_utc_ns=ns(t_s),
        level_id=level.level_id,
        origin_site_m=level.min_site_m,
        cell_m=0.5,
        p_report=np.full(cells, p_report),
        p_detect=detect,
    )


def seen(site: Site, t_s: float, *places: np.ndarray) -> tuple[Observation, ...]:
    n = len(places)
    positions = Positions(
        sensor_id=CAMERA,
        t_utc_ns=ns(t_s),
        level_id=site.levels[0].level_id,
        position_site_m=np.array(places).reshape(n, 2),
        covariance_site_m2=np.tile(0.08**2 * np.eye(2), (n, 1, 1)),
        existence=np.full(n, 0.95),
        descriptor=np.zeros((n, 0)),
        clutter_per_m2=0.002,
    )
    return coverage(site, CAMERA, t_s, p_report=0.95), positions


def look(site: Site, t_s: float, pull: float, *, look_id="look", at=None) -> tuple[Evidence, ...]:
    one = example_evidence(
        sensor_id=PANEL,
        position_site_m=tuple(float(m) for m in (place(t_s) if at is None else at)),
        log_likelihood=np.where(site.items.is_threat, pull, 0.0),
        look_id=look_id,
        t_utc_ns=ns(t_s),
        calibration_id=CALIBRATION_ID,
    )
    zones = site.operating_point.wanted_zones
    return tuple(replace(one, zone=zone, log_clutter=min(pull, 0.0)) for zone in zones)


def walk_by(
    site: Site, *, p_detect: float = 0.0, pull: float | None = None, until_s: float = WALK_S + 4.0
) -> Iterable[tuple[Observation, ...]]:
    """Yield what a camera and a panel say while one person walks through and leaves."""
    for k in range(round(until_s / 0.1)):
        t_s = k * 0.1
        yield seen(site, t_s, *([place(t_s)] if t_s < WALK_S else []))
        if p_detect:
            yield (coverage(site, PANEL, t_s + 0.03, p_detect=p_detect),)
        if pull is not None and k == 16:  # at x = 3
            yield look(site, t_s, pull)


def run(
    station: Station, batches: Iterable[tuple[Observation, ...]], *, picture: Picture | None = None
) -> tuple[Picture, list[Event]]:
    picture = station.start(T_UTC_NS) if picture is None else picture
    events: list[Event] = []
    for batch in batches:
        picture, new, _ = station.update(picture, batch)
        events += new
    return picture, events


def outcomes(events: Iterable[Event]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, PassageClosed)]


@pytest.mark.slow
def test_the_built_in_tracker_conforms(rng: np.random.Generator) -> None:
    check_tracker(CrowdTracker(), rng=rng)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("p_detect", "pull", "outcome"),
    [
        (0.9, 5.0, Outcome.ALARM),
        (0.0, 5.0, Outcome.ALARM),
        (0.9, -3.0, Outcome.NOTHING_FOUND),
        (0.0, None, Outcome.NOT_SCREENED),  # a dead or obscured panel
        (0.0, -3.0, Outcome.NOT_SCREENED),  # an all-clear from nowhere is none
    ],
)
def test_a_person_walks_by(station, site, p_detect, pull, outcome) -> None:
    picture, events = run(station, walk_by(site, p_detect=p_detect, pull=pull))
    assert outcomes(events) == [outcome]
    alerts = [event for event in events if isinstance(event, Alert)]
    assert len(alerts) == (outcome is Outcome.ALARM)
    assert picture.passages == {}
    assert picture.n_alerts == len(alerts)


def test_an_alert_says_who_where_and_how_long(station: Station, site: Site) -> None:
    _, events = run(station, walk_by(site, p_detect=0.9, pull=5.0, until_s=2.0))
    alert = next(event for event in events if isinstance(event, Alert))
    np.testing.assert_allclose(alert.position_site_m, place(1.6), atol=0.2)
    exit_line = next(line for line in site.lines if line.role is LineRole.EXIT)
    left_s = -exit_line.beyond_m(place(1.6)[None])[0] / SPEED_M_PER_S
    assert alert.seconds_in_reach == pytest.approx(left_s, rel=0.15)
    assert alert.sensors == (PANEL,)
    assert alert.prior < site.operating_point.p_alarm <= alert.p_threat
    assert alert.zone in site.operating_point.wanted_zones


@pytest.mark.slow
def test_pending_before_the_line_and_decided_behind(station: Station, site: Site) -> None:
    picture = station.start(T_UTC_NS)
    said: dict[Outcome, float] = {}
    for batch in walk_by(site, p_detect=0.9):
        picture, _, _ = station.update(picture, batch)
        for passage in picture.passages.values():
            said.setdefault(passage.verdict.outcome, float(passage.position_site_m[0]))
    assert list(said) == [Outcome.PENDING, Outcome.NOTHING_FOUND]
    line = next(line for line in site.lines if line.role is LineRole.SCREENED)
    assert said[Outcome.NOTHING_FOUND] == pytest.approx(line.from_site_m[0], abs=0.2)


@pytest.mark.slow
def test_the_same_observations_say_the_same_bit_for_bit(station: Station, site: Site) -> None:
    batches = list(walk_by(site, p_detect=0.9, pull=5.0, until_s=3.0))
    one, events = run(station, batches)
    other, again = run(station, batches)
    assert [encode(event) for event in events] == [encode(event) for event in again]
    check_same(one, other, "the same observations must give the same picture")
    assert any(isinstance(event, Alert) for event in events)


def test_scans_of_one_moment_move_people_as_one_by_one(station: Station, site: Site) -> None:
    alone = together = station.start(ns(0))
    for k in range(30):
        first, second = (
            tuple(
                replace(entry, sensor_id=name)
                for entry in seen(site, t_s, place(t_s) + [0.0, 0.02])
            )
            for name, t_s in (("cam-entry", 0.1 * k), ("cam-exit", 0.1 * k + 0.01))
        )
        alone, _, _ = station.update(alone, first)
        alone, _, _ = station.update(alone, second)
        together, _, _ = station.update(together, (*first, *second))
    check_same(alone.tracks, together.tracks, law="one step is as good as two")
    assert alone.passages.keys() == together.passages.keys() != set()
    for track_id, passage in alone.passages.items():
        np.testing.assert_array_equal(
            passage.position_site_m, together.passages[track_id].position_site_m
        )


def test_who_appears_in_a_step_is_covered_by_what_looked_in_it(
    station: Station, site: Site
) -> None:
    picture = station.start(ns(0))
    for k in range(16):  # until x = 3
        picture, _, _ = station.update(picture, seen(site, 0.1 * k, place(0.1 * k)))
    panel = coverage(site, PANEL, 1.6, p_detect=0.8)
    picture, _, _ = station.update(picture, (panel, *seen(site, 1.6, place(1.6))))
    (passage,) = picture.passages.values()
    assert passage.covered.max() == 0.8


def test_inputs_are_not_written_to(station: Station, site: Site) -> None:
    picture, _ = run(station, walk_by(site, until_s=1.0))
    with Untouched(picture=picture):
        station.update(picture, (*seen(site, 1.0, place(1.0)), *look(site, 0.9, 5.0)))


def test_late_evidence_finds_people_where_they_were(station: Station, site: Site) -> None:
    ahead_m = np.array([-2.4, 0.0])  # the second is almost two seconds ahead of the first
    picture, _ = run(
        station,
        (seen(site, k * 0.1, place(k * 0.1), place(k * 0.1) + ahead_m) for k in range(25)),
    )
    # The second was there; by now the first is.
    late = look(site, 0.5, 5.0, at=place(0.5) + ahead_m)
    np.testing.assert_allclose(place(0.5) + ahead_m, place(2.42), atol=0.01)
    picture, _, _ = station.update(picture, late)
    first, second = sorted(picture.passages.values(), key=lambda p: -p.position_site_m[0])
    assert len(first.entries) == 0
    assert second.entries[0].attachment > 0.95


def test_evidence_before_anybody_is_harmless(station: Station, site: Site) -> None:
    picture, events = run(station, [look(site, 0.0, 5.0), (coverage(site, PANEL, 0.1),)])
    assert picture.passages == {}
    assert events == []
    # Also when somebody is seen who is not confirmed yet.
    picture, events = run(station, [seen(site, 0.2, place(0.2)), look(site, 0.2, 5.0)])
    assert picture.passages == {}
    assert events == []


def test_a_row_number_means_the_scan_of_the_same_sensor(station: Station, site: Site) -> None:
    picture, _ = run(station, walk_by(site, until_s=1.6))
    far = tuple(replace(e, position_row=0) for e in look(site, 1.6, 5.0, at=(0.0, 4.9)))
    picture, _, _ = station.update(picture, (*seen(site, 1.6, place(1.6)), *far))
    assert all(passage.entries == () for passage in picture.passages.values())


def test_each_sensors_looks_go_with_its_own_scan(station: Station, site: Site) -> None:
    picture, _ = run(station, walk_by(site, until_s=1.6))
    mine = seen(site, 1.6, place(1.6))
    row_0 = look(site, 1.6, 5.0, at=(0.0, 4.9))  # the footprint is elsewhere
    row_0 = tuple(replace(part, sensor_id=CAMERA, position_row=0) for part in row_0)
    empty = [replace(one, sensor_id="cam-exit") for one in seen(site, 1.6, np.array([-5.0, 4.0]))]
    for batch in ((*empty, *mine, *row_0), (*mine, *empty, *row_0)):
        after, _, _ = station.update(picture, batch)
        (passage,) = after.passages.values()
        assert passage.entries[0].attachment > 0.95


def test_nobody_is_covered_whom_no_camera_follows(station: Station, site: Site) -> None:
    """Cameras fail while somebody walks up to a panel that works: not screened, not clean."""
    early, _ = run(station, walk_by(site, until_s=0.7))
    at_panel_s = 0.6 + KNOWN_S + 0.2  # by dead reckoning they would be right before it
    picture, _, _ = station.update(early, (coverage(site, PANEL, at_panel_s, p_detect=0.9),))
    assert len(picture.passages) == 1
    assert not any(passage.covered.any() for passage in picture.passages.values())
    health = Health(
        sensor_id=CAMERA,
        t_utc_ns=ns(30.0),
        state=HealthState.FAILED,
        reason=HealthReason.DISCONNECTED,
        message="no records",
    )
    picture, events, _ = station.update(picture, (health,))
    assert outcomes(events) == [Outcome.NOT_SCREENED]


@pytest.mark.parametrize(
    ("exercise", "origin", "counts"),
    [
        (True, Origin.SIMULATED, True),
        (False, Origin.SIMULATED, False),
        (True, Origin.MEASURED, True),
        (False, Origin.MEASURED, True),
    ],
)
def test_a_simulated_calibration_counts_only_in_exercise(site, exercise, origin, counts) -> None:
    duty = replace(site, exercise=exercise)
    station = Station.of(duty, {}, {PANEL: calibration(site, origin=origin)})
    picture, events = run(station, walk_by(duty, p_detect=0.9, pull=5.0, until_s=1.9))
    (passage,) = picture.passages.values()
    assert {entry.counts for entry in passage.entries} == {counts}  # shown all the same
    assert any(isinstance(event, Alert) for event in events) is counts
    if not counts:
        np.testing.assert_allclose(passage.log_posterior, site.log_prior(), atol=1e-12)


def health(state: HealthState, reason: HealthReason, *, t_s: float, message: str = "") -> Health:
    return Health(sensor_id=PANEL, t_utc_ns=ns(t_s), state=state, reason=reason, message=message)


def test_health_is_said_when_it_changes(station: Station) -> None:
    words = [
        health(HealthState.OK, HealthReason.NONE, t_s=0),
        health(HealthState.OK, HealthReason.NONE, t_s=1),
        health(HealthState.FAILED, HealthReason.OBSCURED, t_s=2, message="covered"),
        health(HealthState.FAILED, HealthReason.OBSCURED, t_s=3, message="covered by 90 %"),
        health(HealthState.FAILED, HealthReason.BAD_RECORD, t_s=4, message="no"),
        health(HealthState.OK, HealthReason.NONE, t_s=5),
    ]
    picture, events = run(station, [(word,) for word in words])
    changes = [event for event in events if isinstance(event, HealthChanged)]
    assert [change.after for change in changes] == [words[k] for k in (0, 2, 4, 5)]
    assert changes[0].before is None
    assert changes[2].before is words[3]  # the latest word is kept, said or not
    assert picture.health == {PANEL: words[5]}


@dataclass(frozen=True)
class Grumpy:
    """Counts records, and refuses each whose number is odd."""

    def start(self) -> Any:
        return 0

    def perceive(self, state: Any, record: Record, hints: Any, /) -> Any:
        if record.sequence % 2:
            raise RecordError(f"record {record.sequence}: odd")
        return state + 1, ()


def test_a_bad_record_is_said_and_the_state_kept(site: Site) -> None:
    station = Station.of(site, {PANEL: Grumpy()}, {})
    state: Any = 7
    record = Record(sensor_id=PANEL, t_utc_ns=ns(0), kind="x", sequence=0, arrays={})
    state, said = station.perceive(state, record, no_hints(0))
    assert (state, said) == (8, ())
    state, said = station.perceive(state, replace(record, sequence=1), no_hints(0))
    assert state == 8
    (word,) = said
    assert isinstance(word, Health)
    assert (word.sensor_id, word.t_utc_ns) == (PANEL, ns(0))
    assert (word.state, word.reason) == (HealthState.FAILED, HealthReason.BAD_RECORD)
    assert word.message == "record 1: odd"


def test_time_is_the_latest_that_anything_spoke_of(station: Station) -> None:
    words = [health(HealthState.OK, HealthReason.NONE, t_s=t_s) for t_s in (1.0, 3.0, 2.0)]
    picture, _ = run(station, [tuple(words)])
    assert picture.t_utc_ns == ns(3.0)


@pytest.mark.parametrize(("inlets", "reach_s"), [(False, 3.0), (True, 7.0)])
def test_history_reaches_as_far_back_as_a_look_may(
    site: Site, inlets: bool, reach_s: float
) -> None:
    """Air comes from where people were long ago; what no inlet smells is forgotten sooner."""
    sensors = tuple(
        replace(spec, settings={**spec.settings, "max_age_s": 7.0})
        if spec.technology == "gas-array"
        else spec
        for spec in site.sensors
        if inlets or spec.technology != "gas-array"
    )
    there = replace(site, sensors=sensors)
    station = Station.of(there, {}, {PANEL: calibration(there)})
    picture, _ = run(station, walk_by(there, until_s=9.0))
    ages_s = [(picture.tracks.t_utc_ns - past.t_utc_ns) * 1e-9 for past in picture.history]
    assert ages_s == sorted(ages_s, reverse=True)
    assert ages_s[0] == pytest.approx(reach_s, abs=0.6 if inlets else 0.11)
    assert ages_s[-1] == 0


def test_the_screening_line_is_followed(station: Station, site: Site) -> None:
    picture, _ = run(station, walk_by(site, until_s=1.0))
    again = follow(picture.passages, picture.tracks, site=site, log_prior=station.log_prior)
    check_same(again, picture.passages, "following twice is following once")


def at_time(t_utc_ns: int) -> Snapshot:
    return Snapshot(
        t_utc_ns=t_utc_ns,
        track_id=np.zeros(0, dtype=np.int64),
        position_site_m=np.zeros((0, 2)),
        velocity_site_m_per_s=np.zeros((0, 2)),
        covariance_site_m2=np.zeros((0, 2, 2)),
    )


def test_the_nearest_in_time_is_taken() -> None:
    history = tuple(at_time(t) for t in (10, 20, 30))
    assert [nearest(history, t).t_utc_ns for t in (0, 14, 15, 16, 99)] == [10, 10, 10, 20, 30]
    assert nearest((), 5) is None


def test_looks_are_the_zones_of_one_sensor_and_number(site: Site) -> None:
    first, second = look(site, 0.0, 1.0), look(site, 0.0, 1.0, look_id="other")
    theirs = tuple(replace(part, sensor_id="mw-north") for part in first)
    mixed = (first[0], second[0], theirs[0], *first[1:], *second[1:], *theirs[1:])
    assert looks_of(mixed) == (first, second, theirs)


def test_a_look_that_cannot_be_used_leaves_the_picture_as_it_was(station, site) -> None:
    picture, _ = run(station, walk_by(site, until_s=1.0))
    bad = GaussianFootprint(
        position_site_m=np.array([np.nan, 0.0]),
        covariance_site_m2=np.eye(2),
        clutter_per_m2=0.0,
    )
    useless = (replace(look(site, 0.9, 5.0)[0], footprint=bad),)
    with Untouched(picture=picture), pytest.raises(ValueError, match="must be finite"):
        station.update(picture, useless)
