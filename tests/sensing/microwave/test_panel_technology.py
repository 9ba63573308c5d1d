"""The whole way from sweeps of the twin to looks: one lane, small panels, coarse voxels."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from standex.edges.imaging_panels import TableStore, build
from standex.evaluation.panel_passages import only
from standex.model.calibration import Calibration, Origin
from standex.model.errors import RecordError
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.microwave.background import LEAST_SWEEPS
from standex.sensing.microwave.panel_channels import CALIBRATE_EVERY
from standex.sensing.microwave.panel_evidence import KIND, SCORES
from standex.sensing.microwave.panel_technology import ImagingPanels
from standex.testing.observations import check_observations
from standex.testing.technology import check_technology
from standex.twin.panel_faults import PanelFault

S = 10**9
PERIOD_NS = S // 12
IN, OUT = ((2.6, 0.0), (-2.2, 0.0)), ((-2.2, 0.0), (2.6, 0.0))
AWAY = ((-5.0, 0.0), (-8.0, 0.0))
ENTERS_NS = round(0.98 * S)  # at x = 1.42 m: the first sweep in which the front is in the box
ZONES_SEEN = {BodyZone.TORSO_FRONT, BodyZone.WAIST}


def calibration_of(classes: tuple[str, ...], expires_utc_ns: int = 100 * S) -> Calibration:
    n = len(SCORES)
    weights = np.zeros((len(classes), 1 + 2 * n))
    weights[classes.index("threat_dielectric"), 1 + SCORES.index("slab_db")] = 2.0
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=expires_utc_ns,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=classes,
        center=np.zeros(n),
        scale=np.full(n, 5.0),
        clip=4.0,
        weights=weights,
        bound=3.0,
        cllr=0.8,
        correlation=0.0,
        n_passages_per_class=dict.fromkeys(classes, 20),
        p_detect=0.6,
    )


@pytest.fixture(scope="session")
def tables(tmp_path_factory) -> TableStore:
    return TableStore(folder=tmp_path_factory.mktemp("tables"), tolerance=0.1)


@pytest.fixture
def technology(gate, gate_spec, tables):
    """Return a maker of the technology of the gate; it is calibrated unless told otherwise."""

    def make(calibration: Calibration | str | None = "usual", **settings: float) -> ImagingPanels:
        if isinstance(calibration, str):
            calibration = calibration_of(gate.items.names)
        spec = replace(gate_spec, settings={**gate_spec.settings, **settings})
        return replace(build(spec, gate, calibration), tables_of=tables)

    return make


def hints_of(scene, t_utc_ns: int) -> Hints:
    now = scene.at(t_utc_ns)
    n = len(now.person)
    return Hints(
        t_utc_ns=t_utc_ns,
        position_site_m=now.position_site_m,
        velocity_site_m_per_s=now.velocity_site_m_per_s,
        spread_m=np.full(n, 0.04),
        need=np.ones(n),
    )


def told(observations, kind):
    return [one for one in observations if isinstance(one, kind)]


class Run:
    """A technology fed with sweeps, and all that it has said."""

    def __init__(self, technology: ImagingPanels, panels, nobody, *, sides=(0, 1)) -> None:
        self.technology, self.panels, self.sides = technology, panels, sides
        self.nobody, self.state = nobody, technology.start()
        self.coverage: list[Coverage] = []
        self.evidence: list[Evidence] = []
        self.health: list[Health] = []
        self.n = 0

    def put(self, record: Record, hints: Hints) -> None:
        self.state, said = self.technology.perceive(self.state, only(record, self.sides), hints)
        check_observations(said, sensor_id="mw-gate", n_classes=len(self.technology.class_names))
        (coverage,), (health,) = told(said, Coverage), told(said, Health)
        self.coverage.append(coverage)
        self.health.append(health)
        self.evidence += told(said, Evidence)

    def empty(self, from_ns: int, n: int, *, panels=None) -> "Run":
        """Let ``n`` sweeps of the empty room pass; the twin's faults begin with its scene."""
        for row in range(n):
            record = (panels or self.panels).record(self.nobody, 0, self.n)
            self.n += 1
            t = from_ns + row * PERIOD_NS
            if record is not None:
                self.put(replace(record, t_utc_ns=t), no_hints(t))
        return self

    def walk(self, scene, *, seen=None, n: int = 3, every: int = 1, panels=None) -> "Run":
        """Let somebody pass in ``n`` sweeps, and one more when they are out of the box.

        Args:
            scene: who is there.
            seen: whom the cameras see; None is the same.
            n: sweeps while the front is in the box.
            every: periods between them.
            panels: that measure; None are those that learnt the room.
        """
        times = [ENTERS_NS + row * every * PERIOD_NS for row in range(n)]
        panels = panels or self.panels
        for row, t in enumerate(times):
            record = panels.record(scene, t, 100 + row)
            if record is not None:
                self.put(record, hints_of(seen or scene, t))
        last_ns = ENTERS_NS + 8 * PERIOD_NS  # by then they are out of the beam of the panels
        record = panels.record(self.nobody, last_ns, 100 + n)
        if record is not None:
            self.put(record, hints_of(seen or scene, last_ns))
        return self

    @property
    def covered(self) -> float:
        return max(float(one.p_detect.max()) for one in self.coverage)

    @property
    def looks(self) -> set[str]:
        return {one.look_id for one in self.evidence}

    def reasons(self) -> set[HealthReason]:
        return {one.reason for one in self.health}


