import numpy as np
import pytest

from standex.model.trajectories import Trajectories


def ways(person, frame, *, position=None, frame_rate_hz=25.0) -> Trajectories:
    n = len(person)
    return Trajectories(
        name="square",
        person=np.array(person, dtype=np.int64),
        frame=np.array(frame, dtype=np.int64),
        position_m=np.zeros((n, 2)) if position is None else np.array(position),
        height_m=np.full(n, np.nan),
        frame_rate_hz=frame_rate_hz,
    )


def test_people_and_duration() -> None:
    recorded = ways([1, 1, 4], [0, 5, 50])
    assert recorded.people.tolist() == [1, 4]
    assert recorded.duration_s == 2.0
    assert ways([], []).duration_s == 0.0


@pytest.mark.parametrize(
    ("person", "frame", "changes", "match"),
    [
        ([2, 1], [0, 0], {}, "sorted by person"),
        ([1, 1], [5, 4], {}, "sorted by person"),
        ([1, 1], [5, 5], {}, "two places in one frame"),
        ([1], [0], {"position": [[0.0, np.nan]]}, "1 positions are not finite"),
        ([1], [0], {"frame_rate_hz": 0.0}, "frame_rate_hz must be positive"),
        ([1], [0], {"frame_rate_hz": np.nan}, "frame_rate_hz must be positive"),
    ],
)
def test_what_is_no_way_is_refused(person, frame, changes, match) -> None:
    with pytest.raises(ValueError, match=f"square: .*{match}"):
        ways(person, frame, **changes)
