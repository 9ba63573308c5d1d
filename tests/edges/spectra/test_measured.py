import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.spectra.measured import (
    MAX_CHANNELS,
    MAX_VALUES,
    check_size,
    check_total,
    checked,
    number_or_none,
    printable,
    told_by_values,
    unit_named,
)
from standex.model.errors import DataFileError

AXIS = np.array([100.0, 101.0, 103.0, 104.5])


def make(**changed):
    fields = {"name": "n", "axis": AXIS, "axis_unit": "nm", "counts": np.ones(4)}
    return checked("f", provenance="p", **(fields | changed))


def test_one_row_becomes_a_table_of_one() -> None:
    assert make().counts.shape == (1, 4)
    assert make(axis=AXIS[::-1]).axis[0] == 104.5


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"axis": AXIS[:3], "counts": np.ones(3)}, "3 channels; a spectrum has 4 to"),
        ({"counts": np.ones(5)}, "4 axis values for 5 intensities"),
        ({"counts": np.ones((0, 4))}, "no spectrum on it"),
        ({"counts": np.array([1, 2, np.nan, 3])}, "intensity of channel 2 is nan"),
        ({"axis": np.array([1, 2, np.inf, 4])}, "axis of channel 2 is inf"),
        ({"axis": np.array([1.0, 2, 2, 4])}, r"channel 2 it is repeated \(2, 2\)"),
        (
            {"axis": np.array([1.0, 2, 3, 2.5])},
            r"channel 3 it is turns round|turns round \(3, 2.5\)",
        ),
        ({"axis": np.ones(4)}, "repeated"),
        ({"dark": np.ones(3)}, "3 dark values for 4 channels"),
        ({"dark": np.full(4, np.nan)}, "dark of channel 0 is nan"),
    ],
)
def test_what_is_no_spectrum_is_refused(changed, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        make(**changed)


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, None, True])
def test_a_number_that_cannot_be_counts_as_not_said(value) -> None:
    assert make(exposure_s=value).exposure_s is None


def test_absurd_sizes_are_refused_before_anything_is_made() -> None:
    with pytest.raises(DataFileError, match="channels"):
        check_size("f", n_spectra=1, n_channels=MAX_CHANNELS + 1)
    with pytest.raises(DataFileError, match="split the file"):
        check_size("f", n_spectra=MAX_VALUES, n_channels=MAX_CHANNELS)
    one = make(axis=np.arange(2.0**18), counts=np.ones(2**18))
    with pytest.raises(DataFileError, match="in all"):
        check_total("f", [one] * (MAX_VALUES // 2**18 + 1))


def test_values_tell_a_unit_that_the_head_gets_wrong() -> None:
    assert told_by_values(np.array([-600.5, 0, 10, 20]), "pixel") == "per_cm"
    assert told_by_values(np.arange(5.0), None) == "pixel"
    assert told_by_values(np.arange(1.0, 6)[::-1], None) == "pixel"
    assert told_by_values(np.arange(400.0, 405), None) is None
    assert told_by_values(np.arange(5.0), "nm") == "nm"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1/CM", "per_cm"), ("Raman Shift [1/cm]", "per_cm"), ("cm-1", "per_cm"),
        ("cm⁻¹", "per_cm"),
        ("Wavenumber", "per_cm"), ("nm", "nm"), ("wl [nm]", "nm"), ("NANOMETERS", "nm"),
        ("µm", "um"), ("MICROMETERS", "um"), ("Pixels #", "pixel"), ("Wave", None), ("", None),
        ("Intensity", None),
    ],
)  # fmt: skip
def test_units_by_their_names(text: str, unit: str | None) -> None:
    assert unit_named(text) == unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("785 nm", 785), ("532,02", 532.02), ("100%", 100), (3, 3), ("", None), ("On", None),
     ("nan", None), ("1_0", None), (10**400, None), (True, None), (None, None)],
)  # fmt: skip
def test_numbers_of_a_head(text, value) -> None:
    assert number_or_none(text) == value


@given(st.text(max_size=400))
def test_texts_cannot_steer_a_terminal(text: str) -> None:
    line = printable("\x1b[31m" + text)
    assert len(line) <= 200
    assert line.isprintable()
