import numpy as np

from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_plan import LINE_WORDS, TRACK_STYLES, draw_plan, spread
from standex.edges.report.summary import RunSummary
from standex.model.picture import Outcome
from standex.model.site import LineRole


def test_the_plan_is_to_scale_and_numbers_the_alerts(sample: RunSummary) -> None:
    axes = draw_plan(sample, LIGHT).axes[0]
    assert axes.get_aspect() == 1
    words = [text.get_text() for text in axes.texts]
    assert [w for w in words if w.isdigit()] == [str(k + 1) for k in range(len(sample.alerts))]
    assert {"mw-entry", "cam-entry", "cam-exit", "exit", "screened from here"} <= set(words)


def test_outcomes_differ_in_line_style_or_width_and_colour() -> None:
    assert set(TRACK_STYLES) == set(Outcome)
    assert len({(str(style), width) for style, width in TRACK_STYLES.values()}) == len(Outcome)
    assert len(set(LIGHT.outcome.values())) == len(Outcome)


def test_labels_on_one_spot_are_pushed_apart(rng: np.random.Generator) -> None:
    for place_m in (np.zeros((8, 2)), rng.normal(size=(20, 2))):
        mark = spread(place_m, gap_m=0.4)
        away = np.hypot(*(mark[:, None] - mark[None, :]).transpose(2, 0, 1))
        assert (away + np.eye(len(mark)) > 0.39).all()
        assert np.abs(mark.mean(axis=0) - place_m.mean(axis=0)).max() < 0.05


def test_labels_apart_stay_where_they_are() -> None:
    place_m = np.array([[0.0, 0.0], [5.0, 0.0]])
    np.testing.assert_allclose(spread(place_m, gap_m=0.4), place_m, atol=0.03)
    assert spread(np.zeros((0, 2)), gap_m=0.4).shape == (0, 2)


def test_every_role_of_a_line_has_words() -> None:
    assert set(LINE_WORDS) == set(LineRole)
