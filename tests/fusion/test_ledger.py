from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from standex.fusion.ledger import entry_weights, log_posterior, shared_weights
from standex.model.items import ItemClasses
from standex.model.picture import LedgerEntry
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone

SHARE = np.array([0.4, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05])
PRIOR = ItemClasses().log_prior(SHARE)
SAID = np.array([-3.0, -2.0, -2.5, -3.0, 0.0, -1.0])


def entry(
    look_id="1",
    *,
    sensor_id="panel",
    zone: BodyZone | None = BodyZone.WAIST,
    said=SAID,
    attachment=1.0,
    correlation=0.0,
    counts=True,
) -> LedgerEntry:
    return LedgerEntry(
        sensor_id=sensor_id,
        look_id=look_id,
        t_utc_ns=0,
        zone=zone,
        log_likelihood=np.asarray(said, dtype=float),
        attachment=attachment,
        correlation=correlation,
        counts=counts,
        reason="",
        score={},
        patch=None,
    )


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from("abcdef"),
        sensor_id=st.sampled_from(["panel", "nose"]),
        zone=st.sampled_from([*ZONES, None]),
        said=st.lists(st.floats(-20, 0), min_size=6, max_size=6),
        attachment=st.floats(0, 1),
        correlation=st.floats(0, 1),
        counts=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda e: (e.sensor_id, e.look_id, e.zone),
)


def posterior(*entries: LedgerEntry) -> np.ndarray:
    return log_posterior(entries, PRIOR, SHARE)


@settings(max_examples=40)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_order_does_not_matter_bit_for_bit(entries, random) -> None:
    shuffled = entries.copy()
    random.shuffle(shuffled)
    assert posterior(*entries).tobytes() == posterior(*shuffled).tobytes()


def test_order_does_not_matter_where_two_sensors_number_alike(rng) -> None:
    for _ in range(20):
        looks = [entry(sensor_id=name, said=rng.normal(size=6)) for name in "abc"]
        assert posterior(*looks).tobytes() == posterior(*looks[::-1]).tobytes()


@settings(max_examples=40)
@given(ENTRIES)
def test_posteriors_are_probabilities(entries) -> None:
    np.testing.assert_allclose(logsumexp(posterior(*entries), axis=1), 0.0, atol=1e-9)


def test_without_entries_it_is_the_prior() -> None:
    np.testing.assert_allclose(posterior(), PRIOR, atol=1e-12)


def test_one_look_is_bayes() -> None:
    row = ZONE_INDEX[BodyZone.WAIST]
    expected = PRIOR[row] + SAID
    np.testing.assert_allclose(posterior(entry())[row], expected - logsumexp(expected))
    others = np.delete(np.arange(len(ZONES)), row)
    np.testing.assert_allclose(posterior(entry())[others], PRIOR[others], atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_fully_correlated_looks_count_as_one(n: int) -> None:
    looks = [entry(str(k), correlation=1.0) for k in range(n)]
    np.testing.assert_allclose(posterior(*looks), posterior(entry()), atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_independent_looks_count_each(n: int) -> None:
    looks = [entry(str(k)) for k in range(n)]
    np.testing.assert_allclose(posterior(*looks), posterior(entry(said=n * SAID)), atol=1e-12)


@given(st.integers(1, 30), st.floats(0, 1))
def test_alike_looks_are_worth_the_effective_sample_size(n, correlation) -> None:
    weights = entry_weights(tuple(entry(str(k), correlation=correlation) for k in range(n)))
    assert weights.sum() == pytest.approx(n / (1 + (n - 1) * correlation))
    assert 1 - 1e-9 <= weights.sum() <= n + 1e-9


def test_only_looks_of_one_sensor_at_one_zone_are_alike() -> None:
    looks = (
        entry(correlation=1.0),
        entry(correlation=1.0, sensor_id="nose"),
        entry(correlation=1.0, zone=BodyZone.LEGS),
        entry(correlation=1.0, zone=None),
    )
    np.testing.assert_array_equal(entry_weights(looks), 1.0)


def test_an_uncalibrated_entry_weighs_nothing_and_takes_nothing_away() -> None:
    shown = entry("2", correlation=1.0, counts=False)
    assert entry_weights((entry(correlation=1.0), shown)).tolist() == [1.0, 0.0]
    np.testing.assert_array_equal(posterior(entry(), shown), posterior(entry()))


@given(st.floats(-300, 300))
def test_evidence_that_favours_no_class_changes_nothing(constant) -> None:
    for zone in (BodyZone.WAIST, None):
        flat = entry(said=np.full(6, constant), zone=zone)
        np.testing.assert_allclose(np.exp(posterior(flat)), np.exp(PRIOR), rtol=0, atol=1e-12)


def test_without_a_zone_it_spreads_by_the_shares() -> None:
    likelihood, prior = np.exp(SAID), np.exp(PRIOR)
    after = np.exp(posterior(entry(zone=None)))
    for row in range(len(ZONES)):
        rest = sum(SHARE[z] * prior[z] @ likelihood for z in range(len(ZONES)) if z != row)
        expected = prior[row] * (SHARE[row] * likelihood + rest)
        np.testing.assert_allclose(after[row], expected / expected.sum())
    rise = after[:, 4] / prior[:, 4]
    assert (np.diff(rise[np.argsort(SHARE)]) >= -1e-12).all()  # most where it most likely looked


@given(st.floats(-5000, 5000))
def test_the_constant_of_a_look_without_a_zone_does_not_matter(constant) -> None:
    np.testing.assert_allclose(
        posterior(entry(zone=None, said=SAID + constant)), posterior(entry(zone=None)), atol=1e-9
    )


def test_with_one_possible_zone_no_zone_is_that_zone() -> None:
    share = np.eye(len(ZONES))[ZONE_INDEX[BodyZone.WAIST]]
    prior = ItemClasses().log_prior(share)
    said = np.array([-690.0, -2.0, -2.5, -3.0, 0.0, -1.0])
    np.testing.assert_allclose(
        np.exp(log_posterior((entry(zone=None, said=said),), prior, share)),
        np.exp(log_posterior((entry(said=said),), prior, share)),
        atol=1e-12,
    )


def test_half_a_look_is_half_a_witness() -> None:
    halves = tuple(entry(str(k), attachment=0.5, correlation=1.0) for k in range(4))
    np.testing.assert_allclose(entry_weights(halves), 0.5)  # two whole looks in all, worth one
    assert entry_weights((replace(halves[0], correlation=1.0),)).tolist() == [1.0]


NAMES = ("panel", "nose", "second", "third")
PAIRS = [frozenset((a, b)) for k, a in enumerate(NAMES) for b in NAMES[:k]]
WORTH = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 20, allow_subnormal=False), min_size=1)
BETWEEN = st.fixed_dictionaries({pair: st.floats(0, 1) for pair in PAIRS})


