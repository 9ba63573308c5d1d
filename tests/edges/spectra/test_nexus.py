import io

import numpy as np
import pytest

from standex.edges.spectra import nexus
from standex.edges.spectra.nexus import parse_nexus
from standex.model.errors import DataFileError, StandexError

h5py = pytest.importorskip("h5py", reason="the extra hdf5 is not installed")


def parse(data: bytes):
    return parse_nexus(data, where="f", name="n")


def changed(data: bytes, change) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def test_axis_signal_and_units(samples) -> None:
    (one,) = parse(samples.nexus())
    np.testing.assert_array_equal(one.axis, samples.AXIS)
    np.testing.assert_array_equal(one.counts[0], samples.COUNTS)
    assert (one.name, one.axis_unit, one.counts_unit) == ("sample", "per_cm", "counts")
    assert (one.laser_nm, one.power_mw) == (532.1, 60.0)  # the file says 0.06 W


def _elsewhere(file) -> None:
    del file["entry/data/y"]
    file["entry/data/y"] = h5py.ExternalLink("/etc/hostname", "/y")


def _virtual(file) -> None:
    del file["entry/data/y"]
    layout = h5py.VirtualLayout(shape=(64,), dtype="f8")
    layout[:] = h5py.VirtualSource("/elsewhere.h5", "y", shape=(64,))
    file["entry/data"].create_virtual_dataset("y", layout)


def _external(file) -> None:
    del file["entry/data/y"]
    file["entry/data"].create_dataset("y", (64,), "f8", external=[("/etc/hostname", 0, 512)])


def _huge(file) -> None:
    del file["entry/data/y"]
    file["entry/data"].create_dataset("y", (2**40,), "f8", chunks=(1024,))


def _words(file) -> None:
    del file["entry/data/y"]
    file["entry/data/y"] = ["a", "b"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_elsewhere, "has no data 'y' of its own"),
        (_virtual, "kept in another file"),
        (_external, "kept in another file"),
        (_huge, "claims 1099511627776 values"),
        (_words, "no row or table of numbers"),
        (lambda file: file["entry"].attrs.modify("NX_class", "other"), "without an entry"),
        (
            lambda file: file["entry/data"].attrs.modify("NX_class", "other"),
            "no group of the class",
        ),
        (lambda file: file["entry/data"].attrs.__delitem__("axes"), "does not name its axis"),
        (lambda file: file["entry/data/x"].__setitem__(3, 0.0), "neither rises nor falls"),
        (lambda file: file["entry/data/y"].__setitem__(3, np.nan), "channel 3 is nan"),
    ],
)
def test_what_must_not_be_followed_or_cannot_be_is_refused(samples, change, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        parse(changed(samples.nexus(), change))


def test_damaged_files_are_refused(samples) -> None:
    data = samples.nexus()
    for content in (data[:600], data[:8], data[: len(data) // 2]):
        with pytest.raises(DataFileError):
            parse(content)


def test_without_h5py_the_extra_is_named(samples, monkeypatch) -> None:
    import sys  # noqa: PLC0415

    data = samples.nexus()
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(StandexError, match=r"standex\[hdf5\]"):
        nexus.parse_nexus(data, where="f", name="n")


@pytest.mark.data
def test_measured_files(data_dir) -> None:
    folder = data_dir / "spectra/rod_nexus"
    (wafer,) = parse((folder / "witec_ref.nxs").read_bytes())
    assert (wafer.axis_unit, wafer.laser_nm, wafer.power_mw) == ("per_cm", 532.1, 60.0)
    assert (wafer.exposure_s, wafer.accumulations) == (1.0, 20)
    (mineral,) = parse((folder / "rod_ref.nxs").read_bytes())
    np.testing.assert_array_equal(mineral.counts[0, :2], [429, 438])
