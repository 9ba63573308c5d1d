import numpy as np
import pytest

from standex.tracking.association import marginals
from standex.tracking.association_kernel import marginals_of
from standex.tracking.compiled import AVAILABLE
from standex.tracking.gating import Pairs

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="needs Numba")


def random_graph(rng: np.random.Generator, n: int, rows: int, share: float):
    """Return pairs in order of tracks, the positions of each in no order, and log weights."""
    track, position = np.nonzero(rng.random((n, rows)) < share)
    shuffled = np.lexsort((rng.random(len(track)), track))
    pairs = Pairs(
        track_row=track, position_row=position[shuffled], likelihood=np.ones((len(track), 1))
    )
    return pairs, rng.normal(1, 4, len(track))


def compiled(pairs: Pairs, log_weight: np.ndarray, n: int, rows: int):
    first = np.concatenate([[0], np.cumsum(np.bincount(pairs.track_row, minlength=n))])
    return marginals_of(first, pairs.position_row, np.exp(log_weight), rows)


@pytest.mark.slow  # the first one compiles
@pytest.mark.parametrize(
    ("n", "rows", "share"),
    [(1, 1, 1.0), (2, 2, 1.0), (2, 5, 0.7), (3, 3, 1.0), (30, 40, 0.02), (30, 40, 0.05),
     (30, 40, 0.3), (40, 3, 0.5), (3, 40, 0.5), (5, 0, 0.5), (0, 5, 0.5), (0, 0, 0.5)],
)  # fmt: skip
def test_compiled_is_plain(n: int, rows: int, share: float) -> None:
    for seed in range(20):
        pairs, log_weight = random_graph(np.random.default_rng(seed), n, rows, share)
        plain = marginals(pairs, log_weight, n_tracks=n, n_positions=rows)
        of_track, of_position, missed, nobody = compiled(pairs, log_weight, n, rows)
        np.testing.assert_allclose(of_track, plain.of_track, rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(of_position, plain.of_position, rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(missed, plain.missed, rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(nobody, plain.nobody, rtol=1e-8, atol=1e-11)


def test_certainty_costs_no_digits() -> None:
    # Both tracks and both positions fit one another with odds of e^25.
    pairs = Pairs(
        track_row=np.array([0, 0, 1, 1]),
        position_row=np.array([0, 1, 0, 1]),
        likelihood=np.ones((4, 1)),
    )
    log_weight = np.array([25.0, 20.0, 20.0, 25.0])
    of_track, of_position, missed, nobody = compiled(pairs, log_weight, 2, 2)
    crosswise = np.exp(-10.0) / (1 + np.exp(-10.0))
    np.testing.assert_allclose(
        of_track, [1 - crosswise, crosswise] * 1 + [crosswise, 1 - crosswise]
    )
    np.testing.assert_array_equal(of_track, of_position)
    assert missed.max() < 1e-8
    assert 0 <= nobody.min() <= nobody.max() < 1e-8
