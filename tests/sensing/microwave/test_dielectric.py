"""The whole technology on records of the twin: pillars at (1.2, 1.25), people come from +x."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError, SiteError
from standex.model.frames import RigidTransform
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.microwave.dielectric import KIND, build
from standex.sensing.microwave.layer_looks import SCORES
from standex.sensing.microwave.sweep import KIND as RECORD_KIND
from standex.testing.technology import check_technology
from standex.twin.faults import Fault
from standex.twin.microwave import MicrowavePanels
from standex.twin.microwave import build as build_panels

S = 10**9
PERIOD_NS = round(S / 1.25)
AWAY = ((-3.0, 1.25), (-8.0, 1.25))
IN = ((5.4, 1.25), (1.0, 1.25))  # 1.1 m/s: at x = 3.2 after two seconds
NEAR_NS = 2 * S


@pytest.fixture(scope="module")
def spec(metro):
    pose = RigidTransform.from_pose(position_m=(1.2, 1.25, 0.0), yaw_rad=0.0)
    return replace(metro.sensor("di-south"), site_from_sensor=pose, rate_hz=1.25)


@pytest.fixture
def panels(metro, spec) -> MicrowavePanels:
    return build_panels(spec, metro, 11)


def calibration_of(classes: tuple[str, ...]) -> Calibration:
    """Return one under which a slab's likelihood speaks for a slab."""
    n = len(SCORES)
    weights = np.zeros((len(classes), 1 + 2 * n))
    weights[classes.index("threat_dielectric"), 1 + SCORES.index("slab_mean_llr")] = 1.0
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=100 * S,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=classes,
        center=np.full(n, -2.0),
        scale=np.full(n, 2.0),
        clip=4.0,
        weights=weights,
        bound=3.0,
        cllr=0.8,
        correlation=0.4,
        n_passages_per_class=dict.fromkeys(classes, 20),
        p_detect=0.6,
    )


@pytest.fixture
def calibrated(spec, metro):
    return build(spec, metro, calibration_of(metro.items.names))


@pytest.fixture
def bare(spec, metro):
    return build(spec, metro, None)


def hints_of(scene, t_utc_ns: int) -> Hints:
    now = scene.at(t_utc_ns)
    n = len(now.person)
    return Hints(
        t_utc_ns=t_utc_ns,
        position_site_m=now.position_site_m,
        velocity_site_m_per_s=now.velocity_site_m_per_s,
        spread_m=np.full(n, 0.1),
        need=np.ones(n),
    )


def room(technology, panels, walk):
    """Return the state after sweeps of an empty room, none of which was later than time 0."""
    state, nobody = technology.start(), walk(AWAY)
    for row in range(5):
        record = panels.record(nobody, 0, row)
        t_utc_ns = (row - 5) * PERIOD_NS
        state, _ = technology.perceive(state, replace(record, t_utc_ns=t_utc_ns), no_hints(0))
    return state


def told(observations, kind):
    return [one for one in observations if isinstance(one, kind)]


