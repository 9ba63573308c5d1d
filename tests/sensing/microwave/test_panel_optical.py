"""Places on the clothes: refused when they are wrong, laid on the sheet where they belong."""

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.record import Record
from standex.sensing.microwave.panel_optical import (
    FARTHEST_M,
    OpticalSurface,
    both,
    lay_optical,
    parse_optical,
)
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M
from standex.sensing.microwave.panel_surface import Surface

ACROSS, HEIGHT = np.arange(-0.20, 0.2001, 0.01), np.arange(0.80, 1.5101, 0.01)


def record(**arrays) -> Record:
    return Record(sensor_id="mw", t_utc_ns=0, kind="any", sequence=3, arrays=arrays)


def good(n: int = 5) -> dict[str, np.ndarray]:
    return {"optical_points_m": np.ones((n, 3)), "optical_sigma_m": np.full(n, 0.002)}


def with_value(name: str, value: float) -> dict[str, np.ndarray]:
    arrays = good()
    arrays[name][0] = value
    return arrays


def test_no_arrays_are_no_cameras():
    assert parse_optical(record(samples=np.ones(3))) is None


@pytest.mark.parametrize("n", [0, 1, 7])
def test_good_arrays_are_read(n):
    optical = parse_optical(record(**good(n)))
    assert optical is not None
    assert optical.position_m.shape == (n, 3)
    assert optical.sigma_m.shape == (n,)


@pytest.mark.parametrize(
    ("arrays", "word"),
    [
        ({"optical_points_m": np.ones((5, 3))}, "together"),
        ({"optical_sigma_m": np.ones(5)}, "together"),
        ({**good(), "optical_points_m": np.ones((5, 2))}, "shape"),
        ({**good(), "optical_points_m": np.ones((4, 3))}, "shape"),
        ({**good(), "optical_sigma_m": np.ones((5, 1))}, "shape"),
        ({**good(), "optical_points_m": np.ones((5, 3), dtype=np.int64)}, "floats"),
        (with_value("optical_points_m", np.nan), "not finite"),
        (with_value("optical_sigma_m", np.inf), "not finite"),
        (with_value("optical_sigma_m", 0.0), "positive"),
        (with_value("optical_points_m", 1200.0), "metres"),
        (with_value("optical_points_m", FARTHEST_M + 1), "metres"),
        (with_value("optical_sigma_m", 2.0), "metres"),
    ],
)
def test_wrong_arrays_are_refused_by_name(arrays, word):
    with pytest.raises(RecordError, match=word):
        parse_optical(record(**arrays))


def flat_surface(depth_m: float = 1.0) -> Surface:
    shape = (len(ACROSS), len(HEIGHT))
    return Surface(
        depth_m=np.full(shape, depth_m),
        sigma_m=np.full(shape, 0.001),
        is_lit=np.ones(shape, dtype=bool),
        scatter_m=0.001,
    )


def lay(points, sigma=None, *, middle_m=0.05):
    points = np.atleast_2d(points)
    sigma = np.full(len(points), 0.002) if sigma is None else np.array(sigma)
    optical = OpticalSurface(position_m=points, sigma_m=sigma)
    return lay_optical(optical, flat_surface(), middle_m=middle_m, across_m=ACROSS, height_m=HEIGHT)


def test_a_place_before_the_body_is_negative_and_in_its_cell():
    sheet = lay([0.98, 0.05 + ACROSS_M[4], HEIGHT_M[20]])
    assert np.sum(sheet.n_points) == 1
    assert sheet.off_m[4, 20] == pytest.approx(-0.02)
    assert sheet.sigma_m[4, 20] == pytest.approx(0.002)
    assert np.isnan(sheet.off_m).sum() == sheet.off_m.size - 1


@pytest.mark.parametrize(
    "place", [[0.5, 0.05, 1.2], [1.2, 0.05, 1.2], [0.98, 0.5, 1.2], [0.98, 0.05, 0.3]]
)
def test_what_is_elsewhere_is_left_out(place):
    assert not lay(place).n_points.any()


def test_many_places_are_no_more_certain_than_one():
    sheet = lay(np.tile([0.98, 0.05, HEIGHT_M[20]], (50, 1)))
    assert np.nanmin(sheet.sigma_m) == pytest.approx(0.002)


def test_better_places_count_more():
    sheet = lay([[0.98, 0.05, HEIGHT_M[20]], [0.96, 0.05, HEIGHT_M[20]]], [0.001, 0.003])
    assert np.nanmin(sheet.off_m) == pytest.approx((-0.02 * 9 - 0.04) / 10)


def test_frames_join_and_move_with_the_surface():
    first = lay([0.98, 0.05, HEIGHT_M[20]])
    second = lay([[0.96, 0.05, HEIGHT_M[20]], [0.97, 0.05, HEIGHT_M[30]]])
    joined = both(first, second)
    assert joined is not None
    row = int(np.argmin(np.abs(ACROSS_M)))
    assert joined.off_m[row, 20] == pytest.approx(-0.03)
    assert joined.off_m[row, 30] == pytest.approx(-0.03)
    assert joined.n_points.sum() == 3
    moved = joined.moved(np.full(joined.off_m.shape, 0.004))
    assert moved.off_m[row, 20] == pytest.approx(-0.034)
    assert both(None, None) is None
    assert both(first, None) is first
    assert both(None, first) is first
