import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.evaluation.rates import rate
from standex.evaluation.sample_size import (
    interval_of_share,
    passages_for_half_width,
    passages_without_a_miss,
)


@pytest.mark.parametrize(("at_least", "n"), [(0.95, 59), (0.99, 299), (0.9, 29), (0.5, 5)])
def test_passages_without_a_miss_are_those_of_the_textbook(at_least, n):
    assert passages_without_a_miss(at_least) == n
    # One fewer would let a detector through that is no better than that.
    assert at_least ** (n - 1) > 0.05 >= at_least**n


def test_a_whole_number_of_passages_stays_what_it_is():
    assert passages_without_a_miss(0.5, level=0.75) == 2


@given(k=st.integers(0, 60), more=st.integers(0, 60))
def test_the_interval_is_that_of_a_counted_rate(k, more):
    n = k + more + 1
    counted = rate("x", k, n)
    low, high = interval_of_share(k / n, n)
    assert low == pytest.approx(counted.low, abs=1e-9)
    assert high == pytest.approx(counted.high, abs=1e-9)


@settings(max_examples=40)
@given(
    share=st.floats(0, 1),
    half_width=st.floats(0.01, 0.4),
    method=st.sampled_from(["clopper-pearson", "wilson"]),
)
def test_so_many_are_enough_and_one_fewer_is_not(share, half_width, method):
    n = passages_for_half_width(share, half_width, method=method)

    def reach(passages: int) -> float:
        low, high = interval_of_share(share, passages, method=method)
        return max(high - share, share - low)

    assert reach(n) <= half_width
    assert n == 1 or reach(n - 1) > half_width


def test_of_none_seen_it_is_the_closed_form():
    # The upper end of 0 of n is 1 - (alpha / 2)^(1 / n).
    n = passages_for_half_width(0.0, 0.01)
    assert n == math.ceil(math.log(0.025) / math.log(0.99))


def test_wilson_needs_about_what_the_normal_law_says():
    n = passages_for_half_width(0.5, 0.01, method="wilson")
    assert n == pytest.approx(1.96**2 * 0.25 / 0.01**2, rel=0.001)
    assert n < passages_for_half_width(0.5, 0.01)  # the exact interval is never narrower


def test_a_surer_statement_needs_more():
    sizes = [passages_for_half_width(0.1, 0.03, level=level) for level in (0.8, 0.95, 0.99)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: passages_for_half_width(1.1, 0.1), "share must be inside 0..1, got 1.1"),
        (lambda: passages_for_half_width(0.1, 0.0), r"half_width must be inside \(0, 1\), got 0"),
        (lambda: passages_for_half_width(0.1, 0.1, level=1), r"level must be inside \(0, 1\)"),
        (lambda: passages_for_half_width(0.5, 1e-7), "needs more than"),
        (lambda: passages_for_half_width(float("nan"), 0.1), "share must be inside 0..1, got nan"),
        (lambda: passages_without_a_miss(1.0), r"at_least must be inside \(0, 1\), got 1.0"),
        (lambda: interval_of_share(0.5, 0), "n must be > 0, got 0"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
