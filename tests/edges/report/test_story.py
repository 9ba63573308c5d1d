from dataclasses import replace

import pytest

from standex.edges.report.story import log10_odds, prior_of, shown_people, steps_of
from standex.edges.report.summary import RunSummary
from standex.fusion.ledger import entry_weights, log_posterior
from standex.model.site import Site
from standex.testing.examples import example_passage


def test_the_last_step_is_the_posterior_of_the_ledger(sample: RunSummary) -> None:
    site = sample.site
    for passage in sample.passages:
        steps = steps_of(passage, site)
        if not steps:
            assert not passage.entries
            continue
        whole = log_posterior(
            passage.entries, site.log_prior(), site.zone_share, site.correlations()
        )
        assert steps[-1].p_after == pytest.approx(site.items.p_threat(whole)[0], rel=1e-12)
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def test_steps_are_in_order_of_time_whatever_the_order_of_arrival(site: Site, entry) -> None:
    entries = tuple(entry(k, t_utc_ns=t, llr=0.5) for k, t in ((1, 30), (2, 10), (3, 20)))
    passage = example_passage(site, track_id=1, position_site_m=(0.0, 0.0))
    steps = steps_of(replace(passage, entries=entries), site)
    assert [step.t_utc_ns for step in steps] == [10, 20, 30]
    turned = steps_of(replace(passage, entries=entries[::-1]), site)
    assert [step.p_after for step in turned] == [step.p_after for step in steps]
    weights = {s.said[0].entry.look_id: s.said[0].weight for s in steps}
    assert weights == {
        e.look_id: w
        for e, w in zip(entries, entry_weights(entries, site.correlations()).tolist(), strict=True)
    }


def test_what_does_not_count_moves_nothing(site: Site, entry) -> None:
    passage = example_passage(site, track_id=1, position_site_m=(0.0, 0.0))
    shown = entry(1, t_utc_ns=0, llr=5.0, counts=False)
    (step,) = steps_of(replace(passage, entries=(shown,)), site)
    assert step.p_after == pytest.approx(prior_of(site))
    assert step.said[0].weight == 0


def test_log10_odds() -> None:
    assert log10_odds(0.5) == 0
    assert log10_odds(10 / 11) == pytest.approx(1)
    assert log10_odds(0.0) == -6
    assert log10_odds(1.0) == 6


def test_one_alarmed_and_one_with_nothing_found_are_shown(sample: RunSummary) -> None:
    alarmed, other = shown_people(sample)
    assert alarmed is not None
    assert other is not None
    assert alarmed.alert_id
    assert not other.alert_id
    assert any(entry.patch is not None for entry in alarmed.entries)
    assert shown_people(replace(sample, passages=(), inside=())) == (None, None)