@pytest.fixture
def run(walk):
    """Return a maker of runs that have learnt the empty room."""

    def make(technology: ImagingPanels, panels, **other: Any) -> Run:
        n = LEAST_SWEEPS + 1
        return Run(technology, panels, walk(AWAY), **other).empty(-n * PERIOD_NS, n)

    return make


def faulty(panels, kind: str):
    return replace(panels, faults=(PanelFault(kind=kind, from_s=0.0, to_s=99.0),))


class Strict:
    """The technology behind a link that drops sweeps with gaps, as the general check wants them.

    Imaging panels take such sweeps and say which channels are lost; that has its own tests.
    """

    def __init__(self, inner: ImagingPanels) -> None:
        self.inner = inner

    def start(self) -> Any:
        return self.inner.start()

    def perceive(self, state: Any, record: Record, hints: Hints, /) -> Any:
        samples = record.arrays.get("samples")
        if samples is not None and not np.isfinite(samples).all():
            raise RecordError("samples are not finite")
        return self.inner.perceive(state, record, hints)


@pytest.mark.slow
def test_it_is_a_technology(gate, gate_panels, technology, walk):
    panels, scene, nobody = gate_panels(), walk(IN), walk(AWAY)
    # By the hints the person was four metres further up while the room was learnt.
    start = ENTERS_NS - 4 * S
    records = [
        replace(panels.record(nobody, 0, row), t_utc_ns=start + row * PERIOD_NS)
        for row in range(LEAST_SWEEPS + 1)
    ]
    times = (ENTERS_NS, ENTERS_NS + 2 * PERIOD_NS, ENTERS_NS + S)
    records += [panels.record(scene, t, 5 + row) for row, t in enumerate(times)]
    hints = hints_of(scene, ENTERS_NS)
    n = len(gate.items.names)
    check_technology(Strict(technology()), records, hints, n_classes=n)


