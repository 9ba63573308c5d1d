"""The compiled loops against the NumPy ones that are their reference."""

import numpy as np
import pytest

from standex.sensing.laser import joint_fit_kernel
from standex.sensing.laser.joint_fit import JointFit

pytestmark = pytest.mark.skipif(
    not joint_fit_kernel.AVAILABLE, reason="Numba is not installed: NumPy does its work"
)


@pytest.mark.slow  # compiles
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [1.0, 20.0])
def test_compiled_and_numpy_agree(bench, rng, dtype: type, level: float) -> None:
    pair = [
        JointFit.of(
            bench.grid("target"),
            noise=bench.noise,
            typical_counts=bench.light(200, np.random.default_rng(1)).mean(axis=0),
            substrates=bench.grid("fabric"),
            is_compiled=is_compiled,
        )
        for is_compiled in (False, True)
    ]
    light = level * np.concatenate([bench.light(530, rng), bench.light(20, rng, fabric=3)])
    light[::7] += level * 200 * bench.residue(4)
    counts = bench.counts(light, rng).astype(dtype)
    plain, compiled = (fit.z(counts) for fit in pair)
    np.testing.assert_allclose(compiled, plain, atol=2e-2, rtol=1e-3)
    inflation = [fit.inflation(counts) for fit in pair]
    np.testing.assert_allclose(inflation[1], inflation[0], rtol=1e-2)
    z, row = pair[1].best(counts, top=40)
    np.testing.assert_allclose(np.take_along_axis(compiled, row, axis=1), z, atol=1e-5)
    assert (np.sort(row, axis=1) == np.arange(40)).all()
    assert (np.diff(z, axis=1) <= 0).all()


@pytest.mark.slow  # compiles
def test_a_nan_survives_reordered_sums(rng) -> None:
    counts = rng.uniform(0, 1000, (4, 515)).astype(np.float32)
    counts[2, 514] = np.nan
    ones = np.ones(515, dtype=np.float32)
    _, squares = joint_fit_kernel.whiten(
        counts, weight=ones, pivot=0 * ones, probe=0 * ones, out=np.empty_like(counts)
    )
    np.testing.assert_array_equal(np.isfinite(squares), [True, True, False, True])
    np.testing.assert_allclose(squares[0], np.sum(counts[0].astype(float) ** 2), rtol=1e-5)