def perceived(technology, panels, state, scene, t_utc_ns=NEAR_NS, *, sequence=50):
    record = panels.record(scene, t_utc_ns, sequence)
    state = replace(state, last_utc_ns=t_utc_ns - PERIOD_NS)
    after, observations = technology.perceive(state, record, hints_of(scene, t_utc_ns))
    (coverage,), (health,) = told(observations, Coverage), told(observations, Health)
    return after, coverage, told(observations, Evidence), health


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bare", "calibrated"])
def test_it_is_a_technology(request, metro, panels, walk, name) -> None:
    technology = request.getfixturevalue(name)
    scene, nobody = walk(IN), walk(AWAY)
    records = [
        replace(panels.record(nobody, 0, row), t_utc_ns=NEAR_NS - 9 * S + row * PERIOD_NS)
        for row in range(5)
    ]
    records += [panels.record(scene, NEAR_NS + row * S // 5, 5 + row) for row in range(2)]
    hints = hints_of(scene, NEAR_NS)
    assert records[0].kind == RECORD_KIND
    check_technology(technology, records, hints, n_classes=len(metro.items.names))
    state = technology.start()
    n_looks = 0
    for record in records:
        state, observations = technology.perceive(state, record, hints)
        n_looks += len({one.look_id for one in told(observations, Evidence)})
    assert n_looks == 2


@pytest.mark.slow
def test_a_person_is_measured_and_covered(calibrated, panels, walk) -> None:
    state, scene = room(calibrated, panels, walk), walk(IN)
    _, coverage, evidence, health = perceived(calibrated, panels, state, scene)
    assert (health.state, health.reason) == (HealthState.OK, HealthReason.NONE)
    assert {one.zone for one in evidence} == {BodyZone.TORSO_FRONT, BodyZone.WAIST}
    assert {one.look_id for one in evidence} == {"di-south:50.0"}
    place = scene.at(NEAR_NS).position_site_m[0]
    for one in evidence:
        assert one.calibration_id == "test-1"
        assert tuple(one.score) == SCORES
        assert np.isfinite(list(one.score.values())).all()
        assert np.hypot(*(one.footprint.position_site_m - place)) < 0.25
        assert "explosive" not in one.reason
        assert np.isfinite(one.patch.values).any()
    x, y = ((place - coverage.origin_site_m) / coverage.cell_m).astype(int)
    for zone in BodyZone:
        looked = zone in (BodyZone.TORSO_FRONT, BodyZone.WAIST)
        assert (coverage.p_detect[ZONE_INDEX[zone], x, y] > 0.3) == looked
    assert coverage.p_detect.max() <= 0.6  # what the calibration promises


@pytest.mark.slow
def test_who_walks_away_shows_the_back(bare, panels, walk) -> None:
    state, scene = room(bare, panels, walk), walk(((1.0, 1.25), (5.4, 1.25)))
    _, _, evidence, _ = perceived(bare, panels, state, scene)
    assert {one.zone for one in evidence} == {BodyZone.TORSO_BACK, BodyZone.WAIST}


@pytest.mark.slow
def test_without_calibration_it_is_shown_and_counts_for_nothing(bare, panels, walk) -> None:
    state, scene = room(bare, panels, walk), walk(IN)
    _, coverage, evidence, health = perceived(bare, panels, state, scene)
    assert evidence
    assert all(one.calibration_id == "" and not one.log_likelihood.any() for one in evidence)
    assert not coverage.p_detect.any()
    assert (health.state, health.reason) == (HealthState.DEGRADED, HealthReason.NOT_CALIBRATED)


@pytest.mark.slow
def test_people_side_by_side_cannot_be_told_apart(calibrated, panels, walk) -> None:
    state = room(calibrated, panels, walk)
    scene = walk(((5.4, 0.8), (1.0, 0.8)), ((5.4, 1.7), (1.0, 1.7)))
    _, coverage, evidence, _ = perceived(calibrated, panels, state, scene)
    assert not evidence
    assert not coverage.p_detect.any()


@pytest.mark.slow
def test_covered_pillars_cover_nobody(calibrated, panels, walk) -> None:
    state, scene = room(calibrated, panels, walk), walk(IN)
    covered = replace(panels, faults=(Fault(kind="obscured", from_s=0.0, to_s=9.0),))
    _, coverage, evidence, health = perceived(calibrated, covered, state, scene)
    assert not evidence
    assert not coverage.p_detect.any()
    assert (health.state, health.reason) == (HealthState.FAILED, HealthReason.OBSCURED)


@pytest.mark.slow
def test_an_unknown_room_and_a_nan_say_nothing(calibrated, panels, walk) -> None:
    _, coverage, evidence, health = perceived(calibrated, panels, calibrated.start(), walk(IN))
    assert not evidence
    assert not coverage.p_detect.any()
    assert health.reason is HealthReason.STARTING
    lying = replace(panels, faults=(Fault(kind="nan", from_s=0.0, to_s=9.0),))
    with pytest.raises(RecordError, match="not finite"):
        perceived(calibrated, lying, calibrated.start(), walk(IN))


@pytest.mark.slow
def test_the_slab_speaks_in_the_scores(bare, panels, walk, slab) -> None:
    """The same people, gaits and noise, with the object and without it."""
    state = room(bare, panels, walk)
    slab = replace(slab, width_m=0.2)
    rises: list[float] = []
    for seed in range(5):
        people = [walk(IN, seed=seed), walk(IN, seed=seed, items=(slab,))]
        for sequence, t_utc_ns in enumerate(range(round(0.9 * S), round(2.5 * S), S // 2)):
            clean, marked = (
                [
                    one.score["slab_mean_llr"]
                    for one in perceived(bare, panels, state, scene, t_utc_ns, sequence=sequence)[2]
                    if one.zone is BodyZone.TORSO_FRONT
                ]
                for scene in people
            )
            if clean and marked:
                rises.append(marked[0] - clean[0])
    assert len(rises) >= 15
    assert np.mean(np.array(rises) > 0) > 0.6
    assert np.median(rises) > 0.5


def test_what_it_cannot_be_built_from_is_refused(spec, metro) -> None:
    good = calibration_of(metro.items.names)
    with pytest.raises(SiteError, match=r"di-south.*for microwave.s_parameters, not microwave.die"):
        build(spec, metro, replace(good, sensor_kind=RECORD_KIND))
    with pytest.raises(SiteError, match="calibrate again"):
        build(spec, metro, replace(good, feature_names=SCORES[::-1]))
    with pytest.raises(SiteError, match="unknown settings voxel_m"):
        build(replace(spec, settings={**spec.settings, "voxel_m": 0.02}), metro, None)
    with pytest.raises(SiteError, match=r"settings\.near_m must be positive"):
        build(replace(spec, settings={**spec.settings, "near_m": 0.0}), metro, None)


def test_the_shipped_site_has_one_for_each_lane(metro) -> None:
    for sensor_id in ("di-south", "di-north"):
        technology = build(metro.sensor(sensor_id), metro, None)
        assert technology.spec.sensor_id == sensor_id
        assert technology.sensor_kind == KIND
    pairs = {tuple(sorted(pair)) for pair in metro.correlations()}
    assert pairs == {("di-south", "mw-south"), ("di-north", "mw-north")}