@pytest.mark.slow
def test_a_passage_is_one_look(gate_panels, technology, run, walk):
    scene = walk(IN)
    done = run(technology(), gate_panels()).walk(scene)
    assert len(done.looks) == 1
    assert {one.zone for one in done.evidence} == ZONES_SEEN
    assert len(done.evidence) == len(ZONES_SEEN)
    for one in done.evidence:
        assert one.t_first_utc_ns == ENTERS_NS
        assert one.t_last_utc_ns == ENTERS_NS + 2 * PERIOD_NS
        assert one.correlation == 0
        assert one.calibration_id == "test-1"
        place = scene.at(one.t_last_utc_ns).position_site_m[0]
        assert np.hypot(*(one.footprint.position_site_m - place)) < 0.05
        assert "explosive" not in one.reason
    # Covered: where the person is by now, in these zones, and only when the look closes.
    assert not any(one.p_detect.any() for one in done.coverage[:-1])
    last = done.coverage[-1]
    place = scene.at(last.t_utc_ns).position_site_m[0]
    x, y = ((place - last.origin_site_m) / last.cell_m).astype(int)
    for zone in BodyZone:
        assert (last.p_detect[ZONE_INDEX[zone], x, y] > 0.2) == (zone in ZONES_SEEN)
    assert 0.2 < done.covered <= 0.6  # what the calibration promises
    assert done.state.looks == ()
    assert done.state.n_looks == 1


def words_and_scores(run) -> list[tuple[object, str, dict[str, float], bytes]]:
    return [(one.zone, one.reason, one.score, one.log_likelihood.tobytes()) for one in run.evidence]


@pytest.mark.slow
def test_stereo_cameras_change_intervals_alone(gate_panels, technology, run, walk, slab):
    """Scores and likelihoods are the same bit for bit with the places and without them."""
    scene = walk(IN, items=(slab,))
    plain = run(technology(), gate_panels()).walk(scene)
    seen = run(technology(), gate_panels(stereo=True)).walk(scene)
    assert plain.state.looks == seen.state.looks == ()
    assert len(seen.evidence) == len(plain.evidence) == len(ZONES_SEEN)
    for one, other in zip(words_and_scores(plain), words_and_scores(seen), strict=True):
        assert (one[0], one[2], one[3]) == (other[0], other[2], other[3])


@pytest.mark.slow
def test_places_of_clothes_lie_before_the_body(gate_panels, technology, run, walk):
    done = run(technology(), gate_panels(stereo=True))
    panels = gate_panels(stereo=True)
    scene = walk(IN)
    done.put(panels.record(scene, ENTERS_NS, 100), hints_of(scene, ENTERS_NS))
    (look,) = done.state.looks
    assert look.optical is not None
    off_m = look.optical.off_m[np.isfinite(look.optical.off_m)]
    assert len(off_m) > 200
    assert -0.05 < np.median(off_m) < 0.01


def test_wrong_places_are_refused(gate_panels, technology, walk):
    record = gate_panels(stereo=True).record(walk(AWAY), 0, 0)
    arrays = {**record.arrays, "optical_points_m": np.full((1, 3), 1500.0)}
    arrays["optical_sigma_m"] = np.ones(1)
    with pytest.raises(RecordError, match="metres"):
        technology().perceive(
            technology().start(), replace(record, arrays=arrays), no_hints(record.t_utc_ns)
        )


@pytest.mark.slow
def test_one_sweep_is_less_than_two(gate_panels, technology, run, walk):
    """The track is lost inside the box: what was seen until then is told, and counts for half."""
    one, two = (run(technology(), gate_panels()).walk(walk(IN), n=n) for n in (1, 2))
    assert len(one.looks) == len(two.looks) == 1
    assert 0 < one.covered < 0.7 * two.covered


def test_an_empty_room_is_learnt_and_says_nothing(gate_panels, technology, walk):
    run = Run(technology(), gate_panels(), walk(AWAY)).empty(0, LEAST_SWEEPS + 3)
    starting = [one.reason is HealthReason.STARTING for one in run.health]
    assert starting == [True] * (LEAST_SWEEPS - 1) + [False] * 4
    assert run.health[-1].state is HealthState.OK
    assert not run.evidence
    assert run.covered == 0
    error = run.state.background.samples - run.panels.background
    expected = 1e-3 / np.sqrt(LEAST_SWEEPS + 3)
    assert np.sqrt(np.mean(np.abs(error) ** 2)) == pytest.approx(expected, rel=0.1)


