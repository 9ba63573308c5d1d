import re
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_site, site_text
from standex.evaluation.panel_passages import (
    AFTER_NS,
    FRAME_RATE_HZ,
    N_EMPTY,
    PERSON,
    SPEED_M_PER_S,
    START_UTC_NS,
    TRACK_M,
    ZONES_USED,
    Passage,
    only,
    ready,
    records_of,
    scene_of,
    walk_through,
)
from standex.model.hints import Hints
from standex.model.observation import Coverage, Evidence, GaussianFootprint
from standex.model.record import Record
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.twin.wardrobe import THINGS

AT_X_M = (1.40, 1.15)
SMALLER = {"n_per_panel": 12, "n_frequencies": 96, "voxel_m": 0.02, "tolerance": 0.05}


def small_gate() -> str:
    """Return the shipped gate with few antennas, few frequencies and large voxels."""
    text = site_text("gate")
    for name, value in SMALLER.items():
        text, n = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert n == 1, name
    return text


@pytest.fixture(scope="module")
def site():
    return parse_site(small_gate(), where="small gate")


@pytest.fixture(scope="module")
def instrument(site):
    return build_instruments(site, 1)["mw-gate"]


def record(t_utc_ns: int, sequence: int = 0) -> Record:
    """Return a sweep of two panels, each sample a number of its own."""
    samples = np.arange(4 * 6 * 3).reshape(4, 6, 3).astype(np.complex64)
    return Record(
        sensor_id="mw-gate",
        t_utc_ns=t_utc_ns,
        kind="microwave.s_parameters",
        sequence=sequence,
        arrays={
            "samples": samples,
            "tx_position_m": np.arange(12.0).reshape(4, 3),
            "rx_position_m": np.arange(18.0).reshape(6, 3),
            "tx_panel": np.array([0, 0, 1, 1]),
            "rx_panel": np.array([0, 0, 0, 1, 1, 1]),
            "frequency_hz": np.array([8e9, 9e9, 10e9]),
            "t_offset_s": np.arange(12.0).reshape(4, 3),
        },
    )


class Listener:
    """A technology that remembers what it was given, and says what it was told to say."""

    def __init__(self, *says) -> None:
        self.given: list[tuple[Record, Hints]] = []
        self.says = says

    def start(self):
        return 0

    def perceive(self, state, record, hints, /):
        self.given.append((record, hints))
        return state + 1, self.says[state] if state < len(self.says) else ()


class Camera:
    """An instrument that remembers whom it saw, and may be dead."""

    def __init__(self, *, is_dead=False) -> None:
        self.seen: list = []
        self.sensor_id, self.rate_hz = "mw-gate", 12.0
        self.is_dead = is_dead

    def record(self, scene, t_utc_ns, sequence, /):
        self.seen.append((scene.at(t_utc_ns), sequence))
        return None if self.is_dead else record(t_utc_ns, sequence)


def evidence(zone: BodyZone | None, **score: float) -> Evidence:
    return Evidence(
        sensor_id="mw-gate",
        look_id="1",
        t_utc_ns=2,
        t_first_utc_ns=1,
        t_last_utc_ns=2,
        footprint=GaussianFootprint(
            position_site_m=np.zeros(2), covariance_site_m2=np.eye(2), clutter_per_m2=0.1
        ),
        zone=zone,
        log_likelihood=np.zeros(5),
        log_clutter=0.0,
        correlation=0.0,
        calibration_id="",
        reason="",
        score=score,
        patch=None,
    )


def coverage(zone: BodyZone, p_detect: float) -> Coverage:
    layers = np.zeros((len(ZONES), 2, 2))
    layers[ZONE_INDEX[zone], 1, 0] = p_detect
    return Coverage(
        sensor_id="mw-gate",
        t_utc_ns=1,
        level_id="hall",
        origin_site_m=np.zeros(2),
        cell_m=1.0,
        p_report=np.zeros((2, 2)),
        p_detect=layers,
    )


def same_way(a, b) -> bool:
    return np.array_equal(a.trajectories.position_m, b.trajectories.position_m)


@pytest.mark.parametrize("thing", [None, *THINGS])
def test_a_passage_depends_on_its_seed_and_thing_alone(thing) -> None:
    one, again, other = (scene_of(Passage(seed=seed, thing=thing)) for seed in (5, 5, 6))
    assert one.truth == again.truth
    assert same_way(one, again)
    assert not same_way(one, other)
    item = one.truth.of(PERSON)
    if thing is None:
        assert item is None
    else:
        assert item.item_class == THINGS[thing].item_class
        assert item.zone in ZONES_USED


