"""The table keeps what matters of every arrangement, within its size."""

import numpy as np
import pytest

from standex.sensing.microwave.layer_table import (
    Hypothesis,
    LayerRanges,
    build_table,
    incidence_bin,
)

BAND_HZ = np.linspace(8e9, 18e9, 64)
FEW = LayerRanges(thickness_m=(0.01, 0.02), loss_tangents=(0.01,), permittivity=(2.0, 3.0))


@pytest.fixture(scope="module")
def table():
    return build_table(BAND_HZ, cos_incidence=1.0, ranges=FEW)


def test_the_basis_is_orthonormal_and_holds_the_window(table):
    np.testing.assert_allclose(
        table.basis.conj().T @ table.basis, np.eye(table.basis.shape[1]), atol=1e-10
    )
    k = 2 * np.pi * BAND_HZ / 299_792_458.0
    for depth_m in (-0.05, 0.0, 0.01):
        echo = np.exp(-2j * k * depth_m)
        kept = np.linalg.norm(table.basis.conj().T @ echo) / np.linalg.norm(echo)
        assert kept > 0.97
    outside = np.exp(2j * k * 0.4)
    assert np.linalg.norm(table.basis.conj().T @ outside) < 0.2 * np.linalg.norm(outside)


def test_rows_are_matched_to_themselves(table):
    """With m = C^-1 r / sqrt(E): m^H C m = 1, so that the energy explained never exceeds all."""
    half = table.basis.shape[1]
    m = table.matched[:half] + 1j * table.matched[half:]
    for row in range(0, m.shape[1], 97):
        covariance = np.linalg.inv(table.precision[table.covariance_of[row]])
        assert np.vdot(m[:, row], covariance @ m[:, row]).real == pytest.approx(1, rel=1e-4)


def test_rows_lie_in_the_order_of_their_covariance(table):
    assert np.all(np.diff(table.covariance_of) >= 0)
    assert np.isfinite(table.log_det).all()
    assert np.all(table.log_det >= -1e-9)  # clothes only add


def test_every_hypothesis_has_rows_and_only_slabs_a_thickness(table):
    kinds = list(Hypothesis)
    assert set(table.hypothesis) == set(range(len(kinds)))
    is_slab = table.hypothesis == kinds.index(Hypothesis.DIELECTRIC_SLAB)
    assert np.all(table.thickness_m[is_slab] >= 0.01)
    assert np.all(table.thickness_m[is_slab] <= 0.02)
    assert np.all(table.thickness_m[~is_slab] == 0)
    assert np.all(table.permittivity[~is_slab] == 1)


def test_slabs_are_uniform_in_thickness_and_permittivity(table):
    is_slab = table.thickness_m > 0
    d, eps = table.thickness_m[is_slab], table.permittivity[is_slab]
    assert np.mean(d) == pytest.approx(0.015, rel=0.02)
    assert np.mean(eps) == pytest.approx(2.5, rel=0.02)
    assert abs(np.corrcoef(d, eps)[0, 1]) < 0.05


def test_one_table_serves_a_bin_of_incidence():
    assert incidence_bin(1.0) == incidence_bin(0.96)
    assert incidence_bin(0.93) < incidence_bin(1.0)
    for cos in np.linspace(0.72, 1, 30):
        assert abs(incidence_bin(cos) ** 2 - cos**2) <= 0.05 + 1e-12


@pytest.mark.parametrize("cos", [0.7, 0.0, -1.0, 1.01, np.nan])
def test_refuses_what_is_too_oblique(cos):
    with pytest.raises(ValueError, match="cos_incidence"):
        incidence_bin(cos)


@pytest.mark.parametrize(
    "frequency_hz", [BAND_HZ[:4], BAND_HZ[::-1].copy(), BAND_HZ * np.nan, BAND_HZ - 9e9]
)
def test_refuses_frequencies_that_cannot_be(frequency_hz):
    with pytest.raises(ValueError, match="frequency_hz"):
        build_table(frequency_hz, cos_incidence=1.0, ranges=FEW)


@pytest.mark.slow
@pytest.mark.parametrize(("top_hz", "count"), [(14e9, 64), (18e9, 256)])
def test_whole_tables_stay_small(top_hz, count):
    table = build_table(np.linspace(8e9, top_hz, count), cos_incidence=1.0)
    assert table.n_bytes < 20e6
