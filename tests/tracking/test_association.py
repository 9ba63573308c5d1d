from itertools import product

import numpy as np
import pytest

from standex.tracking.association import NEGLIGIBLE, assign, marginals, worth
from standex.tracking.gating import Pairs


def graph(track: list[int], position: list[int]) -> Pairs:
    return Pairs(
        track_row=np.array(track, dtype=np.int64),
        position_row=np.array(position, dtype=np.int64),
        likelihood=np.ones((len(track), 1)),
    )


def every_association(pairs: Pairs, log_weight: np.ndarray, n: int):
    """Yield every valid joint association as (mask of pairs, log weight)."""
    choices = [[-1, *np.flatnonzero(pairs.track_row == i)] for i in range(n)]
    for choice in product(*choices):
        chosen = np.array([k for k in choice if k >= 0], dtype=int)
        if len(set(pairs.position_row[chosen].tolist())) == len(chosen):
            mask = np.zeros(len(log_weight), dtype=bool)
            mask[chosen] = True
            yield mask, log_weight[chosen].sum()


def by_enumeration(pairs: Pairs, log_weight: np.ndarray, n: int):
    masks, logs = zip(*every_association(pairs, log_weight, n), strict=True)
    p = np.exp(np.array(logs) - max(logs))
    return masks[int(np.argmax(logs))], max(logs), (p / p.sum()) @ np.array(masks)


def random_problem(rng: np.random.Generator, *, width_m: float = 2.8):
    """Four people (0.5 per m2), seen with 0.2 m noise, Pd 0.95, among clutter of 0.02 per m2."""
    people = rng.uniform(0, width_m, (4, 2))
    seen = people + rng.normal(0, 0.2, (4, 2))
    place = np.concatenate([seen, rng.uniform(0, width_m, (1, 2))])
    squared = ((people[:, None] - place[None]) ** 2).sum(axis=2) / 0.2**2
    track, position = np.nonzero(squared < 3.5**2)
    log_weight = -0.5 * squared[track, position] - np.log(2 * np.pi * 0.2**2)
    log_weight += np.log(0.95 / (1 - 0.95) / 0.022)
    return graph(track.tolist(), position.tolist()), log_weight


def worst_error(pairs: Pairs, log_weight: np.ndarray, n: int = 4, rows: int = 5) -> float:
    share = marginals(pairs, log_weight, n_tracks=n, n_positions=rows)
    exact = by_enumeration(pairs, log_weight, n)[2]
    return max(
        np.abs(share.of_position - exact).max(initial=0.0),
        np.abs(share.of_track - exact).max(initial=0.0),
    )


def test_assignment_is_the_best_of_all() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        pairs, log_weight = random_problem(rng, width_m=2.0)
        log_weight = log_weight + rng.normal(0, 3, len(log_weight)) - 3
        best, best_log, _ = by_enumeration(pairs, log_weight, 4)
        taken = assign(pairs, log_weight, n_tracks=4, n_positions=5)
        np.testing.assert_array_equal(taken, best)
        assert log_weight[taken].sum() == pytest.approx(best_log, abs=1e-9)


def test_assignment_is_not_greedy() -> None:
    # The single best pair (0, 0) would leave track 1 with nothing.
    pairs, log_weight = graph([0, 0, 1], [0, 1, 0]), np.array([5.0, 4.0, 4.5])
    taken = assign(pairs, log_weight, n_tracks=2, n_positions=2)
    np.testing.assert_array_equal(taken, [False, True, True])


def test_who_is_likelier_apart_stays_apart() -> None:
    taken = assign(graph([0, 1], [0, 1]), np.array([-0.1, 0.1]), n_tracks=2, n_positions=2)
    np.testing.assert_array_equal(taken, [False, True])


def test_assignment_without_pairs() -> None:
    assert not assign(graph([], []), np.zeros(0), n_tracks=3, n_positions=2).size


def test_single_pair_has_its_odds() -> None:
    share = marginals(graph([0], [0]), np.log([3.0]), n_tracks=1, n_positions=2)
    np.testing.assert_allclose(share.of_track, 0.75)
    np.testing.assert_allclose(share.of_position, 0.75)
    np.testing.assert_allclose(share.missed, 0.25)
    np.testing.assert_allclose(share.nobody, [0.25, 1.0])


@pytest.mark.parametrize("seed", range(20))
def test_exact_where_no_more_than_two_share(seed: int) -> None:
    # Two people and any number of positions near both, with odds of any size.
    rng = np.random.default_rng(seed)
    near = rng.random((2, 6)) < 0.8
    track, position = np.nonzero(near)
    pairs = graph(track.tolist(), position.tolist())
    log_weight = rng.normal(0, 4, len(track))
    share = marginals(pairs, log_weight, n_tracks=2, n_positions=6)
    exact = by_enumeration(pairs, log_weight, 2)[2]
    np.testing.assert_allclose(share.of_track, exact, atol=1e-12)
    np.testing.assert_allclose(share.of_position, exact, atol=1e-12)
    np.testing.assert_allclose(share.missed, 1 - np.bincount(track, exact, 2), atol=1e-12)
    np.testing.assert_allclose(share.nobody, 1 - np.bincount(position, exact, 6), atol=1e-12)


