"""A camera: frames, or boxes that it found itself -> positions, coverage, health.

A record of kind ``video.frame`` has

    image         [h, w, 3]  uint8: blue, green, red
    frame_index   0-d int64: counts all frames of the stream
    is_keyframe   0-d bool, may be missing

and one of kind ``video.boxes``, of a camera that finds people itself,

    corner_px        [n, 4]  x1, y1, x2, y2
    score            [n]     P(a person) by its own lights, 0 to 1
    frame_width_px   0-d     of the frame that the corners belong to
    frame_height_px  0-d

Only feet leave this room: where somebody stands and how surely, and, where a site wants it, a
short-lived descriptor of the clothes. A picture of another size but the same shape as the
calibration's is scaled; one of another shape has no place on the floor, and that is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float, UInt8

from standex.model.curves import Heard
from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.record import Record
from standex.model.site import Level, SensorSpec
from standex.model.zones import ZONES
from standex.sensing.video.boxes import Boxes, Detector, FootNoise, single_people
from standex.sensing.video.camera import Camera, FloorPoints, FloorView, HomographyCamera
from standex.sensing.video.clothing import Clothing
from standex.sensing.video.feet import ACROSS, DOWN, DOWN_HIDDEN, feet_of
from standex.sensing.video.floor import CELL_M, field_of_view, places_on, storeys_of
from standex.sensing.video.hog_people import GatedHog
from standex.sensing.video.person_size import USUAL_M
from standex.sensing.video.picture_health import (
    GOOD,
    PictureHealth,
    PictureState,
    first_state,
    judge,
)
from standex.sensing.video.subject_crop import subject_crop, whose_row

FRAME, BOXES = "video.frame", "video.boxes"
LATE_PERIODS = 2.5
LEAST_SIDE_PX, MOST_SIDE_PX = 32, 16_384
SAME_SHAPE = 0.02  # of the ratio of the sides
STATURE_STD = 0.06  # of people's height
MOST_IN_BOX = 50.0
CROP_HIGH_PX = 320  # of a crop of one person, at most
# Of boxes that a camera gives, as of published Faster R-CNN boxes.
GIVEN_FOOT_NOISE = FootNoise(across=ACROSS, down=DOWN, down_hidden=DOWN_HIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraState:
    """What is remembered between two records.

    Attributes:
        t_utc_ns: of the last one.
        of_detector: its own.
        picture: what pictures looked like; None before the first, and of a camera without pictures.
    """

    t_utc_ns: int
    of_detector: Any
    picture: PictureState | None


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraTechnology:
    """Satisfies the ``Technology`` port.

    Attributes:
        spec: the camera, as surveyed.
        level: the floor it looks at.
        view: its calibration.
        detector: finds people in frames.
        p_detect: P(the detector finds somebody in plain view).
        clutter_per_m2: false positions a frame.
        reference: the picture that the calibration was made with, if there is one.
        clothing: describes clothes, where the site wants it.
    """

    spec: SensorSpec
    level: Level
    view: FloorView
    detector: Detector
    p_detect: float
    clutter_per_m2: float
    reference: UInt8[np.ndarray, "h w 3"] | None = None
    clothing: Clothing | None = None
    covered: Float[np.ndarray, "nx ny"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what the camera sees of the floor."""
        seen = field_of_view(self.view, self.level, p_detect=self.p_detect)
        object.__setattr__(self, "covered", seen)

    def start(self) -> CameraState | None:
        """Return the state before the first record."""
        return None

    def perceive(
        self, state: CameraState | None, record: Record, hints: Hints, /
    ) -> tuple[CameraState, tuple[Observation, ...]]:
        """Return where people are, what the camera could see, and how it is.

        Raises:
            RecordError: wrong kind or arrays, or the camera's time runs backwards.
        """
        del hints  # a camera looks at everything all the time
        if record.kind not in (FRAME, BOXES):
            raise _refusal(record, f"kind is {record.kind!r}, a camera reads {FRAME} and {BOXES}")
        if state is not None and record.t_utc_ns <= state.t_utc_ns:
            back_s = (state.t_utc_ns - record.t_utc_ns) * 1e-9
            raise _refusal(record, f"its time runs backwards, {back_s:.3f} s before the last")
        gap_s = 0.0 if state is None else (record.t_utc_ns - state.t_utc_ns) * 1e-9
        if record.kind == FRAME:
            after, boxes, size_px, picture = self._look(state, record)
        else:
            boxes, size_px = _given_boxes(record)
            after = CameraState(t_utc_ns=record.t_utc_ns, of_detector=None, picture=None)
            picture = GOOD
        picture = _of_size(size_px, self.view) or picture
        if picture.p_usable == 0:
            boxes = boxes.take(np.zeros(0, dtype=np.int64))
        positions = self._positions(record, boxes, size_px)
        coverage = self._coverage(record.t_utc_ns, picture.p_usable)
        return after, (coverage, positions, self._health(record, picture, gap_s))

    def _look(
        self, state: CameraState | None, record: Record
    ) -> tuple[CameraState, Boxes, tuple[int, int], PictureHealth]:
        image = _image(record)
        seen = None if state is None else state.picture
        if seen is None:
            seen = first_state(record.t_utc_ns, self.reference)
        seen, picture = judge(seen, image, t_utc_ns=record.t_utc_ns)
        size_px = (image.shape[1], image.shape[0])
        detector = self.detector
        if isinstance(detector, GatedHog) and _of_size(size_px, self.view) is None:
            detector = replace(detector, view=scaled_view(self.view, size_px))
        before = self.detector.start() if state is None else state.of_detector
        if picture.p_usable == 0:  # nothing is learned from a picture that cannot be used
            boxes, of_detector = single_people(np.zeros((0, 4)), np.zeros(0)), before
        else:
            of_detector, boxes = detector.detect(before, image)
        after = CameraState(t_utc_ns=record.t_utc_ns, of_detector=of_detector, picture=seen)
        return after, boxes, size_px, picture

    def cropped(
        self, heard: Heard, position_site_m: Float[np.ndarray, " 2"], /
    ) -> UInt8[np.ndarray, "h w 3"] | None:
        """Return who stood there, face and everybody else masked; see ``Cropping``."""
        if heard.record.kind != FRAME:
            return None
        _, boxes, size_px, picture = self._look(heard.state, heard.record)
        if picture.p_usable == 0 or _of_size(size_px, self.view) is not None:
            return None
        row, points = self._places(self._scaled(boxes, size_px), self.detector.foot_noise)
        own = whose_row(position_site_m, row=row, position_m=points.position_m, boxes=boxes)
        if own is None:
            return None
        return subject_crop(_image(heard.record), boxes, own=own, most_high_px=CROP_HIGH_PX)

    def _scaled(self, boxes: Boxes, size_px: tuple[int, int]) -> Boxes:
        """Return boxes in the pixels of the calibration."""
        zoom = np.tile([self.view.width_px / size_px[0], self.view.height_px / size_px[1]], 2)
        return replace(boxes, corner_px=boxes.corner_px * zoom)

    def _positions(self, record: Record, boxes: Boxes, size_px: tuple[int, int]) -> Positions:
        scaled = self._scaled(boxes, size_px)
        is_ours = record.kind == FRAME
        row, points = self._places(
            scaled, self.detector.foot_noise if is_ours else GIVEN_FOOT_NOISE
        )
        times = np.clip(np.rint(scaled.n_people[row]), 1, MOST_IN_BOX).astype(int)
        # People who merge are somewhere in the box: as wide as if feet were twice as uncertain.
        wider = np.where(scaled.is_uncertain[row], 4.0, 1.0)[:, None, None]
        each = np.repeat(np.arange(len(row)), times)
        descriptor = np.zeros((len(row), 0))
        if self.clothing is not None and is_ours:
            descriptor = self.clothing.describe(
                record.arrays["image"], boxes, t_utc_ns=record.t_utc_ns
            )[row]
        return Positions(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            position_site_m=points.position_m[each],
            covariance_site_m2=(points.covariance_m2 * wider)[each],
            existence=scaled.score[row][each],
            descriptor=descriptor[each],
            clutter_per_m2=self.clutter_per_m2,
        )

    def _places(self, boxes: Boxes, noise: FootNoise) -> tuple[np.ndarray, FloorPoints]:
        """Return which boxes have a place on the floor, and where."""
        feet = feet_of(
            boxes.corner_px,
            height_px=self.view.height_px,
            across=noise.across,
            down=noise.down,
            down_hidden=noise.down_hidden,
        )
        whole = np.flatnonzero(feet.is_seen)
        storeys = storeys_of(self.view, self.level)
        on = places_on(storeys, feet.foot_px[whole], feet.sigma_px[whole])[0]
        cut = np.flatnonzero(~feet.is_seen)
        row, points = whole[on.row], on.points
        if not len(cut) or not isinstance(self.view, Camera):
            return row, points
        by_head = places_by_head(self.view, boxes.corner_px[cut], across=noise.across)
        good = by_head.is_on_floor
        return np.concatenate([row, cut[good]]), FloorPoints(
            position_m=np.concatenate([points.position_m, by_head.position_m[good]]),
            covariance_m2=np.concatenate([points.covariance_m2, by_head.covariance_m2[good]]),
            is_on_floor=np.ones(len(row) + int(good.sum()), dtype=bool),
        )

    def _coverage(self, t_utc_ns: int, p_usable: float) -> Coverage:
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=self.level.min_site_m,
            cell_m=CELL_M,
            p_report=self.covered * p_usable,
            p_detect=np.zeros((len(ZONES), *self.covered.shape)),
        )

    def _health(self, record: Record, picture: PictureHealth, gap_s: float) -> Health:
        state, reason, message = picture.state, picture.reason, picture.message
        if state is HealthState.OK and gap_s * self.spec.rate_hz > LATE_PERIODS:
            state, reason = HealthState.DEGRADED, HealthReason.LOW_FRAME_RATE
            message = f"{gap_s:.2f} s between frames, {1 / self.spec.rate_hz:.2f} s expected"
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )


