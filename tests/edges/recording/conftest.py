"""One of each value that a recording can hold, and a writer of small recordings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Order,
    Ordered,
    OrderKind,
    PassageClosed,
    PersonRejoined,
    Task,
    TaskClosed,
    TaskResult,
    ThingLeft,
    VerdictChanged,
)
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Patch,
    Positions,
)
from standex.model.picture import Outcome
from standex.model.record import Record
from standex.model.zones import BodyZone

T0 = 1_760_000_000_123_456_789
MARK = "a-caption-that-only-a-patch-has"


def positions(t_utc_ns: int = T0, n: int = 2) -> Positions:
    return Positions(
        sensor_id="cam-1",
        t_utc_ns=t_utc_ns,
        level_id="ground",
        position_site_m=np.linspace(0.1, 7.3, 2 * n).reshape(n, 2),
        covariance_site_m2=np.tile(np.array([[0.01, 0.001], [0.001, 0.02]]), (n, 1, 1)),
        existence=np.full(n, 1 / 3),
        descriptor=np.full((n, 4), 1234.5625),
        clutter_per_m2=1e-3,
    )


def evidence(t_utc_ns: int = T0) -> Evidence:
    return Evidence(
        sensor_id="mw-1",
        look_id="mw-1/17",
        t_utc_ns=t_utc_ns,
        t_first_utc_ns=t_utc_ns - 3,
        t_last_utc_ns=t_utc_ns + 3,
        footprint=GaussianFootprint(
            position_site_m=np.array([1.0, -2.0]),
            covariance_site_m2=np.eye(2) * 0.04,
            clutter_per_m2=0.01,
        ),
        zone=BodyZone.TORSO_FRONT,
        log_likelihood=np.log(np.array([0.1, 0.2, 0.3, 0.15, 0.2, 0.05])),
        log_clutter=-7.1,
        correlation=0.4,
        calibration_id="demo-1",
        reason="a slab, 30 mm",
        score={"thickness_m": 0.03, "contrast": -0.0},
        patch=Patch(
            caption=MARK,
            across_m=np.array([-0.1, 0.1]),
            height_m=np.array([1.0, 1.1, 1.2]),
            values=np.array([[np.nan, 1.0], [2.0, -np.inf], [0.5, 0.25]]),
        ),
        position_row=1,
    )


def drift_evidence() -> Evidence:
    return Evidence(
        sensor_id="nose",
        look_id="nose/1",
        t_utc_ns=T0,
        t_first_utc_ns=T0,
        t_last_utc_ns=T0,
        footprint=DriftFootprint(
            age_s=np.array([1.0, 2.0]),
            x_site_m=np.arange(3.0),
            y_site_m=np.arange(4.0),
            weight=np.linspace(0, 1, 24).reshape(2, 3, 4),
        ),
        zone=None,
        log_likelihood=np.zeros(6),
        log_clutter=0.0,
        correlation=0.0,
        calibration_id="",
        reason="",
    )


def coverage(t_utc_ns: int = T0) -> Coverage:
    return Coverage(
        sensor_id="mw-1",
        t_utc_ns=t_utc_ns,
        level_id="ground",
        origin_site_m=np.array([0.0, -1.5]),
        cell_m=0.5,
        p_report=np.full((10, 8), 0.9),
        p_detect=np.linspace(0, 1, 560).reshape(7, 10, 8),
    )


def health(state: HealthState = HealthState.OK) -> Health:
    return Health(
        sensor_id="mw-1",
        t_utc_ns=T0,
        state=state,
        reason=HealthReason.STARTING,
        message="warming up \u2014 wait",
    )


def alert(t_utc_ns: int = T0) -> Alert:
    return Alert(
        alert_id="a1",
        t_utc_ns=t_utc_ns,
        track_id=7,
        level_id="ground",
        position_site_m=np.array([3.25, 0.5]),
        zone=BodyZone.WAIST,
        p_threat=0.91,
        prior=2e-6,
        coverage=0.8,
        seconds_in_reach=12.5,
        sensors=("mw-1", "cam-1"),
        reason="metal at the waist",
    )


def verdict(t_utc_ns: int = T0, p_threat: float = 0.1 + 0.2) -> VerdictChanged:
    return VerdictChanged(
        t_utc_ns=t_utc_ns,
        track_id=7,
        before=Outcome.PENDING,
        after=Outcome.NOT_SCREENED,
        p_threat=p_threat,
        coverage=0.0,
        reason="nobody looked",
    )


def all_events() -> tuple[Event, ...]:
    closed = PassageClosed(
        t_utc_ns=T0,
        track_id=7,
        first_utc_ns=T0 - 5,
        last_utc_ns=T0 - 1,
        outcome=Outcome.NOTHING_FOUND,
        p_threat=1e-9,
        zone=None,
        covered=np.linspace(0, 1, 7),
        n_looks=0,
        alert_id="",
        reason="",
    )
    task = Task(
        task_id="t1",
        t_utc_ns=T0,
        sensor_id="laser",
        track_id=7,
        position_site_m=np.zeros(2),
        t_look_utc_ns=T0 + 10**9,
        zone=BodyZone.BAG,
        reason="largest drop of cost",
    )
    changed = HealthChanged(t_utc_ns=T0, before=None, after=health())
    again = HealthChanged(t_utc_ns=T0, before=health(), after=health(HealthState.FAILED))
    rejoined = PersonRejoined(
        t_utc_ns=T0, track_id=9, earlier_track_id=7, p_same=1 / 3, is_final=False, reason="gap"
    )
    thing = ThingLeft(
        t_utc_ns=T0,
        track_id=11,
        level_id="ground",
        position_site_m=np.array([0.1, 0.2]),
        set_down_by=7,
        p_threat=1e-3,
        coverage=0.5,
        alert_id="",
        reason="alone",
    )
    done = TaskClosed(
        t_utc_ns=T0,
        task_id="t1",
        sensor_id="laser",
        track_id=7,
        result=TaskResult.NO_ANSWER,
        p_threat=None,
        reason="nothing was heard of it",
    )
    order = Order(
        t_utc_ns=T0,
        kind=OrderKind.ARM,
        sensor_id="laser",
        by="supervisor-1",
        why="morning shift",
        until_utc_ns=T0 + 3600 * 10**9,
    )
    ordered = Ordered(t_utc_ns=T0, order=order)
    return alert(), verdict(), closed, task, changed, again, rejoined, thing, done, ordered


def record(t_utc_ns: int = T0, sequence: int = 0) -> Record:
    rng = np.random.default_rng(sequence)
    samples = rng.standard_normal((4, 4, 8)) + 1j * rng.standard_normal((4, 4, 8))
    return Record(
        sensor_id="mw-1",
        t_utc_ns=t_utc_ns,
        kind="microwave.s_parameters",
        sequence=sequence,
        arrays={
            "s": samples.astype(np.complex64),
            "frequency_hz": np.linspace(10e9, 20e9, 8),
            "names": np.array(["a", "bc"]),
            "is_dead": np.array([True, False]),
        },
    )


def hints() -> Hints:
    return Hints(
        t_utc_ns=T0,
        position_site_m=np.ones((1, 2)),
        velocity_site_m_per_s=np.zeros((1, 2)),
        spread_m=np.array([0.3]),
        need=np.array([1.0]),
    )


def step(number: int) -> tuple[int, tuple[Observation, ...], tuple[Event, ...]]:
    """Return what is published in one step of the recordings of these tests."""
    t_utc_ns = T0 + number * 50_000_000
    observations = (positions(t_utc_ns, n=number % 3), evidence(t_utc_ns), coverage(t_utc_ns))
    events = (verdict(t_utc_ns, p_threat=number / 7),) if number % 5 == 0 else ()
    return t_utc_ns, observations, events


class Examples:
    """The functions of this file, for tests: imports between test files do not work."""

    T0 = T0
    MARK = MARK
    positions = staticmethod(positions)
    evidence = staticmethod(evidence)
    drift_evidence = staticmethod(drift_evidence)
    coverage = staticmethod(coverage)
    health = staticmethod(health)
    alert = staticmethod(alert)
    verdict = staticmethod(verdict)
    all_events = staticmethod(all_events)
    record = staticmethod(record)
    hints = staticmethod(hints)
    step = staticmethod(step)

    @staticmethod
    def all_observations() -> tuple[Observation, ...]:
        with_things = replace(positions(), p_object=np.array([0.0, 1 / 3]))
        people = positions(), positions(n=0), with_things
        return *people, evidence(), drift_evidence(), coverage(), health()


@pytest.fixture(scope="session")
def examples() -> type[Examples]:
    return Examples


@pytest.fixture(scope="session")
def new_writer() -> Callable[..., RecordingWriter]:
    def make(path: Path, **changes: object) -> RecordingWriter:
        settings = {
            "site_id": "demo",
            "profile": Profile.LIVE,
            "software_version": "0.1.0",
            "site_toml": "site_id = 'demo'\n",
            "started_utc_ns": T0,
        }
        return RecordingWriter(path, **(settings | changes))

    return make


@pytest.fixture(scope="session")
def check_schema() -> Callable[[object, dict], None]:
    return _check_schema


def _check_schema(data: object, schema: dict, at: str = "$") -> None:
    """Check data against the part of JSON Schema that is used here."""
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    kind = kinds.get(schema["type"], (int, float))
    assert isinstance(data, kind), f"{at}: {data!r} is no {schema['type']}"
    assert not (isinstance(data, bool) and schema["type"] in ("integer", "number")), at
    if "enum" in schema:
        assert data in schema["enum"], f"{at}: {data!r}"
    if isinstance(data, list):
        for index, item in enumerate(data):
            _check_schema(item, schema["items"], f"{at}[{index}]")
    if isinstance(data, dict):
        missing = set(schema.get("required", ())) - data.keys()
        assert not missing, f"{at}: {missing} missing"
        for name, value in data.items():
            known = schema["properties"].get(name, schema.get("additionalProperties"))
            if known is None:
                assert "anyOf" in schema, f"{at}: {name} is not in the schema"
            elif "anyOf" not in schema:
                _check_schema(value, known, f"{at}.{name}")
    if "anyOf" in schema:
        assert any(_matches(data, each) for each in schema["anyOf"]), f"{at}: fits no member"


def _matches(data: object, schema: dict) -> bool:
    try:
        _check_schema(data, schema)
    except AssertionError:
        return False
    return True
