from dataclasses import replace

import numpy as np
import pytest

from standex.model.curves import Heard
from standex.model.errors import RecordError
from standex.model.frames import RigidTransform
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Health, HealthReason, HealthState, Positions
from standex.model.ports import Cropping
from standex.model.record import Record
from standex.model.site import Level, SensorSpec
from standex.sensing.video.boxes import Boxes, FootNoise, single_people
from standex.sensing.video.camera import HomographyCamera
from standex.sensing.video.camera_technology import CameraTechnology, places_by_head, scaled_view
from standex.sensing.video.hog_people import GatedHog
from standex.sensing.video.masking import GREY
from standex.testing.technology import check_technology

S = 10**9


@pytest.fixture
def technology(camera) -> CameraTechnology:
    spec = SensorSpec(
        sensor_id="cam",
        technology="camera",
        instrument="",
        level_id="hall",
        site_from_sensor=RigidTransform(rotation=np.eye(3), translation_m=np.zeros(3)),
        rate_hz=5.0,
        settings={},
        instrument_settings={},
    )
    level = Level(
        level_id="hall",
        min_site_m=np.array([-6.0, 0.0]),
        max_site_m=np.array([6.0, 24.0]),
        wall_site_m=np.zeros((0, 2, 2)),
    )
    return CameraTechnology(
        spec=spec,
        level=level,
        view=camera,
        detector=GatedHog(rate_hz=5.0),
        p_detect=0.9,
        clutter_per_m2=0.01,
    )


def frame(image, k=0, **more):
    arrays = {"image": image, "frame_index": np.array(k), **more}
    return Record(
        sensor_id="cam", t_utc_ns=k * S // 5, kind="video.frame", sequence=k, arrays=arrays
    )


def boxes_record(corner, k=0, width=320, height=240, **more):
    arrays = {
        "corner_px": np.asarray(corner, dtype=float).reshape(-1, 4),
        "score": np.full(len(corner), 0.8),
        "frame_width_px": np.array(float(width)),
        "frame_height_px": np.array(float(height)),
        **more,
    }
    return Record(
        sensor_id="cam", t_utc_ns=k * S // 5, kind="video.boxes", sequence=k, arrays=arrays
    )


def said(technology, records):
    state = technology.start()
    for record in records:
        state, out = technology.perceive(state, record, no_hints(record.t_utc_ns))
    kinds = {type(one): one for one in out}
    return kinds[Positions], kinds[Coverage], kinds[Health]


def box_at(camera, place, high_m=1.7):
    foot = camera.to_picture(np.array([place]))[0][0]
    head = camera.project(np.array([[*place, high_m]]))[0][0]
    half = (foot[1] - head[1]) / 6
    return [foot[0] - half, head[1], foot[0] + half, foot[1]]


def test_boxes_become_places_and_the_truth_is_within_their_error(technology, camera) -> None:
    places = [(-1.0, 8.0), (1.5, 11.0)]
    positions, coverage, health = said(
        technology, [boxes_record([box_at(camera, place) for place in places])]
    )
    np.testing.assert_allclose(positions.position_site_m, places, atol=1e-6)
    np.testing.assert_array_equal(positions.existence, [0.8, 0.8])
    assert (np.linalg.eigvalsh(positions.covariance_site_m2) > 0).all()
    assert health.state is HealthState.OK
    assert coverage.p_report.max() == 0.9


def test_pixels_of_another_size_are_scaled(technology, camera) -> None:
    box = np.array([box_at(camera, (0.0, 9.0))])
    positions, _, _ = said(technology, [boxes_record(2 * box, width=640, height=480)])
    np.testing.assert_allclose(positions.position_site_m, [(0.0, 9.0)], atol=1e-6)


def test_another_shape_of_picture_has_no_place_on_the_floor(technology, camera) -> None:
    record = boxes_record([box_at(camera, (0.0, 9.0))], width=320, height=320)
    positions, coverage, health = said(technology, [record])
    assert not len(positions.position_site_m)
    assert not coverage.p_report.any()
    assert health.reason is HealthReason.NOT_CALIBRATED
    assert "320 x 320, the calibration is for 320 x 240" in health.message


