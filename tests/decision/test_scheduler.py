from dataclasses import replace

import numpy as np
import pytest

from standex.decision.scheduler import NeedScheduler
from standex.model.picture import LedgerEntry, Outcome, Passage
from standex.model.site import Site
from standex.testing import check_scheduler
from standex.testing.examples import T_UTC_NS, example_passage, example_picture


@pytest.fixture(scope="module")
def scheduler(site: Site) -> NeedScheduler:
    return NeedScheduler(point=site.operating_point)


def person(site: Site, *, covered=0.0, p_threat=0.0, n_looks=0, outcome=Outcome.PENDING) -> Passage:
    passage = example_passage(site, track_id=1, position_site_m=(0.0, 1.0), covered=covered)
    entries = tuple(
        LedgerEntry(
            sensor_id="a",
            look_id=str(k // 2),  # two zones a look
            t_utc_ns=T_UTC_NS,
            zone=None,
            log_likelihood=np.zeros(6),
            attachment=1.0,
            correlation=0.0,
            counts=True,
            reason="",
            score={},
            patch=None,
        )
        for k in range(2 * n_looks)
    )
    verdict = replace(passage.verdict, p_threat=p_threat, outcome=outcome)
    return replace(passage, entries=entries, verdict=verdict)


def need(scheduler: NeedScheduler, site: Site, **changes) -> float:
    hints, tasks = scheduler(example_picture(site, person(site, **changes)))
    assert tasks == ()
    return float(hints.need[0])


def test_conforms(scheduler: NeedScheduler, site: Site) -> None:
    check_scheduler(scheduler, site=site)


def test_who_is_not_covered_or_not_decided_needs_a_look(scheduler, site) -> None:
    assert need(scheduler, site) == 1.0
    assert need(scheduler, site, covered=0.75) == 0.25
    assert need(scheduler, site, covered=1.0, p_threat=0.5) == 1.0
    assert need(scheduler, site, covered=1.0, p_threat=0.0) == 0.0


def test_need_falls_with_every_look(scheduler, site) -> None:
    needs = [need(scheduler, site, n_looks=n) for n in range(4)]
    np.testing.assert_allclose(needs, [1, 1 / 1.5, 1 / 2, 1 / 2.5])


def test_who_has_alarmed_comes_last(scheduler, site) -> None:
    assert need(scheduler, site, outcome=Outcome.ALARM, p_threat=0.5) == 0.1


def test_doubt_needs_a_look(scheduler, site) -> None:
    assert need(scheduler, site, covered=np.nan) == 1.0
    assert need(scheduler, site, p_threat=np.nan, covered=1.0) == 1.0


def test_only_the_confirmed_are_hinted_at(scheduler, site) -> None:
    picture = example_picture(site, person(site), replace(person(site), track_id=2))
    confirmed = np.array([False, True])
    picture = replace(picture, tracks=replace(picture.tracks, is_confirmed=confirmed))
    assert len(scheduler(picture)[0].need) == 1


def test_somebody_without_a_passage_needs_a_look(scheduler, site) -> None:
    picture = replace(example_picture(site, person(site, covered=1.0)), passages={})
    assert scheduler(picture)[0].need.tolist() == [1.0]


def test_spread_is_the_larger_axis(scheduler, site) -> None:
    picture = example_picture(site, person(site))
    covariance = np.diag([0.04, 0.25, 1.0, 1.0])[None]
    picture = replace(picture, tracks=replace(picture.tracks, covariance=covariance))
    assert scheduler(picture)[0].spread_m.tolist() == [0.5]
