import numpy as np
import pytest

from standex.edges.spectra.rows_table import is_rows_table, parse_rows_table
from standex.model.errors import DataFileError


def test_a_spectrum_in_each_row(samples) -> None:
    assert is_rows_table(samples.rows_table())
    (one,) = parse_rows_table(samples.rows_table(), where="f", name="n", axis_unit="nm")
    np.testing.assert_array_equal(one.axis, samples.AXIS)
    np.testing.assert_allclose(one.counts, [samples.COUNTS + k for k in range(3)])
    assert one.axis_unit == "nm"


def test_columns_are_no_rows(samples) -> None:
    assert not is_rows_table(samples.table(","))
    assert not is_rows_table(samples.columns())
    assert not is_rows_table(b"\0" * 100)
    # All numbers, and rising: a row of intensities, for all one knows.
    assert not is_rows_table(",".join(map(str, range(1, 40))).encode())


def test_broken_rows_are_refused_with_their_number(samples) -> None:
    whole = samples.rows_table()
    with pytest.raises(DataFileError, match=r"row 5: \d+ cells where the head has 66"):
        parse_rows_table(whole[:-30], where="f", name="n")
    with pytest.raises(DataFileError, match="row 3: could not convert"):
        parse_rows_table(whole.replace(b"1000.0", b"many", 1), where="f", name="n")
    with pytest.raises(DataFileError, match="no line names a wavelength"):
        parse_rows_table(b"1,2\n", where="f", name="n")
    head = whole.split(b"\n0,")[0]
    with pytest.raises(DataFileError, match="no spectrum on it"):
        parse_rows_table(head, where="f", name="n")


@pytest.mark.data
def test_measured_libs(data_dir) -> None:
    content = (data_dir / "spectra/libs_usgs/libs_dataset.csv").read_bytes()
    (one,) = parse_rows_table(content, where="f", name="n")
    assert one.counts.shape == (10, 6144)
    np.testing.assert_array_equal(one.axis[[0, -1]], [224.336, 932.89])