def test_hidden_feet_are_placed_by_the_head_and_less_surely(technology, camera) -> None:
    near = (0.3, 4.2)
    box = box_at(camera, near)
    assert box[3] > 240
    box[3] = 240
    positions, _, _ = said(technology, [boxes_record([box, box_at(camera, (0.3, 8.0))])])
    by_foot, cut = positions.position_site_m
    np.testing.assert_allclose(by_foot, (0.3, 8.0), atol=1e-6)
    np.testing.assert_allclose(cut, near, atol=0.06)  # a head is not above the feet
    taller = places_by_head(camera, np.array([box_at(camera, near, 1.8)]), across=0.06)
    sigma_m = np.sqrt(positions.covariance_site_m2[1, 1, 1])
    assert abs(taller.position_m[0, 1] - near[1]) < 1.5 * sigma_m


def test_merged_people_are_as_many_rows_and_wider(technology, camera) -> None:
    class Crowd:
        foot_noise = technology.detector.foot_noise

        def start(self):
            return None

        def detect(self, state, image, /):
            corner = np.array([box_at(camera, (0.0, 9.0))] * 2)
            return state, Boxes(
                corner_px=corner,
                score=np.array([0.9, 0.3]),
                n_people=np.array([1.0, 3.2]),
                is_uncertain=np.array([False, True]),
            )

    image = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    positions, _, _ = said(replace(technology, detector=Crowd()), [frame(image)])
    assert len(positions.position_site_m) == 4
    wide = np.trace(positions.covariance_site_m2, axis1=1, axis2=2)
    assert wide[1] == pytest.approx(4 * wide[0], rel=0.5)
    assert wide[1] > wide[0]


def test_a_person_who_walks_is_placed_on_the_floor(
    technology, camera, street, noisy, person
) -> None:
    records, places = [], []
    for k in range(14):
        place = (-1.5 + 0.2 * k, 9.0)
        box = box_at(camera, place)
        image = person(street.copy(), (box[0] + box[2]) / 2, box[3], box[3] - box[1])
        records.append(frame(noisy(image, k), k))
        places.append(place)
    positions, _, health = said(technology, records)
    assert health.state is HealthState.OK
    assert len(positions.position_site_m) == 1
    off = positions.position_site_m[0] - places[-1]
    d2 = off @ np.linalg.solve(positions.covariance_site_m2[0], off)
    assert d2 < 16


@pytest.mark.parametrize(
    ("image", "reason"),
    [(np.zeros((240, 320, 3), np.uint8), HealthReason.DATA_QUALITY),
     (np.full((240, 320, 3), 120, np.uint8), HealthReason.OBSCURED)],
)  # fmt: skip
def test_a_camera_that_sees_nothing_covers_nothing(technology, street, image, reason) -> None:
    positions, coverage, health = said(technology, [frame(street, 0), frame(image, 1)])
    assert not len(positions.position_site_m)
    assert not coverage.p_report.any()
    assert health.reason is reason
    assert health.state is HealthState.FAILED


def test_a_gap_is_a_low_frame_rate(technology, street, noisy) -> None:
    _, _, health = said(technology, [frame(noisy(street, 0), 0), frame(noisy(street, 1), 9)])
    assert health.reason is HealthReason.LOW_FRAME_RATE
    assert "1.80 s between frames, 0.20 s expected" in health.message


def test_a_frame_that_changes_size_stops_nothing(technology, street, noisy) -> None:
    half = np.ascontiguousarray(street[::2, ::2])
    records = [frame(noisy(street, 0), 0), frame(noisy(half, 1), 1), frame(noisy(street, 2), 2)]
    _, coverage, health = said(technology, records)
    assert health.state is HealthState.OK
    assert coverage.p_report.any()


def test_the_law_of_technologies_holds_for_frames(technology, street, noisy, person) -> None:
    records = [frame(noisy(person(street.copy(), 60 + 8 * k, 200), k), k) for k in range(8)]
    check_technology(technology, records, no_hints(0), n_classes=6)


