"""The whole room on records of the twin: pillars at (1.2, 1.25), people come from +x."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError, SiteError
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.microwave.anomaly import FEATURES, ON_LINE
from standex.sensing.microwave.background import LEAST_SWEEPS
from standex.sensing.microwave.evidence import SCORES
from standex.sensing.microwave.sweep import KIND, parse_sweep
from standex.sensing.microwave.technology import State, build
from standex.testing.technology import check_technology
from standex.twin.faults import Fault

S = 10**9
PERIOD_NS = S // 5
AWAY = ((-3.0, 1.25), (-8.0, 1.25))
IN = ((5.4, 1.25), (1.0, 1.25))  # 1.1 m/s: at x = 3.2 after two seconds
NEAR_NS = 2 * S


def calibration_of(classes: tuple[str, ...]) -> Calibration:
    n = len(SCORES)
    weights = np.zeros((len(classes), 1 + 2 * n))
    weights[classes.index("threat_dielectric"), 1 : 1 + ON_LINE] = 1.0
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=100 * S,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=classes,
        center=np.full(n, -10.0),
        scale=np.full(n, 5.0),
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


def hints_of(scene, t_utc_ns: int, need=None) -> Hints:
    now = scene.at(t_utc_ns)
    n = len(now.person)
    return Hints(
        t_utc_ns=t_utc_ns,
        position_site_m=now.position_site_m,
        velocity_site_m_per_s=now.velocity_site_m_per_s,
        spread_m=np.full(n, 0.1),
        need=np.ones(n) if need is None else np.array(need),
    )


def room(technology, panels, walk, n_sweeps: int = 6) -> State:
    """Return the state after sweeps of an empty room, none of which was later than time 0."""
    state, nobody = technology.start(), walk(AWAY)
    for row in range(n_sweeps):
        record = panels.record(nobody, 0, row)
        t_utc_ns = (row - n_sweeps) * PERIOD_NS
        state, _ = technology.perceive(state, replace(record, t_utc_ns=t_utc_ns), no_hints(0))
    return state


def told(observations, kind):
    return [one for one in observations if isinstance(one, kind)]


def perceived(technology, panels, state, scene, t_utc_ns=NEAR_NS, *, hints=None, sequence=50):
    record = panels.record(scene, t_utc_ns, sequence)
    hints = hints_of(scene, t_utc_ns) if hints is None else hints
    state = replace(state, last_utc_ns=t_utc_ns - PERIOD_NS)
    after, observations = technology.perceive(state, record, hints)
    (coverage,), (health,) = told(observations, Coverage), told(observations, Health)
    return after, coverage, told(observations, Evidence), health


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bare", "calibrated"])
def test_it_is_a_technology(request, metro, panels, walk, name):
    technology = request.getfixturevalue(name)
    scene, nobody = walk(IN), walk(AWAY)
    # By the hints the person was five metres further up while the room was learnt.
    records = [
        replace(panels.record(nobody, 0, row), t_utc_ns=NEAR_NS - 5 * S + row * PERIOD_NS)
        for row in range(5)
    ]
    records += [panels.record(scene, NEAR_NS + row * PERIOD_NS, 5 + row) for row in range(2)]
    hints = hints_of(scene, NEAR_NS)
    check_technology(technology, records, hints, n_classes=len(metro.items.names))
    state = technology.start()
    n_looks = 0
    for record in records:
        state, observations = technology.perceive(state, record, hints)
        n_looks += len({one.look_id for one in told(observations, Evidence)})
    assert n_looks == 2


def test_an_empty_room_is_learnt_and_says_nothing(calibrated, panels, walk):
    state = calibrated.start()
    for row in range(LEAST_SWEEPS + 3):
        t_utc_ns = row * PERIOD_NS
        record = replace(panels.record(walk(AWAY), 0, row), t_utc_ns=t_utc_ns)
        state, observations = calibrated.perceive(state, record, no_hints(t_utc_ns))
        (health,), (coverage,) = told(observations, Health), told(observations, Coverage)
        assert not told(observations, Evidence)
        assert not coverage.p_detect.any()
        if row < LEAST_SWEEPS - 1:
            assert (health.state, health.reason) == (HealthState.DEGRADED, HealthReason.STARTING)
        else:
            assert (health.state, health.reason) == (HealthState.OK, HealthReason.NONE)
    across = panels.tx.panel[:, None] != panels.rx.panel[None, :]
    error = (state.background.samples - panels.background)[across]
    assert np.sqrt(np.mean(np.abs(error) ** 2)) == pytest.approx(1e-3 / np.sqrt(7), rel=0.1)


def test_people_are_not_learnt_into_an_unknown_room(calibrated, panels, walk):
    scene = walk(IN)
    after, coverage, evidence, health = perceived(calibrated, panels, calibrated.start(), scene)
    assert after.background is None
    assert not evidence
    assert not coverage.p_detect.any()
    assert health.reason is HealthReason.STARTING
    assert "keep the lane clear" in health.message


def test_somebody_whom_no_camera_saw_is_not_learnt_away(calibrated, panels, walk):
    state = room(calibrated, panels, walk)
    scene = walk(IN)
    after, coverage, evidence, _ = perceived(
        calibrated, panels, state, scene, hints=no_hints(NEAR_NS)
    )
    assert after.background is state.background
    assert not evidence
    assert not coverage.p_detect.any()


def test_a_person_is_seen_and_covered(calibrated, panels, walk):
    state, scene = room(calibrated, panels, walk), walk(IN)
    after, coverage, evidence, health = perceived(calibrated, panels, state, scene)
    assert health.state is HealthState.OK
    assert {one.zone for one in evidence} == {BodyZone.TORSO_FRONT, BodyZone.WAIST}
    assert {one.look_id for one in evidence} == {"mw-south:50.0"}
    place = scene.at(NEAR_NS).position_site_m[0]
    for one in evidence:
        assert one.calibration_id == "test-1"
        assert np.hypot(*(one.footprint.position_site_m - place)) < 0.25
    # The cell in which they stand is covered in these zones, and nothing far away.
    x, y = ((place - coverage.origin_site_m) / coverage.cell_m).astype(int)
    best = coverage.p_detect[:, x, y]
    for zone in BodyZone:
        looked = zone in (BodyZone.TORSO_FRONT, BodyZone.WAIST)
        assert (best[ZONE_INDEX[zone]] > 0.3) == looked
    cells = np.argwhere(coverage.p_detect.max(axis=0) > 0)
    away_m = (cells + 0.5) * coverage.cell_m + coverage.origin_site_m - place
    assert np.hypot(*away_m.T).max() < 0.3
    assert coverage.p_detect.max() <= 0.6  # what the calibration promises
    assert after.background is state.background


def test_who_walks_away_shows_the_back(calibrated, panels, walk):
    state, scene = room(calibrated, panels, walk), walk(((1.0, 1.25), (5.4, 1.25)))
    _, _, evidence, _ = perceived(calibrated, panels, state, scene)
    assert {one.zone for one in evidence} == {BodyZone.TORSO_BACK, BodyZone.WAIST}


@pytest.mark.parametrize("x_m", [1.6, 5.1])
def test_too_near_and_too_far_are_not_covered(calibrated, panels, walk, x_m):
    state, scene = room(calibrated, panels, walk), walk(((x_m, 1.25), (x_m, 1.25)))
    _, coverage, evidence, _ = perceived(calibrated, panels, state, scene)
    assert not evidence
    assert not coverage.p_detect.any()


def test_without_calibration_it_is_shown_and_counts_for_nothing(bare, panels, walk):
    state, scene = room(bare, panels, walk), walk(IN)
    _, coverage, evidence, health = perceived(bare, panels, state, scene)
    assert evidence
    assert all(one.calibration_id == "" for one in evidence)
    assert not coverage.p_detect.any()
    assert (health.state, health.reason) == (HealthState.DEGRADED, HealthReason.NOT_CALIBRATED)


def test_an_expired_calibration_is_none(spec, metro, panels, walk):
    old = replace(calibration_of(metro.items.names), expires_utc_ns=NEAR_NS)
    technology = build(spec, metro, old)
    state, scene = room(technology, panels, walk), walk(IN)
    _, coverage, evidence, health = perceived(technology, panels, state, scene)
    assert all(one.calibration_id == "" for one in evidence)
    assert not coverage.p_detect.any()
    assert health.reason is HealthReason.CALIBRATION_EXPIRED
    assert "calibrate again" in health.message


def test_covered_pillars_cover_nobody(calibrated, panels, walk):
    state, scene = room(calibrated, panels, walk), walk(IN)
    covered = replace(panels, faults=(Fault(kind="obscured", from_s=0.0, to_s=9.0),))
    after, coverage, evidence, health = perceived(calibrated, covered, state, scene)
    assert not evidence
    assert not coverage.p_detect.any()
    assert (health.state, health.reason) == (HealthState.FAILED, HealthReason.OBSCURED)
    # Nor is the covered room learnt when nobody is there, however long it lasts.
    for row in range(8):
        after, _, _, health = perceived(calibrated, covered, after, walk(AWAY), row * PERIOD_NS)
        assert health.reason is HealthReason.OBSCURED
    assert after.background is state.background


def test_a_nan_is_refused(calibrated, panels, walk):
    lying = replace(panels, faults=(Fault(kind="nan", from_s=0.0, to_s=9.0),))
    with pytest.raises(RecordError, match="not finite"):
        perceived(calibrated, lying, room(calibrated, panels, walk), walk(IN))


def test_time_running_backwards_is_refused(calibrated, panels, walk):
    state = room(calibrated, panels, walk)
    record = panels.record(walk(AWAY), 0, 9)
    state = replace(state, last_utc_ns=record.t_utc_ns)
    with pytest.raises(RecordError, match="backwards"):
        calibrated.perceive(state, record, no_hints(0))


def test_another_array_is_learnt_anew(calibrated, panels, walk):
    state = room(calibrated, panels, walk)
    record = panels.record(walk(AWAY), 0, 9)
    fewer = {
        name: array[..., :60] if name in ("samples", "frequency_hz", "t_offset_s") else array
        for name, array in record.arrays.items()
    }
    after, observations = calibrated.perceive(
        state, replace(record, arrays=fewer), no_hints(record.t_utc_ns)
    )
    assert told(observations, Health)[0].reason is HealthReason.STARTING
    assert after.background.n_sweeps == 1


def test_a_lost_sweep_is_told(calibrated, panels, walk):
    state, scene = room(calibrated, panels, walk), walk(IN)
    record = panels.record(scene, NEAR_NS, 50)
    state = replace(state, last_utc_ns=NEAR_NS - 3 * PERIOD_NS)
    _, observations = calibrated.perceive(state, record, hints_of(scene, NEAR_NS))
    assert told(observations, Health)[0].reason is HealthReason.LOW_FRAME_RATE


@pytest.mark.slow
def test_who_needs_it_most_goes_first_and_the_rest_are_shed(spec, metro, panels, walk):
    settings = {**spec.settings, "max_looks": 1}
    technology = build(replace(spec, settings=settings), metro, calibration_of(metro.items.names))
    state = room(technology, panels, walk)
    scene = walk(((4.1, 1.25), (1.5, 1.25)), ((5.9, 1.25), (1.5, 1.25)))  # 0.9 m one after another
    for need, first in (((0.2, 0.9), 1), ((0.9, 0.2), 0)):
        hints = hints_of(scene, NEAR_NS, need)
        after, coverage, evidence, _ = perceived(technology, panels, state, scene, hints=hints)
        assert len({one.look_id for one in evidence}) == 1
        assert after.n_shed == state.n_shed + 1
        way = evidence[0].footprint.position_site_m - scene.at(NEAR_NS).position_site_m
        assert np.hypot(*way.T).argmin() == first
        cells = coverage.p_detect.max(axis=0) > 0
        assert 0 < cells.sum() < 12  # one person's cells


def test_people_side_by_side_cannot_be_told_apart(calibrated, panels, walk):
    state = room(calibrated, panels, walk)
    scene = walk(((5.4, 0.8), (1.0, 0.8)), ((5.4, 1.7), (1.0, 1.7)))
    _, coverage, evidence, _ = perceived(calibrated, panels, state, scene)
    assert not evidence
    assert not coverage.p_detect.any()


@pytest.mark.parametrize(("aside_m", "wanted"), [(0.5, [1]), (0.0, [0, 1])])
def test_whoever_stands_behind_somebody_is_not_looked_at(bare, panels, walk, aside_m, wanted):
    """The second person stands before the first: on the line to the left pillar, or beside it."""
    sweep = parse_sweep(panels.record(walk(IN), NEAR_NS, 50))
    place = np.array([[3.0, 0.0], [1.8, aside_m]])
    assert bare._wanted(place, sweep).tolist() == wanted


def off_line_db(evidence) -> float | None:
    """Return the echo before and behind the body line on the chest, or None without a look."""
    for one in evidence:
        if one.zone is BodyZone.TORSO_FRONT:
            profile = 10 ** (np.array([one.score[name] for name in FEATURES]) / 10)
            return float(10 * np.log10(np.delete(profile, ON_LINE).sum()))
    return None


@pytest.mark.slow
@pytest.mark.parametrize(("what", "most"), [("slab", 0.65), ("metal", 0.6)])
def test_the_object_is_in_the_evidence_and_nothing_else_is(bare, panels, walk, slab, what, most):
    """The same people, gaits and noise, with the object and without it.

    Echo off the body line must rise in two of three sweeps (metal, which turns away what comes in
    at the wrong angle: three of five), and by 2 dB in the median: five people, each over a walk
    from 3.6 m to 1.4 m before the pillars. A sweep whose stripes miss the object shows nothing.
    """
    item = slab if what == "slab" else replace(slab, item_class="threat_metal", permittivity=0.0)
    state = room(bare, panels, walk)
    rises: list[float] = []
    for seed in range(5):
        people = [walk(IN, seed=seed), walk(IN, seed=seed, items=(item,))]
        for sequence, t_utc_ns in enumerate(range(round(0.6 * S), round(2.5 * S), PERIOD_NS)):
            clean, marked = (
                off_line_db(perceived(bare, panels, state, scene, t_utc_ns, sequence=sequence)[2])
                for scene in people
            )
            if clean is not None and marked is not None:
                rises.append(marked - clean)
    assert len(rises) > 35
    assert np.mean(np.array(rises) > 0) > most
    assert np.median(rises) > 2


@pytest.mark.slow
def test_the_evidence_turns_with_the_object(calibrated, panels, walk, slab):
    state = room(calibrated, panels, walk)
    llr = {}
    for name, items in (("without", ()), ("with", (slab,))):
        llr[name] = 0.0
        for seed in range(3):
            scene = walk(IN, seed=seed, items=items)
            for t_utc_ns in range(round(0.6 * S), round(2.5 * S), PERIOD_NS):
                for one in perceived(calibrated, panels, state, scene, t_utc_ns)[2]:
                    if one.zone is BodyZone.TORSO_FRONT:
                        names = calibrated.class_names
                        slab_row = names.index("threat_dielectric")
                        llr[name] += one.log_likelihood[slab_row] - one.log_likelihood[0]
    assert llr["with"] > llr["without"] + 5


def test_a_calibration_of_something_else_is_refused(spec, metro):
    good = calibration_of(metro.items.names)
    with pytest.raises(SiteError, match=r"mw-south.*video"):
        build(spec, metro, replace(good, sensor_kind="video.floor_positions"))
    with pytest.raises(SiteError, match="calibrate again"):
        build(spec, metro, replace(good, feature_names=SCORES[::-1]))


@pytest.mark.parametrize("value", [None, "near", True])
def test_settings_must_be_numbers(spec, metro, value):
    settings = {name: setting for name, setting in spec.settings.items() if name != "near_m"}
    if value is not None:
        settings["near_m"] = value
    with pytest.raises(SiteError, match=r"mw-south: settings.near_m"):
        build(replace(spec, settings=settings), metro, None)


def test_the_shipped_site_can_be_built(metro):
    for sensor_id in ("mw-south", "mw-north"):
        assert build(metro.sensor(sensor_id), metro, None).spec.sensor_id == sensor_id


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("voxel_m", -0.02, "must be positive"), ("voxl_m", 0.01, "unknown settings voxl_m")],
)
def test_a_setting_that_cannot_be_is_refused(metro, name, value, told):
    spec = metro.sensor("mw-south")
    with pytest.raises(SiteError, match=told):
        build(replace(spec, settings={**spec.settings, name: value}), metro, None)
