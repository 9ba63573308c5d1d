import numpy as np
import pytest

from standex.evaluation.pets_figures import (
    annotated_on_floor,
    found_people,
    over_blocks,
    speeds_m_per_s,
)
from standex.evaluation.tracking_scans import Whereabouts
from standex.sensing.video.camera import HomographyCamera

BOX = np.array([[0.0, 0, 10, 30]])
NONE = np.zeros((0, 4))


def test_right_wrong_and_missed_are_counted() -> None:
    found = [BOX, BOX + 100, NONE, np.vstack([BOX, BOX + 1])]
    there = [BOX + (0, 0, 0, 3), BOX, BOX, BOX]
    counts = found_people(found, there, least_overlap=0.5)
    np.testing.assert_array_equal(counts.n_right, [1, 0, 0, 1])
    np.testing.assert_array_equal(counts.n_found, [1, 1, 0, 2])
    np.testing.assert_array_equal(counts.n_there, [1, 1, 1, 1])
    np.testing.assert_allclose(counts.foot_off[0], (0, -3 / 33))


def test_as_many_match_as_can() -> None:
    found = np.array([[0.0, 0, 10, 30], [4, 0, 14, 30]])
    there = np.array([[2.0, 0, 12, 30], [-1.5, 0, 8.5, 30]])
    counts = found_people([found], [there], least_overlap=0.5)
    assert counts.n_right[0] == 2


def test_the_interval_covers_a_known_rate(rng) -> None:
    inside = 0
    for _ in range(40):
        there = rng.integers(2, 8, 400)
        figure = over_blocks(rng.binomial(there, 0.8), there, block=10, rng=rng)
        inside += figure.low <= 0.8 <= figure.high
    assert inside >= 32


def test_too_little_has_no_interval_and_nothing_is_refused(rng) -> None:
    few = np.array([1, 1])
    assert np.isnan(over_blocks(few, few, block=1, rng=rng).low)
    with pytest.raises(ValueError, match="of 0 frames"):
        over_blocks(few[:0], few[:0], block=1, rng=rng)


def test_speeds_are_those_walked() -> None:
    t_utc_ns = np.arange(30) * 100_000_000
    view = HomographyCamera.seeing(np.diag([0.01, 0.01, 1.0]), width_px=1000, height_px=1000)
    corner = [np.array([[13.0 * k, 100, 13 * k + 20, 160]]) for k in range(30)]
    walks = annotated_on_floor(corner, [np.array([4])] * 30, t_utc_ns, view)
    np.testing.assert_allclose(walks.position_site_m[0], (0.1, 1.6))
    np.testing.assert_allclose(speeds_m_per_s(walks), 1.3, rtol=1e-6)
    nobody = Whereabouts(
        t_utc_ns=t_utc_ns[:0],
        first_row=np.zeros(1, dtype=np.int64),
        who=np.zeros(0, dtype=np.int64),
        position_site_m=np.zeros((0, 2)),
    )
    assert not len(speeds_m_per_s(nobody))
