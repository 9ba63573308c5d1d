"""The compiled loop against the sum that defines it."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging import direct_kernel
from standex.sensing.microwave.imaging.range_profiles import packed

needs_numba = pytest.mark.skipif(not direct_kernel.AVAILABLE, reason="Numba is not installed")
COUNT, PERIOD_M, K = 64, 3.2, 220.0


def test_knows_how_many_cores_there_are() -> None:
    assert direct_kernel.cores() >= 1


@needs_numba
@pytest.mark.parametrize("away_m", [1.0, 20_000.0])
@pytest.mark.parametrize("drift_m", [0.0, 0.21, -7.0])
def test_is_linear_interpolation_times_the_carrier(
    away_m: float, drift_m: float, rng: np.random.Generator
) -> None:
    tx_m, rx_m = rng.standard_normal((3, 3)), rng.standard_normal((2, 3))
    points_m = rng.standard_normal((direct_kernel.TILE + 77, 3)) + [0.0, 0.0, away_m]
    drift = np.array([drift_m, 0.3 * drift_m, 0.0])
    profiles = rng.standard_normal((3, 2, COUNT)) + 1j * rng.standard_normal((3, 2, COUNT))
    four, unit = zip(*(packed(p) for p in profiles), strict=True)
    out = np.zeros((2, len(points_m)), dtype=np.float32)
    first = 1_000_001
    for rows in ((0, 500), (500, len(points_m))):
        direct_kernel.backproject(
            np.stack(four),
            unit=np.array(unit, dtype=np.float32),
            tx_m=tx_m,
            rx_m=rx_m,
            points_m=points_m,
            rows=rows,
            drift_m=drift,
            period_m=PERIOD_M,
            count=COUNT,
            first=first,
            k_rad_per_m=K,
            out=out,
        )
    expected = np.zeros(len(points_m), dtype=complex)
    for t in range(3):
        for r in range(2):
            ways = points_m - tx_m[t], points_m - rx_m[r]
            path = sum(np.linalg.norm(way, axis=1) for way in ways)
            late = sum(way @ drift / np.linalg.norm(way, axis=1) for way in ways)
            place = (path + late) / PERIOD_M * COUNT
            lower = np.floor(place).astype(int)
            p, past = profiles[t, r], place - lower
            low, high = p[(lower - first) % COUNT], p[(lower + 1 - first) % COUNT]
            expected += ((1 - past) * low + past * high) * np.exp(1j * K * path)
    np.testing.assert_allclose(out[0] + 1j * out[1], expected, atol=1e-3)
