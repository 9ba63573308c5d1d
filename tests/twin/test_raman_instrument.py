from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.ports import Tasked
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.tasking import Task
from standex.model.truth import CarriedItem
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.testing import check_instrument
from standex.twin.faults import Fault
from standex.twin.raman_instrument import (
    MISCALIBRATED_NM,
    RamanPoint,
    build,
)
from standex.twin.scene import Scene
from standex.twin.trace_faults import TraceFault

S = 10**9
STANDS = ((6.42, 0.0), (6.38, 0.0))  # hardly: so that it is known which way they face
COMES = ((8.0, 0.0), (2.0, 0.0))


@pytest.fixture
def spec(metro: Site):
    def make(**settings) -> SensorSpec:
        return replace(
            metro.sensor("cam-entry"),
            sensor_id="laser",
            rate_hz=10.0,
            site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 1.6), yaw_rad=0.0),
            instrument_settings=settings,
        )

    return make


@pytest.fixture
def head(metro: Site, spec):
    def make(*, seed: int = 1, **settings) -> RamanPoint:
        return build(spec(**settings), metro, seed)

    return make


def task(at_s: float, *, place=(6.4, 0.0), zone=BodyZone.TORSO_FRONT, name="t1", **other) -> Task:
    usual = {
        "task_id": name,
        "t_utc_ns": 0,
        "sensor_id": "laser",
        "track_id": 7,
        "position_site_m": np.array(place, dtype=float),
        "t_look_utc_ns": round(at_s * S),
        "zone": zone,
        "reason": "a test",
    }
    return Task(**{**usual, **other})


def fired(head: RamanPoint, scene: Scene, *, at_s: float = 1.0, **asked) -> Record:
    head.take(task(at_s, **asked))
    record = head.record(scene, round(at_s * S), round(at_s * 10))
    assert record is not None
    return record


def is_idle(record: Record | None) -> bool:
    """Whether a record only says that the head is there."""
    assert record is not None
    return str(record.arrays["task_id"]) == "" and len(record.arrays["counts"]) == 0


def smeared(person: int = 1, **other) -> CarriedItem:
    usual = {
        "person": person,
        "item_class": "threat_dielectric",
        "zone": BodyZone.TORSO_FRONT,
        "width_m": 0.15,
        "height_m": 0.15,
        "thickness_m": 0.03,
        "permittivity": 2.9,
        "loss_tangent": 0.01,
        "residue": "simulant-a",
        "residue_ug_per_cm2": 800.0,
    }
    return CarriedItem(**{**usual, **other})


def test_conforms(head, walk) -> None:
    scene = walk(STANDS, items=(smeared(),))
    laser = head()
    for k in range(3):
        laser.take(task(1.0 + 0.1 * k, name=f"t{k}"))
    assert isinstance(laser, Tasked)
    check_instrument(laser, scene, sensor_id="laser", t_utc_ns=S)


def test_a_record_has_what_was_agreed(head, walk) -> None:
    arrays = fired(head(n_shots=4), walk(STANDS)).arrays
    assert arrays["counts"].shape == (4, 1024)
    assert arrays["counts"].dtype == arrays["dark"].dtype == np.float32
    assert arrays["dark"].shape == arrays["wavelength_nm"].shape == (1024,)
    assert arrays["t_offset_s"].shape == (4,)
    assert arrays["aim_sensor_m"].shape == (3,)
    for name in (
        "n_dark", "laser_nm", "exposure_s", "pulse_energy_mj", "range_m", "gain_e_per_count",
        "read_noise_e", "saturation_counts", "aim_sigma_m", "zone", "task_id", "is_armed",
        "is_line_clear", "is_interlock_closed",
    ):  # fmt: skip
        assert arrays[name].shape == (), name
    assert arrays["zone"] == ZONE_INDEX[BodyZone.TORSO_FRONT]
    assert str(arrays["task_id"]) == "t1"
    assert arrays["is_armed"]
    assert arrays["is_line_clear"]
    assert arrays["is_interlock_closed"]
    assert arrays["pulse_energy_mj"] == pytest.approx(3.0)
    np.testing.assert_allclose(arrays["t_offset_s"], np.arange(4) / 20, atol=1e-9)


def test_nothing_comes_without_a_task(head, walk) -> None:
    scene, laser = walk(STANDS), head()
    assert is_idle(laser.record(scene, S, 10))
    laser.take(task(1.0, sensor_id="another"))
    assert is_idle(laser.record(scene, S, 10))