def test_exact_in_every_small_cluster_of_a_crowd() -> None:
    # A pair, one alone, three in a row and one whom nobody is near, at once.
    pairs = graph([0, 0, 1, 2, 3, 4, 4, 5], [0, 1, 1, 2, 3, 3, 4, 4])
    log_weight = np.array([0.5, 2.0, 1.0, -0.5, 0.3, 1.1, 0.7, 2.0])
    share = marginals(pairs, log_weight, n_tracks=7, n_positions=6, tolerance=1e-12)
    exact = by_enumeration(pairs, log_weight, 7)[2]
    np.testing.assert_allclose(share.of_track[:4], exact[:4], atol=1e-12)
    np.testing.assert_allclose(share.of_track, exact, atol=1e-9)
    assert (share.missed[6], share.nobody[5]) == (1, 1)


def test_exact_without_loops() -> None:
    pairs = graph([0, 0, 1, 1, 2], [0, 1, 1, 2, 2])  # a chain
    log_weight = np.array([0.5, 2.0, 1.0, -0.5, 0.3])
    share = marginals(pairs, log_weight, n_tracks=3, n_positions=3, tolerance=1e-12)
    exact = by_enumeration(pairs, log_weight, 3)[2]
    np.testing.assert_allclose(share.of_track, exact, atol=1e-9)
    np.testing.assert_allclose(share.of_position, exact, atol=1e-9)


@pytest.mark.slow
def test_close_to_enumeration_in_a_crowd() -> None:
    worst, signed = [], []
    for seed in range(150):
        pairs, log_weight = random_problem(np.random.default_rng(seed))
        worst.append(worst_error(pairs, log_weight))
        share = marginals(pairs, log_weight, n_tracks=4, n_positions=5)
        signed.extend(share.of_track - by_enumeration(pairs, log_weight, 4)[2])
    assert np.median(worst) <= 0.005
    assert np.mean(np.array(worst) > 0.1) <= 0.15
    # Three people and three positions that fit crosswise almost as well: here belief propagation
    # takes the better fit for much surer than it is.
    assert np.max(worst) <= 0.42
    assert abs(np.mean(signed)) <= 0.005  # right on average


@pytest.mark.slow
def test_close_to_enumeration_when_everything_is_near_everything() -> None:
    track, position = np.nonzero(np.ones((4, 5)))
    pairs = graph(track.tolist(), position.tolist())
    worst = [worst_error(pairs, np.random.default_rng(seed).normal(size=20)) for seed in range(30)]
    assert np.median(worst) <= 0.015
    assert np.max(worst) <= 0.09


def test_negligible_pairs_are_worth_nothing() -> None:
    # Weights 1000 and 0.5: the second is little of its track, but all that its position has.
    pairs = graph([0, 0, 1, 1], [0, 1, 0, 2])
    log_weight = np.log([1000.0, 0.5, 0.9, 2e-4])
    keep = worth(pairs, log_weight, n_tracks=2, n_positions=3)
    np.testing.assert_array_equal(keep, [True, True, True, False])


def test_without_negligible_pairs_marginals_are_the_same() -> None:
    for seed in range(40):
        pairs, log_weight = random_problem(np.random.default_rng(seed))
        keep = worth(pairs, log_weight, n_tracks=4, n_positions=5)
        exact = by_enumeration(pairs, log_weight, 4)[2]
        fewer = graph(pairs.track_row[keep].tolist(), pairs.position_row[keep].tolist())
        left = by_enumeration(fewer, log_weight[keep], 4)[2]
        assert exact[~keep].max(initial=0.0) <= 2 * NEGLIGIBLE
        np.testing.assert_allclose(left, exact[keep], atol=10 * NEGLIGIBLE)


def test_shares_sum_to_one_however_few_rounds() -> None:
    pairs, log_weight = random_problem(np.random.default_rng(3), width_m=1.5)
    share = marginals(pairs, log_weight, n_tracks=4, n_positions=5, max_rounds=1)
    of_rows = np.bincount(pairs.position_row, share.of_position, 5) + share.nobody
    of_tracks = np.bincount(pairs.track_row, share.of_track, 4) + share.missed
    np.testing.assert_allclose(of_rows, 1, rtol=1e-12)
    np.testing.assert_allclose(of_tracks, 1, rtol=1e-12)
    assert share.n_rounds == 1


def test_twins_share_evenly() -> None:
    # Two tracks in one place, one position: half each, whatever the weight.
    share = marginals(graph([0, 1], [0, 0]), np.full(2, 40.0), n_tracks=2, n_positions=1)
    np.testing.assert_allclose(share.of_position, 0.5, atol=1e-9)
    np.testing.assert_allclose(share.nobody, 0, atol=1e-9)


def test_marginals_without_pairs() -> None:
    share = marginals(graph([], []), np.zeros(0), n_tracks=2, n_positions=3)
    np.testing.assert_array_equal(share.missed, 1)
    np.testing.assert_array_equal(share.nobody, 1)