def test_with_and_without_an_item_the_same_person_walks_the_same_way() -> None:
    bare, *laden = (scene_of(Passage(seed=9, thing=thing)) for thing in (None, *THINGS))
    for scene in laden:
        assert same_way(bare, scene)
        assert scene.truth.seed == bare.truth.seed
        t = START_UTC_NS + 700_000_000
        assert scene.at(t).height_m == pytest.approx(bare.at(t).height_m)
    assert len({scene.truth.of(PERSON).zone for scene in laden}) == 1


@pytest.mark.slow
def test_people_walk_down_the_lane_in_all_the_ways_that_are_stated() -> None:
    speeds, zones, sides = [], [], []
    for seed in range(200):
        scene = scene_of(Passage(seed=seed, thing="reference"))
        way = scene.trajectories.position_m
        step = np.hypot(*np.diff(way, axis=0).T) * FRAME_RATE_HZ
        np.testing.assert_allclose(step, step[0])
        assert (np.diff(way[:, 0]) < 0).all()
        assert way[0, 0] > max(AT_X_M)
        assert way[-1, 0] < min(AT_X_M) - 1
        speeds.append(step[0])
        zones.append(scene.truth.of(PERSON).zone)
        sides.append(np.interp(-1.2, -way[:, 0], way[:, 1]))
    low, high = SPEED_M_PER_S
    assert low <= min(speeds) < low + 0.05
    assert high - 0.05 < max(speeds) <= high
    assert abs(zones.count(ZONES_USED[0]) - 100) < 4 * np.sqrt(50)
    assert abs(np.mean(sides)) < 4 * 0.06 / np.sqrt(200)
    assert 0.045 < np.std(sides) < 0.075


def test_a_sweep_is_made_as_the_person_comes_by_each_place() -> None:
    camera = Camera()
    scene, records = records_of(Passage(seed=7, thing=None), camera, at_x_m=AT_X_M)
    assert [sequence for _, sequence in camera.seen] == [7000, 7001]
    assert [one.t_utc_ns for one in records] == [now.t_utc_ns for now, _ in camera.seen]
    assert records[0].t_utc_ns < records[1].t_utc_ns
    for (now, _), x in zip(camera.seen, AT_X_M, strict=True):
        assert now.person.tolist() == [PERSON]
        assert now.position_site_m[0, 0] == pytest.approx(x, abs=0.02)  # ways are smoothed
    assert records_of(Passage(seed=7, thing=None), Camera(is_dead=True), at_x_m=AT_X_M)[1] == []
    assert scene.truth.items == ()


def test_the_empty_room_is_learnt_before_anybody_comes() -> None:
    camera, listener = Camera(), Listener()
    state = ready(listener, camera, panels=(0, 1))
    assert state == len(camera.seen) == N_EMPTY
    assert all(not len(now.person) and now.t_utc_ns < START_UTC_NS for now, _ in camera.seen)
    assert all(not len(hints.need) for _, hints in listener.given)
    times = [one.t_utc_ns for one, _ in listener.given]
    assert times == sorted(set(times))
    assert ready(Listener(), Camera(is_dead=True), panels=(0,)) == 0


def test_what_was_said_is_kept() -> None:
    """The last scores of each zone, the best coverage, and nothing of looks without a zone."""
    front, waist = BodyZone.TORSO_FRONT, BodyZone.WAIST
    listener = Listener(
        (evidence(front, echo_db=1.0, area_log_m2=2.0), coverage(front, 0.6)),
        (evidence(None, echo_db=9.0), coverage(front, 0.4), coverage(waist, 0.3)),
        (evidence(front, echo_db=3.0, area_log_m2=4.0),),
    )
    passage = Passage(seed=3, thing="reference")
    scene, records = records_of(passage, Camera(), at_x_m=AT_X_M)
    found = walk_through(passage, scene, records, listener, listener.start(), panels=(0, 1))
    assert found.scores == {"torso_front": (3.0, 4.0)}
    assert found.score_names == ("echo_db", "area_log_m2")
    expected = dict.fromkeys((zone.value for zone in ZONES), 0.0)
    assert found.coverage == {**expected, "torso_front": 0.6, "waist": 0.3}
    assert (found.seed, found.thing, found.item_class) == (3, "reference", "threat_dielectric")
    assert found.zone == scene.truth.of(PERSON).zone.value
    silent = walk_through(passage, scene, records, Listener(), 0, panels=(0, 1))
    assert (silent.scores, silent.score_names) == ({}, ())


