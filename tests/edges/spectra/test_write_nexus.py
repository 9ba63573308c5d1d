from pathlib import Path

import pytest

from standex.edges.spectra.nexus import parse_nexus
from standex.edges.spectra.write_nexus import write_nexus
from standex.model.errors import StandexError

h5py = pytest.importorskip("h5py", reason="the extra hdf5 is not installed")


def test_several_spectra_come_back_as_they_were(every_spectrum, same, tmp_path: Path) -> None:
    write_nexus(tmp_path / "a.nxs", every_spectrum)
    found = parse_nexus((tmp_path / "a.nxs").read_bytes(), where="f", name="n")
    for before, after in zip(every_spectrum, found, strict=True):
        same(before, after)


def test_the_file_says_that_it_is_nxraman(every_spectrum, tmp_path: Path) -> None:
    write_nexus(tmp_path / "a.nxs", every_spectrum[:1])
    with h5py.File(tmp_path / "a.nxs") as file:
        assert file["entry/definition"][()] == b"NXraman"
        assert file["entry/data"].attrs["signal"] == "y_values"
        assert list(file["entry/data"].attrs["axes"]) == [".", "x_values_raman"]
        assert file["entry/instrument/beam_incident/wavelength"].attrs["units"] == "nm"


def test_what_cannot_be_written_is_said(every_spectrum, tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(StandexError, match="cannot be written"):
        write_nexus(tmp_path / "missing" / "a.nxs", every_spectrum)
    import sys  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(StandexError, match=r"standex\[hdf5\]"):
        write_nexus(tmp_path / "a.nxs", every_spectrum)
