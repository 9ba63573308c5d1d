"""Crops of the person of an alarm: from held frames, masked by the camera, few, of nobody else."""

from dataclasses import dataclass, field, replace

import numpy as np

from standex.edges.evidence.crop_names import crop_name, is_crop
from standex.edges.evidence.crops import EVERY_S, HELD_S, MOST_CROPS, HeldFrames, crop_files
from standex.edges.evidence.ring import HeldStep, Places
from standex.model.errors import RecordError
from standex.model.ports import Cropping
from standex.model.record import Record

PNG = b"\x89PNG"


@dataclass
class Camera:
    """Crops with as many rows as the record says; remembers where it was asked to look."""

    asked: list = field(default_factory=list)

    def start(self):
        return None

    def perceive(self, state, record, hints, /):
        raise NotImplementedError

    def cropped(self, heard, position_site_m, /):
        self.asked.append((heard.record.sequence, position_site_m.tolist()))
        rows = int(heard.record.arrays["rows"])
        if rows < 0:
            raise RecordError("no picture")
        return None if rows == 0 else np.full((rows, 10, 3), heard.record.sequence, dtype=np.uint8)


class Blind:
    """A technology without pictures."""

    def start(self):
        return None

    def perceive(self, state, record, hints, /):
        raise NotImplementedError


def record(scene, second: float, rows: int = 100) -> Record:
    return Record(
        sensor_id="cam-1",
        t_utc_ns=scene.T0 + round(second * scene.SECOND_NS),
        kind="video.frame",
        sequence=round(10 * second),
        arrays={"rows": np.array(rows)},
    )


def step(scene, second: float) -> HeldStep:
    at = np.stack([scene.place_of(one, 1) for one in (scene.THEIRS, scene.OTHER)])
    return HeldStep(
        t_utc_ns=scene.T0 + round(second * scene.SECOND_NS),
        observations=(),
        events=(),
        places=Places(track_id=np.array([scene.THEIRS, scene.OTHER]), position_site_m=at),
    )


def files(scene, rows: list[int], *, steps=None):
    camera = Camera()
    held = HeldFrames({"cam-1": camera})
    for second, n in enumerate(rows):
        held.add(None, record(scene, second, n))
    steps = [step(scene, second) for second in range(len(rows))] if steps is None else steps
    made = crop_files(held.held(), cropping=held.cropping, steps=steps, passage=scene.passage())
    return camera, made


def test_a_technology_that_cannot_crop_is_not_asked(scene) -> None:
    held = HeldFrames({"mw-1": Blind()})
    held.add(None, replace(record(scene, 0), sensor_id="mw-1"))
    assert held.held() == ()
    assert isinstance(Camera(), Cropping)


def test_few_frames_are_held_and_none_for_long(scene) -> None:
    held = HeldFrames({"cam-1": Camera()})
    for n in range(300):
        held.add(None, record(scene, 0.1 * n))
    kept = [one.record.t_utc_ns for one in held.held()]
    assert len(kept) <= HELD_S / EVERY_S + 1
    assert min(np.diff(kept)) >= EVERY_S * 1e9
    assert kept[-1] - kept[0] <= HELD_S * 1e9
    held.forget(now_utc_ns=kept[-1] + round((HELD_S + 1) * 1e9))
    assert held.held() == ()


def test_the_largest_crops_are_kept_in_their_order(scene) -> None:
    camera, made = files(scene, [60, 90, 70, 80])
    assert list(made) == [crop_name(n) for n in range(MOST_CROPS)]
    assert all(data.startswith(PNG) and is_crop(name) for name, data in made.items())
    rows = [int.from_bytes(data[20:24], "big") for data in made.values()]
    assert rows == [90, 80]
    # Asked for the person of the alarm, never for the other one.
    assert {tuple(place) for _, place in camera.asked} == {tuple(scene.place_of(scene.THEIRS, 1))}


def test_frames_that_show_nobody_for_sure_are_left_out(scene) -> None:
    assert files(scene, [0, -1, 20])[1] == {}


def test_nobody_is_looked_for_where_no_step_says_where_they_were(scene) -> None:
    camera, made = files(scene, [90, 90], steps=[])
    assert (camera.asked, made) == ([], {})
    others = replace(
        step(scene, 0), places=replace(step(scene, 0).places, track_id=np.array([998, 999]))
    )
    assert files(scene, [90], steps=[others])[1] == {}
