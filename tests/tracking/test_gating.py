import numpy as np
import pytest
from scipy.stats import multivariate_normal

from standex.model.tracks import Modes
from standex.tracking.gating import Pairs, near_pairs, one_mode, select


def spreads(rng: np.random.Generator, n: int, scale_m: float) -> np.ndarray:
    root = rng.normal(scale=scale_m, size=(n, 2, 2))
    return root @ root.transpose(0, 2, 1) + 1e-3 * np.eye(2)


def scene(rng: np.random.Generator, n: int = 30, m: int = 40) -> tuple[np.ndarray, ...]:
    return (
        rng.uniform(0, 5, (n, 2)),
        spreads(rng, n, 0.3),
        rng.uniform(0, 5, (m, 2)),
        spreads(rng, m, 0.1),
    )


def gaussian(place: np.ndarray, spread: np.ndarray) -> Modes:
    """Return people who stand for certain, somewhere about there."""
    covariance = np.zeros((len(place), 4, 4))
    covariance[:, :2, :2] = spread
    return one_mode(np.pad(place, ((0, 0), (0, 2))), covariance)


def near(track, p, place, r, *, gate: float = 3.0, max_pairs_per_track: int = 40) -> Pairs:
    return near_pairs(
        gaussian(track, p), track, place, r, gate=gate, max_pairs_per_track=max_pairs_per_track
    )


def as_set(pairs: Pairs) -> set[tuple[int, int]]:
    return set(zip(pairs.track_row.tolist(), pairs.position_row.tolist(), strict=True))


def test_finds_what_trying_every_pair_finds(rng: np.random.Generator) -> None:
    track, p, place, r = scene(rng)
    pairs = near(track, p, place, r, gate=2.0)
    every = set()
    for i in range(len(track)):
        for j in range(len(place)):
            d = place[j] - track[i]
            if d @ np.linalg.solve(p[i] + r[j], d) <= 4.0:
                every.add((i, j))
    assert len(every) > 20
    assert as_set(pairs) == every
    assert (np.diff(pairs.track_row) >= 0).all()


def test_likelihood_is_the_gaussian_density(rng: np.random.Generator) -> None:
    track, p, place, r = scene(rng)
    pairs = near(track, p, place, r, max_pairs_per_track=8)
    expected = [
        multivariate_normal(track[i], p[i] + r[j]).logpdf(place[j])
        for i, j in zip(pairs.track_row, pairs.position_row, strict=True)
    ]
    np.testing.assert_allclose(pairs.log_likelihood, expected, rtol=1e-9)


def test_a_pair_is_near_in_either_mode(rng: np.random.Generator) -> None:
    n, m = 20, 40
    track, p, place, r = scene(rng, n, m)
    other = track + rng.normal(0, 0.5, (n, 2))
    mean = np.pad(np.stack([track, other], axis=1), ((0, 0), (0, 0), (0, 2)))
    covariance = np.zeros((n, 2, 4, 4))
    covariance[:, :, :2, :2] = p[:, None] * np.array([1.0, 0.3])[:, None, None]
    probability = np.tile([0.7, 0.3], (n, 1))
    modes = Modes(mean=mean, covariance=covariance, probability=probability)
    middle = 0.7 * track + 0.3 * other
    pairs = near_pairs(modes, middle, place, r, gate=2.0, max_pairs_per_track=m)
    in_one = near(track, p, place, r, gate=2.0)
    in_other = near(other, 0.3 * p, place, r, gate=2.0)
    assert as_set(pairs) == as_set(in_one) | as_set(in_other)
    for i, j, likelihood in zip(pairs.track_row, pairs.position_row, pairs.likelihood, strict=True):
        density = [
            0.7 * multivariate_normal(track[i], p[i] + r[j]).pdf(place[j]),
            0.3 * multivariate_normal(other[i], 0.3 * p[i] + r[j]).pdf(place[j]),
        ]
        np.testing.assert_allclose(likelihood, density, rtol=1e-9)
    np.testing.assert_allclose(np.exp(pairs.log_likelihood), pairs.likelihood.sum(axis=1))


def test_selected_pairs_stay_together(rng: np.random.Generator) -> None:
    pairs = near(*scene(rng))
    keep = rng.random(len(pairs.track_row)) < 0.5
    kept = select(pairs, keep)
    np.testing.assert_array_equal(kept.track_row, pairs.track_row[keep])
    np.testing.assert_array_equal(kept.likelihood, pairs.likelihood[keep])


def test_turning_the_site_changes_no_pair(rng: np.random.Generator) -> None:
    track, p, place, r = scene(rng)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    straight = near(track, p, place, r)
    turned = near(track @ turn.T, turn @ p @ turn.T, place @ turn.T, turn @ r @ turn.T)
    assert as_set(straight) == as_set(turned)


def test_of_too_many_the_nearest_count() -> None:
    place = np.stack([np.linspace(0.1, 0.9, 9), np.zeros(9)], axis=1)
    here, wide = np.zeros((1, 2)), np.tile(np.eye(2), (9, 1, 1))
    pairs = near(here, wide[:1], place, wide, max_pairs_per_track=4)
    assert as_set(pairs) == {(0, 0), (0, 1), (0, 2), (0, 3)}


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
def test_nobody_pairs_with_nothing(rng: np.random.Generator, n: int, m: int) -> None:
    pairs = near(*scene(rng, n, m))
    assert as_set(pairs) == set()


def test_gate_keeps_its_share_of_true_positions(rng: np.random.Generator) -> None:
    n = 20_000
    track = np.stack([100.0 * np.arange(n), np.zeros(n)], axis=1)
    p, r = np.tile([[0.2, 0.1], [0.1, 0.3]], (n, 1, 1)), np.tile(0.05 * np.eye(2), (n, 1, 1))
    place = track + rng.multivariate_normal(np.zeros(2), p[0] + r[0], n)
    kept = near(track, p, place, r, gate=2.0, max_pairs_per_track=2).track_row.size
    outside = np.exp(-2.0)  # chi-square of two degrees of freedom beyond 2^2
    assert kept == pytest.approx(n * (1 - outside), abs=5 * np.sqrt(n * outside * (1 - outside)))
