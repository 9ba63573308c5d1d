from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.errors import RecordError, SiteError
from standex.model.frames import RigidTransform
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Health, HealthReason, HealthState, Positions
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.sensing.video.floor_positions import KIND, FloorPositions, build
from standex.testing import check_technology

PERIOD_NS = 10**8


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("metro")


@pytest.fixture(scope="module")
def spec(site: Site) -> SensorSpec:
    return site.sensor("cam-entry")


@pytest.fixture(scope="module")
def camera(spec: SensorSpec, site: Site) -> FloorPositions:
    made = build(spec, site, None)
    assert isinstance(made, FloorPositions)
    return made


def record(position=((2.0, 0.5),), *, sequence=0, t_utc_ns=None, **arrays) -> Record:
    n = len(position)
    usual = {
        "position_sensor_m": np.array(position, dtype=float).reshape(n, 2),
        "sigma_m": np.full(n, 0.1),
        "score": np.full(n, 0.9),
    }
    return Record(
        sensor_id="cam-entry",
        t_utc_ns=10**18 + sequence * PERIOD_NS if t_utc_ns is None else t_utc_ns,
        kind=KIND,
        sequence=sequence,
        arrays={**usual, **arrays},
    )


def perceive(camera: FloorPositions, one: Record, state=None) -> tuple[Coverage, Positions, Health]:
    _, observations = camera.perceive(state, one, no_hints(0))
    return observations


def test_conforms(camera: FloorPositions, site: Site) -> None:
    records = [record([(2.0, 0.5), (3.0, -1.0)], sequence=k) for k in range(3)]
    records.append(record([], sequence=3))
    check_technology(camera, records, no_hints(0), n_classes=len(site.items.names))


@pytest.mark.parametrize("pitch_rad", [0.0, -0.6])
def test_places_are_turned_and_moved_to_the_site(spec, site, pitch_rad) -> None:
    """Records are on the floor from the camera's foot point, however it is tilted."""
    pose = RigidTransform.from_pose(
        position_m=(1.0, 2.0, 3.0), yaw_rad=np.pi / 2, pitch_rad=pitch_rad
    )
    north = build(replace(spec, site_from_sensor=pose), site, None)
    _, positions, _ = perceive(north, record([(2.0, 0.5), (0.0, 0.0)]))
    np.testing.assert_allclose(positions.position_site_m, [[0.5, 4.0], [1.0, 2.0]], atol=1e-12)


def test_sigma_and_score_are_handed_on(camera: FloorPositions) -> None:
    sigma, score = np.array([0.1, 0.3]), np.array([0.2, 1.0])
    _, positions, _ = perceive(camera, record([(2.0, 0.0), (3.0, 0.0)], sigma_m=sigma, score=score))
    np.testing.assert_allclose(positions.covariance_site_m2[:, 0, 0], sigma**2)
    np.testing.assert_allclose(positions.covariance_site_m2[:, 1, 1], sigma**2)
    np.testing.assert_array_equal(positions.covariance_site_m2[:, 0, 1], 0.0)
    np.testing.assert_array_equal(positions.existence, score)
    assert positions.clutter_per_m2 == camera.clutter_per_m2


