import numpy as np
import pytest

from standex.model.tracks import Modes
from standex.tracking.compiled import AVAILABLE
from standex.tracking.gating import near_pairs
from standex.tracking.gating_kernel import near_pairs_of
from standex.tracking.motion import N_MODES, combined

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="Numba is not installed")

NO_WALLS = np.zeros((0, 2, 2))


@pytest.mark.parametrize(("n", "rows", "width_m"), [(40, 60, 8.0), (40, 300, 4.0), (3, 1, 500.0)])
def test_finds_the_pairs_of_the_plain_form(rng, n: int, rows: int, width_m: float) -> None:
    root = rng.normal(0, 0.2, (n, N_MODES, 4, 4))
    share = rng.uniform(0.1, 1, (n, N_MODES))
    modes = Modes(
        mean=rng.uniform(-width_m / 2, width_m / 2, (n, 1, 4))
        + rng.normal(0, 0.1, (n, N_MODES, 4)),
        covariance=root @ root.transpose(0, 1, 3, 2) + 0.01 * np.eye(4),
        probability=share / share.sum(axis=1, keepdims=True),
    )
    mean, _ = combined(modes)
    place = rng.uniform(-width_m / 2, width_m / 2, (rows, 2))
    spread = rng.normal(0, 0.1, (rows, 2, 2))
    covariance = spread @ spread.transpose(0, 2, 1) + 0.01 * np.eye(2)
    plain = near_pairs(modes, mean[:, :2], place, covariance, gate=4.0, max_pairs_per_track=8)
    widest = np.linalg.eigvalsh(covariance)[:, 1].max()
    first, column, likelihood = near_pairs_of(
        mean, modes.mean, modes.covariance, modes.probability, mean[:, :2], place, covariance,
        widest, np.zeros(n, dtype=bool), NO_WALLS, 4.0, 8,
    )  # fmt: skip
    track = np.repeat(np.arange(n), np.diff(first))
    found, wanted = np.lexsort((column, track)), np.lexsort((plain.position_row, plain.track_row))
    np.testing.assert_array_equal(track[found], plain.track_row[wanted])
    np.testing.assert_array_equal(column[found], plain.position_row[wanted])
    np.testing.assert_allclose(likelihood[found], plain.likelihood[wanted], rtol=1e-9)


def test_the_lost_take_nothing(rng) -> None:
    mean = np.zeros((2, N_MODES, 4))
    covariance = np.tile(np.eye(4), (2, N_MODES, 1, 1))
    first, _, _ = near_pairs_of(
        mean[:, 0], mean, covariance, np.full((2, N_MODES), 0.5), np.zeros((2, 2)),
        rng.normal(size=(5, 2)), np.tile(0.01 * np.eye(2), (5, 1, 1)), 0.01,
        np.array([True, False]), NO_WALLS, 4.0, 8,
    )  # fmt: skip
    assert np.diff(first).tolist() == [0, 5]