@pytest.mark.slow
def test_nobody_is_learnt_into_an_unknown_room(gate_panels, technology, walk):
    run = Run(technology(), gate_panels(), walk(AWAY)).walk(walk(IN))
    assert run.reasons() == {HealthReason.STARTING}
    assert "keep the lane clear" in run.health[0].message
    assert run.covered == 0
    assert not run.evidence
    assert run.state.background is None


@pytest.mark.slow
def test_somebody_whom_no_camera_saw_is_not_learnt_away(gate_panels, technology, run, walk):
    done = run(technology(), gate_panels())
    done.walk(walk(IN), seen=walk(AWAY))
    error = done.state.background.samples - done.panels.background
    assert np.sqrt(np.mean(np.abs(error) ** 2)) < 1e-3  # less than one sweep's noise
    assert not done.evidence
    assert done.covered == 0


@pytest.mark.slow
def test_a_track_without_a_body_is_not_screened(gate_panels, technology, run, walk):
    """The cameras see somebody from whom no echo comes: noise is no empty pocket."""
    done = run(technology(), gate_panels()).walk(walk(AWAY), seen=walk(IN))
    assert not done.evidence
    assert done.covered == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    [((1.2, 0.0), (1.2, 0.0)), ((1.3, 0.0), (1.1, 0.0)), OUT, ((1.2, 1.0), (1.2, -1.2))],
    ids=["stands", "dawdles", "walks away", "crosses"],
)
def test_who_does_not_come_is_not_imaged(gate_panels, technology, run, walk, way):
    done = run(technology(), gate_panels()).walk(walk(way), n=2)
    assert not done.evidence
    assert done.covered == 0
    assert done.state.n_looks == 0


@pytest.mark.slow
def test_two_abreast_are_not_told_apart(gate_panels, technology, run, walk):
    ways = [((2.6, y), (-2.2, y)) for y in (-0.18, 0.18)]
    done = run(technology(), gate_panels()).walk(walk(*ways), n=1)
    assert not done.evidence
    assert done.covered == 0
    assert done.state.n_crowded == 2


@pytest.mark.slow
def test_one_panel_alone_works(gate_panels, technology, run, walk):
    done = run(technology(), gate_panels(), sides=(0,)).walk(walk(IN), n=2)
    assert len(done.looks) == 1
    assert done.covered > 0


@pytest.mark.slow
@pytest.mark.parametrize("is_expired", [False, True])
def test_without_a_valid_calibration_it_is_shown_and_counts_for_nothing(
    gate, gate_panels, technology, run, walk, is_expired
):
    calibration = calibration_of(gate.items.names, ENTERS_NS) if is_expired else None
    done = run(technology(calibration), gate_panels()).walk(walk(IN), n=2)
    assert len(done.looks) == 1
    for one in done.evidence:
        assert one.calibration_id == ""
        assert not one.log_likelihood.any()
    assert done.covered == 0
    reason = HealthReason.CALIBRATION_EXPIRED if is_expired else HealthReason.NOT_CALIBRATED
    assert done.health[-1].reason is reason
    assert "calibrat" in done.health[-1].message


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lost", "nan"])
def test_channel_faults_are_told_and_do_not_stop_it(gate_panels, technology, run, walk, kind):
    panels = gate_panels()
    well, ill = (
        run(technology(), panels).walk(walk(IN), n=2, panels=one)
        for one in (panels, faulty(panels, kind))
    )
    assert {one.reason for one in ill.health[-3:]} == {HealthReason.DATA_QUALITY}
    assert "channels lost" in ill.health[-1].message
    assert len(ill.looks) == 1
    assert 0 < ill.covered < well.covered


def test_a_record_with_gaps_is_not_written_to(gate_panels, technology, walk):
    run = Run(technology(), gate_panels(), walk(AWAY))
    record = faulty(run.panels, "nan").record(run.nobody, S, 0)
    before = record.arrays["samples"].copy()
    run.put(record, no_hints(S))
    np.testing.assert_array_equal(record.arrays["samples"], before)


