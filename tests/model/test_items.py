import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.items import ItemClasses
from standex.model.zones import ZONES

N = len(ZONES)
SHARES = st.lists(st.floats(0.0, 1.0), min_size=N, max_size=N).filter(lambda s: sum(s) > 0.1)
PRIORS = st.tuples(*[st.floats(1e-9, 0.19)] * 5)


@given(SHARES, PRIORS)
def test_priors_are_split_over_the_zones(shares, priors) -> None:
    items = ItemClasses(prior_per_person=priors)
    share = np.array(shares) / sum(shares)
    prior = np.exp(items.log_prior(share))
    np.testing.assert_allclose(prior.sum(axis=1), 1.0)
    np.testing.assert_allclose(prior[:, 1:].sum(axis=0), priors, rtol=1e-9)


def test_a_person_not_looked_at_carries_a_threat_with_its_prior() -> None:
    p_threat, _ = ItemClasses().p_threat(ItemClasses().log_prior(np.full(N, 1 / N)))
    assert p_threat == pytest.approx(2e-6, rel=1e-5)


def certain(row: int, name: str) -> np.ndarray:
    items = ItemClasses()
    log_posterior = np.full((N, len(items.names)), -700.0)
    log_posterior[:, 0] = 0.0
    log_posterior[row] = -700.0
    log_posterior[row, items.names.index(name)] = 0.0
    return log_posterior


def test_certain_in_one_zone_is_certain() -> None:
    assert ItemClasses().p_threat(certain(3, "threat_metal")) == (pytest.approx(1.0), 3)
    p_threat, _ = ItemClasses().p_threat(certain(3, "benign_metal"))
    assert p_threat < 1e-300


def test_zones_are_independent() -> None:
    log_posterior = np.log(np.full((N, 6), [0.9, 0.02, 0.02, 0.02, 0.03, 0.01]))
    p_threat, _ = ItemClasses().p_threat(log_posterior)
    assert p_threat == pytest.approx(1 - (1 - 0.04) ** N)


def test_each_of_many_is_what_each_is_alone() -> None:
    items = ItemClasses()
    people = np.stack([certain(1, "threat_metal"), items.log_prior(np.full(N, 1 / N))])
    p_threat, row = items.p_threat_each(people)
    assert [(p, r) for p, r in zip(p_threat, row, strict=True)] == [
        items.p_threat(person) for person in people
    ]


def test_doubt_is_handed_on() -> None:
    log_posterior = certain(1, "threat_metal")
    log_posterior[4, 2] = np.nan  # a benign class: the others no longer sum to anything known
    log_posterior[5, 4] = np.nan
    assert np.isnan(ItemClasses().p_threat(log_posterior)[0])


@pytest.mark.parametrize(
    "share",
    [
        np.zeros(N),
        np.full(N, np.nan),
        np.full(N, 2 / N),
        np.array([1.5, -0.5, *np.zeros(N - 2)]),
    ],
)
def test_shares_that_are_none_are_refused(share: np.ndarray) -> None:
    with pytest.raises(ValueError, match="zone shares must be >= 0 and sum to 1"):
        ItemClasses().log_prior(share)


def test_priors_that_leave_no_room_are_refused() -> None:
    items = ItemClasses(prior_per_person=(0.5, 0.5, 0.1, 0.1, 0.1))
    with pytest.raises(ValueError, match="leave nothing for 'nothing'"):
        items.log_prior(np.eye(N)[0])


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"names": ("threat", "nothing"), "prior_per_person": (0.1,)}, "start with 'nothing'"),
        ({"names": ("nothing",), "prior_per_person": ()}, "start with 'nothing'"),
        ({"names": ("nothing", "a", "a"), "prior_per_person": (0.1, 0.1)}, "unique"),
        ({"prior_per_person": (0.1,)}, "5 priors wanted"),
        ({"prior_per_person": (0.1, 0.1, 0.1, 0.1, 1.0)}, r"inside \(0, 1\)"),
        ({"prior_per_person": (0.1, 0.1, 0.1, 0.1, float("nan"))}, r"inside \(0, 1\)"),
    ],
)
def test_classes_that_mean_nothing_are_refused(changes, match) -> None:
    with pytest.raises(ValueError, match=match):
        ItemClasses(**changes)
