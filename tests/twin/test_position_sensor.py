from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, chi2, poisson

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import Site
from standex.testing import check_instrument
from standex.twin.faults import Fault
from standex.twin.position_sensor import SHOULDER_M, PositionSensor, build
from standex.twin.scene import PeopleNow

# Looking east from 3 m above the origin.
CAMERA = PositionSensor(
    sensor_id="cam",
    rate_hz=10.0,
    site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 3.0), yaw_rad=0.0),
    range_m=10.0,
    half_angle_rad=0.8,
    p_detect=0.9,
    clutter_per_m2=0.0,
    sigma_m=0.1,
    seed=1,
)


def people(*places, height_m: float = 1.75) -> PeopleNow:
    n = len(places)
    return PeopleNow(
        t_utc_ns=0,
        person=np.arange(n),
        position_site_m=np.array(places, dtype=float).reshape(n, 2),
        velocity_site_m_per_s=np.zeros((n, 2)),
        heading_rad=np.zeros(n),
        walked_m=np.zeros(n),
        height_m=np.full(n, height_m),
    )


def records(camera: PositionSensor, walk, *places, n: int = 300) -> list[Record]:
    """Return records of people who stand."""
    scene = walk(*[(place, place) for place in places], lasts_s=n / 10 + 1)
    made = [camera.record(scene, k * 10**8, k) for k in range(n)]
    assert all(record is not None for record in made)
    return made


def found(made: list[Record]) -> np.ndarray:
    return np.concatenate([record.arrays["position_sensor_m"] for record in made])


def is_share(n: int, of: int, p: float) -> bool:
    low, high = binom.interval(1 - 1e-6, of, p)
    return bool(low <= n <= high)


def test_conforms(walk) -> None:
    scene = walk(((5.0, 1.0), (1.0, 1.0)), ((6.0, -1.0), (2.0, -1.0)))
    check_instrument(CAMERA, scene, sensor_id="cam", t_utc_ns=scene.start_utc_ns)
    check_instrument(
        replace(CAMERA, clutter_per_m2=0.1), scene, sensor_id="cam", t_utc_ns=scene.start_utc_ns
    )


def test_somebody_alone_is_reported_with_p_detect(walk) -> None:
    made = records(CAMERA, walk, (5.0, 1.0))
    assert is_share(len(found(made)), len(made), CAMERA.p_detect)


def test_positions_scatter_as_stated(walk) -> None:
    made = records(CAMERA, walk, (5.0, 1.0))
    sigma = np.concatenate([record.arrays["sigma_m"] for record in made])
    np.testing.assert_allclose(sigma, 0.1 * (0.5 + np.hypot(5, 1) / 10), rtol=1e-6)
    squared = (((found(made) - [5.0, 1.0]) / sigma[:, None]) ** 2).sum()
    low, high = chi2.interval(1 - 1e-6, 2 * len(sigma))
    assert low <= squared <= high


@pytest.mark.parametrize("place", [(-3.0, 0.0), (11.0, 0.0), (2.0, 3.0)])
def test_nobody_is_seen_outside_the_field_of_view(walk, place) -> None:
    assert len(found(records(CAMERA, walk, place, n=50))) == 0


def test_clutter_has_its_density_over_the_field_of_view(walk) -> None:
    camera = replace(CAMERA, clutter_per_m2=0.01)
    made = records(camera, walk, (-5.0, 0.0))
    false = found(made)
    area_m2 = 0.8 * 10.0**2
    low, high = poisson.interval(1 - 1e-6, 0.01 * area_m2 * len(made))
    assert low <= len(false) <= high
    reach, angle = np.hypot(*false.T), np.arctan2(false[:, 1], false[:, 0])
    assert reach.max() < 10.0
    assert np.abs(angle).max() < 0.8
    assert is_share(int((reach < 5.0).sum()), len(false), 0.25)  # even per area
    assert is_share(int((angle < 0).sum()), len(false), 0.5)


def test_a_person_in_front_hides_whom_they_cover(walk) -> None:
    behind = (6.0, 0.0)
    alone = len(found(records(CAMERA, walk, behind)))
    together = found(records(CAMERA, walk, (4.5, 0.0), behind))
    assert (np.abs(together[:, 0] - 6.0) < 0.7).sum() < 0.7 * alone
    assert is_share(int((np.abs(together[:, 0] - 4.5) < 0.7).sum()), 300, CAMERA.p_detect)


