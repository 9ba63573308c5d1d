"""What is fitted beside every entry, and its basis."""

import numpy as np
import pytest

from standex.sensing.laser.nuisance import nuisance_of, orthonormal

AXIS = np.linspace(300.0, 3300.0, 512)


def in_span(columns: np.ndarray, vector: np.ndarray) -> bool:
    left = vector - columns @ np.linalg.lstsq(columns, vector)[0]
    return bool(np.linalg.norm(left) < 1e-9 * np.linalg.norm(vector))


def test_splines_hold_cubics_in_either_direction() -> None:
    for axis in (AXIS, AXIS[::-1].copy()):
        columns = nuisance_of(axis, n_splines=10).columns
        assert columns.shape == (512, 10)
        for power in range(4):
            assert in_span(columns, (axis / 1000) ** power)
        assert not in_span(columns, np.sin(axis / 20))


def test_substrates_bring_their_axis_errors_where_there_are_any(bench) -> None:
    exact, uncertain = bench.grid("fabric"), bench.grid("fabric", axis_sigma_per_cm=1.0)
    assert nuisance_of(AXIS, substrates=exact).columns.shape[1] == 14 + 4
    nuisance = nuisance_of(AXIS, substrates=uncertain)
    assert nuisance.columns.shape[1] == 14 + 3 * 4
    assert nuisance.n_bright == 14 + 4
    assert in_span(nuisance.columns, uncertain.shift_derivative[2])
    assert in_span(nuisance.columns, uncertain.width_derivative[1])
    assert nuisance_of(AXIS, substrates=exact, substrate_terms=2).columns.shape[1] == 14 + 8


def test_refuses_what_would_fit_anything(bench) -> None:
    with pytest.raises(ValueError, match="at least 4"):
        nuisance_of(AXIS, n_splines=3)
    with pytest.raises(ValueError, match="too many for 512 channels"):
        nuisance_of(AXIS, n_splines=300)
    with pytest.raises(ValueError, match="another axis"):
        nuisance_of(AXIS + 1, substrates=bench.grid("fabric"))


def test_the_basis_is_orthonormal_in_order_and_without_repeats(rng: np.random.Generator) -> None:
    columns = rng.standard_normal((100, 6)) * np.logspace(-6, 6, 6)
    repeated = np.concatenate([columns[:, :3], columns[:, :2] * 7, np.zeros((100, 1)),
                               columns[:, 3:]], axis=1)  # fmt: skip
    basis = orthonormal(repeated)
    assert basis.shape == (100, 6)
    np.testing.assert_allclose(basis.T @ basis, np.eye(6), atol=1e-12)
    for n in range(1, 7):
        assert in_span(basis[:, :n], columns[:, n - 1])