def cells(coverage: Coverage) -> np.ndarray:
    nx, ny = coverage.p_report.shape
    middle = np.stack(np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij"), axis=-1) + 0.5
    return coverage.origin_site_m + coverage.cell_m * middle


def test_coverage_is_the_field_of_view_and_screens_nobody(camera: FloorPositions) -> None:
    coverage = camera.coverage(5)
    seen = coverage.p_report > 0
    pose = camera.spec.site_from_sensor
    in_sensor = pose.inverse() @ np.concatenate(
        [cells(coverage), np.full((*seen.shape, 1), pose.translation_m[2])], axis=-1
    )
    reach = np.hypot(in_sensor[..., 0], in_sensor[..., 1])
    angle = np.abs(np.arctan2(in_sensor[..., 1], in_sensor[..., 0]))
    np.testing.assert_array_equal(seen, (reach < camera.range_m) & (angle < camera.half_angle_rad))
    assert seen.any()
    assert not seen.all()
    assert (coverage.p_report[seen] == camera.p_detect).all()
    assert not coverage.p_detect.any()


def test_coverage_reaches_over_the_whole_level(camera: FloorPositions) -> None:
    coverage = camera.coverage(5)
    end = coverage.origin_site_m + coverage.cell_m * np.array(coverage.p_report.shape)
    assert (coverage.origin_site_m <= camera.min_site_m).all()
    assert (end >= camera.max_site_m).all()


def test_nobody_seen_is_said_too(camera: FloorPositions) -> None:
    coverage, positions, health = perceive(camera, record([]))
    assert positions.position_site_m.shape == (0, 2)
    assert coverage.p_report.any()
    assert health.state is HealthState.OK


@pytest.mark.parametrize(
    ("gap_periods", "reason"),
    [(1, HealthReason.NONE), (2, HealthReason.NONE), (3, HealthReason.LOW_FRAME_RATE)],
)
def test_gaps_are_a_low_frame_rate(camera, gap_periods, reason) -> None:
    state, _ = camera.perceive(None, record(), no_hints(0))
    *_, health = perceive(camera, record(sequence=gap_periods), state)
    assert health.reason is reason
    assert (health.state is HealthState.OK) == (reason is HealthReason.NONE)
    if reason is not HealthReason.NONE:
        assert health.message == "0.30 s between frames, 0.10 s expected"


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        (replace(record(), kind="video.frames"), "kind is 'video.frames'"),
        (record(score=np.array([1.5])), "score inside"),
        (record(score=np.array([-0.1])), "score inside"),
        (record(sigma_m=np.array([0.0])), "sigma_m must be positive"),
        (record(sigma_m=np.array([0.1, 0.1])), "shapes"),
        (record(position_sensor_m=np.zeros((1, 3))), "shapes"),
        (record(position_sensor_m=np.array([["a", "b"]])), "real numbers are wanted"),
        (record(position_sensor_m=np.array([[np.inf, 0.0]])), "1 of 2 values"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused(camera, bad, match) -> None:
    with pytest.raises(RecordError, match=f"record 0 of cam-entry: .*{match}"):
        camera.perceive(None, bad, no_hints(0))


@pytest.mark.parametrize("back_ns", [0, 1, 10**10])
def test_time_that_runs_backwards_is_refused(camera, back_ns) -> None:
    state, _ = camera.perceive(None, record(sequence=1), no_hints(0))
    late = record(sequence=2, t_utc_ns=10**18 + PERIOD_NS - back_ns)
    with pytest.raises(RecordError, match="record 2 of cam-entry: its time runs backwards"):
        camera.perceive(state, late, no_hints(0))


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"range_m": "far"}, "settings.range_m must be a number, got 'far'"),
        ({"range_m": True}, "settings.range_m must be a number"),
        ({"range_m": 0.0}, "settings.range_m must be from 0.1"),
        ({"half_angle_deg": 200.0}, "settings.half_angle_deg must be from 0 to 180, got 200"),
        ({"p_detect": float("nan")}, "settings.p_detect must be from 0 to 1"),
        ({"clutter_per_m2": -1.0}, "settings.clutter_per_m2"),
    ],
)
def test_settings_that_mean_nothing_are_refused(spec, site, setting, match) -> None:
    with pytest.raises(SiteError, match=f"sensor cam-entry: {match}"):
        build(replace(spec, settings={**spec.settings, **setting}), site, None)


def test_an_unknown_level_is_refused(spec, site) -> None:
    with pytest.raises(SiteError, match="no level 'roof'; there is concourse"):
        build(replace(spec, level_id="roof"), site, None)
