import math

import numpy as np
import pytest

from standex.edges.spectra.jcamp_numbers import line_numbers, plain_numbers
from standex.model.errors import DataFileError

VALUES = [599, 1, 2, 3, 3, 2, 1, 0, -1, -2, -3]


@pytest.mark.parametrize(
    ("line", "is_difference"),
    [
        ("599 1 2 3 3 2 1 0 -1 -2 -3", False),
        ("599+1+2+3+3+2+1+0-1-2-3", False),
        ("599ABCCBA@abc", False),
        ("599ABCTBA@abc", False),
        ("599AJT%jX", True),
    ],
)
def test_all_forms_of_the_example_of_the_standard(line: str, is_difference: bool) -> None:
    """McDonald and Wilks 1988, table: one line in AFFN, PAC, SQZ, SQZDUP and DIFDUP."""
    values, ends_so = line_numbers(line, where="f", limit=100)
    np.testing.assert_array_equal(values, VALUES)
    assert ends_so is is_difference


def test_exponents_and_missing_values() -> None:
    values, _ = line_numbers("1.5E-3, 2e+2 ? -.5", where="f", limit=10)
    np.testing.assert_array_equal(values[:2], [0.0015, 200])
    assert math.isnan(values[2])
    assert values[3] == -0.5


@pytest.mark.parametrize(
    ("line", "message"),
    [("1 x", "no number at ' x'"), ("T5", "begins with"), ("J5", "begins with"),
     ("1Z99999999999", "repeats a value"), ("1 2 3 4 5 6", "more than 5 numbers")],
)  # fmt: skip
def test_damaged_lines_are_refused(line: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        line_numbers(line, where="f", limit=5)


def test_pairs() -> None:
    assert plain_numbers("(1.5, 2e3); 3,-4", where="f") == [1.5, 2000, 3, -4]
    with pytest.raises(DataFileError, match="not pairs of numbers"):
        plain_numbers("1, two", where="f")
