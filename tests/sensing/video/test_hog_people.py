import pickle

import numpy as np
import pytest

from standex.sensing.video.boxes import Detector
from standex.sensing.video.hog_people import FRAMES_SEARCHED_WHOLE, GatedHog


def walk(detector, street, noisy, person, n, *, x_of, y=200.0, start=None):
    state, found = start or detector.start(), []
    for k in range(n):
        image = street.copy()
        if x_of(k) is not None:
            person(image, x_of(k), y)
        state, boxes = detector.detect(state, noisy(image, k))
        found.append(boxes)
    return state, found


def test_it_is_a_detector() -> None:
    assert isinstance(GatedHog(), Detector)


def test_a_walker_is_found_in_nearly_every_frame_and_nobody_else(street, noisy, person) -> None:
    def x_of(k):
        return 40.0 + 6 * k if k >= 8 else None

    _, found = walk(GatedHog(), street, noisy, person, 38, x_of=x_of)
    assert sum(len(boxes.score) for boxes in found[:8]) == 0
    counts = [len(boxes.score) for boxes in found[8:]]
    assert np.mean([n == 1 for n in counts]) > 0.9
    off = [
        boxes.foot_px[0] - (x_of(k + 8), 200)
        for k, boxes in enumerate(found[8:])
        if len(boxes.score)
    ]
    assert (np.abs(np.median(off, axis=0)) < 8).all()


def test_who_stands_is_not_forgotten(street, noisy, person) -> None:
    detector = GatedHog(rate_hz=2.0)  # half a minute is a memory of four seconds at this rate

    def x_of(k):
        return min(40.0 + 10 * k, 160.0) if k >= 6 else None

    _, found = walk(detector, street, noisy, person, 6 + 12 + 90, x_of=x_of)
    late = [len(boxes.score) for boxes in found[-30:]]
    assert np.mean([n == 1 for n in late]) > 0.9


def test_who_stands_from_the_start_is_seen(street, noisy, person) -> None:
    _, found = walk(GatedHog(), street, noisy, person, FRAMES_SEARCHED_WHOLE, x_of=lambda k: 160.0)
    assert all(len(boxes.score) == 1 for boxes in found)


def test_state_goes_in_and_comes_out(street, noisy, person) -> None:
    detector = GatedHog()
    state, _ = walk(detector, street, noisy, person, 8, x_of=lambda k: 80.0 + 5 * k)
    image = noisy(person(street.copy(), 130, 200), 99)
    before = pickle.dumps(state)
    once, twice = (detector.detect(state, image) for _ in range(2))
    assert pickle.dumps(state) == before
    np.testing.assert_array_equal(once[1].corner_px, twice[1].corner_px)
    np.testing.assert_array_equal(once[0].background.mean, twice[0].background.mean)
    pickle.loads(pickle.dumps(detector))


def test_another_size_of_frame_begins_anew(street, noisy, person) -> None:
    detector = GatedHog()
    state, _ = walk(detector, street, noisy, person, 8, x_of=lambda k: 80.0)
    small = np.ascontiguousarray(street[:200, :300])
    state, _ = detector.detect(state, small)
    assert state.shape == small.shape
    assert state.n_frames == 1


def test_a_calibrated_camera_looks_for_people_of_the_right_size_only(
    street, noisy, person, camera
) -> None:
    place = np.array([[0.0, 8.0]])
    foot, head = camera.to_picture(place)[0][0], camera.project(np.array([[0.0, 8, 1.7]]))[0][0]
    detector = GatedHog(view=camera)
    x, y = foot
    _, found = walk(
        detector, street, noisy, lambda im, x, y: person(im, x, y, y - head[1]), 6,
        x_of=lambda k: x, y=y,
    )  # fmt: skip
    assert sum(len(boxes.score) for boxes in found) >= 5
    _, found = walk(
        detector, street, noisy, lambda im, x, y: person(im, x, y, 0.4 * (y - head[1])), 6,
        x_of=lambda k: x, y=y,
    )  # fmt: skip
    assert sum(len(boxes.score) for boxes in found) == 0


@pytest.mark.parametrize("name", ["rate_hz", "smallest_px", "largest_share", "people_per_m2"])
def test_settings_that_mean_nothing_are_refused(name) -> None:
    with pytest.raises(ValueError, match=f"{name} must be positive and finite, got nan"):
        GatedHog(**{name: np.nan})
    with pytest.raises(ValueError, match="least_weight must be finite"):
        GatedHog(least_weight=np.inf)


@pytest.mark.parametrize("fill", [0, 255])
def test_an_even_picture_holds_nobody(fill) -> None:
    detector, state = GatedHog(), None
    for _ in range(3):
        state, boxes = detector.detect(state, np.full((120, 160, 3), fill, dtype=np.uint8))
        assert not len(boxes.score)
