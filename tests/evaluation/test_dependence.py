"""A wet coat moves two sensors: what they then claim together, and what becomes of it."""

from dataclasses import dataclass

import numpy as np
import pytest

from standex.evaluation.dependence import EstimatedCorrelation, RatedLooks, between, within
from standex.evaluation.reliability import all_hold, reliability
from standex.fusion.ledger import log_posterior
from standex.model.items import ItemClasses
from standex.model.picture import LedgerEntry
from standex.model.site import Correlations
from standex.model.zones import ZONES, BodyZone

PRIOR = 0.25
ITEMS = ItemClasses(names=("nothing", "threat_dielectric"), prior_per_person=(PRIOR,))
SHARE = np.array([float(zone is BodyZone.WAIST) for zone in ZONES])
FIRST, SECOND = "panel", "dielectric"


@dataclass(frozen=True, kw_only=True)
class Wet:
    """Looks of two sensors; each look alone is a true ratio.

    A look of strength d has the error variance 1, of which ``own`` is shared by the looks of one
    sensor at one passage and ``wet`` by all looks at it.
    """

    d: tuple[float, float] = (1.2, 1.2)
    own: float = 0.1
    wet: float = 0.4
    n_looks: tuple[int, int] = (2, 2)

    def llr(self, rng, is_threat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n = len(is_threat)
        coat = rng.normal(size=(n, 1)) * np.sqrt(self.wet)
        of_sensor: list[np.ndarray] = []
        for d, k in zip(self.d, self.n_looks, strict=True):
            same = rng.normal(size=(n, 1)) * np.sqrt(self.own)
            rest = rng.normal(size=(n, k)) * np.sqrt(1 - self.own - self.wet)
            x = d * is_threat[:, None] + coat + same + rest
            of_sensor.append(d * x - d**2 / 2)
        return of_sensor[0], of_sensor[1]


def looks_of(first: np.ndarray, second: np.ndarray, is_threat: np.ndarray) -> RatedLooks:
    n = len(is_threat)
    passage = np.concatenate([np.repeat(np.arange(n), one.shape[1]) for one in (first, second)])
    return RatedLooks(
        sensor_id=(FIRST,) * first.size + (SECOND,) * second.size,
        llr=np.concatenate([first.ravel(), second.ravel()]),
        passage=passage,
        class_row=is_threat.astype(np.int64)[passage],
    )


def known(rng, wet: Wet, n: int) -> RatedLooks:
    is_threat = rng.random(n) < 0.4
    return looks_of(*wet.llr(rng, is_threat), is_threat)


def estimated(rng, looks: RatedLooks, n_resamples: int = 100) -> list[EstimatedCorrelation]:
    own = [within(looks, name, rng=rng, n_resamples=n_resamples) for name in (FIRST, SECOND)]
    by_name = {one.between[0]: one.correlation for one in own}
    pair = between(looks, FIRST, SECOND, own=by_name, rng=rng, n_resamples=n_resamples)
    return [*own, pair]


def entry(sensor_id: str, k: int, llr: float, correlation: float) -> LedgerEntry:
    return LedgerEntry(
        sensor_id=sensor_id,
        look_id=f"{sensor_id}-{k}",
        t_utc_ns=k,
        zone=BodyZone.WAIST,
        log_likelihood=np.array([0.0, llr]),
        attachment=1.0,
        correlation=correlation,
        counts=True,
        reason="",
        score={},
        patch=None,
    )


def stated(
    first: np.ndarray, second: np.ndarray, own: tuple[float, float], stated_between: Correlations
) -> np.ndarray:
    """Return P(threat) of each passage, as the ledger states it."""
    prior = ITEMS.log_prior(SHARE)
    p: list[float] = []
    for ones, others in zip(first, second, strict=True):
        entries = tuple(entry(FIRST, k, one, own[0]) for k, one in enumerate(ones)) + tuple(
            entry(SECOND, k, one, own[1]) for k, one in enumerate(others)
        )
        p.append(ITEMS.p_threat(log_posterior(entries, prior, SHARE, stated_between))[0])
    return np.array(p)


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.9])
def test_the_correlation_of_one_sensor_is_found(rng, shared: float) -> None:
    looks = known(rng, Wet(own=shared, wet=0.0, n_looks=(4, 1)), 1500)
    one = within(looks, FIRST, rng=rng)
    assert one.low <= shared <= one.high
    assert one.correlation == pytest.approx(shared, abs=0.05)
    assert one.n_passages == 1500


@pytest.mark.slow
def test_of_two_looks_it_is_the_covariance_over_the_variance(rng) -> None:
    """One look each: 2 cov / (var + var), also of a strong and a weak sensor."""
    wet = Wet(d=(2.0, 0.8), own=0.0, wet=0.5, n_looks=(1, 1))
    one = between(known(rng, wet, 4000), FIRST, SECOND, own={}, rng=rng)
    expected = 2 * 0.5 * 2.0 * 0.8 / (2.0**2 + 0.8**2)
    assert one.low <= expected <= one.high
    assert one.correlation == pytest.approx(expected, abs=0.04)


