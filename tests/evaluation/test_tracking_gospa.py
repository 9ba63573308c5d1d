from itertools import permutations

import numpy as np
import pytest

from standex.evaluation.tracking_gospa import nearest_pairs, place_errors


def brute_cost(a, b, cutoff_m) -> float:
    """Least cost over all assignments: each of the smaller set to some other, at most cut-off."""
    if len(a) > len(b):
        a, b = b, a
    d2 = np.minimum(((a[:, None] - b[None]) ** 2).sum(axis=2), cutoff_m**2)
    return min(d2[np.arange(len(a)), list(p)].sum() for p in permutations(range(len(b)), len(a)))


@pytest.mark.parametrize("seed", range(25))
def test_pairs_are_the_best_there_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0, 1.5, (rng.integers(1, 6), 2)), rng.uniform(0, 1.5, (6, 2))
    i, j, away = nearest_pairs(a, b, cutoff_m=0.7)
    assert len(set(i.tolist())) == len(set(j.tolist())) == len(i)
    np.testing.assert_allclose(away, np.linalg.norm(a[i] - b[j], axis=1))
    assert (away < 0.7).all()
    found = (away**2).sum() + 0.49 * (min(len(a), len(b)) - len(i))
    assert found == pytest.approx(brute_cost(a, b, 0.7))


def test_two_at_one_place_and_exact_hits_are_pairs() -> None:
    a = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]])
    i, j, away = nearest_pairs(a, a, cutoff_m=1.0)
    assert sorted(i.tolist()) == sorted(j.tolist()) == [0, 1, 2]
    assert not away.any()


def test_the_nearest_is_not_always_taken() -> None:
    """Greedy would take 0.1 and leave the other alone; 0.45 twice is cheaper than that."""
    a, b = np.array([[0.0, 0.0], [0.55, 0.0]]), np.array([[0.45, 0.0], [1.0, 0.0]])
    i, j, away = nearest_pairs(a, b, cutoff_m=0.8)
    assert dict(zip(i.tolist(), j.tolist(), strict=True)) == {0: 0, 1: 1}
    np.testing.assert_allclose(away, 0.45)


def test_at_the_cutoff_is_no_pair() -> None:
    i, _, _ = nearest_pairs(np.zeros((1, 2)), np.array([[1.0, 0.0]]), cutoff_m=1.0)
    assert not len(i)
    assert not len(nearest_pairs(np.zeros((0, 2)), np.zeros((2, 2)), cutoff_m=1.0)[0])


@pytest.mark.parametrize("cutoff_m", [0.0, -1.0, np.nan, np.inf])
def test_the_cutoff_is_positive(cutoff_m: float) -> None:
    with pytest.raises(ValueError, match="cutoff_m must be positive"):
        nearest_pairs(np.zeros((1, 2)), np.zeros((1, 2)), cutoff_m=cutoff_m)


def test_errors_in_closed_form(scans_of) -> None:
    truth = scans_of([{1: (0, 0), 2: (5, 0)}, {1: (0, 0)}, {}, {}])
    report = scans_of([{7: (0.3, 0), 8: (9, 9), 9: (8, 0)}, {}, {7: (0, 0)}, {}])
    errors = place_errors(truth, report)
    assert errors.n_found.tolist() == [1, 0, 0, 0]
    assert errors.n_missed.tolist() == [1, 1, 0, 0]
    assert errors.n_false.tolist() == [2, 0, 1, 0]
    np.testing.assert_allclose(errors.gospa_m, np.sqrt([0.09 + 0.5 * 3, 0.5, 0.5, 0]))
    # OSPA divides by the larger number: here three, of which two cost the cut-off.
    np.testing.assert_allclose(errors.ospa_m, [np.sqrt((0.09 + 2) / 3), 1, 1, 0])
    np.testing.assert_allclose(errors.rmse_m, [0.3, 0, 0, 0])
    np.testing.assert_allclose(sum(errors.parts_m2()), errors.gospa_m**2)


@pytest.mark.parametrize("cutoff_m", [0.5, 1.0, 2.0])
def test_a_metric_is_symmetric_and_zero_for_the_same(scans_of, rng, cutoff_m: float) -> None:
    crowd = [{k: tuple(rng.uniform(0, 6, 2)) for k in range(20)} for _ in range(3)]
    other = [{k: tuple(rng.uniform(0, 6, 2)) for k in range(17)} for _ in range(3)]
    truth, report = scans_of(crowd), scans_of(other)
    one = place_errors(truth, report, cutoff_m=cutoff_m)
    back = place_errors(report, truth, cutoff_m=cutoff_m)
    np.testing.assert_allclose(one.gospa_m, back.gospa_m)
    np.testing.assert_allclose(one.ospa_m, back.ospa_m)
    assert not place_errors(truth, truth, cutoff_m=cutoff_m).gospa_m.any()


def test_triangle_inequality(scans_of, rng) -> None:
    a, b, c = (
        scans_of([{k: tuple(rng.uniform(0, 3, 2)) for k in range(rng.integers(9))}] * 1)
        for _ in range(3)
    )
    for name in ("gospa_m", "ospa_m"):
        ab, bc, ac = (getattr(place_errors(*two), name)[0] for two in ((a, b), (b, c), (a, c)))
        assert ac <= ab + bc + 1e-12
