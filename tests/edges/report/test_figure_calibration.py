import numpy as np
import pytest

from standex.edges.report.figure_calibration import calibration_pictures, draw_stated
from standex.evaluation.calibrate import HeldBack
from standex.evaluation.calibration_figures import evidence_of
from standex.evaluation.judged_people import JudgedPeople, stated_probabilities
from standex.model.errors import StandexError


def evidence(rng):
    is_threat = np.repeat([True, False], 60)
    llr = 2 * (rng.normal(size=120) + 2 * is_threat) - 2
    held = HeldBack(
        llr=llr,
        is_threat=is_threat,
        class_row=is_threat.astype(np.int64),
        n_looks=np.ones(120, dtype=np.int64),
    )
    return evidence_of(held, rng=rng, n_resamples=10)


def test_the_pictures_show_what_they_say(rng) -> None:
    of = evidence(rng)
    figures = calibration_pictures(of, is_simulated=True)
    assert set(figures) == {"reliability", "tippett", "cross_entropy"}
    for figure in figures.values():
        (axes,) = figure.axes
        assert axes.get_title(loc="left").startswith("SIMULATED. ")
        assert "60 passages with a threat" in axes.get_title(loc="left")
    (axes,) = figures["tippett"].axes
    drawn = axes.get_lines()[0]
    np.testing.assert_allclose(drawn.get_ydata(), of.curves.share_of_threats)
    (axes,) = calibration_pictures(of, is_simulated=False)["reliability"].axes
    assert "SIMULATED" not in axes.get_title(loc="left")
    assert sum(int(text.get_text()) for text in axes.texts) == 120


def test_bins_that_do_not_hold_look_different(rng, tmp_path) -> None:
    p = np.repeat([0.05, 0.95], 200)
    people = JudgedPeople(
        item_class=("nothing",) * 200 + ("threat_metal",) * 100 + ("nothing",) * 100,
        p_max=p,
        p_final=p,
    )
    path = tmp_path / "p.svg"
    draw_stated(stated_probabilities(people), path, is_simulated=True)
    assert path.stat().st_size > 1000


def test_what_cannot_be_written_is_said(rng, tmp_path) -> None:
    people = JudgedPeople(item_class=("nothing",), p_max=np.zeros(1), p_final=np.zeros(1))
    for name in ("none/p.png", "p.nonsense"):
        with pytest.raises(StandexError, match="cannot be written"):
            draw_stated(stated_probabilities(people), tmp_path / name, is_simulated=True)
