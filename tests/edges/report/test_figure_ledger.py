import pytest

from standex.edges.report.canvas import LIGHT
from standex.edges.report.figure_ledger import draw_ledger
from standex.edges.report.story import log10_odds, prior_of, shown_people, steps_of
from standex.edges.report.summary import RunSummary
from standex.model.site import Site
from standex.testing.examples import example_passage


def test_the_line_goes_from_the_prior_to_the_posterior(sample: RunSummary) -> None:
    passage, _ = shown_people(sample)
    assert passage is not None
    steps = steps_of(passage, sample.site)
    axes = draw_ledger(passage, steps, sample.site, LIGHT).axes[0]
    odds = axes.lines[0].get_ydata()
    assert odds[0] == pytest.approx(log10_odds(prior_of(sample.site)))
    assert odds[-1] == pytest.approx(log10_odds(passage.verdict.p_threat))
    words = [text.get_text() for text in axes.texts]
    assert "1 mw-entry" in words
    assert str(len(steps)) in words
    assert "check requested from 50 %" in words
    levels = {line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1}
    assert {log10_odds(prior_of(sample.site)), log10_odds(0.5)} <= levels


def test_an_empty_ledger_stays_at_the_prior(site: Site) -> None:
    passage = example_passage(site, track_id=1, position_site_m=(0.0, 0.0))
    axes = draw_ledger(passage, (), site, LIGHT).axes[0]
    assert set(axes.lines[0].get_ydata()) == {log10_odds(prior_of(site))}
