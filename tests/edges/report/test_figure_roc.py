import numpy as np
import pytest

from standex.edges.report import figure_roc
from standex.edges.report.canvas import Figure, new_figure
from standex.edges.report.figure_roc import draw_roc
from standex.evaluation.roc import at_pfa, roc
from standex.model.errors import StandexError


@pytest.fixture
def curves(rng):
    """Two made-up curves; one has detections without a false alarm, both have unseen people."""
    other = np.append(rng.normal(size=89), -np.inf)
    return {
        "two panels": roc(np.append(rng.normal(4, 1, 59), -np.inf), other),
        "one panel": roc(np.append(rng.normal(1, 1, 59), -np.inf), other),
    }


@pytest.fixture
def figures(monkeypatch) -> list[Figure]:
    made: list[Figure] = []

    def keep(*arguments):
        made.append(new_figure(*arguments))
        return made[-1]

    monkeypatch.setattr(figure_roc, "new_figure", keep)
    return made


@pytest.mark.slow
def test_the_picture_says_what_it_is(curves, figures, tmp_path) -> None:
    path = tmp_path / "roc.png"
    draw_roc(curves, path, title="Imaging panels", marked_pfa_per_passage=0.02)
    assert path.read_bytes().startswith(b"\x89PNG")
    (axes,) = figures[0].axes
    assert axes.get_title(loc="left") == "SIMULATED. Imaging panels"
    assert axes.get_xlabel() == "PFA per passage, nothing or benign metal carried (n = 90)"
    assert axes.get_ylabel() == "PD per passage, reference object carried (n = 60)"
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == list(curves)
    assert "95 %" in legend.get_title().get_text()
    lines = legend.get_lines()
    assert len({line.get_color() for line in lines}) == len(
        {line.get_linestyle() for line in lines}
    )
    assert len({line.get_linestyle() for line in lines}) == 2  # told apart without colours, too


@pytest.mark.slow
def test_no_false_alarm_has_a_place_on_the_scale(curves, figures, tmp_path) -> None:
    draw_roc(curves, tmp_path / "roc.png", title="x")
    (axes,) = figures[0].axes
    assert axes.get_xscale() == "log"
    labels = {
        text.get_text(): at
        for at, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    }
    assert list(labels) == ["0", "0.1", "1"]
    left, right = axes.get_xlim()
    assert left < labels["0"] < 1 / 90
    assert right >= 1
    for line, curve in zip(axes.get_legend().get_lines(), curves.values(), strict=True):
        (drawn,) = [one for one in axes.get_lines() if one.get_label() == line.get_label()]
        x, y = drawn.get_data()
        assert x[0] == labels["0"]
        best = at_pfa(curve, 0.0)
        assert y[0] == best.pd_per_passage.value
        assert (np.diff(y) >= 0).all()
        assert (np.diff(x) >= 0).all()
        for at, pd in zip(x[1:], y[1:], strict=True):
            assert pd == at_pfa(curve, float(at)).pd_per_passage.value
        assert y[-1] < 1  # somebody was not looked at


@pytest.mark.slow
def test_few_passages_can_be_drawn(figures, tmp_path) -> None:
    for n, pair in enumerate(
        (
            (np.array([1.0]), np.array([0.0])),
            (np.array([-np.inf]), np.array([-np.inf])),
            (np.array([0.0]), np.array([1.0, 2.0])),
        )
    ):
        draw_roc({"few": roc(*pair)}, tmp_path / f"{n}.png", title="few")
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.slow
def test_what_cannot_be_drawn_or_written_is_told(curves, tmp_path) -> None:
    with pytest.raises(ValueError, match="no curve"):
        draw_roc({}, tmp_path / "roc.png", title="x")
    with pytest.raises(StandexError, match=r"none.roc\.png: the picture cannot be written"):
        draw_roc(curves, tmp_path / "none" / "roc.png", title="x")
