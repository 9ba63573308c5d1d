import numpy as np
import pytest

from standex.edges.spectra.text_columns import split_columns
from standex.edges.spectra.text_table import TextTable
from standex.model.errors import DataFileError

N = 40
UP = np.linspace(500.0, 600.0, N)
NOISE = np.sin(np.arange(N) * 1.7) + 5


def split(*columns, names=(), laser_nm=None):
    table = TextTable(
        values=np.column_stack(columns), line=tuple(range(1, N + 1)), names=tuple(names),
        header=(), delimiter=None,
    )  # fmt: skip
    return split_columns(table, laser_nm=laser_nm, where="f")


@pytest.mark.parametrize("axis", [UP, UP[::-1]])
def test_either_order_of_columns_and_rows(axis) -> None:
    for columns in ((axis, NOISE), (NOISE, axis)):
        found = split(*columns)
        np.testing.assert_array_equal(found.axis, axis)
        np.testing.assert_array_equal(found.groups[""], [NOISE])


def test_names_say_axis_dark_and_spectra() -> None:
    found = split(
        np.arange(N) * 1.0, 1e7 / UP, UP, NOISE + 1, NOISE + 2, NOISE, NOISE * 2, NOISE + 9,
        names=("Pixel", "Wavenumber", "Wavelength [nm]", "Dark", "Raw #1", "Raw #2",
               "Fluo", "%TR #1"),
    )  # fmt: skip
    np.testing.assert_array_equal(found.axis, UP)
    assert found.axis_unit == "nm"
    np.testing.assert_array_equal(found.dark, NOISE + 1)
    assert {name: len(rows) for name, rows in found.groups.items()} == {"Raw": 2, "Fluo": 1}


def test_with_a_laser_the_raman_shift_is_the_axis() -> None:
    found = split(
        UP, 1e7 / UP, np.arange(N) * 5.0, NOISE, laser_nm=532.0,
        names=("Wavelength", "Wavenumber", "Raman Shift", "Raw data #1"),
    )  # fmt: skip
    np.testing.assert_array_equal(found.axis, np.arange(N) * 5.0)
    assert found.axis_unit == "per_cm"


def test_rows_without_values_at_the_ends_are_left_out_and_said() -> None:
    counts = NOISE.copy()
    counts[:3] = counts[-2:] = np.nan
    found = split(UP, counts)
    np.testing.assert_array_equal(found.axis, UP[3:-2])
    assert "5 rows without values" in found.notes[-1]


def test_holes_within_are_refused_with_their_line() -> None:
    counts = NOISE.copy()
    counts[10] = np.nan
    with pytest.raises(DataFileError, match="f, line 11: an empty cell"):
        split(UP, counts)
    counts[10], counts[0] = 1, np.inf
    with pytest.raises(DataFileError, match="infinite value"):
        split(UP, counts)
    with pytest.raises(DataFileError, match="no row has both"):
        split(np.where(np.arange(N) < 20, UP, np.nan), np.where(np.arange(N) < 20, np.nan, NOISE))


def test_no_axis_and_no_intensity_are_refused() -> None:
    with pytest.raises(DataFileError, match="no column rises or falls"):
        split(NOISE, NOISE[::-1])
    with pytest.raises(DataFileError, match="no column of intensities"):
        split(UP, 1e7 / UP, names=("wl [nm]", "Wavenumber"))
