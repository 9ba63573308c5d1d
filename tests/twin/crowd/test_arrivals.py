from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, kstest, poisson

from standex.twin.crowd.arrivals import draw_arrivals, draw_coming_back
from standex.twin.crowd.plan import Parties, Pauses, Returns


def test_parties_come_as_a_poisson_process(made) -> None:
    plan = made.corridor(per_hour=3600.0)
    parties = draw_arrivals(plan, duration_s=1000.0, seed=3)
    low, high = poisson.interval(1 - 1e-6, 1000)
    assert low <= len(parties) <= high
    due_s = np.array([party.due_s for party in parties])
    assert (np.diff(due_s) >= 0).all()
    assert kstest(np.diff(due_s), "expon").pvalue > 1e-4
    assert [party.number for party in parties] == list(range(len(parties)))


@pytest.mark.slow
def test_people_per_hour_counts_people_not_parties(made) -> None:
    plan = replace(made.corridor(per_hour=5000.0), parties=Parties(share=(0.3, 0.2, 0.1)))
    parties = draw_arrivals(plan, duration_s=3600.0, seed=1)
    sizes = np.array([party.n_people for party in parties])
    # A compound Poisson count: its variance is the rate times the mean square of the sizes.
    sigma = np.sqrt(len(sizes) * np.mean(sizes.astype(float) ** 2))
    assert abs(sizes.sum() - 5000) < 5 * sigma
    for n, p in zip((1, 2, 3, 4), (0.4, 0.3, 0.2, 0.1), strict=True):
        low, high = binom.interval(1 - 1e-6, len(sizes), p)
        assert low <= (sizes == n).sum() <= high


@pytest.mark.slow
def test_a_least_gap_is_kept_and_the_rate_too(made) -> None:
    plan = made.corridor(per_hour=1500.0)
    plan = replace(plan, flows=(replace(plan.flows[0], least_gap_s=2.0),))
    due_s = np.array([p.due_s for p in draw_arrivals(plan, duration_s=7200.0, seed=2)])
    assert np.diff(due_s).min() >= 2.0
    assert len(due_s) == pytest.approx(3000, abs=5 * 0.4 / 2.4 * np.sqrt(3000))


@pytest.mark.slow
def test_speeds_are_those_of_the_plan_and_cut_off(made) -> None:
    plan = made.corridor(per_hour=6000.0)
    parties = draw_arrivals(plan, duration_s=3600.0, seed=1)
    speed = np.array([p.speed_m_per_s for p in parties])
    assert speed.mean() == pytest.approx(1.34, abs=5 * 0.26 / np.sqrt(len(speed)))
    assert speed.std() == pytest.approx(0.26, rel=0.06)
    assert speed.min() >= 0.6
    assert speed.max() <= 2.0


def test_who_alights_comes_with_the_train(made) -> None:
    parties = draw_arrivals(made.platform(), duration_s=3600.0, seed=4)
    alighting = np.array([p.due_s for p in parties if p.flow == 1])
    assert set(alighting) <= {45.0 + 60.0 * k for k in range(60)}
    low, high = poisson.interval(1 - 1e-6, 900)
    assert low <= len(alighting) <= high


@pytest.mark.slow
def test_pauses_and_returns_have_their_shares(made) -> None:
    plan = replace(
        made.corridor(per_hour=3600.0),
        pauses=Pauses(standing_share=0.2, standing_s=8.0, turning_share=0.1),
        returns=Returns(share=0.1, least_s=20.0, within_s=240.0),
    )
    parties = draw_arrivals(plan, duration_s=3600.0, seed=1)
    kinds = [p.pause.kind if p.pause else None for p in parties]
    for kind, share in (("standing", 0.2), ("turning", 0.1)):
        low, high = binom.interval(1 - 1e-6, len(kinds), share)
        assert low <= kinds.count(kind) <= high
    lengths = [p.pause.for_s for p in parties if p.pause and p.pause.kind == "standing"]
    assert np.mean(lengths) == pytest.approx(8.0, rel=0.2)
    back = [draw_coming_back(plan, person=person, seed=1) for person in range(3000)]
    came = [one for one in back if one is not None]
    low, high = binom.interval(1 - 1e-6, 3000, 0.1)
    assert low <= len(came) <= high
    assert all(20 <= one.after_s <= 240 for one in came)


def test_the_same_seed_draws_the_same_and_another_not(made) -> None:
    plan = made.corridor(both=True)
    first, same, other = (draw_arrivals(plan, duration_s=60.0, seed=s) for s in (1, 1, 2))
    assert first == same != other
    # A longer day begins like a shorter one.
    longer = draw_arrivals(plan, duration_s=120.0, seed=1)
    assert longer[: len(first)] == first