def test_a_sweep_of_nothing_covers_nobody(gate_panels, technology, run, walk):
    """All channels are gone: no look, no coverage, and the room stays as it was learnt."""
    done = run(technology(), gate_panels())
    known = done.state.background
    for row in range(5):
        t = ENTERS_NS + row * PERIOD_NS
        record = done.panels.record(done.nobody, t, row)
        gone = np.full_like(record.arrays["samples"], np.nan)
        record = replace(record, arrays={**record.arrays, "samples": gone})
        done.put(record, hints_of(walk(IN), t) if row < 1 else no_hints(t))
        assert done.health[-1].reason is HealthReason.DATA_QUALITY
    assert not done.evidence
    assert done.covered == 0
    assert done.state.background is known


@pytest.mark.slow
def test_covered_panels_cover_nobody(gate_panels, technology, run, walk):
    done = run(technology(), gate_panels())
    known, covered = done.state.background, faulty(done.panels, "obscured")
    done.walk(walk(IN), panels=covered)
    assert not done.evidence
    assert done.covered == 0
    last = done.health[-1]
    assert (last.state, last.reason) == (HealthState.FAILED, HealthReason.OBSCURED)
    # Nor is the covered room learnt, however long it lasts.
    done.empty(3 * S, 8, panels=covered)
    assert done.health[-1].reason is HealthReason.OBSCURED
    assert done.state.background is known


def test_dead_panels_say_nothing(gate_panels, technology, run, walk):
    done = run(technology(), gate_panels())
    n = len(done.health)
    done.empty(S, 3, panels=faulty(done.panels, "dead"))
    assert len(done.health) == n
    done.empty(4 * S, 1)
    assert done.health[-1].reason is HealthReason.LOW_FRAME_RATE


@pytest.mark.slow
def test_a_look_left_open_by_a_dead_panel_covers_nobody_later(gate_panels, technology, run, walk):
    done, scene = run(technology(), gate_panels()), walk(IN)
    done.put(done.panels.record(scene, ENTERS_NS, 100), hints_of(scene, ENTERS_NS))
    assert len(done.state.looks) == 1
    done.empty(ENTERS_NS + 20 * S, 1)
    assert done.state.looks == ()
    assert len(done.looks) == 1
    assert done.covered == 0  # nobody knows where the person is by now


@pytest.mark.slow
def test_a_panel_that_moved_is_told(gate_panels, technology, run, walk, ball):
    done = run(technology(**ball), gate_panels(**ball)).empty(0, CALIBRATE_EVERY + 2)
    assert done.reasons() == {HealthReason.STARTING, HealthReason.NONE}
    done.empty(2 * S, CALIBRATE_EVERY + 2, panels=faulty(done.panels, "moved"))
    assert done.health[-1].reason is HealthReason.MISALIGNED
    assert "moved by 5.0 mm" in done.health[-1].message
    assert done.state.channels.coverage_factor < 0.5


@pytest.mark.parametrize("late_ns", [0, -1, -S])
def test_time_running_backwards_is_refused(gate_panels, technology, run, late_ns):
    done = run(technology(), gate_panels())
    last = done.state.last_utc_ns
    record = replace(done.panels.record(done.nobody, 0, 9), t_utc_ns=last + late_ns)
    with pytest.raises(RecordError, match=r"9 of mw-gate.*backwards"):
        done.technology.perceive(done.state, record, no_hints(0))


def test_another_array_is_learnt_anew(gate_panels, technology, run):
    done = run(technology(), gate_panels())
    done.sides = (0,)
    done.empty(S, 1)
    assert done.health[-1].reason is HealthReason.STARTING
    assert done.state.background.n_sweeps == 1
    assert done.state.looks == ()
    done.empty(2 * S, LEAST_SWEEPS)
    assert done.health[-1].reason is not HealthReason.STARTING
