"""Whole passages cross three lines in their order."""

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.evaluation.chain_lines import chain_of, crossings
from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories

LINES = chain_of(load_site("rome"))


def walked(*ways_x_m: np.ndarray) -> Trajectories:
    person = np.concatenate([np.full(len(way), k + 1) for k, way in enumerate(ways_x_m)])
    frame = np.concatenate([np.arange(len(way)) for way in ways_x_m])
    x_m = np.concatenate(ways_x_m)
    return Trajectories(
        name="made up",
        person=person.astype(np.int64),
        frame=frame.astype(np.int64),
        position_m=np.column_stack([x_m, np.zeros(len(x_m))]),
        height_m=np.full(len(x_m), np.nan),
        frame_rate_hz=10.0,
    )


def test_crossings_are_where_the_lines_are() -> None:
    found = crossings(walked(np.arange(-5.05, 28, 0.1)), LINES)
    assert found.visit.tolist() == [1]
    np.testing.assert_allclose(found.place_site_m[0, :, 0], [0.05, 14.05, 25.05], atol=1e-9)
    np.testing.assert_allclose(found.frame[0], [51, 191, 301])


def test_who_turns_back_before_the_exit_is_no_whole_passage() -> None:
    there = np.arange(-5.05, 20, 0.1)
    found = crossings(
        walked(np.concatenate([there, there[::-1]]), np.arange(-3.03, 27, 0.2)), LINES
    )
    assert (found.visit.tolist(), found.n_other) == ([2], 1)


def test_of_several_crossings_the_first_counts() -> None:
    way = np.concatenate(
        [np.arange(-5.05, 3, 0.1), np.arange(3, -2, -0.1), np.arange(-2.05, 27, 0.1)]
    )
    assert crossings(walked(way), LINES).frame[0, 0] == 51


def test_a_site_without_a_chain_is_refused() -> None:
    with pytest.raises(StandexError, match="stadium is no hand-over chain"):
        chain_of(load_site("stadium"))
