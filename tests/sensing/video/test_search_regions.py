import numpy as np

from standex.sensing.video.search_regions import grown, moving_rectangles, regions_of


def test_regions_are_clipped_whole_and_cover_what_was_asked() -> None:
    corner = np.array([[-5.2, 3.3, 20.1, 30.9], [15, 10, 40, 35], [90, 90, 95, 130]])
    found = regions_of(corner, width_px=100, height_px=100)
    mask = np.zeros((100, 100), dtype=bool)
    for x1, y1, x2, y2 in found:
        assert 0 <= x1 < x2 <= 100
        assert 0 <= y1 < y2 <= 100
        mask[y1:y2, x1:x2] = True
    for x1, y1, x2, y2 in corner:
        assert mask[max(int(y1), 0) : int(y2), max(int(x1), 0) : int(x2)].all()


def test_boxes_that_overlap_much_are_searched_once() -> None:
    corner = np.array([[0.0, 0, 50, 100], [5, 5, 55, 105], [200, 0, 250, 100]])
    assert len(regions_of(corner, width_px=300, height_px=200)) == 2


def test_snow_is_searched_as_a_whole(rng) -> None:
    at = rng.uniform(0, 600, (500, 2))
    assert regions_of(np.hstack([at, at + 3]), width_px=640, height_px=480) == [(0, 0, 640, 480)]


def test_outside_the_picture_is_nothing() -> None:
    assert regions_of(np.array([[200.0, 0, 300, 50]]), width_px=100, height_px=100) == []


def test_small_movement_is_left_out() -> None:
    moving = np.zeros((100, 100), dtype=bool)
    moving[10:12, 10:12] = moving[40:80, 40:60] = True
    found = moving_rectangles(moving, least_px=10)
    assert len(found) == 1
    assert (found[0, :2] <= 40).all()
    assert (found[0, 2:] >= (60, 80)).all()


def test_growing_is_by_height() -> None:
    wide = grown(np.array([[10.0, 10, 20, 110]]), share=0.3, least_px=10)
    np.testing.assert_allclose(wide, [[-20, -20, 50, 140]])
