import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.calibration import Calibration, Origin, quadratic_terms

SCORE = st.floats(-1e6, 1e6)


def calibration(**changes) -> Calibration:
    given_values = {
        "calibration_id": "panel-1",
        "sensor_kind": "panel",
        "origin": Origin.MEASURED,
        "made_utc_ns": 0,
        "expires_utc_ns": 10,
        "provenance": "made up",
        "feature_names": ("contrast",),
        "class_names": ("nothing", "threat"),
        "center": np.array([1.0]),
        "scale": np.array([2.0]),
        "clip": 3.0,
        "weights": np.array([[0.0, 0.0, 0.0], [-1.0, 2.0, 0.5]]),
        "bound": 4.0,
        "cllr": 0.4,
        "correlation": 0.3,
        "n_passages_per_class": {"nothing": 50, "threat": 50},
        "p_detect": 0.8,
    }
    return Calibration(**{**given_values, **changes})


def test_is_the_logistic_map_that_it_says() -> None:
    z = (2.0 - 1.0) / 2.0
    logit = -1.0 + 2.0 * z + 0.5 * z**2
    said = calibration().log_likelihood(np.array([[2.0]]))
    assert said[0, 1] - said[0, 0] == pytest.approx(logit, abs=1e-12)


@given(SCORE)
def test_no_score_says_more_than_the_bound(score: float) -> None:
    said = calibration().log_likelihood(np.array([[score]]))
    assert said.max() == 0
    assert said.min() >= -4.0


def test_beyond_the_clip_nothing_is_extrapolated() -> None:
    map_ = calibration(bound=1e9)
    np.testing.assert_array_equal(
        map_.log_likelihood(np.array([[1.0 + 2.0 * 3.0]])), map_.log_likelihood(np.array([[1e9]]))
    )


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="1 of 1 scores are not finite"):
        calibration().log_likelihood(np.array([[score]]))


def test_terms_are_constant_linear_quadratic() -> None:
    terms = quadratic_terms(np.array([[3.0, -2.0]]), np.ones(2), np.full(2, 2.0), 1.2)
    np.testing.assert_allclose(terms, [[1, 1.0, -1.2, 1.0, 1.44]])
