import numpy as np
import pytest

from standex.edges.spectra.cif import is_rod, parse_rod
from standex.model.errors import DataFileError


def test_an_entry_of_the_database(samples) -> None:
    assert is_rod(samples.rod())
    (one,) = parse_rod(samples.rod(), where="f", name="n")
    assert one.counts.shape == (1, 1159)
    np.testing.assert_array_equal(one.axis[[0, -1]], [50.0, 1400.643])
    np.testing.assert_array_equal(one.counts[0, :2], [429, 438])
    assert (one.name, one.laser_nm, one.power_mw, one.exposure_s) == ("K-cymrite", 488, 60, 300)
    assert one.instrument == "home made Semrock filter system"


SMALL = (
    "data_x\n_chemical_name_common 'a ''b'' c'\nloop_\n_other\n1 2\nloop_\n"
    "_raman_spectrum.raman_shift\n_raman_spectrum.intensity\n"
    "1.0 10(2)\n2.0 20 # remark\n3.0 30\n4 40\n"
)


def test_uncertainties_and_remarks_are_passed_over() -> None:
    (one,) = parse_rod(SMALL.encode(), where="f", name="n")
    np.testing.assert_array_equal(one.counts[0], [10, 20, 30, 40])


def test_two_blocks_are_two_spectra() -> None:
    two = parse_rod((SMALL + SMALL.replace("data_x", "data_y")).encode(), where="f", name="n")
    assert len(two) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4 40\n", "4\n", "do not fill a table of 2 columns"),
        ("4 40\n", "4 forty\n", "not all numbers"),
        ("4 40\n", "4 ?\n", "not all numbers"),
        ("_raman_spectrum.intensity", "_raman_spectrum.other", "no table of"),
        ("data_x", "dota_x", "without a table"),
        ("4 40\n", "3 40\n", "repeated"),
    ],
)
def test_broken_files_are_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        parse_rod(SMALL.replace(old, new).encode(), where="f", name="n")