@pytest.mark.slow
def test_each_task_is_served_by_one_record(head, walk) -> None:
    scene, laser = walk(STANDS), head()
    for k, at_s in enumerate(np.linspace(0.5, 1.5, 41)):
        laser.tasks[:] = [task(float(at_s), name=f"t{k}")]
        served = [not is_idle(laser.record(scene, n * S // 10, n)) for n in range(30)]
        assert sum(served) == 1


def test_of_two_tasks_the_first_asked_is_served(head, walk) -> None:
    scene, laser = walk(STANDS), head()
    laser.take(task(1.0, name="late", t_utc_ns=5))
    laser.take(task(1.0, name="early", t_utc_ns=3))
    record = laser.record(scene, S, 10)
    assert record is not None
    assert str(record.arrays["task_id"]) == "early"


def test_old_tasks_are_forgotten(head) -> None:
    laser = head()
    for at_s in range(200):
        laser.take(task(float(at_s)))
    assert len(laser.tasks) == 61


@pytest.mark.parametrize("zone", [BodyZone.TORSO_FRONT, BodyZone.WAIST, BodyZone.LEGS])
def test_who_is_meant_is_hit(head, walk, zone) -> None:
    scene, laser = walk(STANDS, ((6.4, 2.0), (6.4, 2.0)), lasts_s=30.0), head()
    laser.take(task(1.0, place=(6.2, 0.3), zone=zone))
    ends = laser.hits(scene, S, 10)
    assert len(ends) == 5
    assert {end.person for end in ends} == {1}


@pytest.mark.slow
def test_a_spot_that_is_aimed_badly_hits_a_neighbour_or_nobody(head, walk) -> None:
    scene = walk(STANDS, ((6.4, 0.55), (6.4, 0.55)), lasts_s=30.0)
    laser = head(pointing_sigma_deg=3.0)
    ends = []
    for k in range(60):
        laser.tasks[:] = [task(k / 10)]
        ends += laser.hits(scene, k * S // 10, k)
    people = [end.person for end in ends]
    assert people.count(1) > people.count(2) > 5
    assert people.count(None) > 5


def test_nobody_near_is_the_wall_or_the_air(head, walk) -> None:
    scene = walk(((6.4, 4.0), (6.4, 4.0)))
    assert fired(head(wall_range_m=9.0), scene).arrays["range_m"] == pytest.approx(9.0, abs=0.2)
    laser = head(air_column_m=0.0, read_noise_e=0.0, dark_e_per_s=0.0, ambient_e_per_s=0.0,
                 cosmic_per_shot=0.0)  # fmt: skip
    record = fired(laser, scene)
    assert (record.arrays["counts"] == 100.0).all()  # only the offset: no light from nothing


@pytest.mark.slow
def test_the_pointing_is_measured_where_the_spot_is(head, walk) -> None:
    laser, errors = head(), []
    scene = walk(STANDS, lasts_s=30.0)
    for k in range(100):
        laser.tasks[:] = [task(k / 10)]
        record = laser.record(scene, k * S // 10, k)
        assert record is not None
        errors.append(record.arrays["aim_sensor_m"][:2] - [6.4, 0.0])
    spread = np.std(errors, axis=0)
    # The measured error, and what the pointing adds at 6.4 m across; the chest is not at its axis.
    assert spread[1] == pytest.approx(np.hypot(0.03, 6.4 * np.deg2rad(0.15)), rel=0.3)
    assert np.abs(np.mean(errors, axis=0)).max() < 0.2


@pytest.mark.parametrize("what", ["is_armed", "is_interlock_closed"])
def test_no_shot_is_fired_that_may_not_be(head, walk, what) -> None:
    arrays = fired(head(**{what: False}), walk(STANDS)).arrays
    assert arrays["counts"].shape == (0, 1024)
    assert arrays["t_offset_s"].shape == (0,)
    assert not arrays[what]
    assert arrays["dark"].shape == (1024,)


def test_what_is_not_fired_hits_nobody(head, walk) -> None:
    scene, safe = walk(STANDS), head(is_armed=False)
    safe.take(task(1.0))
    assert safe.hits(scene, S, 10) == ()


def test_no_shot_is_fired_while_somebody_stands_in_the_beam(head, walk) -> None:
    arrays = fired(head(), walk(STANDS, ((3.0, 0.1), (3.0, 0.1)))).arrays
    assert arrays["counts"].shape == (0, 1024)
    assert not arrays["is_line_clear"]
    assert arrays["is_armed"]


def band(record: Record, at_per_cm: float) -> float:
    """Return the mean of the counts at a band, over those beside it."""
    shift = 1e7 * (1 / 266.0 - 1 / record.arrays["wavelength_nm"])
    counts = record.arrays["counts"].mean(axis=0)
    inside = np.abs(shift - at_per_cm) < 8
    beside = (np.abs(shift - at_per_cm) > 30) & (np.abs(shift - at_per_cm) < 60)
    return float(counts[inside].mean() - counts[beside].mean())


@pytest.mark.slow
def test_a_residue_shows_at_its_band_and_its_zone(head, walk) -> None:
    scene = walk(STANDS, items=(smeared(),))
    bare = walk(STANDS)
    with_it = fired(head(n_shots=60), scene)
    without = fired(head(n_shots=60), bare)
    elsewhere = fired(head(n_shots=60), scene, zone=BodyZone.LEGS)
    assert band(with_it, 1044.0) - band(without, 1044.0) > 4.0
    assert abs(band(elsewhere, 1044.0)) < 0.6 * band(with_it, 1044.0)


def test_the_far_person_is_darker(head, walk) -> None:
    near = fired(head(n_shots=40), walk(((4.0, 0.0),) * 2), place=(4.0, 0.0))
    far = fired(head(n_shots=40), walk(((8.0, 0.0),) * 2), place=(8.0, 0.0))
    near_light, far_light = (
        (record.arrays["counts"] - record.arrays["dark"]).mean() for record in (near, far)
    )
    wanted = (8.0 - 0.14) ** 2 / (4.0 - 0.14) ** 2
    assert near_light / far_light == pytest.approx(wanted, rel=0.06)


def test_whoever_passes_the_spot_is_shot_once(head, walk) -> None:
    scene = walk(COMES, ((8.0, 2.0), (2.0, 2.0)), lasts_s=5.0)
    laser = head(mode="point", spot_range_m=5.0)
    records = [laser.record(scene, n * S // 10, n) for n in range(50)]
    shot = [n for n, record in enumerate(records) if not is_idle(record)]
    assert len(shot) == 1
    assert abs(shot[0] / 10 - 2.5) < 0.25  # from 8 m to 5 m at 1.2 m/s
    (record,) = [record for record in records if not is_idle(record)]
    assert str(record.arrays["task_id"]) == ""
    assert record.arrays["range_m"] == pytest.approx(5.0, abs=0.4)
    assert {end.person for end in laser.hits(scene, record.t_utc_ns, record.sequence)} == {1}


def test_who_walks_away_from_the_laser_does_not_pass(head, walk) -> None:
    scene, laser = walk(COMES[::-1]), head(mode="point", spot_range_m=5.0)
    assert all(is_idle(laser.record(scene, n * S // 10, n)) for n in range(40))


def with_fault(laser: RamanPoint, kind: str) -> RamanPoint:
    plain = kind in {"dead", "obscured", "nan"}
    fault = (Fault if plain else TraceFault)(kind=kind, from_s=1.0, to_s=2.0)
    return replace(laser, faults=(fault,))


@pytest.mark.slow
def test_faults_come_and_go(head, walk) -> None:
    scene = walk(STANDS)
    normal = fired(head(), scene).arrays

    def light(arrays) -> float:
        return float((arrays["counts"] - arrays["dark"]).mean())

    def is_off(arrays) -> bool:
        shift = arrays["wavelength_nm"] - normal["wavelength_nm"]
        return bool(np.allclose(shift, MISCALIBRATED_NM))

    for kind, is_bad in (
        ("obscured", lambda a: light(a) < 0.1 * light(normal)),
        ("unlit", lambda a: light(a) < 0.1 * light(normal)),
        ("nan", lambda a: np.isnan(a["counts"]).any()),
        ("saturated", lambda a: (a["counts"] >= a["saturation_counts"]).mean() >= 0.5),
        ("miscalibrated", is_off),
        ("glare", lambda a: a["dark"].mean() > 0.2 * a["saturation_counts"]),
    ):
        laser = with_fault(head(), kind)
        bad = [is_bad(fired(laser, scene, at_s=at_s).arrays) for at_s in (0.5, 1.0, 1.9, 2.0)]
        assert bad == [False, True, True, False], kind


def test_a_dead_head_is_silent(head, walk) -> None:
    scene, laser = walk(STANDS), with_fault(head(), "dead")
    laser.take(task(1.0))
    laser.take(task(2.0))
    assert laser.record(scene, S, 10) is None
    assert laser.record(scene, 2 * S, 20) is not None


def test_the_stated_axis_may_be_wrong(head, walk) -> None:
    right, wrong = head(), head(axis_error_nm=-0.05)
    off = fired(wrong, walk(STANDS)).arrays["wavelength_nm"]
    np.testing.assert_allclose(off, right.device.wavelength_nm - 0.05)


def test_heads_of_one_seed_err_on_their_own(head, walk) -> None:
    scene = walk(STANDS)
    one, other = head(), replace(head(), sensor_id="laser-2", tasks=[])
    first = fired(one, scene)
    second = fired(other, scene, sensor_id="laser-2")
    assert not np.array_equal(first.arrays["counts"], second.arrays["counts"])


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"zone": "nose"}, "zone must be one of torso_front"),
        ({"mode": "war"}, "mode must be one of task, point"),
        ({"n_shots": 0}, "n_shots must be finite and > 0"),
        ({"n_shots": 1.5}, "n_shots must be a whole number"),
        ({"is_armed": "yes"}, "is_armed must be true or false"),
        ({"sensitivity": 1.0}, "unknown sensitivity"),
    ],
)
def test_settings_that_mean_nothing_are_refused(head, setting, match) -> None:
    with pytest.raises(SiteError, match=f"sensor laser: instrument_settings.*{match}"):
        head(**setting)
