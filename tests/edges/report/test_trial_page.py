import numpy as np
import pytest

from standex.edges.report.trial_page import area_words, p_words, paired_words, rate_words
from standex.evaluation.paired import paired_test
from standex.evaluation.rates import rate
from standex.evaluation.trial_scores import Area


def test_figures_in_words(rng) -> None:
    assert rate_words(rate("PD", 2, 2)) == "1.000 (0.158 to 1.000; 2 of 2)"
    assert area_words(Area(value=0.5, low=0.4, high=0.6)) == "0.500 (0.400 to 0.600)"
    assert "no interval" in area_words(Area(value=1.0, low=np.nan, high=np.nan))
    assert area_words(None) == "no scores"
    first, second = np.array([True, True, False]), np.array([False, False, False])
    assert paired_words(paired_test("x", first, second, rng=rng)) == "2 and 0 of 3; p 0.500"
    assert paired_words(None) == "no decisions"


@pytest.mark.parametrize(("p", "said"), [(None, ""), (1e-4, "below 0.001"), (0.04, "0.040")])
def test_p_values_in_words(p, said) -> None:
    assert p_words(p) == said