def scaled_view(view: FloorView, size_px: tuple[int, int]) -> FloorView:
    """Return a view in the pixels of pictures of another size."""
    across, down = size_px[0] / view.width_px, size_px[1] / view.height_px
    if (across, down) == (1.0, 1.0):
        return view
    zoom = np.diag([across, down, 1.0])
    if isinstance(view, Camera):
        return replace(view, width_px=size_px[0], height_px=size_px[1], matrix=zoom @ view.matrix)
    if isinstance(view, HomographyCamera):
        floor = view.floor_from_picture @ np.diag([1 / across, 1 / down, 1.0])
        return replace(view, width_px=size_px[0], height_px=size_px[1], floor_from_picture=floor)
    return view


def places_by_head(
    view: Camera, corner_px: Float[np.ndarray, "n 4"], *, across: float
) -> FloorPoints:
    """Return where people stand whose feet are below the picture, from their heads.

    A head is taken to be at the height of a usual person, and known as badly as people's statures
    differ.

    Args:
        view: a calibrated camera.
        corner_px: x1, y1, x2, y2.
        across: standard deviation to the side, as a share of the height that the box shows.
    """
    head_px = np.column_stack([(corner_px[:, 0] + corner_px[:, 2]) / 2, corner_px[:, 1]])
    high = np.maximum(corner_px[:, 3] - corner_px[:, 1], 1.0)
    level = view.raised(USUAL_M)
    first = level.to_floor(head_px, np.full(head_px.shape, 1.0))
    # How far the head's pixel moves when the person is taller by a standard deviation.
    taller = np.column_stack([first.position_m, np.full(len(high), USUAL_M * (1 + STATURE_STD))])
    moved_px, in_front = view.project(taller)
    down = np.maximum(np.abs(moved_px[:, 1] - head_px[:, 1]), 1.0)
    sigma = np.column_stack([np.maximum(across * high, 1.0), np.where(in_front, down, high)])
    return level.to_floor(head_px, sigma)


