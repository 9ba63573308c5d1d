from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectra import read_spectrum
from standex.edges.spectra.text import parse_text
from standex.model.errors import DataFileError


def parse(data: bytes, **changed):
    return parse_text(data, where="f", name="n", **changed)


@pytest.mark.parametrize(
    ("delimiter", "mark"),
    [("\t", "."), ("\t", ","), (";", "."), (";", ","), (",", "."), (" ", "."), ("   ", ",")],
)
@pytest.mark.parametrize("flip", [False, True])
def test_two_columns_in_any_style(samples, delimiter: str, mark: str, flip: bool) -> None:
    (one,) = parse(samples.table(delimiter, mark, flip=flip))
    order = -1 if flip else 1
    np.testing.assert_array_equal(one.axis, samples.AXIS[::order])
    np.testing.assert_array_equal(one.counts[0], samples.COUNTS[::order])
    assert one.axis_unit is None
    assert parse(samples.table(delimiter, mark), axis_unit="per_cm")[0].axis_unit == "per_cm"


def test_a_file_that_says_its_unit_is_believed(samples) -> None:
    assert parse(samples.table(head="wl [nm]\traw\n"), axis_unit="per_cm")[0].axis_unit == "nm"


@pytest.mark.parametrize("mark", [".", ","])
def test_bwtek(samples, mark: str) -> None:
    (one,) = parse(samples.bwtek(mark))
    np.testing.assert_array_equal(one.axis, samples.AXIS)
    np.testing.assert_array_equal(one.counts[0], samples.COUNTS)
    np.testing.assert_array_equal(one.dark, 900 + np.arange(64))
    assert (one.axis_unit, one.exposure_s, one.accumulations) == ("per_cm", 0.05, 3)
    assert (one.laser_nm, one.instrument, one.name) == (784.82, "BTC162E-785S-SYS", "n")


def test_horiba(samples) -> None:
    (one,) = parse(samples.horiba())
    np.testing.assert_array_equal(one.axis, samples.AXIS[::-1])
    assert (one.axis_unit, one.counts_unit, one.name) == ("per_cm", "counts", "sample 1")
    assert (one.exposure_s, one.accumulations, one.laser_nm) == (10, 5, 785)
    assert one.power_mw is None  # "Laser power" has no unit


def test_witec(samples) -> None:
    (one,) = parse(samples.witec())
    np.testing.assert_allclose(one.axis, samples.AXIS)
    assert (one.axis_unit, one.counts_unit, one.name) == ("nm", "counts", "wafer")


def test_repeats_are_rows_and_other_columns_apart(samples) -> None:
    (one,) = parse(samples.columns())
    assert (one.counts.shape, one.axis_unit) == ((2, 64), "pixel")
    assert one.dark is not None
    two = parse(b"wl [nm],fluo,raman\n" + b"".join(b"%d,%d,%d\n" % (k, k, 9) for k in range(5, 20)))
    assert [spectrum.name for spectrum in two] == ["n, fluo", "n, raman"]


def test_a_repeated_axis_is_refused_with_its_place() -> None:
    rows = [f"{100 + k} {np.sin(k):.3f}" for k in range(30)]
    rows[12] = rows[11]
    with pytest.raises(DataFileError, match=r"at channel 12 it is repeated \(111, 111\)"):
        parse("\n".join(rows).encode())


@pytest.mark.data
def test_measured_files_of_five_makers(data_dir: Path) -> None:
    folder = data_dir / "spectra"
    expected = {
        "arcadia/Wasatch_WP785X/acetonitrile.csv": ("per_cm", 785.041, 1.0, 2, 2038),
        "arcadia/Horiba_MacroRAM/acetonitrile.txt": ("per_cm", 785.0, 10.0, 5, 2048),
        "arcadia/OpenRAMAN/acetonitrile_n_n_n_solid_10000_0_5.csv": (
            "pixel",
            None,
            None,
            None,
            2048,
        ),
        "ramanchada2/formats/PST10_iR532_Probe_100_3000msx7.txt": ("per_cm", 532.02, 3.0, 7, 1801),
        "rod_nexus/Si-wafer-Raman-Spectrum-1.txt": ("nm", None, None, None, 1600),
        "arcadia/Renishaw_Qontor/acetonitrile_5x.txt": (None, None, None, None, 3179),
    }
    for name, wanted in expected.items():
        (one,) = read_spectrum(folder / name)
        found = (one.axis_unit, one.laser_nm, one.exposure_s, one.accumulations, len(one.axis))
        assert found == wanted, name
