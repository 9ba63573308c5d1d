import numpy as np
import pytest

from standex.model.tracks import Modes
from standex.tracking.compiled import AVAILABLE
from standex.tracking.motion import N_MODES, Motion, combined, largest_eigenvalue, predict
from standex.tracking.motion_kernel import combine, eigenvalue, predict_of

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="Numba is not installed")


def some_modes(rng: np.random.Generator, n: int) -> Modes:
    root = rng.normal(size=(n, N_MODES, 4, 4))
    share = rng.uniform(0.05, 1, (n, N_MODES))
    return Modes(
        mean=rng.normal(size=(n, N_MODES, 4)),
        covariance=root @ root.transpose(0, 1, 3, 2),
        probability=share / share.sum(axis=1, keepdims=True),
    )


@pytest.mark.parametrize("dt_s", [0.0, 0.1, 3.0])
def test_is_the_plain_prediction(rng, dt_s: float) -> None:
    before, motion = some_modes(rng, 20), Motion()
    after = predict(before, motion, dt_s=dt_s)
    mean, covariance = combined(after)
    for i in range(20):
        m, c, p = np.empty((N_MODES, 4)), np.empty((N_MODES, 4, 4)), np.empty(N_MODES)
        predict_of(
            before.mean[i], before.covariance[i], before.probability[i], motion.switch(dt_s),
            motion.steps(dt_s), m, c, p, np.empty(N_MODES),
        )  # fmt: skip
        np.testing.assert_allclose(m, after.mean[i], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(c, after.covariance[i], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(p, after.probability[i], rtol=1e-12)
        x, whole = np.empty(4), np.empty((4, 4))
        combine(m, c, p, x, whole)
        np.testing.assert_allclose(x, mean[i], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(whole, covariance[i], rtol=1e-9, atol=1e-12)


def test_is_the_plain_eigenvalue(rng) -> None:
    root = rng.normal(size=(50, 2, 2))
    matrix = root @ root.transpose(0, 2, 1)
    found = [eigenvalue(one) for one in matrix]
    np.testing.assert_allclose(found, largest_eigenvalue(matrix), rtol=1e-12)
    np.testing.assert_allclose(found, np.linalg.eigvalsh(matrix)[:, 1], rtol=1e-9)
