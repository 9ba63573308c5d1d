import numpy as np
import pytest

from standex.edges.report import figure_tracking
from standex.edges.report.canvas import Figure, new_figure
from standex.edges.report.figure_tracking import draw_cost, draw_gospa, draw_landing
from standex.evaluation.tracking_intervals import Figure as WithInterval
from standex.model.errors import StandexError


@pytest.fixture
def figures(monkeypatch) -> list[Figure]:
    made: list[Figure] = []

    def keep(*arguments):
        made.append(new_figure(*arguments))
        return made[-1]

    monkeypatch.setattr(figure_tracking, "new_figure", keep)
    return made


def share(value: float, half: float = 0.05) -> WithInterval:
    return WithInterval(value=value, low=value - half, high=value + half, interval="made up")


@pytest.mark.slow
def test_parts_of_gospa_stand_behind_each_other(figures, tmp_path) -> None:
    path = tmp_path / "gospa.png"
    draw_gospa({"square": (0.02, 0.01, 0.03), "hall": (0.01, 0.0, 0.2)}, path, title="Who")
    assert path.read_bytes().startswith(b"\x89PNG")
    (axes,) = figures[0].axes
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(ends, [0.02, 0.01, 0.03, 0.01, 0.06, 0.21])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["square", "hall"]
    assert [one.get_text() for one in axes.get_legend().get_texts()] == [
        "localisation",
        "missed",
        "false",
    ]
    assert figures[0].get_suptitle() == "Who"


@pytest.mark.slow
def test_landing_has_its_intervals(figures, tmp_path) -> None:
    shares = {"on_carrier": share(0.8), "on_others": share(0.1), "stranded": share(0.05, np.nan)}
    draw_landing({"square": shares}, tmp_path / "landing.png", title="Whose")
    (axes,) = figures[0].axes
    bars = {one.get_label(): one for one in axes.containers}
    (segment,) = bars["on the carrier"].lines[2][0].get_segments()
    np.testing.assert_allclose(segment[:, 0], [0.75, 0.85])
    (none,) = bars["on ended tracks"].lines[2][0].get_segments()
    np.testing.assert_allclose(none[:, 0], 0.05)


@pytest.mark.slow
def test_cost_against_people(figures, tmp_path) -> None:
    cost = {"one": [(1000, 2.0), (50, 0.1)], "other": [(200, 9.0)]}
    draw_cost(cost, tmp_path / "cost.png", title="Cost")
    whole, each = figures[0].axes
    line = whole.get_lines()[0]
    np.testing.assert_allclose(line.get_xdata(), [50, 1000])  # in the order of people
    np.testing.assert_allclose(each.get_lines()[0].get_ydata(), [2.0, 2.0])  # µs each
    assert whole.get_xscale() == whole.get_yscale() == "log"


def test_nothing_to_draw_is_refused(tmp_path) -> None:
    for draw in (draw_gospa, draw_landing, draw_cost):
        with pytest.raises(ValueError, match="nothing to draw"):
            draw({}, tmp_path / "none.png", title="None")


@pytest.mark.slow
def test_no_place_for_the_picture(tmp_path) -> None:
    with pytest.raises(StandexError, match="choose another --out"):
        draw_gospa({"square": (1, 1, 1)}, tmp_path / "none" / "here.png", title="None")
