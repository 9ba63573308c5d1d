from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.assemble import assembled, median_speeds_m_per_s
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

PATH = Path("walk.txt.gz")


def assemble(rows: list[list[float]], **changed) -> Trajectories:
    """Assemble rows of id, frame, x, y."""
    values = np.array(rows, dtype=float).reshape(-1, 4)
    settings = {"height": None, "unit": "m", "frame_rate_hz": 10.0} | changed
    return assembled(
        PATH, person=values[:, 0], frame=values[:, 1], position=values[:, 2:], **settings
    )


def test_rows_are_sorted_by_person_then_frame() -> None:
    trajectories = assemble([[2, 5, 3, 4], [1, 9, 2, 2], [2, 4, 3, 3]], height=np.arange(3.0))
    assert trajectories.name == "walk"
    np.testing.assert_array_equal(trajectories.person, [1, 2, 2])
    np.testing.assert_array_equal(trajectories.frame, [9, 4, 5])
    np.testing.assert_array_equal(trajectories.position_m, [[2, 2], [3, 3], [3, 4]])
    np.testing.assert_array_equal(trajectories.height_m, [1, 2, 0])


def test_centimetres_become_metres() -> None:
    trajectories = assemble([[1, 0, 150, -250]], unit="cm", height=np.array([180.0]))
    np.testing.assert_allclose(trajectories.position_m, [[1.5, -2.5]])
    np.testing.assert_allclose(trajectories.height_m, [1.8])


def test_height_is_nan_where_not_recorded() -> None:
    assert np.isnan(assemble([[1, 0, 1, 1]]).height_m).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no positions"),
        ([[1, 0, 0, 0], [1, 1, np.nan, 0]], "row 2: NaN"),
        ([[1, 0.5, 0, 0]], r"row 1: frame 0.5 is not a whole number"),
        ([[1.5, 0, 0, 0]], r"row 1: id 1.5 is not a whole number"),
        ([[1e30, 0, 0, 0]], r"row 1: id 1e\+30 is not"),
        ([[1, 0, 0, 1e9]], "row 1: position .* outside the Earth"),
        ([[2, 0, 0, 0], [1, 7, 0, 0], [1, 7, 1, 0]], "row 3: person 1 is at two places in frame 7"),
    ],
)
def test_impossible_rows_are_named(rows: list[list[float]], message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        assemble(rows)


def test_lines_are_named_where_known() -> None:
    with pytest.raises(DataFileError, match="line 42: frame"):
        assemble([[1, 0, 0, 0], [1, 1.5, 0, 0]], line=np.array([41, 42]))


def test_median_speed_is_distance_over_time() -> None:
    # 3-4-5 triangle in two frames of a tenth of a second; the second person has one row.
    trajectories = assemble([[1, 0, 0, 0], [1, 2, 0.3, 0.4], [1, 4, 0.6, 0.8], [2, 0, 9, 9]])
    np.testing.assert_allclose(median_speeds_m_per_s(trajectories), [2.5, np.nan])


def test_people_who_outrun_sprinters_point_to_unit_or_frame_rate() -> None:
    walk = [[1, frame, 14.0 * frame, 0] for frame in range(10)]  # 1.4 m/s, in centimetres
    assert np.isclose(np.median(median_speeds_m_per_s(assemble(walk, unit="cm"))), 1.4)
    with pytest.raises(DataFileError, match=r"1 of 1 people.*140 m/s.*unit \(m\).*frame rate"):
        assemble(walk, unit="m")


def test_one_broken_track_among_many_is_no_wrong_unit() -> None:
    walkers = [[person, frame, 0.1 * frame, 0] for person in range(20) for frame in range(3)]
    jump = [[99, 0, 0, 0], [99, 1, 5, 0]]
    assert len(assemble(walkers + jump).people) == 21