def _of_size(size_px: tuple[int, int], view: FloorView) -> PictureHealth | None:
    """Return that a picture cannot belong to a calibration, or None if it can."""
    ratio = (size_px[0] / size_px[1]) / (view.width_px / view.height_px)
    if abs(ratio - 1) <= SAME_SHAPE:
        return None
    return PictureHealth(
        p_usable=0.0,
        state=HealthState.FAILED,
        reason=HealthReason.NOT_CALIBRATED,
        message=f"the picture is {size_px[0]} x {size_px[1]}, the calibration is for "
        f"{view.width_px} x {view.height_px}: set the stream to that shape, or calibrate again",
    )


def _refusal(record: Record, why: str) -> RecordError:
    return RecordError(f"record {record.sequence} of {record.sensor_id}: {why}")


def _image(record: Record) -> UInt8[np.ndarray, "h w 3"]:
    image = _array(record, "image")
    index = _array(record, "frame_index")
    if index.shape != () or index.dtype.kind not in "iu":
        raise _refusal(record, f"frame_index is {index.dtype} {index.shape}, one integer is wanted")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise _refusal(
            record, f"image is {image.dtype} {image.shape}; uint8 (height, width, 3) is wanted"
        )
    if not all(LEAST_SIDE_PX <= n <= MOST_SIDE_PX for n in image.shape[:2]):
        raise _refusal(
            record,
            f"image is {image.shape[1]} x {image.shape[0]} pixels, sides of {LEAST_SIDE_PX} to "
            f"{MOST_SIDE_PX} are wanted",
        )
    return image


def _given_boxes(record: Record) -> tuple[Boxes, tuple[int, int]]:
    corner, score = (_finite(record, name) for name in ("corner_px", "score"))
    sides: list[int] = []
    for name in ("frame_width_px", "frame_height_px"):
        side = _finite(record, name)
        if side.shape != () or not 1 <= float(side) <= 100_000:
            raise _refusal(record, f"{name} must be one number from 1 to 100000, got {side}")
        sides.append(round(float(side)))
    n = len(corner)
    if corner.shape != (n, 4) or score.shape != (n,):
        raise _refusal(record, f"shapes {corner.shape}, {score.shape}; expected (n, 4), (n,)")
    if np.any(corner[:, 2:] <= corner[:, :2]):
        raise _refusal(record, "a box has no width or no height; x1 < x2 and y1 < y2 are wanted")
    if np.any((score < 0) | (score > 1)):
        raise _refusal(record, "score must be inside [0, 1]")
    return single_people(corner, score), (sides[0], sides[1])


def _finite(record: Record, name: str) -> np.ndarray:
    value = _array(record, name)
    if value.dtype.kind not in "fiu":
        raise _refusal(record, f"array {name!r} is of type {value.dtype}, real numbers are wanted")
    if not np.isfinite(value).all():
        bad = np.sum(~np.isfinite(value))
        raise _refusal(record, f"{bad} of {value.size} values of {name} are not finite")
    return value.astype(np.float64)


def _array(record: Record, name: str) -> np.ndarray:
    arrays: Mapping[str, np.ndarray] = record.arrays
    value = arrays.get(name)
    if value is None:
        raise _refusal(record, f"array {name!r} is missing; it has {sorted(arrays)}")
    return value
