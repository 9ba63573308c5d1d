import json

import numpy as np
import pytest

from standex.edges.spectra.oras_json import parse_oras_json
from standex.model.errors import DataFileError


def test_accumulations_are_rows(samples) -> None:
    (one,) = parse_oras_json(samples.oras(), where="f", name="n")
    assert one.counts.shape == (2, 64)
    np.testing.assert_array_equal(one.counts[1] - one.counts[0], 1)
    np.testing.assert_array_equal(one.dark, 9)
    assert (one.name, one.axis_unit) == ("tablet", "pixel")
    assert (one.laser_nm, one.power_mw, one.exposure_s) == (785, 29, 0.05)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "no such JSON"),
        (b"{}", "without RawSpectra"),
        (b"[]", "without RawSpectra"),
        (b'{"RawSpectra": [[1, 2], [3]]}', "no such JSON"),
        (b'{"RawSpectra": [[[1]]]}', "3 dimensions"),
        (b'{"RawSpectra": [1, 2, 3, 4, 5], "Background": [1]}', "1 dark values for 5"),
        (b'{"RawSpectra": [1, 2, 3, NaN, 5]}', "intensity of channel 3 is nan"),
        (b'{"RawSpectra": [1, 2, 3, 1' + b"0" * 400 + b"]}", "no such JSON"),
        (b'{"a":' + b"[" * 100_000, "no such JSON"),
    ],
)
def test_broken_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        parse_oras_json(content, where="f", name="n")


def test_a_number_beyond_all_bounds_counts_as_not_said(samples) -> None:
    document = json.loads(samples.oras()) | {"Power": 10**400}
    assert parse_oras_json(json.dumps(document).encode(), where="f", name="n")[0].power_mw is None
