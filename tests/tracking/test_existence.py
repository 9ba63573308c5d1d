from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.tracking.existence import p_report_at, seen_by, update_existence

SURE_M2 = np.tile(1e-6 * np.eye(2), (3, 1, 1))
PLACE_M = np.array([[0.25, 0.25], [0.25, 1.75], [-0.01, 0.25]])


def test_coverage_is_read_at_the_place_and_zero_outside(look) -> None:
    coverage = look(low_site_m=(0, 0), high_site_m=(1, 2))
    by_row = replace(coverage, p_report=np.arange(8.0).reshape(2, 4) / 8)
    for expected_or_least in p_report_at(seen_by(by_row), PLACE_M, SURE_M2):
        np.testing.assert_allclose(expected_or_least, [0, 3 / 8, 0])
    for expected_or_least in p_report_at(None, PLACE_M, SURE_M2):
        np.testing.assert_array_equal(expected_or_least, 0)


def test_who_may_still_be_in_the_shadow_is_not_missed(look) -> None:
    coverage = look(low_site_m=(0, -50), high_site_m=(50, 50), p_report=0.9)
    near_the_edge = np.array([[0.01, 0.0]])
    expected, least = p_report_at(seen_by(coverage), near_the_edge, np.eye(2)[None])
    # Of the five points the one in the shadow weighs a sixth.
    np.testing.assert_allclose(expected, 0.9 * 5 / 6)
    np.testing.assert_array_equal(least, 0)


def test_points_lie_where_the_covariance_says(look) -> None:
    coverage = look(low_site_m=(-10, -1), high_site_m=(10, 1), p_report=1.0)
    across = np.array([[[1.0, 0.99], [0.99, 1.0]]])
    along = np.array([[[1.0, 0.0], [0.0, 0.01]]])
    here = np.array([[0.0, 0.0]])
    np.testing.assert_allclose(p_report_at(seen_by(coverage), here, along)[0], 1)
    np.testing.assert_allclose(p_report_at(seen_by(coverage), here, across)[0], 4 / 6)


@pytest.mark.parametrize("origin_site_m", [[np.nan, 0.0], [0.0, -np.inf]])
def test_refuses_a_grid_that_is_nowhere(look, origin_site_m) -> None:
    with pytest.raises(ValueError, match="finite origin"):
        seen_by(replace(look(), origin_site_m=np.array(origin_site_m)))


def test_a_coverage_is_looked_through_once(look) -> None:
    coverage = look()
    assert seen_by(coverage) is seen_by(coverage)
    assert seen_by(coverage) is not seen_by(replace(coverage, t_utc_ns=1))
    assert seen_by(None) is None


def test_coverage_without_cells_covers_nothing(look) -> None:
    empty = look(high_site_m=(-2.0, -2.0))
    np.testing.assert_array_equal(p_report_at(seen_by(empty), PLACE_M, SURE_M2)[0], 0)


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.1])
def test_refuses_a_coverage_that_is_no_probability(look, value: float) -> None:
    coverage = look(low_site_m=(0, 0), high_site_m=(1, 1))
    p_report = coverage.p_report.copy()
    p_report[1, 1] = value
    with pytest.raises(ValueError, match="p_report of camera"):
        seen_by(replace(coverage, p_report=p_report))


@pytest.mark.parametrize("cell_m", [0.0, np.nan])
def test_refuses_cells_without_width(look, cell_m: float) -> None:
    with pytest.raises(ValueError, match="cell_m above 0"):
        seen_by(replace(look(), cell_m=cell_m))


def after(r: float, p_report: float, missed: float, gain: float = 100, loss: float = 100) -> float:
    return update_existence(
        np.array([r]),
        p_report=np.array([p_report]),
        missed=np.array([missed]),
        max_gain=gain,
        max_loss=loss,
    )[0]


@given(r=st.floats(0.001, 0.999), p_report=st.floats(0, 0.99))
def test_missing_is_bayes(r: float, p_report: float) -> None:
    there, gone = r * (1 - p_report), 1 - r
    assert after(r, p_report, missed=1.0) == pytest.approx(there / (there + gone), rel=1e-6)


@given(r=st.floats(0.001, 0.999))
def test_not_seen_where_nobody_looked_is_not_gone(r: float) -> None:
    assert after(r, 0.0, missed=1.0) == pytest.approx(r, rel=1e-9)


def test_seen_for_certain_is_there() -> None:
    assert after(0.1, 0.9, missed=0.0) == pytest.approx(1, abs=1e-8)


def test_one_scan_is_worth_no_more_than_stated() -> None:
    def odds(r: float) -> float:
        return r / (1 - r)

    assert odds(after(0.1, 0.9, 0.0, gain=2.0)) == pytest.approx(np.exp(2) / 9)
    assert odds(after(0.9, 1.0, 1.0, loss=1.0)) == pytest.approx(9 / np.e)
    assert after(0.9, 1.0, 1.0, loss=0.0) == pytest.approx(0.9)


def test_existence_is_how_often_there_is_somebody(rng) -> None:
    n, r, p_report = 20_000, 0.4, 0.7
    there = rng.random(n) < r
    missed = ~(there & (rng.random(n) < p_report))
    share = there[missed].mean()
    five_sigma = 5 * np.sqrt(share * (1 - share) / missed.sum())
    assert after(r, p_report, 1.0) == pytest.approx(share, abs=five_sigma)
