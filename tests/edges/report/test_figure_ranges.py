import numpy as np
import pytest

from standex.edges.report.canvas import DARK, LIGHT
from standex.edges.report.figure_ranges import RangePanel, RangeRow, draw_ranges


def panel(**changes) -> RangePanel:
    rows = (
        RangeRow(name="a", low=1.0, median=2.0, high=30.0, mean=3.0),
        RangeRow(name="b", low=0.0, median=0.0, high=0.0, is_silent=True),
        RangeRow(name="pool", low=0.0, median=1.0, high=20.0, mean=2.0, is_pool=True),
    )
    return RangePanel(**({"title": "t", "rows": rows, "is_log": True} | changes))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("is_log", [True, False])
def test_ranges_lie_where_they_should(palette, is_log) -> None:
    figure = draw_ranges([panel(is_log=is_log, truth=5.0)], palette, n_columns=2)
    axes, unused = figure.axes
    assert not unused.get_visible()
    bar = axes.lines[0]
    np.testing.assert_allclose(bar.get_xdata(), [1, 30])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "pool"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_what_was_not_answered_leaves_a_gap() -> None:
    nothing = RangeRow(name="c", low=np.nan, median=np.nan, high=np.nan)
    figure = draw_ranges([panel(rows=(*panel().rows, nothing))], LIGHT, n_columns=1)
    figure.canvas.draw()


def test_no_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="no panel"):
        draw_ranges([], LIGHT, n_columns=1)