def test_the_track_is_off_by_the_same_error_with_an_item_and_without() -> None:
    given = []
    for thing in (None, "reference"):
        listener, passage = Listener(), Passage(seed=4, thing=thing)
        scene, records = records_of(passage, Camera(), at_x_m=AT_X_M)
        walk_through(passage, scene, records, listener, 0, panels=(0, 1))
        given.append([hints for _, hints in listener.given])
        *sweeps, (last, nobody) = listener.given
        assert len(sweeps) == len(AT_X_M)
        assert last.t_utc_ns == records[-1].t_utc_ns + AFTER_NS
        assert last.sequence > records[-1].sequence
        assert not len(nobody.need)
        for one, hints in sweeps:
            off = hints.position_site_m - scene.at(one.t_utc_ns).position_site_m
            assert 0 < np.abs(off).max() < 5 * TRACK_M
    for bare, laden in zip(*given, strict=True):
        np.testing.assert_array_equal(bare.position_site_m, laden.position_site_m)
        np.testing.assert_array_equal(bare.velocity_site_m_per_s, laden.velocity_site_m_per_s)


def test_a_passage_without_sweeps_is_refused() -> None:
    passage = Passage(seed=4, thing=None)
    with pytest.raises(ValueError, match="passage 4 has no sweeps"):
        walk_through(passage, scene_of(passage), [], Listener(), 0, panels=(0,))


def test_a_record_is_cut_down_to_some_panels() -> None:
    whole = record(5)
    assert only(whole, (0, 1)) is whole
    right = only(whole, (1,))
    a, b = whole.arrays, right.arrays
    np.testing.assert_array_equal(b["samples"], a["samples"][2:, 3:])
    for name, rows in (("tx_position_m", 2), ("tx_panel", 2), ("t_offset_s", 2)):
        np.testing.assert_array_equal(b[name], a[name][rows:])
    for name in ("rx_position_m", "rx_panel"):
        np.testing.assert_array_equal(b[name], a[name][3:])
    assert set(a) == set(b)
    assert (right.t_utc_ns, right.sequence, right.kind) == (5, whole.sequence, whole.kind)
    with pytest.raises(ValueError, match=r"no antennas on panels \[2\]"):
        only(whole, (2,))


@pytest.mark.slow
def test_the_sweeps_differ_by_the_echo_of_the_item_alone(instrument) -> None:
    (scene, with_item), (bare_scene, without) = (
        records_of(Passage(seed=11, thing=thing), instrument, at_x_m=AT_X_M)
        for thing in ("reference", None)
    )
    for one, bare in zip(with_item, without, strict=True):
        assert one.t_utc_ns == bare.t_utc_ns
        echoes = instrument.echo(scene, scene.at(one.t_utc_ns)) - instrument.echo(
            bare_scene, bare_scene.at(one.t_utc_ns)
        )
        difference = one.arrays["samples"] - bare.arrays["samples"]
        assert np.abs(echoes).max() > 0
        np.testing.assert_allclose(
            difference, echoes, atol=2e-6 * np.abs(one.arrays["samples"]).max()
        )


@pytest.mark.slow
def test_one_panel_looks_by_itself_as_if_the_other_were_not_there(
    site, instrument, tmp_path, monkeypatch
) -> None:
    """What the other panel measured does not matter, and the same passage gives the same scores."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    technology = build_technologies(site, {})["mw-gate"]
    state = ready(technology, instrument, panels=(0,))
    passage = Passage(seed=12, thing="reference")
    scene, records = records_of(passage, instrument, at_x_m=AT_X_M)
    spoilt = []
    for one in records:
        samples = one.arrays["samples"].copy()
        samples[one.arrays["tx_panel"] == 1] = 7.0
        samples[:, one.arrays["rx_panel"] == 1] = 7.0
        spoilt.append(replace(one, arrays={**one.arrays, "samples": samples}))
    found = [
        walk_through(passage, scene, sweeps, technology, state, panels=(0,))
        for sweeps in (records, records, spoilt)
    ]
    assert set(found[0].scores) == {"torso_front", "waist"}
    assert found[0] == found[1] == found[2]
    assert found[0].coverage == dict.fromkeys((zone.value for zone in ZONES), 0.0)  # no calibration