def test_the_law_of_technologies_holds_for_boxes(technology, camera) -> None:
    records = [boxes_record([box_at(camera, (0.1 * k, 9.0))], k) for k in range(3)]
    check_technology(technology, records, no_hints(0), n_classes=6)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"image": np.zeros((240, 320), np.uint8)}, r"image is uint8 \(240, 320\)"),
        ({"image": np.zeros((240, 320, 3))}, "image is float64"),
        ({"image": np.zeros((0, 0, 3), np.uint8)}, "0 x 0 pixels, sides of 32 to"),
        ({"frame_index": np.array(1.5)}, "one integer is wanted"),
    ],
)
def test_garbage_frames_are_refused(technology, street, more, match) -> None:
    arrays = {"image": street, "frame_index": np.array(0), **more}
    with pytest.raises(RecordError, match=f"record 0 of cam: .*{match}"):
        said(technology, [replace(frame(street), arrays=arrays)])


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"corner_px": np.array([[0, 0, np.nan, 9.0]])}, "1 of 4 values of corner_px"),
        ({"corner_px": np.array([[5.0, 5, 5, 9]])}, "no width or no height"),
        ({"corner_px": np.array([[9.0, 5, 5, 9]])}, "no width or no height"),
        ({"corner_px": np.zeros((1, 3))}, "shapes"),
        ({"score": np.array([1.2])}, r"score must be inside \[0, 1\]"),
        ({"score": np.array(["high"])}, "real numbers are wanted"),
        ({"frame_width_px": np.array(0.0)}, "frame_width_px must be one number from 1"),
    ],
)
def test_garbage_boxes_are_refused(technology, more, match) -> None:
    with pytest.raises(RecordError, match=f"record 0 of cam: .*{match}"):
        said(technology, [boxes_record([[1, 1, 5, 9]], **more)])


def test_other_records_and_time_that_runs_backwards(technology, street) -> None:
    with pytest.raises(RecordError, match=r"a camera reads video\.frame and video\.boxes"):
        said(technology, [replace(frame(street), kind="laser.shots")])
    with pytest.raises(RecordError, match=r"its time runs backwards, 0\.200 s"):
        said(technology, [frame(street, 5), frame(street, 4)])


def test_views_scale_with_the_picture(camera) -> None:
    floor = np.column_stack([camera.rotation[:, 0], camera.rotation[:, 1], camera.translation_m])
    plain = HomographyCamera.seeing(
        np.linalg.inv(camera.matrix @ floor), width_px=320, height_px=240
    )
    foot = np.array([[100.0, 200.0]])
    for view in (camera, plain):
        there = view.to_floor(foot, np.ones((1, 2)))
        scaled = scaled_view(view, (640, 480)).to_floor(2 * foot, 2 * np.ones((1, 2)))
        np.testing.assert_allclose(scaled.position_m, there.position_m, rtol=1e-9)
        np.testing.assert_allclose(scaled.covariance_m2, there.covariance_m2, rtol=1e-6)
    assert scaled_view(camera, (320, 240)) is camera


class Finding:
    """A detector that finds what it is told."""

    def __init__(self, corner_px) -> None:
        self.boxes = single_people(np.array(corner_px), np.ones(len(corner_px)))
        self.foot_noise = FootNoise(across=0.03, down=0.03, down_hidden=0.2)

    def start(self):
        return None

    def detect(self, state, image, /):
        return state, self.boxes


def test_somebody_is_cut_out_of_a_frame_by_where_they_stand(technology, camera, rng) -> None:
    places = [(-1.5, 9.0), (1.5, 9.0)]
    corners = [box_at(camera, place) for place in places]
    able = replace(technology, detector=Finding(corners))
    assert isinstance(able, Cropping)
    image = rng.integers(130, 255, (240, 320, 3), dtype=np.uint8)
    heard = Heard(state=able.start(), record=frame(image))
    for place, corner in zip(places, corners, strict=True):
        crop = able.cropped(heard, np.array(place))
        assert crop is not None
        top, left = int(np.floor(corner[1])), int(np.floor(corner[0]))
        assert (crop[: len(crop) // 5] == GREY).all()
        shown = (crop != GREY).any(axis=2)
        assert shown.mean() > 0.5
        own = image[top : top + crop.shape[0], left : left + crop.shape[1]]
        assert (crop[shown] == own[shown]).all()
    assert able.cropped(heard, np.array([0.0, 9.0])) is None
    given = Heard(state=able.start(), record=boxes_record(corners))
    assert able.cropped(given, np.array(places[0])) is None
