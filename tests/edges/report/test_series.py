import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.edges.report.series import ThinnedSeries


def test_keeps_at_most_one_row_an_interval() -> None:
    series = ThinnedSeries(2, interval_s=0.2, max_rows=100)
    for k in range(101):  # 10 s at 10 Hz
        series.append(k * 100_000_000, float(k), -float(k))
    t_utc_ns, rows = series.arrays()
    assert len(series) == 51
    assert (np.diff(t_utc_ns) == 200_000_000).all()
    np.testing.assert_array_equal(rows[:, 0], np.arange(0, 101, 2))
    np.testing.assert_array_equal(rows[:, 1], -rows[:, 0])


@settings(max_examples=30)
@given(n=st.integers(0, 400), max_rows=st.integers(2, 20))
def test_never_grows_past_its_bound_and_keeps_the_whole_run(n: int, max_rows: int) -> None:
    series = ThinnedSeries(1, interval_s=0.0, max_rows=max_rows)
    for k in range(n):
        series.append(k * 1000, float(k))
    t_utc_ns, rows = series.arrays()
    assert len(t_utc_ns) == len(rows) <= max_rows
    np.testing.assert_array_equal(t_utc_ns, 1000 * rows[:, 0])
    assert (np.diff(t_utc_ns) > 0).all()
    if n:
        assert t_utc_ns[0] == 0
        assert t_utc_ns[-1] >= 1000 * (n - 1) / 2 - 1000


def test_refuses_rows_of_another_width() -> None:
    with pytest.raises(ValueError, match="2 values wanted, got 1"):
        ThinnedSeries(2, interval_s=0.2, max_rows=10).append(0, 1.0)
    with pytest.raises(ValueError, match="max_rows >= 2"):
        ThinnedSeries(1, interval_s=0.2, max_rows=1)