def total(worth, between) -> float:
    weights = shared_weights(worth, between)
    return sum(worth[name] * weights[name] for name in worth)


@given(WORTH, BETWEEN)
def test_dependent_sensors_are_worth_the_best_of_them_at_least_and_their_sum_at_most(
    worth, between
) -> None:
    weights = shared_weights(worth, between)
    assert all(0 < weight <= 1 for weight in weights.values())
    assert max(worth.values()) * (1 - 1e-9) <= total(worth, between)
    assert total(worth, between) <= sum(worth.values()) * (1 + 1e-9)


@given(WORTH, BETWEEN, st.floats(0, 1))
def test_more_dependence_never_counts_for_more(worth, between, share) -> None:
    less = {pair: share * correlation for pair, correlation in between.items()}
    weights, more = (shared_weights(worth, rho) for rho in (between, less))
    assert all(weights[name] <= more[name] + 1e-12 for name in worth)


@given(st.floats(0.1, 9), st.floats(0.1, 9), st.floats(0, 1))
def test_two_sensors_are_worth_the_closed_form(first, second, correlation) -> None:
    between = {frozenset(("panel", "nose")): correlation}
    lost = (1 - correlation) / (1 + correlation)
    expected = max(first, second) + lost * min(first, second)
    assert total({"panel": first, "nose": second}, between) == pytest.approx(expected)


@given(st.integers(1, 4), st.floats(0.1, 9), st.floats(0, 1))
def test_sensors_alike_are_worth_the_effective_sample_size(k, worth, correlation) -> None:
    alike = dict.fromkeys(NAMES[:k], worth)
    expected = worth * k / (1 + (k - 1) * correlation)
    assert total(alike, dict.fromkeys(PAIRS, correlation)) == pytest.approx(expected)


def test_only_whom_it_was_said_of_is_discounted() -> None:
    between = {frozenset(("panel", "nose")): 0.5}
    looks = (
        entry(),
        entry(sensor_id="nose"),
        entry(sensor_id="second"),
        entry(sensor_id="nose", zone=BodyZone.LEGS),
        entry(sensor_id="panel", zone=None),
    )
    weights = entry_weights(looks, between)
    np.testing.assert_allclose(weights, [1 / 1.5, 1 / 1.5, 1, 1, 1])
    blind = (entry(zone=None), entry(zone=None, sensor_id="nose"))
    np.testing.assert_allclose(entry_weights(blind, between), 1 / 1.5)


def test_looks_of_one_sensor_and_of_two_are_discounted_together() -> None:
    """Three looks of one, worth two, beside one of the other: one of the two has a partner."""
    looks = tuple(entry(str(k), correlation=0.25) for k in range(3))
    looks += (entry(sensor_id="nose"),)
    weights = entry_weights(looks, {frozenset(("panel", "nose")): 1.0})
    np.testing.assert_allclose(weights, [2 / 3 * 0.75] * 3 + [0.5])


def test_what_does_not_count_takes_nothing_from_a_dependent_sensor() -> None:
    between = {frozenset(("panel", "nose")): 1.0}
    shown = entry(sensor_id="nose", counts=False)
    assert entry_weights((entry(), shown), between).tolist() == [1.0, 0.0]
    elsewhere = entry(sensor_id="nose", attachment=0.0)
    assert entry_weights((entry(), elsewhere), between)[0] == 1.0


@settings(max_examples=40)
@given(ENTRIES, st.floats(0, 1), st.randoms(use_true_random=False))
def test_order_does_not_matter_bit_for_bit_between_sensors_either(entries, rho, random) -> None:
    between, shuffled = {frozenset(("panel", "nose")): rho}, entries.copy()
    random.shuffle(shuffled)
    first, second = (log_posterior(tuple(e), PRIOR, SHARE, between) for e in (entries, shuffled))
    assert first.tobytes() == second.tobytes()


@settings(max_examples=40)
@given(ENTRIES)
def test_a_correlation_of_nought_changes_not_one_bit(entries) -> None:
    said = log_posterior(tuple(entries), PRIOR, SHARE, dict.fromkeys(PAIRS, 0.0))
    assert said.tobytes() == posterior(*entries).tobytes()
