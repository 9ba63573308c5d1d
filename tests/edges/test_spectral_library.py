import json
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges import spectral_library
from standex.edges.spectral_library import (
    is_library,
    load_library,
    save_library,
    shipped_libraries,
)
from standex.model.calibration import Origin
from standex.model.errors import DataFileError, StandexError
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary


def library(n: int = 3) -> SpectralLibrary:
    entries = tuple(
        LibraryEntry(
            name=f"substance-{k}",
            item_class="benign_residue",
            axis_per_cm=np.linspace(200.0, 1800.0 + k, 50 + k),
            intensity=np.sin(np.arange(50.0 + k) + k) + 0.1,
            provenance="by hand, \u00b5",
            licence="CC0",
            origin=Origin.SIMULATED if k else Origin.MEASURED,
            laser_nm=785.0 * k,
            resolution_per_cm=1.0 * k,
        )
        for k in range(n)
    )
    return SpectralLibrary(library_id="test-1", kind="raman", entries=entries)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_library(library(), tmp_path / "a.speclib")
    return tmp_path / "a.speclib"


def test_a_library_comes_back_as_it_was(path: Path) -> None:
    before, after = library(), load_library(path)
    assert (after.library_id, after.kind, after.names) == ("test-1", "raman", before.names)
    for one, other in zip(before.entries, after.entries, strict=True):
        np.testing.assert_array_equal(one.axis_per_cm, other.axis_per_cm)
        np.testing.assert_array_equal(one.intensity, other.intensity)
        for field in ("item_class", "provenance", "licence", "origin", "laser_nm"):
            assert getattr(one, field) == getattr(other, field)
    assert is_library(path)


def test_the_same_library_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    save_library(load_library(path), tmp_path / "b.speclib")
    assert path.read_bytes() == (tmp_path / "b.speclib").read_bytes()


def test_the_measured_one_is_small_benign_and_says_its_licence() -> None:
    name = "benign-reference-1"
    assert name in shipped_libraries()
    folder = Path(spectral_library.__file__).parents[1] / "libraries"
    assert (folder / f"{name}.speclib").stat().st_size < 300_000
    notice = (folder / "NOTICE.md").read_text()
    shipped = load_library(name)
    assert shipped.library_id == name
    for entry in shipped.entries:
        assert entry.licence == "MIT"
        assert entry.name in notice
        assert entry.origin is Origin.MEASURED
        assert entry.item_class in ("nothing", "benign_residue")
        assert entry.intensity.max() == 1


@pytest.mark.parametrize("name", shipped_libraries())
def test_whatever_is_shipped_is_whole(name: str) -> None:
    shipped = load_library(name)
    assert all(entry.licence and entry.provenance for entry in shipped.entries)


def test_the_shipped_lines_are_where_they_belong() -> None:
    """Strongest line: ASTM E1840 for polystyrene and acetonitrile, 1086 for calcite."""
    entries = {entry.name: entry for entry in load_library("benign-reference-1").entries}
    for name, line_per_cm in (
        ("polystyrene", 1001.4),
        ("calcite", 1086.0),
        ("acetonitrile", 2253.7),
    ):
        entry = entries[name]
        assert abs(entry.axis_per_cm[entry.intensity.argmax()] - line_per_cm) < 2, name


def index_changed(path: Path, **changed) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(members["library.json"])
    entry = changed.pop("entry", {})
    index["entries"][0] |= entry
    members["library.json"] = json.dumps(index | changed).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": "other-1"}, "format"),
        ({"kind": "nmr"}, "kind"),
        ({"sha256": "0" * 64}, "not those that the index was made for"),
        ({"entries": []}, "entries"),
        ({"surplus": 1}, "surplus"),
        ({"entry": {"licence": ""}}, "licence"),
        ({"entry": {"laser_nm": -1.0}}, "laser_nm"),
        ({"entry": {"n_samples": 49}}, "unpacks to more than|there are others"),
        ({"entry": {"n_samples": 51}}, "there are others"),
        ({"entry": {"n_samples": 2**40}}, "n_samples"),
        ({"entry": {"name": "substance-1"}}, "used twice"),
    ],
)
def test_an_index_that_cannot_be_is_refused(path: Path, changed, message: str) -> None:
    index_changed(path, **changed)
    with pytest.raises(DataFileError, match=message):
        load_library(path)


def test_files_that_are_no_library_are_refused(tmp_path: Path, path: Path) -> None:
    with pytest.raises(DataFileError, match=r"no such file; shipped: .*benign-reference-1"):
        load_library(tmp_path / "missing")
    for content in (b"", b"words", path.read_bytes()[:200], b"PK\x03\x04" + bytes(50)):
        (tmp_path / "b").write_bytes(content)
        with pytest.raises(DataFileError, match="no spectral library, or damaged"):
            load_library(tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        archive.writestr("other", b"1")
    with pytest.raises(DataFileError, match=r"library\.json"):
        load_library(tmp_path / "b")
    with pytest.raises(DataFileError):
        load_library(tmp_path)
    assert not is_library(tmp_path / "missing")


def test_a_small_file_cannot_unpack_to_more_than_it_says(path: Path, monkeypatch) -> None:
    with zipfile.ZipFile(path) as archive:
        index = archive.read("library.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("library.json", index)
        archive.writestr("axis.f64", bytes(10**7))
        archive.writestr("intensity.f64", b"")
    with pytest.raises(DataFileError, match="unpacks to more than"):
        load_library(path)
    monkeypatch.setattr(spectral_library, "_MAX_VALUES", 10)
    with pytest.raises(DataFileError, match="claims 153 samples"):
        load_library(path)


@pytest.mark.slow
@given(at=st.floats(0, 1), piece=st.binary(min_size=1, max_size=8), cut=st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_library_is_refused_or_whole(path: Path, at, piece, cut) -> None:
    content = bytearray(path.read_bytes())
    place = int(at * len(content))
    content[place : len(content) if cut else place + len(piece)] = piece
    broken = path.with_name("broken")
    broken.write_bytes(bytes(content))
    with suppress(DataFileError):
        for one, other in zip(load_library(broken).entries, library().entries, strict=True):
            np.testing.assert_array_equal(one.intensity, other.intensity)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StandexError, match="cannot be written"):
        save_library(library(), tmp_path / "missing" / "a")