def test_sensors_apart_from_each_other_have_none(rng) -> None:
    one = between(known(rng, Wet(wet=0.0), 1500), FIRST, SECOND, own={FIRST: 0.1}, rng=rng)
    assert one.low <= 0 <= one.high
    assert one.correlation < 0.08


def test_what_was_carried_is_no_common_cause(rng) -> None:
    """Both see it: their ratios go together all the more, and their errors do not."""
    looks = known(rng, Wet(d=(4.0, 4.0), own=0.0, wet=0.0, n_looks=(1, 1)), 1500)
    is_first = np.array([name == FIRST for name in looks.sensor_id])
    assert np.corrcoef(looks.llr[is_first], looks.llr[~is_first])[0, 1] > 0.5
    assert between(looks, FIRST, SECOND, own={}, rng=rng).correlation < 0.08


@pytest.mark.slow
def test_intervals_contain_the_truth_as_often_as_they_say(rng) -> None:
    inside = 0
    for _ in range(200):
        one = within(
            known(rng, Wet(own=0.3, wet=0.0, n_looks=(3, 1)), 150),
            FIRST,
            rng=rng,
            n_resamples=200,
            level=0.9,
        )
        inside += one.low <= 0.3 <= one.high
    assert 0.84 <= inside / 200 <= 0.96


@pytest.mark.slow
@pytest.mark.parametrize(
    "wet",
    [
        Wet(),
        Wet(d=(1.8, 0.9), n_looks=(1, 1), own=0.0, wet=0.7),
        Wet(n_looks=(4, 1), own=0.2, wet=0.3),
    ],
    ids=["alike", "unequal strength", "unequal looks"],
)
def test_stated_probabilities_hold_with_the_estimated_discount_and_not_without(rng, wet) -> None:
    """Estimated on some passages, held against others: ten bins, 99.5 % intervals."""
    *own, pair = estimated(rng, known(rng, wet, 2500)) if min(wet.n_looks) > 1 else _mixed(rng, wet)
    is_threat = rng.random(4000) < PRIOR
    first, second = wet.llr(rng, is_threat)
    alone = (own[0].correlation, own[1].correlation)
    discounted = stated(first, second, alone, {frozenset(pair.between): pair.correlation})
    assert all_hold(reliability(discounted, is_threat))
    as_independent = stated(first, second, alone, {})
    assert not all_hold(reliability(as_independent, is_threat))


def _mixed(rng, wet: Wet) -> list[EstimatedCorrelation]:
    """Return estimates where a sensor looks but once: what it shares with itself is not needed."""
    looks = known(rng, wet, 2500)
    own = [
        within(looks, name, rng=rng, n_resamples=100)
        if k > 1
        else EstimatedCorrelation(
            between=(name, name), correlation=0.0, low=0.0, high=1.0, level=0.95, n_passages=0
        )
        for name, k in zip((FIRST, SECOND), wet.n_looks, strict=True)
    ]
    by_name = {one.between[0]: one.correlation for one in own}
    return [*own, between(looks, FIRST, SECOND, own=by_name, rng=rng, n_resamples=100)]


def test_too_few_passages_and_one_sensor_twice_are_refused(rng) -> None:
    looks = known(rng, Wet(n_looks=(1, 2)), 19)
    with pytest.raises(ValueError, match=r"only 0 passages have two looks of panel; at least 20"):
        within(looks, FIRST, rng=rng)
    with pytest.raises(ValueError, match="only 19 passages have looks of both panel and dielec"):
        between(looks, FIRST, SECOND, own={}, rng=rng)
    with pytest.raises(ValueError, match="panel and panel are one sensor"):
        between(looks, FIRST, FIRST, own={}, rng=rng)


def test_ratios_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 ratios are not finite"):
        RatedLooks(
            sensor_id=("a", "a"),
            llr=np.array([0.0, np.nan]),
            passage=np.zeros(2, dtype=np.int64),
            class_row=np.zeros(2, dtype=np.int64),
        )


def test_ratios_without_errors_share_none(rng) -> None:
    looks = known(rng, Wet(), 50)
    same = RatedLooks(
        sensor_id=looks.sensor_id,
        llr=np.where(looks.class_row == 1, 1.0, -1.0),
        passage=looks.passage,
        class_row=looks.class_row,
    )
    assert within(same, FIRST, rng=rng).correlation == pytest.approx(0, abs=1e-9)


def test_it_says_of_whom_it_speaks(rng) -> None:
    own, _, pair = estimated(rng, known(rng, Wet(), 40), n_resamples=10)
    assert str(own).startswith("panel with itself: 0.")
    assert str(pair).startswith("panel with dielectric: 0.")
    assert "40 passages" in str(pair)
