import subprocess

import pytest

from standex.edges.spectra import nexus_apart
from standex.edges.spectra.nexus import parse_nexus
from standex.edges.spectra.nexus_apart import answer, parse_nexus_apart
from standex.edges.spectra.write_nexus import write_nexus
from standex.model.errors import DataFileError, StandexError

pytest.importorskip("h5py", reason="the extra hdf5 is not installed")


@pytest.mark.slow
def test_reads_what_is_read_here(every_spectrum, same, tmp_path) -> None:
    write_nexus(tmp_path / "a.nxs", every_spectrum)
    data = (tmp_path / "a.nxs").read_bytes()
    apart = parse_nexus_apart(data, where="f", name="n")
    for one, other in zip(apart, parse_nexus(data, where="f", name="n"), strict=True):
        same(one, other)
        assert one.provenance == other.provenance


@pytest.mark.slow
def test_errors_come_over(samples) -> None:
    with pytest.raises(DataFileError, match=r"^f: the HDF5 file is damaged"):
        parse_nexus_apart(samples.nexus()[:100], where="f", name="n")


def stand_in(monkeypatch, effect) -> None:
    def run(*arguments, **settings):
        if isinstance(effect, Exception):
            raise effect
        return effect

    monkeypatch.setattr(nexus_apart.subprocess, "run", run)


@pytest.mark.parametrize(
    ("effect", "error", "message"),
    [
        (subprocess.TimeoutExpired("x", 30), DataFileError, "takes more than 30 s"),
        (subprocess.CompletedProcess("x", -11, b"", b""), DataFileError, r"breaks down .*exit -11"),
        (OSError("none"), StandexError, "no process to read it"),
        (
            subprocess.CompletedProcess("x", 0, b'{"missing": "no h5py"}\n', b""),
            StandexError,
            "no h5py",
        ),
    ],
)
def test_a_process_that_ends_badly_is_told(monkeypatch, effect, error, message: str) -> None:
    stand_in(monkeypatch, effect)
    with pytest.raises(error, match=message):
        parse_nexus_apart(b"", where="f", name="n")


def test_the_answer_of_the_other_process(monkeypatch, samples) -> None:
    head = b'{"where": "f", "name": "n"}\n'
    stand_in(monkeypatch, subprocess.CompletedProcess("x", 0, answer(head + samples.nexus()), b""))
    (one,) = parse_nexus_apart(b"", where="f", name="n")
    assert (one.counts.shape, one.laser_nm) == ((1, 64), 532.1)
    assert answer(head + b"no HDF5").startswith(b'{"damaged": "f: ')
