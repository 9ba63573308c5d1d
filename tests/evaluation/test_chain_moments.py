"""Who is nearest to whom, at one moment."""

import numpy as np
import pytest

from standex.evaluation.chain_moments import HANDED_M, SHOWN_M, Moment
from standex.evaluation.chain_run import Sample


def moment(tracks: dict[int, float], people: dict[int, float]) -> Moment:
    """Return tracks and people on a line, by their x."""
    n = len(tracks)
    shown, true = (np.array([[x, 0.0] for x in of.values()]).reshape(-1, 2)
                   for of in (tracks, people))  # fmt: skip
    return Moment(
        sample=Sample(
            t_utc_ns=0,
            track_id=np.array(list(tracks), dtype=np.int64),
            position_site_m=shown,
            is_seen=np.ones(n, dtype=bool),
            line=np.full(n, -1),
            arrival_s=np.full((n, 2), np.nan),
        ),
        person=np.array(list(people), dtype=np.int64),
        position_site_m=true,
        away_m=np.abs(shown[:, :1] - true[:, 0]),
    )


def test_the_nearest_track_within_reach_is_right() -> None:
    two = moment({5: 0.1, 6: 0.9}, {1: 0.0, 2: 1.0})
    assert two.is_right(1, 5)
    assert two.is_right(2, 6)
    assert not two.is_right(1, 6)
    far = moment({5: SHOWN_M + 0.1}, {1: 0.0})
    assert not far.is_right(1, 5)


@pytest.mark.parametrize(("x_m", "is_one"), [(HANDED_M - 0.01, True), (HANDED_M + 0.01, False)])
def test_whoever_is_handed_over_is_near_and_nobody_nearer(x_m: float, is_one: bool) -> None:
    assert moment({5: x_m}, {1: 0.0}).is_handed_over(1, 5) is is_one
    assert not moment({5: x_m}, {1: 0.0, 2: 0.7}).is_handed_over(1, 5)


def test_who_is_not_there_is_not_right() -> None:
    nobody = moment({5: 0.0}, {})
    assert not nobody.is_right(1, 5)
    assert nobody.nearest_person(0) == (0, np.inf)
    assert not moment({}, {1: 0.0}).is_right(1, 5)
    assert not moment({}, {1: 0.0}).is_handed_over(1, 5)
