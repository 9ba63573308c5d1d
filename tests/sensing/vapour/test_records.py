"""Records are parsed as they are, or refused with what is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from standex.model.errors import RecordError
from standex.sensing.vapour.records import gas_block_of, mobility_block_of


def test_a_block_of_samples(air) -> None:
    record = air(1, wind=(0.2, -0.1))[0]
    block = gas_block_of(record)
    np.testing.assert_array_equal(block.response, record.arrays["response"])
    assert block.wind_site_m_per_s.tolist() == [0.2, -0.1]
    assert block.flow_l_per_min == 1.5


def test_a_block_of_spectra(spectra) -> None:
    block = mobility_block_of(spectra(1)[0])
    assert block.intensity.shape == (5, 1200)
    assert (block.drift_v, block.drift_length_m) == (5000, 0.098)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("response", np.zeros((0, 6)), "holds nothing"),
        ("response", np.zeros(4), "1 dimensions"),
        ("response", np.full((4, 6), "x"), "real numbers"),
        ("t_offset_s", np.array([0.0, 0.2, 0.2, 0.3]), "must ascend"),
        ("t_offset_s", np.arange(3.0), "expected (4,)"),
        ("t_offset_s", np.arange(4.0) + 1e6, "inside [-600, 600]"),
        ("relative_humidity", np.full(4, 40.0), "inside [0, 1.05], got 40"),
        ("temperature_c", np.full(4, 297.0 + 273), "inside [-60, 300]"),
        ("temperature_c", np.full(3, 20.0), "expected (4,)"),
        ("flow_l_per_min", np.array(-1.0), "inside [0,"),
        ("flow_l_per_min", np.array([1.0]), "1 dimensions, expected 0"),
        ("wind_site_m_per_s", np.zeros(3), "expected (2,)"),
        ("wind_site_m_per_s", np.array([np.nan, 0]), "not finite"),
    ],
)
def test_samples_that_cannot_be_used(air, name: str, value: np.ndarray, said: str) -> None:
    record = air(1)[0]
    bad = replace(record, arrays={**record.arrays, name: value})
    with pytest.raises(RecordError) as refused:
        gas_block_of(bad)
    assert said in str(refused.value)
    assert "record 0 of nose" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("intensity", np.zeros((5, 3)), "holds no spectrum"),
        ("drift_time_ms", np.arange(1200)[::-1] * 1.0, "must ascend"),
        ("drift_time_ms", np.arange(20.0), "expected (1200,)"),
        ("pressure_hpa", np.array(100_500.0), "inside [300, 1500]"),
        ("drift_v", np.array(0.0), "inside [1,"),
        ("drift_length_m", np.array(98_000.0), "inside [0.001, 1]"),
    ],
)
def test_spectra_that_cannot_be_used(spectra, name: str, value: np.ndarray, said: str) -> None:
    record = spectra(1)[0]
    with pytest.raises(RecordError) as refused:
        mobility_block_of(replace(record, arrays={**record.arrays, name: value}))
    assert said in str(refused.value)


def test_one_kind_is_not_the_other(air, spectra) -> None:
    with pytest.raises(RecordError, match="kind is"):
        mobility_block_of(air(1)[0])
    with pytest.raises(RecordError, match="kind is"):
        gas_block_of(spectra(1)[0])


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_comes_is_parsed_or_refused(air, data: st.DataObject) -> None:
    record = air(1)[0]
    name = data.draw(st.sampled_from(sorted(record.arrays)))
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6))
    dtype = data.draw(st.sampled_from([np.float64, np.float32, np.int64, np.bool_, "U3"]))
    value = data.draw(hnp.arrays(dtype, shape))
    try:
        block = gas_block_of(replace(record, arrays={**record.arrays, name: value}))
    except RecordError:
        return
    assert np.isfinite(block.response).all()