def test_the_share_that_is_hidden_follows_the_line_over_the_head() -> None:
    front, back = 4.0, 6.0
    shown = CAMERA.shown(people((front, 0.0), (back, 0.0)))
    cut_m = 3.0 - (3.0 - 1.75) * back / front  # 1.125: above half the height of who is behind
    np.testing.assert_allclose(shown, [1.0, 1 - (cut_m - 0.875) / 0.875])
    half_aside = CAMERA.shown(people((front, SHOULDER_M * front / back * 1.5), (back, 0.0)))
    assert shown[1] < half_aside[1] < 1.0


def test_nobody_hides_those_beside_or_in_front() -> None:
    np.testing.assert_array_equal(CAMERA.shown(people((4.0, 0.0), (4.0, 1.0), (2.0, -1.5))), 1.0)
    np.testing.assert_array_equal(CAMERA.shown(people((4.0, 0.0), (-6.0, 0.0))), 1.0)
    assert CAMERA.shown(people()).shape == (0,)
    assert CAMERA.shown(people((1.0, 0.0))).tolist() == [1.0]


def test_from_high_up_less_is_hidden() -> None:
    def shown(height_m: float) -> float:
        pose = RigidTransform.from_pose(position_m=(0.0, 0.0, height_m), yaw_rad=0.0)
        camera = replace(CAMERA, site_from_sensor=pose)
        return float(camera.shown(people((4.0, 0.0), (5.5, 0.0)))[1])

    assert shown(1.7) < shown(3.0) < shown(6.0) == 1.0


@pytest.mark.parametrize("pitch_rad", [0.0, -0.5])
def test_places_are_on_the_floor_however_the_camera_is_tilted(pitch_rad) -> None:
    pose = RigidTransform.from_pose(
        position_m=(1.0, 2.0, 3.0), yaw_rad=np.pi / 2, pitch_rad=pitch_rad
    )
    camera = replace(CAMERA, site_from_sensor=pose)
    flat = camera.on_floor(np.array([[1.0, 6.0], [0.5, 2.0]]))
    np.testing.assert_allclose(flat, [[4.0, 0.0], [0.0, 0.5]], atol=1e-12)


def with_fault(kind) -> PositionSensor:
    fault = Fault(kind=kind, from_s=1.0, to_s=2.0)
    return replace(CAMERA, p_detect=1.0, clutter_per_m2=0.01, faults=(fault,))


def test_faults_come_and_go(walk) -> None:
    scene = walk(((5.0, 0.0), (5.0, 0.0)))
    for kind, is_bad in (
        ("dead", lambda record: record is None),
        ("obscured", lambda record: len(record.arrays["score"]) == 0),
        ("nan", lambda record: np.isnan(record.arrays["position_sensor_m"]).any()),
    ):
        camera = with_fault(kind)
        at_s = np.array([0.5, 1.0, 1.9, 2.0])
        bad = [is_bad(camera.record(scene, round(t * 1e9), k)) for k, t in enumerate(at_s)]
        assert bad == [False, True, True, False], kind


def test_cameras_of_one_seed_err_on_their_own(walk) -> None:
    one = found(records(CAMERA, walk, (5.0, 0.0), n=20))
    other = found(records(replace(CAMERA, sensor_id="cam-2"), walk, (5.0, 0.0), n=20))
    assert one.shape != other.shape or not np.allclose(one, other)


def test_built_as_the_site_says(metro: Site) -> None:
    spec = metro.sensor("cam-entry")
    camera = build(spec, metro, 3)
    assert (camera.sensor_id, camera.rate_hz, camera.seed) == ("cam-entry", spec.rate_hz, 3)
    assert camera.half_angle_rad == np.deg2rad(spec.instrument_settings["half_angle_deg"])
    assert camera.faults == ()


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"sigma_m": None}, "sigma_m must be a number, got None"),
        ({"sigma_m": 0.0}, "sigma_m must be from 0.001"),
        ({"range_m": False}, "range_m must be a number"),
        ({"p_detect": 1.1}, "p_detect must be from 0 to 1, got 1.1"),
        ({"half_angle_deg": float("nan")}, "half_angle_deg must be from 0 to 180"),
    ],
)
def test_settings_that_mean_nothing_are_refused(metro: Site, setting, match) -> None:
    spec = metro.sensor("cam-entry")
    settings = {**spec.instrument_settings, **setting}
    settings = {name: value for name, value in settings.items() if value is not None}
    with pytest.raises(SiteError, match=f"sensor cam-entry: instrument_settings.{match}"):
        build(replace(spec, instrument_settings=settings), metro, 1)
