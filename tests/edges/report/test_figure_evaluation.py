import re

import pytest

from standex.edges.report import figure_evaluation as draw
from standex.edges.report.canvas import svg_text

DRAWN = (
    draw.draw_curves,
    draw.draw_posteriors,
    draw.draw_times,
    draw.draw_priors,
    draw.draw_comparisons,
)


@pytest.mark.slow
@pytest.mark.parametrize("make", DRAWN)
def test_pictures_say_where_they_come_from_and_are_the_same_again(evaluated, make):
    for is_simulated, word in ((True, "SIMULATED."), (False, "RECORDED.")):
        figure = make(evaluated(is_simulated=is_simulated))
        for axes in figure.axes:
            assert axes.get_title(loc="left").startswith(word)
    texts = [
        re.sub(r'(clip-path="url\(#|id="|href="#)\w+', "", svg_text(make(evaluated())))
        for _ in range(2)
    ]
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_curves_have_their_denominators_and_are_told_apart_without_colour(evaluated):
    roc_axes, det_axes = draw.draw_curves(evaluated()).axes
    assert roc_axes.get_xlabel() == "PFA per passage, no threat carried (n = 40)"
    assert roc_axes.get_ylabel() == "PD per passage, threat carried (n = 20)"
    legend = roc_axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "whole", "without laser", "site's threshold",
    ]  # fmt: skip
    lines = [line for line in det_axes.get_lines() if len(line.get_xdata()) > 2]
    assert len({line.get_linestyle() for line in lines}) == 2


@pytest.mark.slow
def test_the_load_is_drawn_with_its_target(evaluated):
    _, axes = draw.draw_priors(evaluated()).axes
    low, high = axes.get_ylim()
    assert low < draw.LOAD_TARGET < high
    assert any("target" in text.get_text() for text in axes.texts)


@pytest.mark.slow
def test_without_carriers_a_comparison_has_nothing_to_show(evaluated):
    (axes,) = draw.draw_comparisons(evaluated(has_threats=False)).axes
    assert not axes.containers


@pytest.mark.slow
def test_where_nobody_alarmed_there_is_an_empty_picture(evaluated):
    figure = draw.draw_times(evaluated(has_alarms=False))
    assert not figure.axes[0].get_lines()
