import numpy as np
import pytest

from standex.sensing.video.hog_windows import find_windows


@pytest.mark.parametrize("high", [40.0, 70.0, 96.0, 150.0])
def test_a_figure_of_any_height_is_found_in_its_place(street, person, high) -> None:
    image = person(street.copy(), 160, 210, high)
    corner, weight = find_windows(image, (0, 0, 320, 240), person_px=(36, 170), least_weight=0.0)
    x1, y1, x2, y2 = corner[int(np.argmax(weight))]
    assert abs((x1 + x2) / 2 - 160) < 0.15 * high
    assert abs(y2 - 210) < 0.2 * high
    assert 0.7 * high < y2 - y1 < 1.4 * high


def test_an_empty_street_has_nobody_sure(street) -> None:
    _, weight = find_windows(street, (0, 0, 320, 240), person_px=(40, 200), least_weight=0.7)
    assert not len(weight)


def test_a_region_too_small_for_a_window_is_empty(street) -> None:
    corner, weight = find_windows(street, (0, 0, 20, 30), person_px=(96, 96), least_weight=0.0)
    assert corner.shape == (0, 4)
    assert weight.shape == (0,)


def test_sizes_that_mean_nothing_are_refused(street) -> None:
    with pytest.raises(ValueError, match="person_px must ascend from above 0"):
        find_windows(street, (0, 0, 320, 240), person_px=(90, 40), least_weight=0.0)
