from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from standex.edges.settings import load_site
from standex.fusion.carry_over import carried, left_behind
from standex.fusion.ledger import log_posterior
from standex.model.picture import LedgerEntry
from standex.model.zones import ZONE_INDEX, BodyZone

SITE = load_site("metro")
PRIOR = {"log_prior": SITE.log_prior(), "zone_share": SITE.zone_share}
N_CLASSES = len(SITE.items.names)
P = st.floats(0, 1)
SAID = st.lists(st.floats(-12, 12), min_size=N_CLASSES, max_size=N_CLASSES)
ZONE = st.sampled_from([*BodyZone, None])


def entry(said, *, look_id="look", zone: BodyZone | None = BodyZone.BAG, attachment=1.0):
    return LedgerEntry(
        sensor_id="panel",
        look_id=look_id,
        t_utc_ns=0,
        zone=zone,
        log_likelihood=np.array(said, dtype=float),
        attachment=attachment,
        correlation=0.0,
        counts=True,
        reason="an example",
        score={},
        patch=None,
    )


def posterior(*entries: LedgerEntry) -> np.ndarray:
    return log_posterior(entries, **PRIOR)


def through(one: LedgerEntry, p: float, *, number=7) -> tuple[LedgerEntry, ...]:
    return carried({number: ((one,), p)}, **PRIOR)


@given(SAID, ZONE)
def test_at_zero_nothing_and_at_one_the_same(said, zone) -> None:
    one = entry(said, zone=zone)
    assert through(one, 0.0) == ()
    (same,) = through(one, 1.0)
    assert same.log_likelihood is one.log_likelihood
    assert (same.attachment, same.carried_from) == (1.0, 7)
    np.testing.assert_array_equal(posterior(same), posterior(one))


@given(SAID, ZONE, P, P)
def test_carrying_twice_is_carrying_once_with_the_product(said, zone, p, q) -> None:
    one = entry(said, zone=zone)
    twice = [once for first in through(one, p) for once in through(first, q)]
    once = through(one, p * q)
    if p * q > 1e-3:
        np.testing.assert_allclose(
            twice[0].log_likelihood, once[0].log_likelihood, rtol=1e-6, atol=1e-6
        )
        assert twice[0].attachment == pytest.approx(once[0].attachment)


@given(SAID, P)
def test_it_convicts_and_clears_no_further_than_p_allows(said, p) -> None:
    """Whatever was found there, here it is the mixture of posterior and prior, weighed by p."""
    one = entry(said)
    row = ZONE_INDEX[BodyZone.BAG]
    prior, theirs = SITE.log_prior()[row], posterior(one)[row]
    here = posterior(*through(one, p))[row]
    expected = np.logaddexp(np.log(max(p, 1e-300)) + theirs, np.log1p(-min(p, 1 - 1e-16)) + prior)
    if p > 1e-3:
        np.testing.assert_allclose(here, expected, atol=1e-6)
    low, high = np.minimum(prior, theirs), np.maximum(prior, theirs)
    assert ((here >= low - 1e-9) & (here <= high + 1e-9)).all()


@given(st.lists(st.tuples(SAID, ZONE), min_size=2, max_size=4), P, st.randoms())
def test_the_order_of_entries_does_not_matter(looks, p, random) -> None:
    entries = [entry(said, look_id=str(k), zone=zone) for k, (said, zone) in enumerate(looks)]
    mixed = random.sample(entries, len(entries))
    one = carried({7: (tuple(entries), p)}, **PRIOR)
    other = carried({7: (tuple(mixed), p)}, **PRIOR)
    np.testing.assert_array_equal(posterior(*one), posterior(*other))


@given(SAID, st.floats(-5, 5))
def test_the_constant_of_a_look_does_not_matter(said, constant) -> None:
    (one,) = through(entry(said), 0.4)
    (other,) = through(entry(np.array(said) + constant), 0.4)
    np.testing.assert_allclose(posterior(one), posterior(other), atol=1e-9)


@given(SAID, st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_a_look_that_two_share_is_one_entry(said, p, q) -> None:
    """Two sources with the same word are one source with the sum of their probabilities."""
    one = entry(said)
    both = carried({3: ((one,), p), 4: ((one,), q)}, **PRIOR)
    (alone,) = through(one, p + q)
    assert len(both) == 1
    np.testing.assert_allclose(both[0].log_likelihood, alone.log_likelihood, atol=1e-9)
    assert both[0].attachment == pytest.approx(p + q)


def test_looks_of_two_are_both_there() -> None:
    mine, theirs = entry([0, 1, 0, 0, 3, 0], look_id="a"), entry([0, 0, 2, 0, 0, 1], look_id="b")
    both = carried({3: ((mine,), 0.5), 4: ((theirs,), 0.5)}, **PRIOR)
    assert {(e.look_id, e.carried_from) for e in both} == {("a", 3), ("b", 4)}


@pytest.mark.parametrize("p", [[-0.1], [1.1], [0.6, 0.6], [np.nan]])
def test_probabilities_must_be_ones(p) -> None:
    sources = {k: ((entry([0.0] * N_CLASSES),), value) for k, value in enumerate(p)}
    with pytest.raises(ValueError, match="sum to one at most"):
        carried(sources, **PRIOR)


@given(SAID, P)
def test_what_left_and_what_stayed_are_one_word(said, p) -> None:
    """The bag went with p: what both know of it together is what was known, in expectation."""
    other = entry([0.0, 1.0, 2.0, 0.0, 1.0, 0.0], look_id="coat", zone=BodyZone.WAIST)
    one = entry(said)
    kept = left_behind((one, other), p, zone=BodyZone.BAG, **PRIOR)
    assert kept[-1] is other
    still = [e for e in kept if e.zone is BodyZone.BAG]
    gone = through(one, p)
    likelihood = np.exp(one.log_likelihood)
    if still and gone:
        row = ZONE_INDEX[BodyZone.BAG]
        mean = float(np.exp(SITE.log_prior()[row]) @ likelihood)
        total = np.exp(still[0].log_likelihood) + np.exp(gone[0].log_likelihood)
        np.testing.assert_allclose(total, likelihood + mean, rtol=1e-6)
        assert still[0].carried_from == one.carried_from
    if p == 1:
        assert still == []
    if p == 0:
        assert kept == (one, other)


def test_what_does_not_count_does_not_begin_to() -> None:
    (one,) = through(replace(entry([0, 0, 0, 0, 9, 0]), counts=False), 0.9)
    assert not one.counts
    np.testing.assert_allclose(logsumexp(posterior(one), axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(posterior(one), SITE.log_prior(), atol=1e-12)
