"""Every format is told by its content, and nothing but DataFileError comes out of a broken file."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.spectra import file_bytes, parse_spectrum, read_spectrum
from standex.model.errors import DataFileError

FORMATS = ("tabs", "decimal comma", "bwtek", "horiba", "witec", "columns", "rows", "jcamp", "spc",
           "spc own axes", "spc old", "wdf", "spe 2", "spe 3", "opus", "rod", "oras",
           "nexus")  # fmt: skip
# What breaks readers: large and negative sizes, NaN, things with a meaning in some format.
PIECES = (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\0\0\0\0", b"\0\0\xc0\x7f",
          b"nan", b"-inf", b"1e999", b"9" * 12, b"\n", b",", b";", b"\t", b" ", b"##", b"##END=\n",
          b"loop_\n", b"'", b"\n;\n", b"Z99999999", b"%", b"{", b"[" * 50, b"\xff\xfe")  # fmt: skip
MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(("put", "insert", "cut", "end", "flip", "double")),
        st.sampled_from(PIECES), st.integers(0, 255),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def mutated(data: bytes, mutations) -> bytes:
    content = bytearray(data)
    for share, what, piece, number in mutations:
        # Headers are small and matter most.
        at = int(share**3 * len(content))
        if what == "put":
            content[at : at + len(piece)] = piece
        elif what == "insert":
            content[at:at] = piece
        elif what == "cut":
            del content[at : at + number]
        elif what == "end":
            del content[at:]
        elif what == "double":
            content[at:at] = content[at : at + number]
        elif content:
            content[min(at, len(content) - 1)] = number
    return bytes(content)


def names_agree(found) -> None:
    for one in found:
        assert one.counts.shape[1] == len(one.axis)
        assert np.isfinite(one.counts).all()
        steps = np.sign(one.axis[1:] - one.axis[:-1])
        assert abs(steps.sum()) == len(steps)
        assert one.name.isprintable()


def read_or_refuse(data: bytes) -> None:
    """Read a file; anything else than DataFileError fails the test."""
    with suppress(DataFileError):
        names_agree(parse_spectrum(data, where="f", name="n"))


def test_all_formats_are_here(all_samples) -> None:
    assert set(FORMATS) == set(all_samples)


@pytest.mark.slow  # the one that is read in another process
@pytest.mark.parametrize("form", FORMATS)
def test_the_name_of_the_file_does_not_matter(form, all_samples, samples, tmp_path: Path) -> None:
    path = tmp_path / "anything.bin"
    path.write_bytes(all_samples[form])
    found = read_spectrum(path)
    names_agree(found)
    for one in found:
        assert str(tmp_path) not in one.provenance
        assert "anything.bin" in one.provenance


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"nexus"}))
@pytest.mark.slow
@given(mutations=MUTATIONS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_file_is_refused_or_read(form, all_samples, mutations) -> None:
    read_or_refuse(mutated(all_samples[form], mutations))


@pytest.mark.slow
@given(mutations=MUTATIONS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_nexus_file_is_refused_or_read(all_samples, mutations) -> None:
    """Each takes a process of its own, so they are few."""
    read_or_refuse(mutated(all_samples["nexus"], mutations))


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"nexus"}))
def test_a_file_cut_off_anywhere_is_refused_or_shorter(form, all_samples) -> None:
    data = all_samples[form]
    (whole, *_) = parse_spectrum(data, where="f", name="n")
    for stop in np.linspace(1, len(data) - 1, 23).astype(int):
        try:
            found = parse_spectrum(data[:stop], where="f", name="n")
        except DataFileError:
            continue
        # Text that ends after a row cannot be told from a shorter spectrum.
        assert len(found[0].axis) <= len(whole.axis)


@pytest.mark.slow
@given(data=st.binary(max_size=600))
@settings(max_examples=200)
def test_noise_is_refused(data: bytes) -> None:
    for start in (b"", b"WDF1", b"\n\n\xfe\xfe", b"##TITLE=", b"\0K", b"{"):
        read_or_refuse(start + data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\0" * 1000, "binary"),
        (b"hello\nworld\n", "no table of numbers"),
        (b"\n\n\n", "no table of numbers"),
        (b"PK\x03\x04" + bytes(600), "binary"),
    ],
)
def test_what_is_no_spectrum_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.spc").write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        read_spectrum(tmp_path / "a.spc")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(DataFileError, match="cannot be read"):
            read_spectrum(path)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(file_bytes, "MAX_BYTES", 100)
    (tmp_path / "a.txt").write_bytes(b"1 2\n" * 30)
    with pytest.raises(DataFileError, match="larger than 100 bytes"):
        read_spectrum(tmp_path / "a.txt")


@pytest.mark.data
@pytest.mark.slow
def test_every_measured_file_is_read(data_dir: Path) -> None:
    folder = data_dir / "spectra"
    not_spectra = {"README.md", "test_lib_metadata.csv"}
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and "LICENSE" not in p.name]
    assert len(paths) > 80
    for path in paths:
        if path.name in not_spectra:
            with pytest.raises(DataFileError):
                read_spectrum(path)
        else:
            names_agree(read_spectrum(path))


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "orpl/Renishaw-WDF/nylon.wdf",
        "ramanchada2/formats/S0N_50x.spe",
        "ramanchada2/formats/test_opus.0",
        "ramanchada2/formats/nCal_Qontor785_z005H12_100_1x3s.spc",
        "openspecy/ftir_nitrocellulose_pnnl.jdx",
        "rod_nexus/rod_file_1000679.rod",
        "rod_nexus/Si-wafer-Raman-Spectrum-1.txt",
        "arcadia/Horiba_MacroRAM/acetonitrile.txt",
    ],
)
@given(mutations=MUTATIONS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_measured_file_is_refused_or_read(name, data_dir: Path, mutations) -> None:
    read_or_refuse(mutated((data_dir / "spectra" / name).read_bytes(), mutations))
